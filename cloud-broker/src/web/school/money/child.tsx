import type { SaleView } from "../../../core/reports/money-views.ts";
import type { StudentRow } from "../../../core/reports/views.ts";
import { Field, OrderForm, Problems, Submit, type FormState } from "../../design/form.tsx";
import { Card, Empty, TableFrame } from "../../design/pieces.tsx";
import { Money } from "../../design/text.tsx";
import type { Html } from "../../design/ui.ts";
import { fill } from "../../design/words/words.ts";
import type { SchoolProps } from "../frame.tsx";
import { studentPath } from "../students.tsx";
import { MoneyFrame } from "./pieces.tsx";

export type ChildMoneyProps = SchoolProps & {
  readonly student: StudentRow;
  readonly sales: readonly SaleView[];
  readonly chosen: SaleView | null;
  readonly state: FormState;
  readonly orderKey?: string;
};

export const childMoneyPath = (student: { readonly student: string }): string =>
  `${studentPath(student)}/uang`;

/** Money back to one child, held for it, or handed out in cash. */
export function ChildMoneyPage(props: ChildMoneyProps): Html {
  const { ui, student, chosen } = props;
  const words = ui.words.money;
  return (
    <MoneyFrame
      {...props}
      title={fill(words.childTitle, { name: student.firstName })}
      lead={words.childLead}
      back={studentPath(student)}
    >
      {chosen === null ? <Withdraw {...props} /> : <Back {...props} chosen={chosen} />}
      <Sales {...props} />
    </MoneyFrame>
  );
}

function Withdraw(props: ChildMoneyProps): Html {
  const { ui, student, state } = props;
  const words = ui.words.money;
  const available = ui.formats.money(student.balance);
  return (
    <Card title={words.withdrawTitle}>
      <OrderForm
        ui={ui}
        action={`${childMoneyPath(student)}/tarik`}
        class="form form-row"
        orderKey={props.orderKey}
      >
        <Problems ui={ui} state={state} />
        <Field
          name="amount"
          label={words.amount}
          hint={fill(words.withdrawHint, { amount: available })}
          state={state}
          kind="amount"
          maxLength={24}
        />
        <Submit weight="secondary">{words.withdrawSubmit}</Submit>
      </OrderForm>
    </Card>
  );
}

function Back(props: ChildMoneyProps & { chosen: SaleView }): Html {
  const { ui, student, chosen, state } = props;
  const words = ui.words.money;
  const title = fill(words.refundTitle, {
    stall: chosen.merchantName,
    day: ui.formats.day(chosen.day),
    amount: ui.formats.money(chosen.amount),
  });
  return (
    <Card title={title}>
      <OrderForm ui={ui} action={`${childMoneyPath(student)}/kembali`} orderKey={props.orderKey}>
        <Problems ui={ui} state={state} />
        <input type="hidden" name="sale" value={chosen.sale} />
        <Field
          name="amount"
          label={words.amount}
          hint={fill(words.refundHint, { max: ui.formats.money(chosen.refundable) })}
          state={state}
          kind="amount"
          maxLength={24}
          value={String(chosen.refundable)}
        />
        <Field
          name="reason"
          label={words.reason}
          hint={words.reasonHint}
          state={state}
          maxLength={200}
        />
        <div class="form-actions">
          <Submit name="way" value="refund">
            {words.refundSubmit}
          </Submit>
          <Submit name="way" value="dispute" weight="secondary">
            {words.disputeSubmit}
          </Submit>
          <a class="button button-ghost" href={childMoneyPath(student)}>
            {ui.words.app.cancel}
          </a>
        </div>
      </OrderForm>
    </Card>
  );
}

function Sales(props: ChildMoneyProps): Html {
  const { ui, student, sales } = props;
  const words = ui.words.money;
  if (sales.length === 0)
    return (
      <Card title={words.salesTitle}>
        <Empty ui={ui} icon="list">
          {words.salesNone}
        </Empty>
      </Card>
    );
  return (
    <Card title={words.salesTitle}>
      <TableFrame label={words.salesTitle}>
        <thead>
          <tr>
            <th scope="col">{words.stall}</th>
            <th scope="col" class="number">
              {words.amount}
            </th>
            <th scope="col" class="number">
              {words.refundable}
            </th>
            <th scope="col">
              <span class="sr-only">{words.choose}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {sales.map((sale) => (
            <tr>
              <th scope="row">
                {sale.merchantName}
                <span class="row-note">{ui.formats.dayAndTime(sale.atMs, props.school.zone)}</span>
              </th>
              <td class="number">
                <Money ui={ui} amount={sale.amount} />
              </td>
              <td class="number">
                <Money ui={ui} amount={sale.refundable} />
              </td>
              <td>
                {sale.refundable === 0 ? null : (
                  <a href={`${childMoneyPath(student)}?pilih=${sale.sale}`}>{words.choose}</a>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </TableFrame>
    </Card>
  );
}
