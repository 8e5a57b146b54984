import type { JSX } from "hono/jsx/jsx-runtime";
import type { RefundReason, ZoneMinutes } from "@saku/protocol";
import type { RefundableSale } from "../../../core/drawer/operator-desk.ts";
import type { RefundRefusal } from "../../../core/wallet/refund.ts";
import type { Assets } from "../assets.ts";
import { REFUND_REASONS } from "../operator-orders.ts";
import type { OperatorText } from "../operator-text.ts";
import { clockText, dayText, initials, rupiahText, type Text } from "../text.ts";
import { AmountPad } from "./amount-pad.tsx";
import { CodePad } from "./code-pad.tsx";
import { Sheet } from "./sheet.tsx";

export type RefundNote = "refunded" | "wrong" | "locked" | "amount" | RefundRefusal;
export type RefundOrderForm = {
  readonly amount: number;
  readonly reason: RefundReason;
  readonly press: string;
};

type Words = { readonly text: Text; readonly words: OperatorText };
type Clock = { readonly zone: ZoneMinutes; readonly nowMs: number };
type Of = Words & Clock & { readonly sale: RefundableSale };

/** Money of an earlier sale goes back, one question a page: which sale, how much and why, and the operator's code. */
export function RefundPage(
  props: Words &
    Clock & {
      readonly assets: Assets;
      readonly sales: readonly RefundableSale[];
      readonly sale: RefundableSale | null;
      readonly order: RefundOrderForm | null;
      readonly note: RefundNote | null;
    },
): JSX.Element {
  const { text, words, assets, sale, order, note } = props;
  return (
    <Sheet
      text={text}
      assets={assets}
      title={words.refundTitle}
      back={backOf(sale, order)}
      notice={note === null ? null : { isGood: note === "refunded", say: sayOf(text, words, note) }}
    >
      {sale === null ? (
        <SaleList {...props} />
      ) : order === null ? (
        <AmountForm {...props} sale={sale} />
      ) : (
        <CodeForm {...props} sale={sale} order={order} />
      )}
    </Sheet>
  );
}

function backOf(sale: RefundableSale | null, order: RefundOrderForm | null): string {
  if (sale === null) return "/recent";
  return order === null ? "/refund" : `/refund?sale=${sale.saleId}`;
}

function sayOf(text: Text, words: OperatorText, note: RefundNote): string {
  if (note === "refunded") return words.refunded;
  if (note === "wrong") return text.recentWrongCode;
  if (note === "locked") return text.recentLocked;
  return words.refundRefusals[note === "amount" ? "too-much" : note];
}

function SaleList(
  props: Words & Clock & { readonly sales: readonly RefundableSale[] },
): JSX.Element {
  const { text, words, sales, zone, nowMs } = props;
  if (sales.length === 0) return <p class="hint">{words.refundEmpty}</p>;
  return (
    <>
      <p class="lead">{words.refundPick}</p>
      <ul class="sales">
        {sales.map((sale) => (
          <li class="sale sale-refund">
            <time>{whenText({ sale, zone, nowMs, text })}</time>
            <strong>{rupiahText(sale.amount)}</strong>
            <span>{initials(sale.firstName)}</span>
            <span class="sale-method">{text.methods[sale.method]}</span>
            <span class="sale-state">
              {sale.left === sale.amount ? null : `${words.refundLeft} ${rupiahText(sale.left)}`}
            </span>
            <a class="sale-void" href={`/refund?sale=${sale.saleId}`}>
              {words.refund}
            </a>
          </li>
        ))}
      </ul>
    </>
  );
}

/** The clock for sales of today, the day before it for earlier ones. */
function whenText(of: Omit<Of, "words">): string {
  const { sale, zone, nowMs, text } = of;
  const clock = clockText(sale.atMs, zone);
  const day = dayText(sale.atMs, zone, text);
  return day === dayText(nowMs, zone, text) ? clock : `${day} ${clock}`;
}

function SaleFacts(props: Of): JSX.Element {
  const { sale, words } = props;
  return (
    <>
      <p class="pin-amount">{rupiahText(sale.amount)}</p>
      <p class="hint">
        {whenText(props)} · {initials(sale.firstName)}
      </p>
      {sale.left === sale.amount ? null : (
        <p>
          {words.refundLeft} <strong>{rupiahText(sale.left)}</strong>
        </p>
      )}
    </>
  );
}

function AmountForm(props: Of): JSX.Element {
  const { text, words, sale } = props;
  return (
    <form class="code-form" method="get" action="/refund">
      <div class="code-form-say">
        <SaleFacts {...props} />
        <fieldset class="choices">
          <legend>{words.refundReason}</legend>
          {REFUND_REASONS.map((reason, index) => (
            <label class="choice">
              <input type="radio" name="reason" value={reason} checked={index === 0} />
              <span>{words.reasons[reason]}</span>
            </label>
          ))}
        </fieldset>
      </div>
      <input type="hidden" name="sale" value={sale.saleId} />
      <AmountPad
        text={text}
        words={words}
        name="amount"
        label={words.refundAmount}
        value={sale.left}
        submit={words.next}
      />
    </form>
  );
}

function CodeForm(props: Of & { readonly order: RefundOrderForm }): JSX.Element {
  const { text, words, sale, order } = props;
  return (
    <form class="code-form" method="post" action="/counter/refund">
      <div class="code-form-say">
        <p class="figure-label">{words.refundAmount}</p>
        <p class="pin-amount">{rupiahText(order.amount)}</p>
        <p>
          {whenText(props)} · {initials(sale.firstName)} · {words.reasons[order.reason]}
        </p>
        <p class="hint">{words.refundSay}</p>
        <a class="quiet-link" href={`/refund?sale=${sale.saleId}`}>
          {words.otherAmount}
        </a>
      </div>
      <input type="hidden" name="press" value={order.press} />
      <input type="hidden" name="sale" value={sale.saleId} />
      <input type="hidden" name="amount" value={String(order.amount)} />
      <input type="hidden" name="reason" value={order.reason} />
      <CodePad
        text={text}
        name="code"
        label={words.confirmCode}
        lengthMax={12}
        submit={words.refund}
      />
    </form>
  );
}
