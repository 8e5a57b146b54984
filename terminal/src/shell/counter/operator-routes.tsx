import { randomUUID } from "node:crypto";
import { Hono, type Context } from "hono";
import type { Assets } from "./assets.ts";
import type { CounterDesk } from "./desk.ts";
import { operatorRefused } from "./events.ts";
import { readFields } from "./guard.ts";
import {
  NUMBER_PATTERN,
  parseCash,
  parseClose,
  parseRefund,
  readAmount,
  REFUND_REASONS,
  type CashForm,
  type CloseForm,
  type RefundForm,
} from "./operator-orders.ts";
import { isForm, oneOf, operatorTextOf, textOf } from "./page-query.ts";
import { CashPage, type CashNote } from "./pages/cash-page.tsx";
import { ClosePage, type CloseNote } from "./pages/close-page.tsx";
import { RefundPage, type RefundNote } from "./pages/refund-page.tsx";
import type { CounterDeps } from "./ports.ts";

const REFUNDABLE_COUNT = 40;

const CODE_NOTES = ["wrong", "locked"] as const;
const REFUND_NOTES: readonly RefundNote[] = [
  ...CODE_NOTES,
  "refunded",
  "terminal-not-ready",
  "day-closed",
  "unknown-sale",
  "already-voided",
  "too-much",
  "press-reused",
  "disk-failed",
];
const CASH_NOTES: readonly CashNote[] = [
  ...CODE_NOTES,
  "taken",
  "terminal-not-ready",
  "day-closed",
  "unknown-student",
  "too-much",
  "press-reused",
  "disk-failed",
];
const CLOSE_NOTES: readonly CloseNote[] = [...CODE_NOTES, "terminal-not-ready", "disk-failed"];

type Parts = { readonly desk: CounterDesk; readonly deps: CounterDeps; readonly assets: Assets };

/*
 * What an operator does with money, by code. The pages go step by step with plain GETs; for programs:
 *
 *   POST /counter/refund {press, sale, amount, reason, code}   200 {"note": "refunded"}, 409 {"note": why not}
 *   POST /counter/cash   {press, number, amount, code}         200 {"note": "taken"}, 409 {"note": why not}
 *   POST /counter/close  {counted, code}                       200 {"note": "closed", counted, expected, difference}
 *
 * `press` is any new text of 8 to 64 characters a-z 0-9 -: sent again, it is the same order (rule W30).
 */
export function operatorRoutes(parts: Parts): Hono {
  return new Hono()
    .get("/refund", (c) => refundPage(c, parts))
    .post("/counter/refund", (c) => refund(c, parts))
    .get("/cash", (c) => cashPage(c, parts))
    .post("/counter/cash", (c) => cash(c, parts))
    .get("/close", (c) => closePage(c, parts))
    .post("/counter/close", (c) => close(c, parts));
}

/** Null = the operator's code is right; a wrong one is counted like any other. */
async function wrongCode(
  { desk, deps }: Parts,
  what: "refund" | "cash-in" | "close",
  code: string,
): Promise<"wrong" | "locked" | null> {
  const checked = await desk.session.check(code);
  if (checked === true) return null;
  operatorRefused(deps.log, what);
  return checked === "locked" ? "locked" : "wrong";
}

async function refundPage(c: Context, { desk, deps, assets }: Parts): Promise<Response> {
  const sales = await deps.saleDesk.refundableSales(REFUNDABLE_COUNT);
  const sale = sales.find(({ saleId }) => saleId === c.req.query("sale")) ?? null;
  const asked = c.req.query("amount");
  const amount = asked === undefined ? null : readAmount(asked);
  const isRight = sale !== null && amount !== null && amount > 0 && amount <= sale.left;
  const reason = oneOf(c.req.query("reason"), REFUND_REASONS);
  const wrong: RefundNote | null = asked === undefined || isRight ? null : "amount";
  return c.html(
    <RefundPage
      text={textOf(c)}
      words={operatorTextOf(c)}
      assets={assets}
      sales={sales}
      zone={desk.stall()?.zone ?? 420}
      nowMs={deps.now()}
      sale={sale}
      order={isRight && reason !== null ? { amount, reason, press: randomUUID() } : null}
      note={oneOf(c.req.query("note"), REFUND_NOTES) ?? (sale === null ? null : wrong)}
    />,
  );
}

async function refund(c: Context, parts: Parts): Promise<Response> {
  const form = parseRefund(await readFields(c));
  if (form === null) return isForm(c) ? c.redirect("/refund", 303) : notAnOrder(c);
  const note = await tryRefund(parts, form);
  if (!isForm(c)) return c.json({ note }, note === "refunded" ? 200 : 409);
  const { sale, amount, reason } = form;
  const again = isCodeNote(note) ? `&sale=${sale}&amount=${amount}&reason=${reason}` : "";
  return c.redirect(`/refund?note=${note}${again}`, 303);
}

async function tryRefund(parts: Parts, form: RefundForm): Promise<RefundNote> {
  const { press, sale: saleId, amount, reason, code } = form;
  const wrong = await wrongCode(parts, "refund", code);
  if (wrong !== null) return wrong;
  const outcome = await parts.deps.saleDesk.refund({ press, saleId, amount, reason });
  return outcome.kind === "refunded" ? "refunded" : outcome.reason;
}

async function cashPage(c: Context, { deps, assets }: Parts): Promise<Response> {
  const number = c.req.query("number") ?? "";
  const child = NUMBER_PATTERN.test(number) ? await deps.directory.studentByNumber(number) : null;
  const asked = c.req.query("amount");
  const amount = asked === undefined ? null : readAmount(asked);
  const isRight = child !== null && amount !== null && amount > 0;
  const wrong: CashNote | null =
    number !== "" && child === null
      ? "unknown-student"
      : asked === undefined || isRight
        ? null
        : "amount";
  return c.html(
    <CashPage
      text={textOf(c)}
      words={operatorTextOf(c)}
      assets={assets}
      child={child}
      order={isRight ? { amount, press: randomUUID() } : null}
      note={oneOf(c.req.query("note"), CASH_NOTES) ?? wrong}
    />,
  );
}

async function cash(c: Context, parts: Parts): Promise<Response> {
  const form = parseCash(await readFields(c));
  if (form === null) return isForm(c) ? c.redirect("/cash", 303) : notAnOrder(c);
  const note = await tryCash(parts, form);
  if (!isForm(c)) return c.json({ note }, note === "taken" ? 200 : 409);
  const again = isCodeNote(note) ? `&number=${form.number}&amount=${form.amount}` : "";
  return c.redirect(`/cash?note=${note}${again}`, 303);
}

async function tryCash(parts: Parts, form: CashForm): Promise<CashNote> {
  const { press, number, amount, code } = form;
  const wrong = await wrongCode(parts, "cash-in", code);
  if (wrong !== null) return wrong;
  const child = await parts.deps.directory.studentByNumber(number);
  if (child === null) return "unknown-student";
  const { student } = child;
  const outcome = await parts.deps.saleDesk.cashIn({ press, student, amount });
  return outcome.kind === "taken" ? "taken" : outcome.reason;
}

async function closePage(c: Context, { deps, assets }: Parts): Promise<Response> {
  const asked = c.req.query("counted");
  const counted = asked === undefined ? null : readAmount(asked);
  const wrong: CloseNote | null = asked === undefined || counted !== null ? null : "amount";
  return c.html(
    <ClosePage
      text={textOf(c)}
      words={operatorTextOf(c)}
      assets={assets}
      unsentCount={deps.link.status().unsentCount}
      closing={await deps.saleDesk.closing()}
      counted={counted}
      note={oneOf(c.req.query("note"), CLOSE_NOTES) ?? wrong}
    />,
  );
}

/** The end of the day: the count is on disk before anything is told that it could have been fitted to (W31). */
async function close(c: Context, parts: Parts): Promise<Response> {
  const form = parseClose(await readFields(c));
  if (form === null) return isForm(c) ? c.redirect("/close?note=wrong", 303) : notAnOrder(c);
  const outcome = await tryClose(parts, form);
  if (!isForm(c)) return c.json(outcome, outcome.note === "closed" ? 200 : 409);
  const again = isCodeNote(outcome.note) ? `&counted=${form.counted}` : "";
  return c.redirect(
    outcome.note === "closed" ? "/close" : `/close?note=${outcome.note}${again}`,
    303,
  );
}

async function tryClose(
  parts: Parts,
  { counted, code }: CloseForm,
): Promise<{ readonly note: CloseNote | "closed" }> {
  const wrong = await wrongCode(parts, "close", code);
  if (wrong !== null) return { note: wrong };
  const outcome = await parts.deps.saleDesk.closeDay(counted);
  if (outcome.kind === "refused") return { note: outcome.reason };
  const { kind, ...closing } = outcome;
  return { note: kind, ...closing };
}

const isCodeNote = (note: string): boolean => note === "wrong" || note === "locked";

function notAnOrder(c: Context): Response {
  return c.json({ error: "Not an order of an operator" }, 400);
}
