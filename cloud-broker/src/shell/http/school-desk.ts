import type { SchoolId } from "@saku/protocol";
import type { Ui } from "../../web/design/ui.ts";
import type { SchoolProps } from "../../web/school/frame.tsx";
import { acceptForm, notFoundPage, orderKeyOf } from "./forms-page.tsx";
import type { Fields } from "./forms.ts";
import type { Account, Order } from "./office.ts";
import type { Web, WebContext } from "./web-context.ts";

export type Admin = {
  readonly account: Account;
  readonly school: SchoolId;
  readonly sessionSecret: string;
};

export type Desk = {
  readonly c: WebContext;
  readonly web: Web;
  readonly admin: Admin;
  readonly ui: Ui;
  readonly props: SchoolProps;
};

export type DeskOrder = Desk & { readonly fields: Fields; readonly order: Order };

/** The signed-in admin of a school, or null. */
export function adminOf(c: WebContext): Admin | null {
  const session = c.get("session");
  if (session === null || session.account.role !== "school-admin") return null;
  const { school } = session.account;
  return school === null
    ? null
    : { account: session.account, school, sessionSecret: session.secret };
}

/** Pages behind the desk: the admin and their school are known, or the request ends here. */
export function atDesk(
  web: Web,
  show: (desk: Desk) => Response | Promise<Response>,
): (c: WebContext) => Promise<Response> {
  return async (c) => {
    const admin = adminOf(c);
    if (admin === null) return c.redirect("/masuk", 303);
    const school = await web.office.reading.school(admin.school);
    if (school === null) return notFoundPage(c);
    const ui = c.get("ui");
    const notice = noticeOf(ui, c.req.query("selesai"));
    return show({ c, web, admin, ui, props: { ui, school, notice } });
  };
}

/** The same for orders: form read, token checked, key taken. */
export function ordering(
  web: Web,
  decide: (order: DeskOrder) => Promise<Response>,
): (c: WebContext) => Promise<Response> {
  return atDesk(web, async (desk) => {
    const form = await acceptForm(desk.c, web);
    if (!form.ok) return form.error;
    const order: Order = {
      actor: { person: desk.admin.account.person, role: "school-admin" },
      idempotencyKey: orderKeyOf(desk.c, form.value),
    };
    return decide({ ...desk, fields: form.value, order });
  });
}

function noticeOf(ui: Ui, what: string | undefined): string | null {
  switch (what ?? "") {
    case "siswa":
      return ui.words.students.added;
    case "kantin":
      return ui.words.stalls.added;
    case "izin":
      return ui.words.students.consentDone;
    case "hub":
      return ui.words.hub.done;
    case "darurat":
      return ui.words.emergency.done;
    case "hilang":
      return ui.words.hub.lossDone;
    case "cabut":
      return ui.words.terminals.revokedDone;
    default:
      return moneyNoticeOf(ui, what);
  }
}

function moneyNoticeOf({ words: { money } }: Ui, what: string | undefined): string | null {
  const notices: Readonly<Record<string, string>> = {
    "tutup-buku": money.sealDone,
    bayar: money.payDone,
    selisih: money.explained,
    pindah: money.moveDone,
    putusan: money.decided,
    diminta: money.asked,
    tarik: money.withdrawDone,
    kembali: money.refundDone,
    ditahan: money.disputeDone,
  };
  return Object.hasOwn(notices, what ?? "") ? (notices[what ?? ""] ?? null) : null;
}
