import { rupiah } from "@saku/protocol";
import type { CountView, DrawerView } from "../../../core/reports/money-views.ts";
import { Choices, Field, OrderForm, Problems, Submit, type FormState } from "../../design/form.tsx";
import { Card, Chip, Notice, TableFrame } from "../../design/pieces.tsx";
import { Money } from "../../design/text.tsx";
import type { Html, Ui } from "../../design/ui.ts";
import { fill } from "../../design/words/words.ts";
import type { SchoolProps } from "../frame.tsx";
import { MONEY_PATH, MoneyFrame } from "./pieces.tsx";

export type CountProps = SchoolProps & {
  readonly drawers: readonly DrawerView[];
  readonly counts: readonly CountView[];
  /** A count whose difference waits for its reason; only now the page knows what was expected [L15]. */
  readonly open: CountView | null;
  readonly state: FormState;
  readonly orderKey?: string;
};

/** Count first, see the books afterwards. */
export function CountPage(props: CountProps): Html {
  const { ui, open } = props;
  const words = ui.words.money;
  return (
    <MoneyFrame {...props} title={words.countTitle} lead={words.countLead}>
      <Card {...(open === null ? {} : { title: whatOf(ui, open) })}>
        {open === null ? <CountForm {...props} /> : <Explain {...props} open={open} />}
      </Card>
      <MoveForm {...props} />
      <Counts {...props} />
    </MoneyFrame>
  );
}

function whatOf(ui: Ui, count: CountView): string {
  const words = ui.words.money;
  return count.terminalName === null
    ? words.cashBox
    : fill(words.drawer, { name: count.terminalName });
}

function CountForm(props: CountProps): Html {
  const { ui, drawers, state } = props;
  const words = ui.words.money;
  const unsent = drawers.filter(({ unsentCount }) => unsentCount > 0);
  return (
    <OrderForm ui={ui} action={MONEY_PATH.count} orderKey={props.orderKey}>
      <Problems ui={ui} state={state} />
      <Choices
        name="device"
        legend={words.countWhat}
        selected={state.values["device"] ?? ""}
        choices={[
          { value: "", label: words.cashBox },
          ...drawers.map(({ device, name }) => ({
            value: device,
            label: fill(words.drawer, { name }),
          })),
        ]}
      />
      {unsent.map(({ name, unsentCount }) => (
        <p class="fine">
          {`${name}: ${fill(words.unsent, { count: ui.formats.count(unsentCount) })}`}
        </p>
      ))}
      <Field name="counted" label={words.counted} state={state} kind="amount" maxLength={24} />
      <div class="form-actions">
        <Submit>{words.countSubmit}</Submit>
      </div>
    </OrderForm>
  );
}

function Explain(props: CountProps & { open: CountView }): Html {
  const { ui, open, state } = props;
  const words = ui.words.money;
  const money = (amount: number): string => ui.formats.money(rupiah(Math.abs(amount)));
  const difference = open.counted - open.expected;
  return (
    <div class="stack">
      <Notice ui={ui} tone="warn">
        {fill(difference < 0 ? words.countShort : words.countOver, {
          amount: money(difference),
          expected: money(open.expected),
          counted: money(open.counted),
        })}
      </Notice>
      <OrderForm ui={ui} action={`${MONEY_PATH.count}/alasan`} orderKey={props.orderKey}>
        <Problems ui={ui} state={state} />
        <input type="hidden" name="count" value={open.count} />
        <Field
          name="reason"
          label={words.reason}
          hint={words.reasonHint}
          state={state}
          maxLength={200}
        />
        <div class="form-actions">
          <Submit>{words.explainSubmit}</Submit>
          <a class="button button-ghost" href={`${MONEY_PATH.count}?ulang=1`}>
            {words.countAgain}
          </a>
        </div>
      </OrderForm>
    </div>
  );
}

function MoveForm(props: CountProps): Html {
  const { ui, state } = props;
  const words = ui.words.money;
  const isHere = state.values["kind"] !== undefined;
  const own: FormState = isHere ? state : { values: {}, problems: {} };
  return (
    <Card title={words.moveTitle} id="pindah">
      <OrderForm ui={ui} action={`${MONEY_PATH.count}/pindah`}>
        <Choices
          name="kind"
          legend={words.moveWhat}
          selected={own.values["kind"] ?? "deposit"}
          choices={[
            { value: "deposit", label: words.moveDeposit },
            { value: "bank-fee", label: words.moveFee },
            { value: "reserve-cash", label: words.moveReserveCash },
            { value: "reserve-bank", label: words.moveReserveBank },
          ]}
        />
        <Field name="amount" label={words.amount} state={own} kind="amount" maxLength={24} />
        <div class="form-actions">
          <Submit weight="secondary">{words.moveSubmit}</Submit>
        </div>
      </OrderForm>
    </Card>
  );
}

function Counts(props: CountProps): Html {
  const { ui, school } = props;
  const words = ui.words.money;
  const shown = props.counts.filter(({ state }) => state !== "open").slice(0, 12);
  return (
    <Card title={words.countsTitle}>
      {shown.length === 0 ? (
        <p class="none">{words.countsNone}</p>
      ) : (
        <TableFrame label={words.countsTitle}>
          <thead>
            <tr>
              <th scope="col">{words.countWhat}</th>
              <th scope="col" class="number">
                {words.counted}
              </th>
              <th scope="col" class="number">
                {words.expected}
              </th>
              <th scope="col">{words.state}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((count) => (
              <tr>
                <th scope="row">
                  {whatOf(ui, count)}
                  <span class="row-note">{ui.formats.dayAndTime(count.atMs, school.zone)}</span>
                </th>
                <td class="number">
                  <Money ui={ui} amount={count.counted} />
                </td>
                <td class="number">
                  <Money ui={ui} amount={count.expected} />
                </td>
                <td>
                  <Chip ui={ui} tone={count.state === "booked" ? "ok" : "quiet"}>
                    {count.state === "booked" ? words.stateBooked : words.stateReplaced}
                  </Chip>
                  {count.reason === null ? null : <span class="row-note">{count.reason}</span>}
                </td>
              </tr>
            ))}
          </tbody>
        </TableFrame>
      )}
    </Card>
  );
}
