import { Hono } from "hono";
import { InvitationPage, ProblemPage, SignInPage } from "../../web/people/sign-in.tsx";
import { EMPTY_FORM } from "../../web/design/form.tsx";
import { fill } from "../../web/design/words/words.ts";
import { acceptForm, formState, page } from "./forms-page.tsx";
import type { Account } from "./office.ts";
import { addressOf } from "./rate-limit.ts";
import {
  clearSessionCookie,
  DISCREET_COOKIE,
  LANGUAGE_COOKIE,
  ownPath,
  writePreferenceCookie,
  writeSessionCookie,
} from "./session.ts";
import type { Web, WebContext, WebEnv } from "./web-context.ts";

/** A name or an e-mail address. */
export const LOGIN_PATTERN: RegExp = /^[a-z0-9][a-z0-9._@+-]{2,63}$/;
export const PASSWORD_MIN_CHARACTERS = 10;
export const PASSWORD_MAX_CHARACTERS = 200;
const TOKEN_PATTERN = /^[A-Za-z0-9_-]{8,128}$/;

export function homeOf(account: Account): string {
  return account.role === "school-admin" ? "/sekolah" : "/ortu";
}

/** Signing in and out, invitations, and the reader's own wishes about language and amounts. */
export function peopleRoutes(web: Web): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  app.get("/", (c) => {
    const session = c.get("session");
    return c.redirect(session === null ? "/masuk" : homeOf(session.account), 303);
  });
  app.get("/masuk", async (c): Promise<Response> => {
    const session = c.get("session");
    if (session !== null) return c.redirect(homeOf(session.account), 303);
    const ui = c.get("ui");
    const notice = c.req.query("selesai") === "keluar" ? ui.words.signIn.signedOut : null;
    return page(c, <SignInPage ui={ui} state={EMPTY_FORM} notice={notice} />);
  });
  app.post("/masuk", (c) => signIn(c, web));
  app.post("/keluar", async (c) => {
    const form = await acceptForm(c, web);
    if (!form.ok) return form.error;
    const session = c.get("session");
    if (session !== null) await web.people.signOut(session.secret);
    clearSessionCookie(c, web.config);
    return c.redirect("/masuk?selesai=keluar", 303);
  });
  app.get("/undangan/:token", (c) => invitation(c, c.req.param("token")));
  app.post("/undangan/:token", (c) => acceptInvitation(c, web, c.req.param("token")));
  preferenceRoutes(app, web);
  return app;
}

/** No token is asked here: the worst a forged one could do is change a language. */
function preferenceRoutes(app: Hono<WebEnv>, web: Web): void {
  const readAnonymously = (c: WebContext): ReturnType<typeof acceptForm> => {
    c.set("session", null);
    return acceptForm(c, web);
  };
  app.post("/bahasa", async (c) => {
    const form = await readAnonymously(c);
    if (!form.ok) return form.error;
    const language = form.value["language"] === "en" ? "en" : "id";
    writePreferenceCookie(c, LANGUAGE_COOKIE, language);
    return c.redirect(ownPath(form.value["back"]), 303);
  });
  app.post("/nominal", async (c) => {
    const form = await readAnonymously(c);
    if (!form.ok) return form.error;
    writePreferenceCookie(c, DISCREET_COOKIE, form.value["hidden"] === "1" ? "1" : "0");
    return c.redirect(ownPath(form.value["back"]), 303);
  });
}

async function signIn(c: WebContext, web: Web): Promise<Response> {
  // A stale session must not ask a newcomer for its token.
  c.set("session", null);
  const form = await acceptForm(c, web);
  if (!form.ok) return form.error;
  const ui = c.get("ui");
  const login = (form.value["login"] ?? "").trim().slice(0, 64);
  const password = (form.value["password"] ?? "").slice(0, PASSWORD_MAX_CHARACTERS);
  const gate = await web.gates.signIn(login, addressOf(c));
  if (gate !== null) {
    web.log.warn({ event: "people.sign-in-limited" }, "too many sign-in tries");
    const minutes = String(Math.max(1, Math.ceil(gate.retryAfterMs / 60_000)));
    c.header("retry-after", String(Math.ceil(gate.retryAfterMs / 1_000)));
    const state = formState({ login }, { form: fill(ui.words.signIn.tooMany, { minutes }) });
    return page(c, <SignInPage ui={ui} state={state} notice={null} />, 429);
  }
  const signedIn = await web.people.signIn(login, password);
  if (signedIn === null) {
    const state = formState({ login }, { form: ui.words.signIn.wrong });
    return page(c, <SignInPage ui={ui} state={state} notice={null} />, 422);
  }
  await web.gates.signedIn(login, addressOf(c));
  writeSessionCookie(c, web.config, signedIn.session);
  return c.redirect(homeOf(signedIn.account), 303);
}

function invitation(c: WebContext, token: string): Promise<Response> {
  const ui = c.get("ui");
  if (!TOKEN_PATTERN.test(token)) return invitationRefused(c);
  return page(c, <InvitationPage ui={ui} token={token} state={EMPTY_FORM} />);
}

function invitationRefused(c: WebContext): Promise<Response> {
  const ui = c.get("ui");
  const { title, refused } = ui.words.invitation;
  return page(c, <ProblemPage ui={ui} title={title} sentence={refused} />, 410);
}

async function acceptInvitation(c: WebContext, web: Web, token: string): Promise<Response> {
  c.set("session", null);
  const form = await acceptForm(c, web);
  if (!form.ok) return form.error;
  if (!TOKEN_PATTERN.test(token)) return invitationRefused(c);
  const ui = c.get("ui");
  const words = ui.words.invitation;
  const login = (form.value["login"] ?? "").trim().toLowerCase();
  const password = form.value["password"] ?? "";
  const problems: Record<string, string> = {};
  if (!LOGIN_PATTERN.test(login)) problems["login"] = words.loginShort;
  if (!isGoodPassword(password)) problems["password"] = words.passwordShort;
  const again = (found: Record<string, string>, status: 422 | 429): Promise<Response> => {
    const state = formState({ login: form.value["login"] ?? "" }, found);
    return page(c, <InvitationPage ui={ui} token={token} state={state} />, status);
  };
  if (Object.keys(problems).length > 0) return again(problems, 422);
  const gate = await web.gates.newcomer(addressOf(c));
  if (gate !== null) {
    const minutes = String(Math.max(1, Math.ceil(gate.retryAfterMs / 60_000)));
    return again({ form: fill(ui.words.signIn.tooMany, { minutes }) }, 429);
  }
  const outcome = await web.people.acceptInvitation({ token, login, password });
  if (outcome.kind === "refused")
    return outcome.reason === "already-exists"
      ? again({ login: words.loginTaken }, 422)
      : invitationRefused(c);
  const signedIn = await web.people.signIn(login, password);
  if (signedIn === null) return c.redirect("/masuk", 303);
  writeSessionCookie(c, web.config, signedIn.session);
  return c.redirect(homeOf(signedIn.account), 303);
}

export function isGoodPassword(password: string): boolean {
  return password.length >= PASSWORD_MIN_CHARACTERS && password.length <= PASSWORD_MAX_CHARACTERS;
}
