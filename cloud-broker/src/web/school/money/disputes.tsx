import type { DisputeView } from "../../../core/reports/money-views.ts";
import { Field, OrderForm, Problems, Submit, type FormState } from "../../design/form.tsx";
import { Card, Chip, Empty } from "../../design/pieces.tsx";
import { Money } from "../../design/text.tsx";
import type { Html, Ui } from "../../design/ui.ts";
import { fill } from "../../design/words/words.ts";
import type { SchoolProps } from "../frame.tsx";
import { MONEY_PATH, MoneyFrame } from "./pieces.tsx";

export type DisputesProps = SchoolProps & {
  readonly disputes: readonly DisputeView[];
  readonly chosen: DisputeView | null;
  readonly state: FormState;
  readonly orderKey?: string;
};

export function DisputesPage(props: DisputesProps): Html {
  const { ui, disputes, chosen } = props;
  const words = ui.words.money;
  return (
    <MoneyFrame {...props} title={words.disputesTitle} lead={words.disputesLead}>
      {chosen === null ? null : <Decide {...props} chosen={chosen} />}
      <Card>
        {disputes.length === 0 ? (
          <Empty ui={ui} icon="scale">
            {words.disputesEmpty}
          </Empty>
        ) : (
          <ul class="money-items">
            {disputes.map((dispute) => (
              <Item ui={ui} dispute={dispute} />
            ))}
          </ul>
        )}
      </Card>
    </MoneyFrame>
  );
}

function who(ui: Ui, dispute: DisputeView): string {
  return fill(ui.words.money.disputeOf, {
    child: dispute.childName,
    class: dispute.className,
    stall: dispute.merchantName,
  });
}

function Item(props: { ui: Ui; dispute: DisputeView }): Html {
  const { ui, dispute } = props;
  const words = ui.words.money;
  const shares = fill(words.decidedShare, {
    child: ui.formats.money(dispute.toChild),
    stall: ui.formats.money(dispute.toStall),
  });
  return (
    <li>
      <p>
        <strong>{who(ui, dispute)}</strong> <Money ui={ui} amount={dispute.amount} />
        <span class="row-note">{`${ui.formats.day(dispute.saleDay)} · ${dispute.reason}`}</span>
      </p>
      {dispute.state === "decided" ? (
        <p class="fine">{shares}</p>
      ) : (
        <div class="money-answer">
          <Chip ui={ui} tone={dispute.isOverdue ? "bad" : "wait"} icon="clock">
            {dispute.isOverdue
              ? words.overdue
              : fill(words.due, { day: ui.formats.day(dispute.dueDay) })}
          </Chip>
          <a
            class="button button-secondary"
            href={`${MONEY_PATH.disputes}?pilih=${dispute.dispute}`}
          >
            {words.decide}
          </a>
        </div>
      )}
    </li>
  );
}

function Decide(props: DisputesProps & { chosen: DisputeView }): Html {
  const { ui, chosen, state } = props;
  const words = ui.words.money;
  return (
    <Card title={fill(words.decideTitle, { child: chosen.childName })}>
      <p class="lead">{fill(words.decideLead, { amount: ui.formats.money(chosen.amount) })}</p>
      <OrderForm ui={ui} action={MONEY_PATH.disputes} orderKey={props.orderKey}>
        <Problems ui={ui} state={state} />
        <input type="hidden" name="dispute" value={chosen.dispute} />
        <Field
          name="amount"
          label={words.toChild}
          hint={fill(words.toChildHint, { max: ui.formats.money(chosen.toChildMax) })}
          state={state}
          kind="amount"
          maxLength={24}
        />
        <Field
          name="note"
          label={words.note}
          hint={words.reasonHint}
          state={state}
          maxLength={200}
        />
        <div class="form-actions">
          <Submit>{words.decideSubmit}</Submit>
          <a class="button button-ghost" href={MONEY_PATH.disputes}>
            {ui.words.app.cancel}
          </a>
        </div>
      </OrderForm>
    </Card>
  );
}
