import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import type { MiddlewareHandler } from "hono";
import { randomBytes } from "node:crypto";
import { formatsOf } from "../../web/design/formats.ts";
import { parseLanguage } from "../../web/design/language.ts";
import { wordsOf } from "../../web/design/words/words.ts";
import { issueCsrfToken } from "./csrf.ts";
import type { Session, Web, WebConfig, WebContext, WebEnv } from "./web-context.ts";

const SESSION_COOKIE = "saku";
const SESSION_MAX_CHARACTERS = 128;
/** The server decides when a session ends; the cookie only outlives closing the browser. */
const COOKIE_MAX_AGE_S = 30 * 24 * 3_600;
const PREFERENCE_MAX_AGE_S = 365 * 24 * 3_600;

export const LANGUAGE_COOKIE = "saku-bahasa";
/** Written by the `eye` browser module too, so it is not HttpOnly. */
export const DISCREET_COOKIE = "saku-nominal";

function readSessionCookie(c: WebContext, config: WebConfig): string | undefined {
  return config.secureCookies ? getCookie(c, SESSION_COOKIE, "host") : getCookie(c, SESSION_COOKIE);
}

export function writeSessionCookie(c: WebContext, config: WebConfig, secret: string): void {
  const options = {
    path: "/",
    httpOnly: true,
    sameSite: "Lax",
    maxAge: COOKIE_MAX_AGE_S,
  } as const;
  if (config.secureCookies)
    setCookie(c, SESSION_COOKIE, secret, { ...options, secure: true, prefix: "host" });
  else setCookie(c, SESSION_COOKIE, secret, options);
}

export function clearSessionCookie(c: WebContext, config: WebConfig): void {
  if (config.secureCookies)
    deleteCookie(c, SESSION_COOKIE, { path: "/", secure: true, prefix: "host" });
  else deleteCookie(c, SESSION_COOKIE, { path: "/" });
}

export function writePreferenceCookie(c: WebContext, name: string, value: string): void {
  setCookie(c, name, value, { path: "/", sameSite: "Lax", maxAge: PREFERENCE_MAX_AGE_S });
}

/** Puts the session, when there is one, and the reader's language and wishes on the request. */
export function loadSession(web: Web): MiddlewareHandler<WebEnv> {
  return async (c, next) => {
    const session = await sessionOf(c, web);
    c.set("session", session);
    const language = parseLanguage(getCookie(c, LANGUAGE_COOKIE));
    const url = new URL(c.req.url);
    c.set("ui", {
      language,
      words: wordsOf(language),
      formats: formatsOf(language),
      isDiscreet: getCookie(c, DISCREET_COOKIE) === "1",
      csrf: session === null ? null : issueCsrfToken(session.secret),
      path: url.pathname + url.search,
      newKey: () => randomBytes(16).toString("base64url"),
      assets: web.assets.urls,
    });
    await next();
  };
}

async function sessionOf(c: WebContext, web: Web): Promise<Session | null> {
  const secret = readSessionCookie(c, web.config);
  if (secret === undefined || secret === "" || secret.length > SESSION_MAX_CHARACTERS) return null;
  const account = await web.people.accountOf(secret);
  return account === null ? null : { secret, account };
}

/** A path on our own site, never another host: "//evil" and "/\evil" are hosts to a browser. */
export function ownPath(text: string | undefined): string {
  return text !== undefined && /^\/(?![/\\])[\x21-\x7e]*$/.test(text) ? text : "/";
}
