import type { JSX } from "hono/jsx/jsx-runtime";
import type { ZoneMinutes } from "@saku/protocol";
import type { RecentSale } from "../../../core/wallet/sale-desk.ts";
import type { Assets } from "../assets.ts";
import type { OperatorText } from "../operator-text.ts";
import { clockText, initials, rupiahText, type Text } from "../text.ts";
import { CodePad } from "./code-pad.tsx";
import { Icon } from "./icon.tsx";
import { Page } from "./page.tsx";

export type RecentNote = "voided" | "too-late" | "wrong" | "locked" | "failed";

const NOTES: Readonly<Record<RecentNote, keyof Text & `recent${string}`>> = {
  voided: "recentVoided",
  "too-late": "recentTooLate",
  wrong: "recentWrongCode",
  locked: "recentLocked",
  failed: "recentFailed",
};

export function RecentPage(props: {
  readonly text: Text;
  readonly words: OperatorText;
  readonly assets: Assets;
  readonly sales: readonly RecentSale[];
  readonly zone: ZoneMinutes;
  readonly voidableSince: number;
  /** The sale whose void is being confirmed. */
  readonly chosen: RecentSale | null;
  readonly note: RecentNote | null;
}): JSX.Element {
  const { text, words, assets, sales, zone, chosen, note, voidableSince } = props;
  return (
    <Page
      text={text}
      assets={assets}
      title={text.recentTitle}
      islands={["form"]}
      body={{ class: "sheet" }}
    >
      <header class="bar">
        <a class="bar-back" href={chosen === null ? "/" : "/recent"}>
          ← {text.back}
        </a>
        <h1>{chosen === null ? text.recentTitle : text.recentVoidTitle}</h1>
        {chosen === null ? (
          <a class="bar-back" href="/refund">
            {words.refundTitle}
          </a>
        ) : null}
      </header>
      <main class="sheet-main">
        {note === null ? null : (
          <p class={note === "voided" ? "notice notice-ok" : "notice"} role="status">
            {text[NOTES[note]]}
          </p>
        )}
        {chosen === null ? (
          <SaleList text={text} sales={sales} zone={zone} voidableSince={voidableSince} />
        ) : (
          <VoidForm text={text} sale={chosen} zone={zone} />
        )}
      </main>
    </Page>
  );
}

function SaleList(props: {
  readonly text: Text;
  readonly sales: readonly RecentSale[];
  readonly zone: ZoneMinutes;
  readonly voidableSince: number;
}): JSX.Element {
  const { text, sales, zone, voidableSince } = props;
  if (sales.length === 0) return <p class="hint">{text.recentEmpty}</p>;
  return (
    <ul class="sales">
      {sales.map((sale) => (
        <li class={sale.state === "voided" ? "sale sale-voided" : "sale"}>
          <time>{clockText(sale.atMs, zone)}</time>
          <strong>{rupiahText(sale.amount)}</strong>
          <span>{initials(sale.firstName)}</span>
          <span class="sale-method">{text.methods[sale.method]}</span>
          <span class="sale-state">
            <Icon
              name={
                sale.state === "recorded" ? "recent" : sale.state === "voided" ? "cross" : "tick"
              }
            />
            {stateText(text, sale.state)}
          </span>
          {sale.state !== "voided" && sale.atMs >= voidableSince ? (
            <a class="sale-void" href={`/recent?sale=${sale.saleId}`}>
              {text.recentVoid}
            </a>
          ) : (
            <span />
          )}
        </li>
      ))}
    </ul>
  );
}

function VoidForm(props: {
  readonly text: Text;
  readonly sale: RecentSale;
  readonly zone: ZoneMinutes;
}): JSX.Element {
  const { text, sale, zone } = props;
  return (
    <form class="code-form" method="post" action="/counter/void">
      <div class="code-form-say">
        <p class="pin-amount">{rupiahText(sale.amount)}</p>
        <p class="hint">
          {clockText(sale.atMs, zone)} · {initials(sale.firstName)}
        </p>
      </div>
      <input type="hidden" name="sale" value={sale.saleId} />
      <CodePad
        text={text}
        name="code"
        label={text.recentCode}
        lengthMax={12}
        submit={text.recentVoid}
      />
    </form>
  );
}

function stateText(text: Text, state: RecentSale["state"]): string {
  switch (state) {
    case "recorded":
      return text.stateRecorded;
    case "acked":
      return text.stateAcked;
    case "safe":
      return text.stateSafe;
    case "voided":
      return text.stateVoided;
  }
}
