import type { MoneyOverview } from "../../../core/reports/money-views.ts";
import { PageHead } from "../../design/document.tsx";
import { Field, OrderForm, Problems, Submit, type FormState } from "../../design/form.tsx";
import { Card, Icon } from "../../design/pieces.tsx";
import type { Html, Ui } from "../../design/ui.ts";
import { fill } from "../../design/words/words.ts";
import { SCHOOL_PATH, SchoolFrame, type SchoolProps } from "../frame.tsx";
import { MONEY_PATH, SignedMoney } from "./pieces.tsx";

export type MoneyHomeProps = SchoolProps & {
  readonly overview: MoneyOverview;
  readonly state: FormState;
  readonly orderKey?: string;
};

/** What there is, what is owed, and what waits for a person. */
export function MoneyHomePage(props: MoneyHomeProps): Html {
  const { ui, overview } = props;
  const words = ui.words.money;
  return (
    <SchoolFrame {...props} place="money" title={words.title} isLive>
      <PageHead ui={ui} lead={words.lead}>
        {words.title}
      </PageHead>
      <div id="money" class="stack" data-region>
        <Todo ui={ui} overview={overview} />
        <Sides ui={ui} overview={overview} />
      </div>
      <Desks ui={ui} />
      <Seal {...props} />
    </SchoolFrame>
  );
}

function Todo(props: { ui: Ui; overview: MoneyOverview }): Html {
  const { ui } = props;
  const { todo } = props.overview;
  const words = ui.words.money;
  const lines = [
    { text: words.todoZ, count: todo.zCount, href: MONEY_PATH.z },
    { text: words.todoOverdue, count: todo.overdueCount, href: MONEY_PATH.disputes },
    {
      text: words.todoDisputes,
      count: todo.disputeCount - todo.overdueCount,
      href: MONEY_PATH.disputes,
    },
    { text: words.todoApprovals, count: todo.approvalCount, href: MONEY_PATH.review },
    { text: words.todoSuspense, count: todo.suspenseCount, href: MONEY_PATH.review },
    { text: words.todoCounts, count: todo.openCountCount, href: MONEY_PATH.count },
  ].filter(({ count }) => count > 0);
  return (
    <Card title={words.todoTitle}>
      {lines.length === 0 ? (
        <p class="money-calm">
          <Icon ui={ui} name="check" />
          {words.todoNone}
        </p>
      ) : (
        <ul class="finds">
          {lines.map(({ text, count, href }) => (
            <li>
              <a href={href}>
                <span>{fill(text, { count: ui.formats.count(count) })}</span>
                <Icon ui={ui} name="chevron" />
              </a>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function Sides(props: { ui: Ui; overview: MoneyOverview }): Html {
  const { ui, overview } = props;
  const words = ui.words.money;
  const sum = (amounts: readonly number[]): number => amounts.reduce((all, one) => all + one, 0);
  const drawers = sum(overview.drawers.map(({ balance }) => balance));
  const clearing = sum(overview.clearing.map(({ balance }) => balance));
  return (
    <div class="pair">
      <Side
        ui={ui}
        title={words.has}
        lines={[
          [words.cash, overview.cash],
          [words.drawers, drawers],
          [words.bank, overview.bank],
          [words.clearing, clearing],
        ]}
      />
      <Side
        ui={ui}
        title={words.owes}
        lines={[
          [words.children, overview.children],
          [words.stalls, overview.stalls],
          [words.held, overview.held],
          [words.unclaimed, overview.unclaimed],
          [words.reserve, overview.reserve],
          [words.losses, 0 - overview.losses],
        ]}
      />
    </div>
  );
}

/** Lines that stand at nothing are left out, but for the first two: a side is never empty. */
function Side(props: {
  ui: Ui;
  title: string;
  lines: readonly (readonly [string, number])[];
}): Html {
  return (
    <Card title={props.title}>
      <dl class="money-lines">
        {props.lines
          .filter(([, amount], index) => index < 2 || amount !== 0)
          .map(([label, amount]) => (
            <div>
              <dt>{label}</dt>
              <dd>
                <SignedMoney ui={props.ui} amount={amount} />
              </dd>
            </div>
          ))}
      </dl>
    </Card>
  );
}

function Desks(props: { ui: Ui }): Html {
  const { ui } = props;
  const words = ui.words.money;
  const desks = [
    [words.pay, words.payNote, MONEY_PATH.pay],
    [words.count, words.countNote, MONEY_PATH.count],
    [words.review, words.reviewNote, MONEY_PATH.review],
    [words.disputes, words.disputesNote, MONEY_PATH.disputes],
    [words.z, words.zNote, MONEY_PATH.z],
    [words.ledger, words.ledgerNote, SCHOOL_PATH.ledger],
  ] as const;
  return (
    <Card title={words.desksTitle}>
      <ul class="finds money-desks">
        {desks.map(([label, note, href]) => (
          <li>
            <a href={href}>
              <span>
                <strong>{label}</strong>
                <span class="row-note">{note}</span>
              </span>
              <Icon ui={ui} name="chevron" />
            </a>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Seal(props: MoneyHomeProps): Html {
  const { ui, overview, state } = props;
  const words = ui.words.money;
  const { sealedThrough } = overview;
  return (
    <Card title={words.sealTitle}>
      <p class="lead">
        {sealedThrough === null
          ? words.sealedNone
          : fill(words.sealed, { day: ui.formats.day(sealedThrough) })}
      </p>
      <OrderForm
        ui={ui}
        action={`${MONEY_PATH.home}/tutup-buku`}
        class="form form-row"
        orderKey={props.orderKey}
      >
        <Problems ui={ui} state={state} />
        <Field
          name="through"
          label={words.sealDay}
          hint={words.sealHint}
          state={state}
          kind="amount"
          maxLength={8}
        />
        <Submit weight="secondary">{words.sealSubmit}</Submit>
      </OrderForm>
    </Card>
  );
}
