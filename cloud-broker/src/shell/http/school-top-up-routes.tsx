import { studentId, type Rupiah } from "@saku/protocol";
import type { Hono } from "hono";
import type { StudentRow } from "../../core/reports/views.ts";
import { EMPTY_FORM, type FormState } from "../../web/design/form.tsx";
import { fill } from "../../web/design/words/words.ts";
import { SCHOOL_PATH } from "../../web/school/frame.tsx";
import { TOP_UP_MAX, TOP_UP_MIN, TopUpPage } from "../../web/school/top-up.tsx";
import { amountOf, formState, page, refusedPage } from "./forms-page.tsx";
import { atDesk, ordering, type Desk, type DeskOrder } from "./school-desk.ts";
import type { Web, WebEnv } from "./web-context.ts";

const DUPLICATE_WITHIN_MS = 2 * 60_000;
const REMEMBERED_MAX = 1_000;

/** Top-ups of the last two minutes: only for a warning, so memory is the right place. */
type Recent = {
  isDuplicate(what: string, key: string, nowMs: number): boolean;
  note(what: string, key: string, nowMs: number): void;
};

/** The desk where cash becomes a child's money. */
export function schoolTopUpRoutes(app: Hono<WebEnv>, web: Web): void {
  const recent = createRecent();
  app.get(
    "/sekolah/isi-saldo",
    atDesk(web, (desk) => topUp(desk, { state: EMPTY_FORM })),
  );
  app.post(
    "/sekolah/isi-saldo",
    ordering(web, (desk) => pay(desk, recent)),
  );
}

function createRecent(): Recent {
  const noted = new Map<string, { readonly key: string; readonly atMs: number }>();
  return {
    isDuplicate(what, key, nowMs) {
      const last = noted.get(what);
      // The same form sent twice is one order, and the office knows that better than we do.
      return last !== undefined && last.key !== key && nowMs - last.atMs < DUPLICATE_WITHIN_MS;
    },
    note(what, key, nowMs) {
      noted.delete(what);
      noted.set(what, { key, atMs: nowMs });
      const oldest = noted.keys().next();
      if (noted.size > REMEMBERED_MAX && oldest.done !== true) noted.delete(oldest.value);
    },
  };
}

type Shown = {
  readonly state: FormState;
  readonly status?: 409 | 422;
  readonly orderKey?: string;
  readonly duplicate?: Rupiah;
  readonly student?: string | undefined;
};

async function topUp(desk: Desk, shown: Shown): Promise<Response> {
  const { c, web, admin, props } = desk;
  const rows = await web.office.reading.students(admin.school);
  const asked = shown.student ?? c.req.query("siswa");
  const chosen = rows.find((row) => row.student === asked) ?? null;
  const html = (
    <TopUpPage
      {...props}
      notice={shown.status === undefined ? paidNotice(desk, rows) : null}
      students={rows}
      chosen={chosen}
      query={(c.req.query("cari") ?? "").trim().slice(0, 60)}
      state={shown.state}
      duplicate={shown.duplicate ?? null}
      {...(shown.orderKey === undefined ? {} : { orderKey: shown.orderKey })}
    />
  );
  return page(c, html, shown.status ?? 200);
}

/** After the redirect the address names the child and the amount, so that a reload says the same and does nothing. */
function paidNotice(desk: Desk, rows: readonly StudentRow[]): string | null {
  const { c, ui } = desk;
  const row = rows.find((one) => one.student === c.req.query("untuk"));
  const amount = amountOf({ amount: c.req.query("jumlah") ?? "" });
  if (row === undefined || !amount.ok || amount.value === "none") return null;
  return fill(ui.words.topUp.done, {
    amount: ui.formats.money(amount.value),
    name: row.firstName,
  });
}

async function pay(desk: DeskOrder, recent: Recent): Promise<Response> {
  const { c, web, ui, fields, order } = desk;
  const words = ui.words.topUp;
  const student = fields["student"];
  const rows = await web.office.reading.students(desk.admin.school);
  const row = rows.find((one) => one.student === student);
  const again = (problem: Record<string, string>): Promise<Response> =>
    topUp(desk, {
      state: formState(fields, problem),
      status: 422,
      orderKey: order.idempotencyKey,
      student,
    });
  if (row === undefined) return again({ form: words.noStudent });
  const asked = amountOf(fields);
  if (!asked.ok || asked.value === "none") return again({ amount: words.wrong });
  const amount = asked.value;
  if (amount < TOP_UP_MIN || amount > TOP_UP_MAX) {
    const [min, max] = [ui.formats.money(TOP_UP_MIN), ui.formats.money(TOP_UP_MAX)];
    return again({ amount: fill(words.range, { min, max }) });
  }
  const what = `${row.student} ${amount}`;
  const { idempotencyKey } = order;
  const isConfirmed = fields["again"] === String(amount);
  if (!isConfirmed && recent.isDuplicate(what, idempotencyKey, web.nowMs()))
    return topUp(desk, {
      state: formState(fields, {}),
      status: 409,
      orderKey: idempotencyKey,
      duplicate: amount,
      student,
    });
  const outcome = await web.office.writing.topUpCash(order, studentId(row.student), amount);
  if (outcome.kind === "refused") return refusedPage(c, outcome);
  recent.note(what, idempotencyKey, web.nowMs());
  return c.redirect(`${SCHOOL_PATH.topUp}?untuk=${row.student}&jumlah=${amount}`, 303);
}
