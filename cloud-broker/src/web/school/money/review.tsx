import type { ApprovalView, FoundView, OversoldView } from "../../../core/reports/money-views.ts";
import { OrderForm, Problems, Submit, type FormState } from "../../design/form.tsx";
import { Card, Empty } from "../../design/pieces.tsx";
import { Money } from "../../design/text.tsx";
import type { Html, Ui } from "../../design/ui.ts";
import { fill } from "../../design/words/words.ts";
import type { SchoolProps } from "../frame.tsx";
import { Once } from "../once.tsx";
import { MONEY_PATH, MoneyFrame } from "./pieces.tsx";

export type ReviewProps = SchoolProps & {
  readonly approvals: readonly ApprovalView[];
  readonly oversold: readonly OversoldView[];
  readonly found: readonly FoundView[];
  readonly state: FormState;
  /** Shown once. */
  readonly invitationUrl: string | null;
};

/** What a person must decide; never at a child's cost. */
export function ReviewPage(props: ReviewProps): Html {
  const { ui, approvals, oversold, found, state } = props;
  const words = ui.words.money;
  const isEmpty = approvals.length + oversold.length + found.length === 0;
  return (
    <MoneyFrame
      {...props}
      title={words.reviewTitle}
      lead={words.reviewLead}
      islands={props.invitationUrl === null ? [] : ["desk"]}
    >
      <Problems ui={ui} state={state} />
      {isEmpty ? (
        <Card>
          <Empty ui={ui} icon="check">
            {words.reviewNone}
          </Empty>
        </Card>
      ) : null}
      {approvals.length === 0 ? null : (
        <Card title={words.approvalsTitle}>
          <ul class="money-items">
            {approvals.map((approval) => (
              <Approval {...props} approval={approval} />
            ))}
          </ul>
        </Card>
      )}
      {oversold.length === 0 ? null : (
        <Card title={words.oversoldTitle}>
          <ul class="money-items">
            {oversold.map((item) => (
              <Oversold ui={ui} item={item} />
            ))}
          </ul>
        </Card>
      )}
      {found.length === 0 ? null : (
        <Card title={words.foundTitle}>
          <ul class="money-items">
            {found.map((item) => (
              <Found ui={ui} item={item} />
            ))}
          </ul>
        </Card>
      )}
      <Colleague {...props} />
    </MoneyFrame>
  );
}

/** Without a second person nobody can agree: here one is invited. */
function Colleague(props: ReviewProps): Html {
  const { ui, invitationUrl } = props;
  const words = ui.words.money;
  return (
    <Card title={words.colleagueTitle}>
      <p class="lead">{invitationUrl === null ? words.colleagueLead : words.colleagueOnce}</p>
      {invitationUrl === null ? (
        <OrderForm ui={ui} action={`${MONEY_PATH.review}/rekan`}>
          <div class="form-actions">
            <Submit weight="secondary">{words.colleagueSubmit}</Submit>
          </div>
        </OrderForm>
      ) : (
        <Once ui={ui} id="colleague" label={words.colleagueTitle} text={invitationUrl} />
      )}
    </Card>
  );
}

function actionName(ui: Ui, action: string): string {
  const names: Readonly<Record<string, string>> = ui.words.money.actions;
  return names[action] ?? action;
}

function Approval(props: SchoolProps & { approval: ApprovalView }): Html {
  const { ui, approval, school } = props;
  const words = ui.words.money;
  const at = ui.formats.dayAndTime(approval.askedAtMs, school.zone);
  return (
    <li>
      <p>
        <strong>{actionName(ui, approval.action)}</strong>{" "}
        <Money ui={ui} amount={approval.amount} />
        <span class="row-note">{fill(words.approvalBy, { login: approval.askedBy, at })}</span>
        {approval.isOwn ? <span class="row-note">{words.approvalOwn}</span> : null}
      </p>
      <OrderForm ui={ui} action={`${MONEY_PATH.review}/setuju`} class="money-answer">
        <input type="hidden" name="approval" value={approval.approval} />
        {approval.isOwn ? null : (
          <Submit name="answer" value="yes">
            {words.agree}
          </Submit>
        )}
        <Submit name="answer" value="no" weight="ghost">
          {approval.isOwn ? words.takeBack : words.decline}
        </Submit>
      </OrderForm>
    </li>
  );
}

function Oversold(props: { ui: Ui; item: OversoldView }): Html {
  const { ui, item } = props;
  const words = ui.words.money;
  const note = fill(words.oversoldNote, {
    terminal: item.terminalName,
    amount: ui.formats.money(item.saleAmount),
  });
  return (
    <li>
      <p>
        <strong>{item.merchantName}</strong> <Money ui={ui} amount={item.amount} />
        <span class="row-note">{`${ui.formats.day(item.day)} · ${note}`}</span>
      </p>
      <OrderForm ui={ui} action={`${MONEY_PATH.review}/terjual`} class="money-answer">
        <input type="hidden" name="sale" value={item.sale} />
        <Submit name="payer" value="reserve">
          {words.reservePays}
        </Submit>
        <Submit name="payer" value="merchant" weight="secondary">
          {words.stallPays}
        </Submit>
      </OrderForm>
    </li>
  );
}

function reasonName(ui: Ui, reason: string): string {
  const names: Readonly<Record<string, string>> = ui.words.money.reasons;
  return names[reason] ?? reason;
}

function Found(props: { ui: Ui; item: FoundView }): Html {
  const { ui, item } = props;
  const words = ui.words.money;
  const parts = [
    ui.formats.day(item.day),
    fill(words.foundNote, { source: item.source }),
    reasonName(ui, item.reason),
  ];
  return (
    <li>
      <p>
        <Money ui={ui} amount={item.amount} />
        <span class="row-note">{parts.join(" · ")}</span>
      </p>
      <OrderForm ui={ui} action={`${MONEY_PATH.review}/tanpa-pemilik`} class="money-answer">
        <input type="hidden" name="found" value={item.id} />
        <input
          name="number"
          inputmode="numeric"
          autocomplete="off"
          maxlength={20}
          aria-label={words.ownerNumber}
          placeholder={words.ownerNumber}
        />
        <Submit name="owner" value="student">
          {words.giveOwner}
        </Submit>
        <Submit name="owner" value="nobody" weight="ghost">
          {words.keep}
        </Submit>
      </OrderForm>
    </li>
  );
}
