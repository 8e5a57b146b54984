import type { ActivityLine, ChildView } from "../../core/reports/views.ts";
import { Icon, type IconName } from "../design/pieces.tsx";
import { dayTitle, Money, Sentence, Time } from "../design/text.tsx";
import type { Html, Ui } from "../design/ui.ts";
import { receiptPath } from "./receipt.tsx";
import { fill } from "../design/words/words.ts";

/** Below this a parent would not notice the delay; above it the line shows both times. */
const LATE_FROM_MS = 2 * 60_000;

const ICON: Readonly<Record<ActivityLine["kind"], IconName>> = {
  sale: "bowl",
  void: "undo",
  "top-up": "arrow-up",
  refund: "undo",
  withdrawal: "wallet",
};

export function ActivityList(props: {
  ui: Ui;
  child: ChildView;
  lines: readonly ActivityLine[];
}): Html {
  return (
    <ol class="lines">
      {props.lines.map((line) => (
        <Line ui={props.ui} child={props.child} line={line} />
      ))}
    </ol>
  );
}

function Line(props: { ui: Ui; child: ChildView; line: ActivityLine }): Html {
  const { ui, child, line } = props;
  return (
    <li class={`line line-${line.kind}`} data-key={line.journal} data-say={said(ui, child, line)}>
      <span class="line-icon">
        <Icon ui={ui} name={ICON[line.kind]} />
      </span>
      <div class="line-text">
        <p class="line-title">
          <a class="line-receipt" href={receiptPath(child, line.journal)}>
            {titleOf(ui, line)}
          </a>
        </p>
        <p class="line-note">
          <When ui={ui} child={child} line={line} />
          <Note ui={ui} line={line} />
        </p>
      </div>
      <p class="line-amount">
        <Money ui={ui} amount={line.amount} sign={isSpent(line) ? "minus" : "plus"} />
      </p>
    </li>
  );
}

const isSpent = ({ kind }: ActivityLine): boolean => kind === "sale" || kind === "withdrawal";

function titleOf(ui: Ui, line: ActivityLine): string {
  const words = ui.words.parent;
  if (line.kind === "top-up") return words.topUp;
  if (line.kind === "refund") return words.refund;
  if (line.kind === "withdrawal") return words.withdrawal;
  return line.merchantName ?? words.sale;
}

function Note(props: { ui: Ui; line: ActivityLine }): Html {
  const words = props.ui.words.parent;
  const { kind, method } = props.line;
  if (kind === "void") return <span>{words.voided}</span>;
  if (kind === "top-up") return <span>{words.topUpCash}</span>;
  return method === null ? <></> : <span>{words.methods[method]}</span>;
}

/** Honest about late sync: when it happened, and when we heard of it. */
function When(props: { ui: Ui; child: ChildView; line: ActivityLine }): Html {
  const { ui, child, line } = props;
  const at = ui.formats.time(line.atMs, child.zone);
  if (line.receivedAtMs - line.atMs < LATE_FROM_MS) return <Time atMs={line.atMs} text={at} />;
  const received = ui.formats.time(line.receivedAtMs, child.zone);
  return (
    <span class="late" title={fill(ui.words.parent.lateWhy, { at, received })}>
      <Sentence
        text={ui.words.parent.late}
        parts={{
          at: <Time atMs={line.atMs} text={at} />,
          received: <Time atMs={line.receivedAtMs} text={received} />,
        }}
      />
    </span>
  );
}

function said(ui: Ui, child: ChildView, line: ActivityLine): string {
  const { said: sentence, saidOther } = ui.words.parent;
  const name = child.firstName;
  if (line.kind !== "sale" || line.merchantName === null) return fill(saidOther, { name });
  const amount = ui.isDiscreet ? "Rp •••" : ui.formats.money(line.amount);
  return fill(sentence, { name, merchant: line.merchantName, amount });
}

export type DayGroup = { readonly title: string; readonly lines: readonly ActivityLine[] };

/** Newest day first; inside a day newest first. */
export function groupByDay(
  ui: Ui,
  child: ChildView,
  lines: readonly ActivityLine[],
): readonly DayGroup[] {
  const days = new Map<number, { title: string; lines: ActivityLine[] }>();
  for (const line of lines.toSorted((a, b) => b.day - a.day || b.atMs - a.atMs)) {
    const group = days.get(line.day) ?? { title: dayTitle(ui, line.day, child.today), lines: [] };
    group.lines.push(line);
    days.set(line.day, group);
  }
  return [...days.values()];
}
