import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { Rupiah, Result } from "@saku/protocol";
import type { FormState } from "../../web/design/form.tsx";
import type { Html } from "../../web/design/ui.ts";
import { ProblemPage } from "../../web/people/sign-in.tsx";
import { readAmount } from "../../web/design/amount-input.ts";
import { isCsrfToken } from "./csrf.ts";
import { readForm, type BodyRefusal, type Fields } from "./forms.ts";
import type { OrderOutcome } from "./office.ts";
import { ORDER_KEY_PATTERN, REFUSAL_STATUS, type Web, type WebContext } from "./web-context.ts";

export async function page(
  c: WebContext,
  html: Html,
  status: ContentfulStatusCode = 200,
): Promise<Response> {
  return c.html(`<!DOCTYPE html>${(await html).toString()}`, status);
}

export function notFoundPage(c: WebContext): Promise<Response> {
  const ui = c.get("ui");
  const { notFoundTitle, notFound } = ui.words.problems;
  return page(c, <ProblemPage ui={ui} title={notFoundTitle} sentence={notFound} />, 404);
}

const BODY_STATUS: Readonly<Record<BodyRefusal, 400 | 413 | 415>> = {
  "too-large": 413,
  "wrong-type": 415,
  malformed: 400,
};

/** A page's form with its fields read and its anti-forgery token checked, or the page that says why not. */
export async function acceptForm(c: WebContext, web: Web): Promise<Result<Fields, Response>> {
  const ui = c.get("ui");
  const words = ui.words.problems;
  const form = await readForm(c.req.raw);
  if (!form.ok) {
    const status = BODY_STATUS[form.error];
    const html = <ProblemPage ui={ui} title={words.tooLargeTitle} sentence={words.tooLarge} />;
    return { ok: false, error: await page(c, html, status) };
  }
  const session = c.get("session");
  if (session !== null && !isCsrfToken(session.secret, form.value["csrf"])) {
    web.log.warn({ event: "web.csrf" }, "a form came without its anti-forgery token");
    const html = <ProblemPage ui={ui} title={words.expiredTitle} sentence={words.expired} />;
    return { ok: false, error: await page(c, html, 403) };
  }
  return form;
}

/** The key of the rendered form; a form without one gets a key of its own and is simply not deduplicated. */
export function orderKeyOf(c: WebContext, fields: Fields): string {
  const key = fields["key"];
  return key !== undefined && ORDER_KEY_PATTERN.test(key) ? key : c.get("ui").newKey();
}

/** What an order answered when its page has no field to blame. */
export function refusedPage(
  c: WebContext,
  outcome: Extract<OrderOutcome<unknown>, { kind: "refused" }>,
): Promise<Response> {
  if (outcome.reason === "not-found") return notFoundPage(c);
  const ui = c.get("ui");
  const words = ui.words.problems;
  const html = (
    <ProblemPage ui={ui} title={words.refused} sentence={words.expired} code={outcome.reason} />
  );
  return page(c, html, REFUSAL_STATUS[outcome.reason]);
}

/** Keeps what was typed and says, per field, what is wrong. */
export function formState(fields: Fields, problems: Readonly<Record<string, string>>): FormState {
  return { values: fields, problems };
}

/** The typed amount, else the chosen chip: a person who typed meant what they typed. */
export function amountOf(fields: Fields): Result<Rupiah | "none", "empty" | "not-an-amount"> {
  const typed = readAmount((fields["amount"] ?? "").slice(0, 64));
  if (typed.ok || typed.error === "not-an-amount") return typed;
  const choice = fields["choice"] ?? "";
  return choice === "none" ? { ok: true, value: "none" } : readAmount(choice.slice(0, 64));
}

/** One line of text within bounds, or null. */
export function textOf(fields: Fields, name: string, maxLength: number): string | null {
  const text = (fields[name] ?? "").normalize("NFC").trim().replace(/\s+/g, " ");
  return text.length === 0 || text.length > maxLength || /\p{Cc}/u.test(text) ? null : text;
}
