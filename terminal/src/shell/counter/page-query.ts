import type { Context } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { OPERATOR_TEXTS, type OperatorText } from "./operator-text.ts";
import { TEXTS, type Lang, type Text } from "./text.ts";

const LANG_COOKIE = "saku-lang";
const YEAR_S = 31_536_000;

function langOf(c: Context): Lang {
  const asked = c.req.query("lang");
  if (asked === "id" || asked === "en") {
    setCookie(c, LANG_COOKIE, asked, { maxAge: YEAR_S, sameSite: "Lax", path: "/" });
    return asked;
  }
  return getCookie(c, LANG_COOKIE) === "en" ? "en" : "id";
}

/** The words of the page: `?lang=en` is remembered. */
export function textOf(c: Context): Text {
  return TEXTS[langOf(c)];
}

export function operatorTextOf(c: Context): OperatorText {
  return OPERATOR_TEXTS[langOf(c)];
}

export function oneOf<T extends string>(
  value: string | undefined,
  allowed: readonly T[],
): T | null {
  return allowed.find((one) => one === value) ?? null;
}

export function isForm(c: Context): boolean {
  return (c.req.header("content-type") ?? "").startsWith("application/x-www-form");
}
