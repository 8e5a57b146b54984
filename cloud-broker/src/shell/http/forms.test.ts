import { expect, test } from "vitest";
import { z } from "zod";
import { BODY_MAX_BYTES, readForm, readJson } from "./forms.ts";

function post(
  body: string | ReadableStream,
  type: string,
  headers: Record<string, string> = {},
): Request {
  return new Request("http://saku/", {
    method: "POST",
    body,
    headers: { "content-type": type, ...headers },
    ...(typeof body === "string" ? {} : { duplex: "half" }),
  } as RequestInit);
}

const FORM = "application/x-www-form-urlencoded";

/** A body without a declared length that would go on for ever; counts what was asked of it. */
function endless(): { body: ReadableStream<Uint8Array>; given: () => number } {
  let given = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      given += 4_096;
      controller.enqueue(new Uint8Array(4_096).fill(97));
    },
  });
  return { body, given: () => given };
}

test("a form's fields are read, and of a repeated name the last counts", async () => {
  const form = await readForm(post("a=1&b=dua+kata&a=3", `${FORM}; charset=utf-8`));
  expect(form).toEqual({ ok: true, value: { a: "3", b: "dua kata" } });
});

test("a field named like a part of every object is only a field", async () => {
  const form = await readForm(post("__proto__=x&constructor=y", FORM));
  expect(form.ok && form.value["constructor"]).toBe("y");
  expect(form.ok && form.value["toString"]).toBe(undefined);
});

test("a body that never ends is cut off soon after the limit", async () => {
  const { body, given } = endless();
  expect(await readForm(post(body, FORM))).toEqual({ ok: false, error: "too-large" });
  expect(given()).toBeLessThan(BODY_MAX_BYTES + 3 * 4_096);
});

test("a body that declares too much is not read at all", async () => {
  const { body, given } = endless();
  const request = post(body, FORM, { "content-length": String(BODY_MAX_BYTES + 1) });
  expect(await readForm(request)).toEqual({ ok: false, error: "too-large" });
  expect(given()).toBeLessThanOrEqual(4_096);
});

test.each([["multipart/form-data; boundary=x"], ["text/plain"], ["application/json"]])(
  "%s is not a page's form",
  async (type) => {
    expect(await readForm(post("a=1", type))).toEqual({ ok: false, error: "wrong-type" });
  },
);

const schema = z.strictObject({ amount: z.int().min(1) });

test.each([
  ['{"amount":1}', null],
  ["{", "malformed"],
  ["", "malformed"],
  ['{"amount":"1"}', "invalid"],
  ['{"amount":1,"extra":true}', "invalid"],
  ['{"amount":0.5}', "invalid"],
  ["null", "invalid"],
])("the JSON body %j is refused as %s", async (text, refusal) => {
  const body = await readJson(post(text, "application/json"), schema);
  expect(body.ok ? null : body.error.refusal).toBe(refusal);
});

test("a refused body is described without repeating what it said", async () => {
  const body = await readJson(post('{"amount":"rahasia"}', "application/json"), schema);
  expect(JSON.stringify(body)).not.toContain("rahasia");
});
