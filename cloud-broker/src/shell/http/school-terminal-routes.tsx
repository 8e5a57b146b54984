import type { Hono } from "hono";
import type { TerminalView } from "../../core/reports/views.ts";
import { EMPTY_FORM, type FormState } from "../../web/design/form.tsx";
import { fill } from "../../web/design/words/words.ts";
import { SCHOOL_PATH } from "../../web/school/frame.tsx";
import { EMERGENCY_MAX } from "../../core/leases/limits.ts";
import { ClaimPage, RevokePage, TerminalsPage } from "../../web/school/terminals.tsx";
import { formState, notFoundPage, page, refusedPage, textOf } from "./forms-page.tsx";
import type { OrderOutcome } from "./office.ts";
import { amountIn } from "./school-money-forms.ts";
import { atDesk, ordering, type Desk, type DeskOrder } from "./school-desk.ts";
import { unixMs } from "@saku/protocol";
import type { Web, WebEnv } from "./web-context.ts";

/** Claims for new terminals, and revoking old ones. */
export function schoolTerminalRoutes(app: Hono<WebEnv>, web: Web): void {
  app.get(
    "/sekolah/terminal",
    atDesk(web, (desk) => terminals(desk, EMPTY_FORM, 200)),
  );
  app.get("/sekolah/terminal/klaim", (c) => c.redirect(SCHOOL_PATH.terminals, 303));
  app.post("/sekolah/terminal/klaim", ordering(web, createClaim));
  app.post("/sekolah/terminal/catatan", ordering(web, decideLetter));
  app.post("/sekolah/terminal/:device/bersih", ordering(web, aboutTerminal("clearTerminal")));
  app.post("/sekolah/terminal/:device/kunci", ordering(web, aboutTerminal("rotateKey")));
  app.post("/sekolah/terminal/hub", ordering(web, setHub));
  app.post("/sekolah/terminal/darurat", ordering(web, setEmergency));
  app.post("/sekolah/terminal/:device/hilang", ordering(web, loseTerminal));
  app.get("/sekolah/terminal/:device/cabut", atDesk(web, confirmRevoke));
  app.post("/sekolah/terminal/:device/cabut", ordering(web, revoke));
}

async function terminals(
  desk: Desk,
  state: FormState,
  status: 200 | 422,
  orderKey?: string,
): Promise<Response> {
  const merchants = await desk.web.office.reading.merchants(desk.admin.school);
  const html = (
    <TerminalsPage
      {...desk.props}
      merchants={merchants}
      letters={await desk.web.office.letters.waiting(desk.admin.school)}
      nowMs={desk.web.nowMs()}
      state={state}
      {...(orderKey === undefined ? {} : { orderKey })}
    />
  );
  return page(desk.c, html, status);
}

async function createClaim(desk: DeskOrder): Promise<Response> {
  const { c, web, ui, admin, fields, order, props } = desk;
  const words = ui.words.terminals;
  const terminalName = textOf(fields, "name", 40);
  const merchants = await web.office.reading.merchants(admin.school);
  const merchant = merchants.find((one) => one.merchant === fields["merchant"]);
  const problems: Record<string, string> = {};
  if (terminalName === null) problems["name"] = words.nameWrong;
  if (merchant === undefined) problems["merchant"] = words.stallWrong;
  if (terminalName === null || merchant === undefined)
    return terminals(desk, formState(fields, problems), 422, order.idempotencyKey);
  const outcome = await web.office.writing.createClaim(order, admin.school, {
    merchant: merchant.merchant,
    terminalName,
  });
  if (outcome.kind === "refused") return refusedPage(c, outcome);
  const expiresAt = ui.formats.timeWithZone(unixMs(outcome.value.expiresAtMs), props.school.zone);
  const html = (
    <ClaimPage
      {...props}
      terminalName={terminalName}
      claim={outcome.value.claim}
      expiresAt={expiresAt}
      cloudUrl={new URL(c.req.url).origin}
    />
  );
  return page(c, html);
}

function askedTerminal(desk: Desk): TerminalView | null {
  const device = desk.c.req.param("device");
  return desk.props.school.terminals.find((terminal) => terminal.device === device) ?? null;
}

function confirmRevoke(desk: Desk): Promise<Response> {
  const terminal = askedTerminal(desk);
  if (terminal === null) return notFoundPage(desk.c);
  return page(desk.c, <RevokePage {...desk.props} terminal={terminal} />);
}

async function revoke(desk: DeskOrder): Promise<Response> {
  const terminal = askedTerminal(desk);
  if (terminal === null) return notFoundPage(desk.c);
  const outcome = await desk.web.office.writing.revokeTerminal(desk.order, terminal.device);
  if (outcome.kind === "refused") return refusedPage(desk.c, outcome);
  return desk.c.redirect(`${SCHOOL_PATH.terminals}?selesai=cabut`, 303);
}

/** One person's word about a note that could not be booked [N11]. */
async function decideLetter(desk: DeskOrder): Promise<Response> {
  const { fields, order } = desk;
  const { device = "", inc = "", hash = "", what = "" } = fields;
  const n = Number(fields["n"]);
  if ((what !== "discard" && what !== "suspense") || !Number.isSafeInteger(n))
    return notFoundPage(desk.c);
  const outcome = await desk.web.office.letters.decide(order, { device, inc, n, hash }, what);
  if (outcome.kind === "refused") return refusedPage(desk.c, outcome);
  return desk.c.redirect(`${SCHOOL_PATH.terminals}?selesai=catatan`, 303);
}

function aboutTerminal(
  what: "clearTerminal" | "rotateKey",
): (desk: DeskOrder) => Promise<Response> {
  return async (desk) => {
    const terminal = askedTerminal(desk);
    if (terminal === null) return notFoundPage(desk.c);
    const outcome = await desk.web.office.letters[what](desk.order, terminal.device);
    if (outcome.kind === "refused") return refusedPage(desk.c, outcome);
    return desk.c.redirect(`${SCHOOL_PATH.terminals}?selesai=terminal`, 303);
  };
}

async function setHub(desk: DeskOrder): Promise<Response> {
  const hub = desk.fields["hub"] ?? "";
  const wanted = hub === "" ? null : hub;
  const outcome = await desk.web.office.writing.setHub(desk.order, desk.admin.school, wanted);
  if (outcome.kind === "refused") return refusedPage(desk.c, outcome);
  return desk.c.redirect(`${SCHOOL_PATH.terminals}?selesai=hub`, 303);
}

/** What hungry children may get from the reserve; 0 is an answer too [G12]. */
async function setEmergency(desk: DeskOrder): Promise<Response> {
  const { fields, ui, order } = desk;
  const [perSale, perDay] = [amountIn(fields, "perSale"), amountIn(fields, "perDay")];
  const problems: Record<string, string> = {};
  for (const [name, amount, max] of [
    ["perSale", perSale, EMERGENCY_MAX.perSale],
    ["perDay", perDay, EMERGENCY_MAX.perDay],
  ] as const)
    if (!amount.ok || amount.value > max)
      problems[name] = fill(ui.words.emergency.wrong, { max: ui.formats.money(max) });
  if (!perSale.ok || !perDay.ok || Object.keys(problems).length > 0)
    return terminals(desk, formState(fields, problems), 422, order.idempotencyKey);
  const outcome = await desk.web.office.writing.setEmergency(order, desk.admin.school, {
    perSale: perSale.value,
    perDay: perDay.value,
  });
  if (outcome.kind === "refused") return refusedPage(desk.c, outcome);
  return desk.c.redirect(`${SCHOOL_PATH.terminals}?selesai=darurat`, 303);
}

/** The next step of a loss; who may take it is decided by the office. */
async function loseTerminal(desk: DeskOrder): Promise<Response> {
  const terminal = askedTerminal(desk);
  if (terminal === null) return notFoundPage(desk.c);
  const { writing } = desk.web.office;
  const { order } = desk;
  const steps: Readonly<Record<string, () => Promise<OrderOutcome>>> = {
    declare: () => writing.declareLost(order, terminal.device),
    confirm: () => writing.confirmLost(order, terminal.device),
    "write-off": () => writing.orderWriteOff(order, terminal.device),
  };
  const step = steps[desk.fields["step"] ?? ""];
  if (step === undefined) return notFoundPage(desk.c);
  const outcome = await step();
  if (outcome.kind === "refused") return refusedPage(desk.c, outcome);
  return desk.c.redirect(`${SCHOOL_PATH.terminals}?selesai=hilang`, 303);
}
