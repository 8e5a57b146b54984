import { ID_PATTERN, studentId, type StudentId } from "@saku/protocol";
import { Hono } from "hono";
import type { StudentRow } from "../../core/reports/views.ts";
import { EMPTY_FORM, type FormState } from "../../web/design/form.tsx";
import type { Html } from "../../web/design/ui.ts";
import { fill } from "../../web/design/words/words.ts";
import { SCHOOL_PATH } from "../../web/school/frame.tsx";
import { StallsPage } from "../../web/school/stalls.tsx";
import { StudentPage } from "../../web/school/student.tsx";
import { studentPath, StudentsPage } from "../../web/school/students.tsx";
import { TodayPage } from "../../web/school/today.tsx";
import { TrialBalancePage } from "../../web/school/trial-balance.tsx";
import { formState, notFoundPage, page, refusedPage, textOf } from "./forms-page.tsx";
import { adminOf, atDesk, ordering, type Desk, type DeskOrder } from "./school-desk.ts";
import { schoolMoneyRoutes } from "./school-money-routes.tsx";
import { schoolTerminalRoutes } from "./school-terminal-routes.tsx";
import { schoolTopUpRoutes } from "./school-top-up-routes.tsx";
import type { Web, WebContext, WebEnv } from "./web-context.ts";

/** The school's pages, for its own admins only. */
export function schoolRoutes(web: Web): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  app.get("/sekolah", atDesk(web, today));
  app.get("/sekolah/langsung", (c) => live(c, web));
  app.get(
    "/sekolah/siswa",
    atDesk(web, (desk) => students(desk, EMPTY_FORM, 200)),
  );
  app.post("/sekolah/siswa", ordering(web, addStudent));
  app.get(
    "/sekolah/siswa/:student",
    atDesk(web, (desk) => student(desk, null)),
  );
  app.get("/sekolah/siswa/:student/:act{undangan|izin}", (c) =>
    c.redirect(`/sekolah/siswa/${c.req.param("student")}`, 303),
  );
  app.post("/sekolah/siswa/:student/undangan", ordering(web, invite));
  app.post("/sekolah/siswa/:student/izin", ordering(web, setConsent));
  app.get(
    "/sekolah/kantin",
    atDesk(web, (desk) => stalls(desk, EMPTY_FORM, 200)),
  );
  app.post("/sekolah/kantin", ordering(web, addStall));
  app.get("/sekolah/neraca", atDesk(web, trialBalance));
  app.get("/sekolah/neraca.csv", atDesk(web, trialBalanceCsv));
  schoolMoneyRoutes(app, web);
  schoolTopUpRoutes(app, web);
  schoolTerminalRoutes(app, web);
  return app;
}

async function today(desk: Desk): Promise<Response> {
  const { c, web, props, admin } = desk;
  const merchants = await web.office.reading.merchants(admin.school);
  return page(c, <TodayPage {...props} merchants={merchants} nowMs={web.nowMs()} />);
}

async function students(
  desk: Desk,
  state: FormState,
  status: 200 | 409 | 422,
  orderKey?: string,
): Promise<Response> {
  const { c, web, props, admin } = desk;
  const rows = await web.office.reading.students(admin.school);
  const query = (c.req.query("cari") ?? "").trim().slice(0, 60);
  const html: Html = (
    <StudentsPage
      {...props}
      students={rows}
      query={query}
      state={state}
      {...(orderKey === undefined ? {} : { orderKey })}
    />
  );
  return page(c, html, status);
}

async function addStudent(desk: DeskOrder): Promise<Response> {
  const { c, web, ui, admin, fields, order } = desk;
  const words = ui.words.students;
  const number = textOf(fields, "number", 20);
  const firstName = textOf(fields, "firstName", 40);
  const className = textOf(fields, "className", 12);
  const problems: Record<string, string> = {};
  if (number === null) problems["number"] = words.numberWrong;
  if (firstName === null) problems["firstName"] = words.nameWrong;
  if (className === null) problems["className"] = words.classWrong;
  if (number === null || firstName === null || className === null)
    return students(desk, formState(fields, problems), 422, order.idempotencyKey);
  const outcome = await web.office.writing.addStudent(order, admin.school, {
    number,
    firstName,
    className,
  });
  if (outcome.kind === "done") return c.redirect(`${SCHOOL_PATH.students}?selesai=siswa`, 303);
  if (outcome.reason === "already-exists")
    return students(desk, formState(fields, { number: words.exists }), 409);
  return refusedPage(c, outcome);
}

/** The row of the path's student in the admin's own school, or null. */
async function askedStudent(desk: Desk): Promise<StudentRow | null> {
  const { c, web, admin } = desk;
  const text = c.req.param("student") ?? "";
  if (!ID_PATTERN.test(text)) return null;
  const rows = await web.office.reading.students(admin.school);
  return rows.find((row) => row.student === text) ?? null;
}

async function student(desk: Desk, invitationUrl: string | null): Promise<Response> {
  const row = await askedStudent(desk);
  if (row === null) return notFoundPage(desk.c);
  const html = <StudentPage {...desk.props} student={row} invitationUrl={invitationUrl} />;
  return page(desk.c, html);
}

async function withStudent(
  desk: DeskOrder,
  decide: (student: StudentId) => Promise<Response>,
): Promise<Response> {
  const row = await askedStudent(desk);
  return row === null ? notFoundPage(desk.c) : decide(studentId(row.student));
}

function invite(desk: DeskOrder): Promise<Response> {
  return withStudent(desk, async (asked) => {
    const outcome = await desk.web.office.writing.inviteGuardian(desk.order, asked);
    if (outcome.kind === "refused") return refusedPage(desk.c, outcome);
    const { origin } = new URL(desk.c.req.url);
    return student(desk, `${origin}/undangan/${outcome.value.token}`);
  });
}

function setConsent(desk: DeskOrder): Promise<Response> {
  return withStudent(desk, async (asked) => {
    const { state } = desk.fields;
    if (state !== "granted" && state !== "withdrawn") return notFoundPage(desk.c);
    const outcome = await desk.web.office.writing.setConsent(desk.order, asked, state);
    if (outcome.kind === "refused") return refusedPage(desk.c, outcome);
    return desk.c.redirect(`${studentPath({ student: asked })}?selesai=izin`, 303);
  });
}

async function stalls(
  desk: Desk,
  state: FormState,
  status: 200 | 409 | 422,
  orderKey?: string,
): Promise<Response> {
  const merchants = await desk.web.office.reading.merchants(desk.admin.school);
  const html = (
    <StallsPage
      {...desk.props}
      merchants={merchants}
      state={state}
      {...(orderKey === undefined ? {} : { orderKey })}
    />
  );
  return page(desk.c, html, status);
}

async function addStall(desk: DeskOrder): Promise<Response> {
  const { c, web, ui, admin, fields, order } = desk;
  const words = ui.words.stalls;
  const name = textOf(fields, "name", 40);
  if (name === null)
    return stalls(desk, formState(fields, { name: words.nameWrong }), 422, order.idempotencyKey);
  const outcome = await web.office.writing.addMerchant(order, admin.school, name);
  if (outcome.kind === "done") return c.redirect(`${SCHOOL_PATH.stalls}?selesai=kantin`, 303);
  if (outcome.reason === "already-exists")
    return stalls(desk, formState(fields, { name: words.exists }), 409);
  return refusedPage(c, outcome);
}

async function trialBalance(desk: Desk): Promise<Response> {
  const trial = await desk.web.office.reading.trialBalance(desk.admin.school);
  const html = <TrialBalancePage {...desk.props} trial={trial} nowMs={desk.web.nowMs()} />;
  return page(desk.c, html);
}

/** Text cells that a spreadsheet would take for a formula are quoted with an apostrophe; amounts stay numbers. */
async function trialBalanceCsv(desk: Desk): Promise<Response> {
  const trial = await desk.web.office.reading.trialBalance(desk.admin.school);
  const cell = (text: string): string => {
    const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return `"${safe.replaceAll('"', '""')}"`;
  };
  const lines = trial.rows.map((row) =>
    [cell(row.account), cell(row.kind), row.normalSide, row.debit, row.credit, row.balance].join(
      ",",
    ),
  );
  const head = "account,kind,normal_side,debit,credit,balance";
  desk.c.header("content-type", "text/csv; charset=utf-8");
  const file = fill("neraca-{day}.csv", { day: String(desk.props.school.today) });
  desk.c.header("content-disposition", `attachment; filename="${file}"`);
  return desk.c.body(`${[head, ...lines].join("\r\n")}\r\n`);
}

function live(c: WebContext, web: Web): Response {
  const admin = adminOf(c);
  if (admin === null) return c.text("", 401);
  const stream = web.streams.open({
    session: admin.sessionSecret,
    lastEventId: c.req.header("last-event-id"),
    subscribe: (listener) => web.office.onSchoolChanged(admin.school, listener),
    isStillAllowed: async () => (await web.people.accountOf(admin.sessionSecret)) !== null,
  });
  return stream ?? c.text("", 429);
}
