import { ID_PATTERN } from "@saku/protocol";
import type { Hono } from "hono";
import { EMPTY_FORM } from "../../web/design/form.tsx";
import { fill } from "../../web/design/words/words.ts";
import { CountPage } from "../../web/school/money/count.tsx";
import { MONEY_PATH } from "../../web/school/money/pieces.tsx";
import { page, refusedPage, textOf } from "./forms-page.tsx";
import { atDesk, ordering, type Desk, type DeskOrder } from "./school-desk.ts";
import { amountIn, isMendable, keyOf, wrong, type Shown } from "./school-money-forms.ts";
import type { MoneyWriting } from "./money-desk.ts";
import type { Web, WebEnv } from "./web-context.ts";

/** Counting cash blind, and moving it. */
export function schoolMoneyCountRoutes(app: Hono<WebEnv>, web: Web): void {
  app.get(
    MONEY_PATH.count,
    atDesk(web, (desk) => count(desk, { state: EMPTY_FORM })),
  );
  app.post(MONEY_PATH.count, ordering(web, countCash));
  app.post(`${MONEY_PATH.count}/alasan`, ordering(web, explain));
  app.post(`${MONEY_PATH.count}/pindah`, ordering(web, move));
}

async function count(desk: Desk, shown: Shown): Promise<Response> {
  const { c, web, admin, props, ui } = desk;
  const { reading } = web.office.money;
  const { drawers } = await reading.overview(admin.school);
  const counts = await reading.counts(admin.school);
  const isAgain = c.req.query("ulang") !== undefined;
  const open = isAgain ? null : (counts.find(({ state }) => state === "open") ?? null);
  const done = counts.find((row) => row.count === c.req.query("cocok"));
  const notice =
    done?.state !== "booked"
      ? props.notice
      : fill(ui.words.money.countEqual, { amount: ui.formats.money(done.counted) });
  const html = (
    <CountPage
      {...props}
      notice={notice}
      drawers={drawers}
      counts={counts}
      open={open}
      state={shown.state}
      {...keyOf(shown)}
    />
  );
  return page(c, html, Object.keys(shown.state.problems).length === 0 ? 200 : 422);
}

async function countCash(desk: DeskOrder): Promise<Response> {
  const { c, web, ui, admin, fields, order } = desk;
  const amount = amountIn(fields, "counted");
  const again = (): Promise<Response> =>
    count(desk, wrong(fields, order, { counted: ui.words.money.countedWrong }));
  const device = fields["device"] ?? "";
  if (!amount.ok || (device !== "" && !ID_PATTERN.test(device))) return again();
  const outcome = await web.office.money.writing.countCash(order, admin.school, {
    device: device === "" ? null : device,
    counted: amount.value,
  });
  if (outcome.kind === "done") {
    const { isOpen, count: id } = outcome.value;
    return c.redirect(isOpen ? MONEY_PATH.count : `${MONEY_PATH.count}?cocok=${id}`, 303);
  }
  return isMendable(outcome) ? again() : refusedPage(c, outcome);
}

async function explain(desk: DeskOrder): Promise<Response> {
  const { c, web, ui, admin, fields, order } = desk;
  const reason = textOf(fields, "reason", 200);
  const again = (): Promise<Response> =>
    count(desk, wrong(fields, order, { reason: ui.words.money.reasonWrong }));
  if (reason === null || reason.length < 3) return again();
  const outcome = await web.office.money.writing.explainCount(order, admin.school, {
    count: (fields["count"] ?? "").slice(0, 64),
    reason,
  });
  if (outcome.kind === "done") return c.redirect(`${MONEY_PATH.count}?selesai=selisih`, 303);
  return isMendable(outcome) ? again() : refusedPage(c, outcome);
}

type Kind = Parameters<MoneyWriting["moveMoney"]>[2]["kind"];
const KINDS: readonly Kind[] = ["deposit", "bank-fee", "reserve-cash", "reserve-bank"];

async function move(desk: DeskOrder): Promise<Response> {
  const { c, web, ui, admin, fields, order } = desk;
  const kind = KINDS.find((one) => one === fields["kind"]);
  const amount = amountIn(fields, "amount");
  const again = (): Promise<Response> =>
    count(desk, wrong(fields, order, { amount: ui.words.money.moveWrong }));
  if (kind === undefined || !amount.ok) return again();
  const moved = { kind, amount: amount.value };
  const outcome = await web.office.money.writing.moveMoney(order, admin.school, moved);
  if (outcome.kind === "done") return c.redirect(`${MONEY_PATH.count}?selesai=pindah`, 303);
  return isMendable(outcome) ? again() : refusedPage(c, outcome);
}
