import { subtractRupiah, type UnixMs } from "@saku/protocol";
import type { TrialBalance } from "../../core/reports/views.ts";
import { PageHead } from "../design/document.tsx";
import { Card, Empty, Icon, TableFrame } from "../design/pieces.tsx";
import { Money } from "../design/text.tsx";
import type { Html, Ui } from "../design/ui.ts";
import { fill } from "../design/words/words.ts";
import { SCHOOL_PATH, SchoolFrame, type SchoolProps } from "./frame.tsx";

export function TrialBalancePage(
  props: SchoolProps & { trial: TrialBalance; nowMs: UnixMs },
): Html {
  const { ui, trial, school } = props;
  const words = ui.words.ledger;
  return (
    <SchoolFrame {...props} place="ledger" title={words.title} isLive>
      <PageHead ui={ui} back={SCHOOL_PATH.money} lead={words.lead}>
        {words.title}
      </PageHead>
      <div id="trial" class="stack" data-region>
        <Verdict ui={ui} trial={trial} />
        <Card
          title={fill(words.checkedAt, { at: ui.formats.timeWithZone(props.nowMs, school.zone) })}
          aside={<a href={`${SCHOOL_PATH.ledger}.csv`}>{words.download}</a>}
        >
          {trial.rows.length === 0 ? (
            <Empty ui={ui} icon="scale">
              {words.empty}
            </Empty>
          ) : (
            <Rows ui={ui} trial={trial} />
          )}
        </Card>
      </div>
    </SchoolFrame>
  );
}

/** The answer first, large, in word and shape and colour. */
function Verdict(props: { ui: Ui; trial: TrialBalance }): Html {
  const { ui, trial } = props;
  const words = ui.words.ledger;
  const { debitTotal, creditTotal, isBalanced } = trial;
  const difference =
    debitTotal >= creditTotal
      ? subtractRupiah(debitTotal, creditTotal)
      : subtractRupiah(creditTotal, debitTotal);
  return (
    <section class={isBalanced ? "verdict is-balanced" : "verdict is-broken"}>
      <span class="verdict-mark">
        <Icon ui={ui} name={isBalanced ? "check" : "cross"} />
      </span>
      <div>
        <h2>{isBalanced ? words.balancedTitle : words.brokenTitle}</h2>
        <p>
          {isBalanced
            ? words.balancedLead
            : fill(words.brokenLead, { difference: ui.formats.money(difference) })}
        </p>
      </div>
      <dl>
        <div>
          <dt>{words.debit}</dt>
          <dd>
            <Money ui={ui} amount={debitTotal} />
          </dd>
        </div>
        <div>
          <dt>{words.credit}</dt>
          <dd>
            <Money ui={ui} amount={creditTotal} />
          </dd>
        </div>
      </dl>
    </section>
  );
}

/** A kind that this page does not know yet keeps its own name. */
function kindName(ui: Ui, kind: string): string {
  return Object.entries(ui.words.ledger.kinds).find(([name]) => name === kind)?.[1] ?? kind;
}

/** "escrow: Kasir 1" belongs to Kasir 1; "cash" to the school itself. */
function holderName(account: string): string {
  const at = account.indexOf(": ");
  return at < 0 ? "" : account.slice(at + 2);
}

function Rows(props: { ui: Ui; trial: TrialBalance }): Html {
  const { ui, trial } = props;
  const words = ui.words.ledger;
  return (
    <TableFrame label={words.title}>
      <thead>
        <tr>
          <th scope="col">{words.account}</th>
          <th scope="col" class="number">
            {words.debit}
          </th>
          <th scope="col" class="number">
            {words.credit}
          </th>
          <th scope="col" class="number">
            {words.balance}
          </th>
        </tr>
      </thead>
      <tbody>
        {trial.rows.map((row) => (
          <tr>
            <th scope="row">
              {kindName(ui, row.kind)}
              <span class="row-note">{holderName(row.account)}</span>
            </th>
            <td class="number">
              <Money ui={ui} amount={row.debit} />
            </td>
            <td class="number">
              <Money ui={ui} amount={row.credit} />
            </td>
            <td class="number">
              <Money ui={ui} amount={row.balance} />
            </td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">{words.total}</th>
          <td class="number">
            <Money ui={ui} amount={trial.debitTotal} />
          </td>
          <td class="number">
            <Money ui={ui} amount={trial.creditTotal} />
          </td>
          <td />
        </tr>
      </tfoot>
    </TableFrame>
  );
}
