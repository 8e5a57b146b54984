import { rupiah } from "@saku/protocol";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { leftSale, OPERATOR_CODE, openBench, type Bench } from "./counter.suite.ts";

let bench: Bench;
beforeEach(() => {
  bench = openBench({ unconfirmed: leftSale(rupiah(5_000)) });
});
afterEach(() => bench.counter.close());

const SALE = "c".repeat(64);
const PRESS = "press-0001";

const ask = (path: string, init?: RequestInit): Promise<Response> =>
  Promise.resolve(
    bench.counter.app.request(`http://localhost${path}`, {
      ...init,
      headers: { host: "localhost", ...init?.headers },
    }),
  );
const page = async (path: string): Promise<string> => (await ask(path)).text();
const send = (path: string, fields: Readonly<Record<string, string>>): Promise<Response> =>
  ask(path, { method: "POST", body: new URLSearchParams(fields), redirect: "manual" });
const post = (path: string, body: object): Promise<Response> =>
  ask(path, {
    method: "POST",
    body: JSON.stringify(body),
    headers: { "content-type": "application/json" },
  });
const hidden = (html: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...html.matchAll(/type="hidden" name="(\w+)" value="([^"]*)"/g)].map(
      ([, name = "", value = ""]) => [name, value],
    ),
  );

describe("the refund page", () => {
  test("goes from the sale over amount and reason to the code, and one page is one refund", async () => {
    expect(await page("/refund")).toContain(`href="/refund?sale=${SALE}"`);
    const second = await page(`/refund?sale=${SALE}`);
    expect(second).toContain('value="5.000"');
    const third = await page(`/refund?sale=${SALE}&amount=2.000&reason=wrong-amount`);
    const form = { ...hidden(third), code: OPERATOR_CODE };
    const answers = [await send("/counter/refund", form), await send("/counter/refund", form)];
    expect(answers.map((answer) => answer.headers.get("location"))).toEqual([
      "/refund?note=refunded",
      "/refund?note=refunded",
    ]);
    expect(bench.operatorDesk.refunds).toMatchObject([
      { saleId: SALE, amount: 2_000, reason: "wrong-amount" },
    ]);
    expect(await page("/refund?note=refunded")).toContain("Tercatat");
    expect(await page("/refund")).toContain("Bisa dikembalikan Rp\u00A03.000");
  });

  test("asks for the amount again when it is more than is left", async () => {
    const html = await page(`/refund?sale=${SALE}&amount=5001&reason=goodwill`);
    expect(html).toContain("Melebihi sisa penjualan ini");
    expect(html).not.toContain('name="code"');
  });

  test("does nothing without the operator's code, and keeps what was typed", async () => {
    const form = { press: PRESS, sale: SALE, amount: "2000", reason: "goodwill", code: "000000" };
    const answer = await send("/counter/refund", form);
    const back = answer.headers.get("location") ?? "";
    expect(back).toContain("note=wrong");
    expect(hidden(await page(back))).toMatchObject({ sale: SALE, amount: "2000" });
    expect(bench.operatorDesk.refunds).toEqual([]);
  });

  test("tells programs why not by its name", async () => {
    const order = { press: PRESS, sale: SALE, amount: 6_000, reason: "goodwill" };
    const answer = await post("/counter/refund", { ...order, code: OPERATOR_CODE });
    expect([answer.status, await answer.json()]).toEqual([409, { note: "too-much" }]);
    expect((await post("/counter/refund", { ...order, code: "x" })).status).toBe(400);
  });
});

describe("the cash page", () => {
  test("shows the first name to be checked, then the amount, and takes it once", async () => {
    expect(await page("/cash?number=101")).toContain("<strong>Aisyah</strong>");
    const html = await page("/cash?number=101&amount=20.000");
    expect(html).toContain("Rp\u00A020.000");
    const form = { ...hidden(html), code: OPERATOR_CODE };
    const answers = [await send("/counter/cash", form), await send("/counter/cash", form)];
    for (const answer of answers) expect(answer.headers.get("location")).toBe("/cash?note=taken");
    expect(bench.operatorDesk.cash).toMatchObject([{ student: "stu-0", amount: 20_000 }]);
    expect(bench.logLines.join("\n")).not.toMatch(/Aisyah|stu-0/);
  });

  test("knows nobody by a wrong number and takes nothing with a wrong code", async () => {
    expect(await page("/cash?number=999")).toContain("Nomor ini belum dikenal");
    const form = { press: PRESS, number: "101", amount: "20000", code: "000000" };
    const answer = await send("/counter/cash", form);
    expect(answer.headers.get("location")).toBe("/cash?note=wrong&number=101&amount=20000");
    const unknown = await post("/counter/cash", { ...form, number: "999", code: OPERATOR_CODE });
    expect(await unknown.json()).toEqual({ note: "unknown-student" });
    expect(bench.operatorDesk.cash).toEqual([]);
  });

  test.each(["0", "-5", "1.00", "2e4", "1000000000", ""])("takes no amount %j", async (amount) => {
    const html = await page(`/cash?number=101&amount=${encodeURIComponent(amount)}`);
    expect(html).not.toContain('name="code"');
  });
});

describe("the end of the day", () => {
  const takeCash = (): Promise<Response> =>
    post("/counter/cash", { press: PRESS, number: "101", amount: 20_000, code: OPERATOR_CODE });

  test("[W31] asks for the count first; what was expected stands on no page before the count is stored", async () => {
    await takeCash();
    const before = [
      await page("/close"),
      await page("/close?counted=18.000"),
      await page("/cash"),
      await page("/refund"),
      await page("/recent"),
    ];
    for (const html of before) expect(html).not.toMatch(/20\.000|Seharusnya/);
    const form = { ...hidden(before[1] ?? ""), code: OPERATOR_CODE };
    const answer = await send("/counter/close", form);
    expect(answer.headers.get("location")).toBe("/close");
    const after = await page("/close");
    for (const text of ["18.000", "20.000", "Kurang", "2.000"]) expect(after).toContain(text);
    const again = await post("/counter/close", { counted: 20_000, code: OPERATOR_CODE });
    expect(await again.json()).toMatchObject({ note: "closed", counted: 18_000, expected: 20_000 });
    expect(await page("/close")).toBe(after);
  });

  test("[W31] with a wrong code stores no count and tells nothing", async () => {
    await takeCash();
    const answer = await send("/counter/close", { counted: "18000", code: "000000" });
    const back = answer.headers.get("location") ?? "";
    expect(back).toBe("/close?note=wrong&counted=18000");
    expect(await page(back)).not.toContain("20.000");
    expect(await bench.operatorDesk.closing()).toBeNull();
  });

  test("is not held up by records that are not sent, and tells of them", async () => {
    bench.setLink({ isOnline: false, unsentCount: 3 });
    expect(await page("/close")).toContain("<strong>3</strong> catatan belum terkirim");
    const closed = await post("/counter/close", { counted: 0, code: OPERATOR_CODE });
    expect(closed.status).toBe(200);
    expect(await page("/close")).toContain("<strong>3</strong> catatan belum terkirim");
  });
});
