import type { Hono } from "hono";
import { EMPTY_FORM } from "../../web/design/form.tsx";
import { fill } from "../../web/design/words/words.ts";
import { DisputesPage } from "../../web/school/money/disputes.tsx";
import { MONEY_PATH } from "../../web/school/money/pieces.tsx";
import { ReviewPage } from "../../web/school/money/review.tsx";
import { ZReportsPage } from "../../web/school/money/z-reports.tsx";
import { page, refusedPage, textOf } from "./forms-page.tsx";
import type { GuardedOrder } from "./money-desk.ts";
import { atDesk, ordering, type Desk, type DeskOrder } from "./school-desk.ts";
import { amountIn, isMendable, keyOf, wrong, type Shown } from "./school-money-forms.ts";
import type { Web, WebEnv } from "./web-context.ts";

/** What a person decides: suspense, approvals, disputes, Z reports that disagree. */
export function schoolMoneyReviewRoutes(app: Hono<WebEnv>, web: Web): void {
  const empty: Shown = { state: EMPTY_FORM };
  app.get(
    MONEY_PATH.review,
    atDesk(web, (desk) => review(desk, empty)),
  );
  app.post(`${MONEY_PATH.review}/setuju`, ordering(web, answer));
  app.post(`${MONEY_PATH.review}/rekan`, ordering(web, inviteColleague));
  app.post(`${MONEY_PATH.review}/terjual`, ordering(web, decideOversold));
  app.post(`${MONEY_PATH.review}/tanpa-pemilik`, ordering(web, decideFound));
  app.get(
    MONEY_PATH.disputes,
    atDesk(web, (desk) => disputes(desk, empty, desk.c.req.query("pilih"))),
  );
  app.post(MONEY_PATH.disputes, ordering(web, decideDispute));
  app.get(
    MONEY_PATH.z,
    atDesk(web, (desk) => zReports(desk, empty, desk.c.req.query("pilih"))),
  );
  app.post(MONEY_PATH.z, ordering(web, acceptZ));
}

const statusOf = ({ state }: Shown): 200 | 422 =>
  Object.keys(state.problems).length === 0 ? 200 : 422;
const shortText = (text: string | undefined): string => (text ?? "").slice(0, 200);

async function review(
  desk: Desk,
  { state }: Shown,
  invitationUrl: string | null = null,
): Promise<Response> {
  const { c, web, admin, props } = desk;
  const { reading } = web.office.money;
  const html = (
    <ReviewPage
      {...props}
      approvals={await reading.approvals(admin.school, admin.account.person)}
      oversold={await reading.oversold(admin.school)}
      found={await reading.found(admin.school)}
      state={state}
      invitationUrl={invitationUrl}
    />
  );
  return page(c, html, statusOf({ state }));
}

async function inviteColleague(desk: DeskOrder): Promise<Response> {
  const { c, web, admin, order } = desk;
  const outcome = await web.office.writing.inviteColleague(order, admin.school);
  if (outcome.kind === "refused") return refusedPage(c, outcome);
  const { origin } = new URL(c.req.url);
  return review(desk, { state: EMPTY_FORM }, `${origin}/undangan/${outcome.value.token}`);
}

async function answer(desk: DeskOrder): Promise<Response> {
  const { c, web, ui, admin, fields, order } = desk;
  const outcome = await web.office.money.writing.answer(order, admin.school, {
    approval: shortText(fields["approval"]),
    agrees: fields["answer"] === "yes",
  });
  if (outcome.kind === "done") return c.redirect(`${MONEY_PATH.review}?selesai=putusan`, 303);
  if (!isMendable(outcome)) return refusedPage(c, outcome);
  return review(desk, wrong(fields, order, { form: ui.words.money.withdrawWrong }));
}

async function guarded(desk: DeskOrder, what: GuardedOrder): Promise<Response> {
  const { c, web, admin, order } = desk;
  const outcome = await web.office.money.writing.guarded(order, admin.school, what);
  if (outcome.kind === "refused") return refusedPage(c, outcome);
  const notice = outcome.value.state === "done" ? "putusan" : "diminta";
  return c.redirect(`${MONEY_PATH.review}?selesai=${notice}`, 303);
}

async function decideOversold(desk: DeskOrder): Promise<Response> {
  const { fields } = desk;
  const payer = fields["payer"] === "merchant" ? "merchant" : "reserve";
  return guarded(desk, { action: "suspense-decision", sale: shortText(fields["sale"]), payer });
}

async function decideFound(desk: DeskOrder): Promise<Response> {
  const { web, ui, admin, fields, order } = desk;
  const found = shortText(fields["found"]);
  if (fields["owner"] === "nobody")
    return guarded(desk, { action: "found-decision", found, student: null });
  const rows = await web.office.reading.students(admin.school);
  const number = (fields["number"] ?? "").trim();
  const owner = rows.find((row) => row.number === number);
  if (owner === undefined)
    return review(desk, wrong(fields, order, { form: ui.words.money.ownerWrong }));
  return guarded(desk, { action: "found-decision", found, student: owner.student });
}

async function disputes(desk: Desk, shown: Shown, chosen: string | undefined): Promise<Response> {
  const rows = await desk.web.office.money.reading.disputes(desk.admin.school);
  const html = (
    <DisputesPage
      {...desk.props}
      disputes={rows}
      chosen={rows.find((row) => row.dispute === chosen && row.state === "open") ?? null}
      state={shown.state}
      {...keyOf(shown)}
    />
  );
  return page(desk.c, html, statusOf(shown));
}

async function decideDispute(desk: DeskOrder): Promise<Response> {
  const { c, web, ui, admin, fields, order } = desk;
  const words = ui.words.money;
  const dispute = shortText(fields["dispute"]);
  const rows = await web.office.money.reading.disputes(admin.school);
  const max = ui.formats.money(
    rows.find((row) => row.dispute === dispute)?.toChildMax ?? (0 as never),
  );
  const toChild = amountIn(fields, "amount");
  const note = textOf(fields, "note", 200);
  const again = (problem: Record<string, string>): Promise<Response> =>
    disputes(desk, wrong(fields, order, problem), dispute);
  const amountWrong = { amount: fill(words.toChildWrong, { max }) };
  if (!toChild.ok) return again(amountWrong);
  if (note === null || note.length < 3) return again({ note: words.reasonWrong });
  const decision = { dispute, toChild: toChild.value, note };
  const outcome = await web.office.money.writing.decideDispute(order, admin.school, decision);
  if (outcome.kind === "done") return c.redirect(`${MONEY_PATH.disputes}?selesai=putusan`, 303);
  return isMendable(outcome) ? again(amountWrong) : refusedPage(c, outcome);
}

async function zReports(desk: Desk, shown: Shown, chosen: string | undefined): Promise<Response> {
  const rows = await desk.web.office.money.reading.zReports(desk.admin.school);
  const open = rows.filter((row) => !row.isEqual && !row.isAccepted);
  const html = (
    <ZReportsPage
      {...desk.props}
      reports={rows}
      chosen={open.find((row) => row.event === chosen) ?? null}
      state={shown.state}
      {...keyOf(shown)}
    />
  );
  return page(desk.c, html, statusOf(shown));
}

async function acceptZ(desk: DeskOrder): Promise<Response> {
  const { c, web, ui, admin, fields, order } = desk;
  const event = shortText(fields["event"]);
  const reason = textOf(fields, "reason", 200);
  if (reason === null || reason.length < 3)
    return zReports(desk, wrong(fields, order, { reason: ui.words.money.reasonWrong }), event);
  const outcome = await web.office.money.writing.acceptZ(order, admin.school, { event, reason });
  if (outcome.kind === "refused") return refusedPage(c, outcome);
  return c.redirect(`${MONEY_PATH.z}?selesai=putusan`, 303);
}
