import { rupiah } from "@saku/protocol";
import type { ZReportView } from "../../../core/reports/money-views.ts";
import { Field, OrderForm, Problems, Submit, type FormState } from "../../design/form.tsx";
import { Card, Chip, Empty, Notice, TableFrame } from "../../design/pieces.tsx";
import { Money } from "../../design/text.tsx";
import type { Html, Ui } from "../../design/ui.ts";
import { fill } from "../../design/words/words.ts";
import type { SchoolProps } from "../frame.tsx";
import { MONEY_PATH, MoneyFrame } from "./pieces.tsx";

export type ZReportsProps = SchoolProps & {
  readonly reports: readonly ZReportView[];
  readonly chosen: ZReportView | null;
  readonly state: FormState;
  readonly orderKey?: string;
};

/** What each terminal signed at the end of its day, beside what the ledger says. */
export function ZReportsPage(props: ZReportsProps): Html {
  const { ui, reports, chosen } = props;
  const words = ui.words.money;
  return (
    <MoneyFrame {...props} title={words.zTitle} lead={words.zLead}>
      {chosen === null ? null : <Accept {...props} chosen={chosen} />}
      <Card>
        {reports.length === 0 ? (
          <Empty ui={ui} icon="list">
            {words.zEmpty}
          </Empty>
        ) : (
          <Rows ui={ui} reports={reports} />
        )}
      </Card>
    </MoneyFrame>
  );
}

function Rows(props: { ui: Ui; reports: readonly ZReportView[] }): Html {
  const { ui, reports } = props;
  const words = ui.words.money;
  return (
    <TableFrame label={words.zTitle}>
      <thead>
        <tr>
          <th scope="col">{words.terminal}</th>
          <th scope="col">{words.state}</th>
          <th scope="col" class="number">
            {words.sales}
          </th>
          <th scope="col" class="number">
            {words.voids}
          </th>
          <th scope="col" class="number">
            {words.cashIn}
          </th>
        </tr>
      </thead>
      <tbody>
        {reports.map((report) => (
          <tr>
            <th scope="row">
              {report.terminalName}
              <span class="row-note">{ui.formats.day(report.day)}</span>
            </th>
            <td>
              <State ui={ui} report={report} />
            </td>
            <td class="number">
              <Money ui={ui} amount={report.signed.sale.total} />
            </td>
            <td class="number">
              <Money ui={ui} amount={report.signed.void.total} />
            </td>
            <td class="number">
              <Money ui={ui} amount={report.signed["cash-in"].total} />
            </td>
          </tr>
        ))}
      </tbody>
    </TableFrame>
  );
}

function State(props: { ui: Ui; report: ZReportView }): Html {
  const { ui, report } = props;
  const words = ui.words.money;
  if (report.isEqual)
    return (
      <Chip ui={ui} tone="ok" icon="check">
        {words.zEqual}
      </Chip>
    );
  if (report.isAccepted)
    return (
      <Chip ui={ui} tone="quiet" icon="check">
        {words.zAccepted}
      </Chip>
    );
  return (
    <a href={`${MONEY_PATH.z}?pilih=${report.event}`}>
      <Chip ui={ui} tone="bad" icon="alert">
        {words.zDiffers}
      </Chip>
    </a>
  );
}

function Accept(props: ZReportsProps & { chosen: ZReportView }): Html {
  const { ui, chosen, state } = props;
  const words = ui.words.money;
  const title = fill(words.zAcceptTitle, {
    name: chosen.terminalName,
    day: ui.formats.day(chosen.day),
  });
  const figure = (value: number): string =>
    value < 1_000 ? ui.formats.count(value) : ui.formats.money(rupiah(value));
  return (
    <Card title={title}>
      <Notice ui={ui} tone="warn">
        <p>{words.zAcceptLead}</p>
        <ul>
          {chosen.differences.map(({ kind, signed, booked }) => (
            <li>
              {fill(words.zDifference, {
                kind: words.zKinds[kind],
                signed: figure(signed),
                booked: figure(booked),
              })}
            </li>
          ))}
        </ul>
      </Notice>
      <OrderForm ui={ui} action={MONEY_PATH.z} orderKey={props.orderKey}>
        <Problems ui={ui} state={state} />
        <input type="hidden" name="event" value={chosen.event} />
        <Field
          name="reason"
          label={words.reason}
          hint={words.reasonHint}
          state={state}
          maxLength={200}
        />
        <div class="form-actions">
          <Submit>{words.zAcceptSubmit}</Submit>
          <a class="button button-ghost" href={MONEY_PATH.z}>
            {ui.words.app.cancel}
          </a>
        </div>
      </OrderForm>
    </Card>
  );
}
