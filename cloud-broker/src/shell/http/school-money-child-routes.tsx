import { studentId } from "@saku/protocol";
import type { Hono } from "hono";
import type { SaleView } from "../../core/reports/money-views.ts";
import type { StudentRow } from "../../core/reports/views.ts";
import { EMPTY_FORM } from "../../web/design/form.tsx";
import { fill } from "../../web/design/words/words.ts";
import { ChildMoneyPage, childMoneyPath } from "../../web/school/money/child.tsx";
import { notFoundPage, page, refusedPage, textOf } from "./forms-page.tsx";
import { atDesk, ordering, type Desk, type DeskOrder } from "./school-desk.ts";
import { amountIn, isMendable, keyOf, wrong, type Shown } from "./school-money-forms.ts";
import type { Web, WebEnv } from "./web-context.ts";

/** Money back to one child, or handed out. */
export function schoolMoneyChildRoutes(app: Hono<WebEnv>, web: Web): void {
  app.get(
    "/sekolah/siswa/:student/uang",
    atDesk(web, (desk) => child(desk, { state: EMPTY_FORM }, desk.c.req.query("pilih"))),
  );
  app.post("/sekolah/siswa/:student/uang/tarik", ordering(web, withdraw));
  app.post("/sekolah/siswa/:student/uang/kembali", ordering(web, giveBack));
}

async function asked(
  desk: Desk,
): Promise<{ readonly student: StudentRow; readonly sales: readonly SaleView[] } | null> {
  const { c, web, admin } = desk;
  const rows = await web.office.reading.students(admin.school);
  const student = rows.find((row) => row.student === c.req.param("student"));
  if (student === undefined) return null;
  const sales = await web.office.money.reading.salesOf(admin.school, student.student);
  return { student, sales };
}

async function child(desk: Desk, shown: Shown, chosen: string | undefined): Promise<Response> {
  const found = await asked(desk);
  if (found === null) return notFoundPage(desk.c);
  const html = (
    <ChildMoneyPage
      {...desk.props}
      {...found}
      chosen={found.sales.find(({ sale }) => sale === chosen) ?? null}
      state={shown.state}
      {...keyOf(shown)}
    />
  );
  return page(desk.c, html, Object.keys(shown.state.problems).length === 0 ? 200 : 422);
}

async function withdraw(desk: DeskOrder): Promise<Response> {
  const { c, web, ui, admin, fields, order } = desk;
  const found = await asked(desk);
  if (found === null) return notFoundPage(c);
  const again = (): Promise<Response> =>
    child(desk, wrong(fields, order, { amount: ui.words.money.withdrawWrong }), undefined);
  const amount = amountIn(fields, "amount");
  if (!amount.ok) return again();
  const outcome = await web.office.money.writing.guarded(order, admin.school, {
    action: "withdrawal",
    student: studentId(found.student.student),
    amount: amount.value,
  });
  if (outcome.kind === "done") return done(desk, found.student, outcome.value.state, "tarik");
  return isMendable(outcome) ? again() : refusedPage(c, outcome);
}

function done({ c }: Desk, student: StudentRow, state: "done" | "waiting", what: string): Response {
  const notice = state === "done" ? what : "diminta";
  return c.redirect(`${childMoneyPath(student)}?selesai=${notice}`, 303);
}

async function giveBack(desk: DeskOrder): Promise<Response> {
  const { c, web, ui, admin, fields, order } = desk;
  const found = await asked(desk);
  const sale = found?.sales.find((row) => row.sale === fields["sale"]);
  if (found === null || sale === undefined) return notFoundPage(c);
  const max = ui.formats.money(sale.refundable);
  const again = (): Promise<Response> =>
    child(
      desk,
      wrong(fields, order, { amount: fill(ui.words.money.refundWrong, { max }) }),
      sale.sale,
    );
  const amount = amountIn(fields, "amount");
  const reason = textOf(fields, "reason", 200);
  if (!amount.ok || reason === null || reason.length < 3) return again();
  const back = { sale: sale.sale, amount: amount.value, reason };
  const { writing } = web.office.money;
  if (fields["way"] === "dispute") {
    const outcome = await writing.openDispute(order, back);
    if (outcome.kind === "done") return done(desk, found.student, "done", "ditahan");
    return isMendable(outcome) ? again() : refusedPage(c, outcome);
  }
  const outcome = await writing.guarded(order, admin.school, { action: "refund", ...back });
  if (outcome.kind === "done") return done(desk, found.student, outcome.value.state, "kembali");
  return isMendable(outcome) ? again() : refusedPage(c, outcome);
}
