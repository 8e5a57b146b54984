import type { ZoneMinutes } from "@saku/protocol";
import type { StallMoney, Statement } from "../../../core/reports/money-views.ts";
import { Choices, Field, OrderForm, Problems, Submit, type FormState } from "../../design/form.tsx";
import { Card, Empty, TableFrame } from "../../design/pieces.tsx";
import { Money } from "../../design/text.tsx";
import type { Html, Ui } from "../../design/ui.ts";
import { fill } from "../../design/words/words.ts";
import type { SchoolProps } from "../frame.tsx";
import { MONEY_PATH, MoneyFrame, SignedMoney } from "./pieces.tsx";

/** Every stall and what it may be paid now. */
export function PayPage(props: SchoolProps & { stalls: readonly StallMoney[] }): Html {
  const { ui, stalls, school } = props;
  const words = ui.words.money;
  return (
    <MoneyFrame {...props} title={words.pay} lead={words.payNote} isLive>
      <div id="stalls" class="stack" data-region>
        <Card>
          {stalls.length === 0 ? (
            <Empty ui={ui} icon="store">
              {ui.words.stalls.empty}
            </Empty>
          ) : (
            <TableFrame label={words.pay}>
              <thead>
                <tr>
                  <th scope="col">{words.stall}</th>
                  <th scope="col" class="number">
                    {words.settleable}
                  </th>
                  <th scope="col" class="number">
                    {words.held}
                  </th>
                  <th scope="col" class="number">
                    {words.blocked}
                  </th>
                  <th scope="col">{words.lastPaid}</th>
                </tr>
              </thead>
              <tbody>
                {stalls.map((stall) => (
                  <StallRow ui={ui} stall={stall} zone={school.zone} />
                ))}
              </tbody>
            </TableFrame>
          )}
        </Card>
      </div>
    </MoneyFrame>
  );
}

function StallRow(props: { ui: Ui; stall: StallMoney; zone: ZoneMinutes }): Html {
  const { ui, stall, zone } = props;
  return (
    <tr>
      <th scope="row">
        <a href={`${MONEY_PATH.pay}/${stall.merchant}`}>{stall.name}</a>
      </th>
      <td class="number">
        <Money ui={ui} amount={stall.settleable} />
      </td>
      <td class="number">
        <Money ui={ui} amount={stall.held} />
      </td>
      <td class="number">
        <Money ui={ui} amount={stall.blocked} />
      </td>
      <td>
        {stall.lastSettledAtMs === null
          ? ui.words.money.never
          : ui.formats.dayAndTime(stall.lastSettledAtMs, zone)}
      </td>
    </tr>
  );
}

export type StatementProps = SchoolProps & {
  readonly statement: Statement;
  readonly stall: StallMoney;
  readonly state: FormState;
  readonly orderKey?: string;
};

/** One stall: pay it, and see every line that makes the sum. */
export function StatementPage(props: StatementProps): Html {
  const { ui, statement } = props;
  const words = ui.words.money;
  return (
    <MoneyFrame {...props} title={statement.name} lead={words.statement} back={MONEY_PATH.pay}>
      <Pay {...props} />
      <Card
        title={words.statement}
        aside={
          <a href={`${MONEY_PATH.pay}/${statement.merchant}.csv`}>{ui.words.ledger.download}</a>
        }
      >
        {statement.lines.length === 0 && statement.opening === 0 ? (
          <Empty ui={ui} icon="list">
            {words.linesNone}
          </Empty>
        ) : (
          <Lines ui={ui} statement={statement} />
        )}
      </Card>
      {statement.settlements.length === 0 ? null : (
        <Card title={words.paid}>
          <dl class="money-lines">
            {statement.settlements.map((paid) => (
              <div>
                <dt>
                  {ui.formats.day(paid.day)}
                  <span class="row-note">
                    {paid.from === "cash" ? words.fromCash : words.fromBank}
                  </span>
                </dt>
                <dd>
                  <Money ui={ui} amount={paid.amount} />
                </dd>
              </div>
            ))}
          </dl>
        </Card>
      )}
    </MoneyFrame>
  );
}

function Pay(props: StatementProps): Html {
  const { ui, stall, state } = props;
  const words = ui.words.money;
  return (
    <Card title={fill(words.payTitle, { name: stall.name })}>
      <dl class="money-lines">
        {(
          [
            [words.payable, stall.payable],
            [words.held, stall.held],
            [words.blocked, stall.blocked],
            [words.settleable, stall.settleable],
          ] as const
        ).map(([label, amount]) => (
          <div>
            <dt>{label}</dt>
            <dd>
              <SignedMoney ui={ui} amount={amount} />
            </dd>
          </div>
        ))}
      </dl>
      {stall.settleable === 0 ? (
        <p class="none">{words.payNothing}</p>
      ) : (
        <OrderForm ui={ui} action={`${MONEY_PATH.pay}/${stall.merchant}`} orderKey={props.orderKey}>
          <Problems ui={ui} state={state} />
          <Field
            name="amount"
            label={words.amount}
            state={state}
            kind="amount"
            maxLength={24}
            value={String(stall.settleable)}
          />
          <Choices
            name="from"
            legend={words.payFrom}
            selected={state.values["from"] ?? "cash"}
            choices={[
              { value: "cash", label: words.fromCash },
              { value: "bank", label: words.fromBank },
            ]}
          />
          <div class="form-actions">
            <Submit>{words.paySubmit}</Submit>
          </div>
        </OrderForm>
      )}
    </Card>
  );
}

function recipeName(ui: Ui, recipe: string): string {
  const names: Readonly<Record<string, string>> = ui.words.money.recipes;
  return names[recipe] ?? recipe;
}

function Lines(props: { ui: Ui; statement: Statement }): Html {
  const { ui, statement } = props;
  const words = ui.words.money;
  return (
    <TableFrame label={words.statement}>
      <thead>
        <tr>
          <th scope="col">{words.what}</th>
          <th scope="col" class="number">
            {words.more}
          </th>
          <th scope="col" class="number">
            {words.less}
          </th>
          <th scope="col" class="number">
            {words.balance}
          </th>
        </tr>
      </thead>
      <tbody>
        <tr>
          <th scope="row">{words.opening}</th>
          <td />
          <td />
          <td class="number">
            <SignedMoney ui={ui} amount={statement.opening} />
          </td>
        </tr>
        {statement.lines.map((line) => (
          <tr>
            <th scope="row">
              {recipeName(ui, line.recipe)}
              <span class="row-note">{ui.formats.day(line.day)}</span>
              {line.happenedOn === null ? null : (
                <span class="row-note">
                  {fill(words.late, { day: ui.formats.day(line.happenedOn) })}
                </span>
              )}
            </th>
            <td class="number">
              {line.credit === 0 ? null : <Money ui={ui} amount={line.credit} />}
            </td>
            <td class="number">
              {line.debit === 0 ? null : <Money ui={ui} amount={line.debit} />}
            </td>
            <td class="number">
              <SignedMoney ui={ui} amount={line.balance} />
            </td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">{words.closing}</th>
          <td />
          <td />
          <td class="number">
            <SignedMoney ui={ui} amount={statement.closing} />
          </td>
        </tr>
      </tfoot>
    </TableFrame>
  );
}
