import { ID_PATTERN, isSchoolDay } from "@saku/protocol";
import type { Hono } from "hono";
import { csvOf } from "../../core/reports/csv.ts";
import type { StallMoney, Statement } from "../../core/reports/money-views.ts";
import { EMPTY_FORM } from "../../web/design/form.tsx";
import { fill } from "../../web/design/words/words.ts";
import { MoneyHomePage } from "../../web/school/money/home.tsx";
import { PayPage, StatementPage } from "../../web/school/money/pay.tsx";
import { MONEY_PATH } from "../../web/school/money/pieces.tsx";
import { notFoundPage, page, refusedPage } from "./forms-page.tsx";
import { atDesk, ordering, type Desk, type DeskOrder } from "./school-desk.ts";
import { schoolMoneyChildRoutes } from "./school-money-child-routes.tsx";
import { schoolMoneyCountRoutes } from "./school-money-count-routes.tsx";
import { amountIn, isMendable, keyOf, wrong, type Shown } from "./school-money-forms.ts";
import { schoolMoneyReviewRoutes } from "./school-money-review-routes.tsx";
import type { Web, WebEnv } from "./web-context.ts";

/** The money desk's pages: overview, stalls, cash, review, disputes, Z reports. */
export function schoolMoneyRoutes(app: Hono<WebEnv>, web: Web): void {
  app.get(
    MONEY_PATH.home,
    atDesk(web, (desk) => home(desk, { state: EMPTY_FORM })),
  );
  app.post(`${MONEY_PATH.home}/tutup-buku`, ordering(web, seal));
  app.get(MONEY_PATH.pay, atDesk(web, stalls));
  app.get(`${MONEY_PATH.pay}/:file{.+\\.csv}`, atDesk(web, statementCsv));
  app.get(
    `${MONEY_PATH.pay}/:merchant`,
    atDesk(web, (desk) => statement(desk, { state: EMPTY_FORM })),
  );
  app.post(`${MONEY_PATH.pay}/:merchant`, ordering(web, pay));
  schoolMoneyCountRoutes(app, web);
  schoolMoneyReviewRoutes(app, web);
  schoolMoneyChildRoutes(app, web);
}

async function home(desk: Desk, shown: Shown): Promise<Response> {
  const { c, web, admin, props } = desk;
  const overview = await web.office.money.reading.overview(admin.school);
  const html = (
    <MoneyHomePage {...props} overview={overview} state={shown.state} {...keyOf(shown)} />
  );
  return page(c, html, Object.keys(shown.state.problems).length === 0 ? 200 : 422);
}

async function seal(desk: DeskOrder): Promise<Response> {
  const { c, web, ui, admin, fields, order } = desk;
  const day = Number(fields["through"]);
  const words = ui.words.money;
  const again = (): Promise<Response> =>
    home(desk, wrong(fields, order, { through: words.sealWrong }));
  if (!isSchoolDay(day)) return again();
  const outcome = await web.office.money.writing.sealPeriod(order, admin.school, day);
  if (outcome.kind === "done") return c.redirect(`${MONEY_PATH.home}?selesai=tutup-buku`, 303);
  return outcome.reason === "not-allowed" ? refusedPage(c, outcome) : again();
}

async function stalls(desk: Desk): Promise<Response> {
  const rows = await desk.web.office.money.reading.stalls(desk.admin.school);
  return page(desk.c, <PayPage {...desk.props} stalls={rows} />);
}

async function asked(
  desk: Desk,
  merchant: string,
): Promise<{ readonly statement: Statement; readonly stall: StallMoney } | null> {
  const { reading } = desk.web.office.money;
  if (!ID_PATTERN.test(merchant)) return null;
  const found = await reading.statement(desk.admin.school, merchant);
  const rows = await reading.stalls(desk.admin.school);
  const stall = rows.find((row) => row.merchant === merchant);
  return found === null || stall === undefined ? null : { statement: found, stall };
}

async function statement(desk: Desk, shown: Shown): Promise<Response> {
  const { c, props } = desk;
  const found = await asked(desk, c.req.param("merchant") ?? "");
  if (found === null) return notFoundPage(c);
  const html = <StatementPage {...props} {...found} state={shown.state} {...keyOf(shown)} />;
  return page(c, html, Object.keys(shown.state.problems).length === 0 ? 200 : 422);
}

async function pay(desk: DeskOrder): Promise<Response> {
  const { c, web, ui, admin, fields, order } = desk;
  const found = await asked(desk, c.req.param("merchant") ?? "");
  if (found === null) return notFoundPage(c);
  const { merchant, settleable } = found.stall;
  const problem = fill(ui.words.money.payWrong, { amount: ui.formats.money(settleable) });
  const again = (): Promise<Response> => statement(desk, wrong(fields, order, { amount: problem }));
  const amount = amountIn(fields, "amount");
  const from = fields["from"] === "bank" ? "bank" : "cash";
  if (!amount.ok) return again();
  const outcome = await web.office.money.writing.settle(order, admin.school, {
    merchant,
    amount: amount.value,
    from,
  });
  if (outcome.kind === "done")
    return c.redirect(`${MONEY_PATH.pay}/${merchant}?selesai=bayar`, 303);
  return isMendable(outcome) ? again() : refusedPage(c, outcome);
}

async function statementCsv(desk: Desk): Promise<Response> {
  const { c } = desk;
  const merchant = (c.req.param("file") ?? "").replace(/\.csv$/, "");
  const found = await asked(desk, merchant);
  if (found === null) return notFoundPage(c);
  const head = ["seq", "day", "happened_on", "recipe", "debit", "credit", "balance", "journal"];
  const { opening, lines } = found.statement;
  const text = csvOf(head, [
    [null, null, null, "opening", 0, 0, opening, null],
    ...lines.map((line) => [
      line.seq,
      line.day,
      line.happenedOn ?? line.day,
      line.recipe,
      line.debit,
      line.credit,
      line.balance,
      line.journal,
    ]),
  ]);
  c.header("content-type", "text/csv; charset=utf-8");
  c.header("content-disposition", `attachment; filename="kantin-${merchant}.csv"`);
  return c.body(text);
}
