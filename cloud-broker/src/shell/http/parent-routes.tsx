import { ID_PATTERN, studentId, type Rupiah, type StudentId } from "@saku/protocol";
import { Hono } from "hono";
import { fill } from "../../web/design/words/words.ts";
import type { ReceiptView } from "../../core/log/receipt.ts";
import type { ChildView } from "../../core/reports/views.ts";
import { EMPTY_FORM, type FormState } from "../../web/design/form.tsx";
import { ConsentPage, WithdrawPage } from "../../web/parent/consent.tsx";
import { FreezePage } from "../../web/parent/freeze.tsx";
import { childPath, type ParentProps } from "../../web/parent/frame.tsx";
import { ActivityPage, NoChildrenPage, ParentHomePage } from "../../web/parent/home.tsx";
import { DAILY_LIMIT_MAX, DAILY_LIMIT_MIN, LimitPage } from "../../web/parent/limit.tsx";
import { receiptFileName, ReceiptPage } from "../../web/parent/receipt.tsx";
import {
  acceptForm,
  amountOf,
  formState,
  notFoundPage,
  orderKeyOf,
  page,
  refusedPage,
} from "./forms-page.tsx";
import type { Fields } from "./forms.ts";
import type { Account, Order } from "./office.ts";
import type { Ui } from "../../web/design/ui.ts";
import type { Web, WebContext, WebEnv } from "./web-context.ts";

type Guardian = { readonly account: Account; readonly sessionSecret: string };
type Asked = Guardian & { readonly student: StudentId };
type Shown = { readonly props: ParentProps; readonly asked: Asked };

/** A guardian's pages. Whether a child is theirs is the office's answer to every single request. */
export function parentRoutes(web: Web): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  app.get("/ortu", async (c) => {
    const guardian = guardianOf(c);
    if (guardian === null) return c.redirect("/masuk", 303);
    const [first] = await web.office.reading.childrenOf(guardian.account.person);
    if (first === undefined) return page(c, <NoChildrenPage ui={c.get("ui")} />);
    return c.redirect(childPath(first), 303);
  });
  app.get(
    "/ortu/:student",
    showing(web, (props) => <ParentHomePage {...props} />),
  );
  app.get(
    "/ortu/:student/aktivitas",
    showing(web, (props) => <ActivityPage {...props} />),
  );
  app.get(
    "/ortu/:student/bekukan",
    showing(web, (props) => <FreezePage {...props} />),
  );
  app.get(
    "/ortu/:student/izin",
    showing(web, (props) => <ConsentPage {...props} />),
  );
  app.get(
    "/ortu/:student/izin/tarik",
    showing(web, (props) => <WithdrawPage {...props} />),
  );
  app.get(
    "/ortu/:student/batas",
    showing(web, (props) => <LimitPage {...props} state={EMPTY_FORM} />),
  );
  app.get("/ortu/:student/bukti/:journal", receipt(web, receiptPage));
  app.get("/ortu/:student/bukti/:journal/berkas", receipt(web, receiptFile));
  app.post("/ortu/:student/bekukan", ordering(web, setFrozen));
  app.post("/ortu/:student/batas", ordering(web, setLimit));
  app.post("/ortu/:student/izin", ordering(web, setConsent));
  app.get("/ortu/:student/langsung", (c) => live(c, web));
  return app;
}

function guardianOf(c: WebContext): Guardian | null {
  const session = c.get("session");
  if (session === null || session.account.role !== "guardian") return null;
  return { account: session.account, sessionSecret: session.secret };
}

/** The child that the path asks for and this guardian may see, or the answer that ends the request. */
async function askedChild(c: WebContext, web: Web): Promise<Shown | Response> {
  const guardian = guardianOf(c);
  if (guardian === null) return c.redirect("/masuk", 303);
  const text = c.req.param("student") ?? "";
  if (!ID_PATTERN.test(text)) return notFoundPage(c);
  const student = studentId(text);
  // One view: the child and the switcher beside it must not show two balances.
  const siblings = await web.office.reading.childrenOf(guardian.account.person);
  const child = siblings.find((each) => each.student === student);
  if (child === undefined) return notFoundPage(c);
  const ui = c.get("ui");
  const notice = noticeOf(ui, child, c.req.query("selesai"));
  return { props: { ui, child, siblings, notice }, asked: { ...guardian, student } };
}

function showing(
  web: Web,
  render: (props: ParentProps) => Parameters<typeof page>[1],
): (c: WebContext) => Promise<Response> {
  return async (c) => {
    const shown = await askedChild(c, web);
    return shown instanceof Response ? shown : page(c, render(shown.props));
  };
}

/** A receipt of the child, or not found: what belongs to another family does not exist here. */
function receipt(
  web: Web,
  answer: (c: WebContext, props: ParentProps, receipt: ReceiptView) => Promise<Response> | Response,
): (c: WebContext) => Promise<Response> {
  return async (c) => {
    const shown = await askedChild(c, web);
    if (shown instanceof Response) return shown;
    const journal = c.req.param("journal") ?? "";
    const { account, student } = shown.asked;
    const found = ID_PATTERN.test(journal)
      ? await web.office.reading.receipt(account.person, student, journal)
      : null;
    return found === null ? notFoundPage(c) : answer(c, shown.props, found);
  };
}

function receiptPage(c: WebContext, props: ParentProps, found: ReceiptView): Promise<Response> {
  return page(c, <ReceiptPage {...props} receipt={found} />);
}

function receiptFile(c: WebContext, _props: ParentProps, found: ReceiptView): Response {
  c.header("content-disposition", `attachment; filename="${receiptFileName(found)}"`);
  c.header("x-content-type-options", "nosniff");
  return c.text(found.proof);
}

type Ordering = {
  readonly c: WebContext;
  readonly web: Web;
  readonly shown: Shown;
  readonly fields: Fields;
  readonly order: Order;
};

function ordering(
  web: Web,
  decide: (ordering: Ordering) => Promise<Response>,
): (c: WebContext) => Promise<Response> {
  return async (c) => {
    const shown = await askedChild(c, web);
    if (shown instanceof Response) return shown;
    const form = await acceptForm(c, web);
    if (!form.ok) return form.error;
    const order: Order = {
      actor: { person: shown.asked.account.person, role: "guardian" },
      idempotencyKey: orderKeyOf(c, form.value),
    };
    return decide({ c, web, shown, fields: form.value, order });
  };
}

function done(c: WebContext, path: string, what: string): Response {
  return c.redirect(`${path}?selesai=${what}`, 303);
}

async function setFrozen({ c, web, shown, fields, order }: Ordering): Promise<Response> {
  const isFrozen = fields["frozen"] === "1";
  const outcome = await web.office.writing.setFrozen(order, shown.asked.student, isFrozen);
  if (outcome.kind === "refused") return refusedPage(c, outcome);
  return done(c, childPath(shown.props.child), isFrozen ? "beku" : "buka");
}

async function setLimit(ordering: Ordering): Promise<Response> {
  const { c, web, shown, fields, order } = ordering;
  const { ui, child } = shown.props;
  const asked = amountOf(fields);
  const problem = asked.ok
    ? limitProblem(ui, asked.value)
    : asked.error === "empty"
      ? ui.words.limit.empty
      : ui.words.limit.wrong;
  const again = (sentence: string): Promise<Response> => {
    const state: FormState = formState(fields, { amount: sentence });
    const html = <LimitPage {...shown.props} state={state} orderKey={order.idempotencyKey} />;
    return page(c, html, 422);
  };
  if (problem !== null || !asked.ok) return again(problem ?? ui.words.limit.empty);
  const limit = asked.value === "none" ? null : asked.value;
  const outcome = await web.office.writing.setDailyLimit(order, shown.asked.student, limit);
  if (outcome.kind === "refused")
    return outcome.reason === "invalid" ? again(ui.words.limit.wrong) : refusedPage(c, outcome);
  return done(c, childPath(child), limit === null ? "lepas" : "batas");
}

function limitProblem(ui: Ui, limit: Rupiah | "none"): string | null {
  if (limit === "none") return null;
  const { tooBig, tooSmall } = ui.words.limit;
  if (limit > DAILY_LIMIT_MAX) return fill(tooBig, { max: ui.formats.money(DAILY_LIMIT_MAX) });
  if (limit < DAILY_LIMIT_MIN) return fill(tooSmall, { min: ui.formats.money(DAILY_LIMIT_MIN) });
  return null;
}

async function setConsent({ c, web, shown, fields, order }: Ordering): Promise<Response> {
  const { state } = fields;
  if (state !== "granted" && state !== "withdrawn") return notFoundPage(c);
  const outcome = await web.office.writing.setConsent(order, shown.asked.student, state);
  if (outcome.kind === "refused") return refusedPage(c, outcome);
  const path = childPath(shown.props.child, "consent");
  return done(c, path, state === "granted" ? "izin" : "tarik");
}

/** What the last order did; unknown words say nothing. */
function noticeOf(ui: Ui, child: ChildView, what: string | undefined): string | null {
  const { freeze, limit, consent } = ui.words;
  switch (what ?? "") {
    case "beku":
      return child.freeze.isFrozen ? freeze.doneFrozen : null;
    case "buka":
      return child.freeze.isFrozen ? null : freeze.doneThawed;
    case "batas":
      return child.dailyLimit === null
        ? null
        : fill(limit.done, { limit: ui.formats.money(child.dailyLimit) });
    case "lepas":
      return child.dailyLimit === null ? limit.doneNone : null;
    case "izin":
      return child.consent.state === "granted" ? consent.doneGranted : null;
    case "tarik":
      return child.consent.state === "withdrawn" ? consent.doneWithdrawn : null;
    default:
      return null;
  }
}

async function live(c: WebContext, web: Web): Promise<Response> {
  const shown = await askedChild(c, web);
  // An EventSource must not follow us to the sign-in page.
  if (shown instanceof Response) return c.text("", shown.status === 303 ? 401 : 404);
  const { sessionSecret, student, account } = shown.asked;
  const stream = web.streams.open({
    session: sessionSecret,
    lastEventId: c.req.header("last-event-id"),
    subscribe: (listener) => web.office.onChildChanged(student, listener),
    isStillAllowed: async () =>
      (await web.people.accountOf(sessionSecret)) !== null &&
      (await web.office.reading.child(account.person, student)) !== null,
  });
  return stream ?? c.text("", 429);
}
