import { describe, expect, test } from "vitest";
import { AISYAH, BUDI, CITRA } from "./fake-office.suite.ts";
import { createTestWeb, createVisitor, hiddenField, signedIn, textOf } from "./web-client.suite.ts";

const NBSP = "\u00a0";

describe("who sees what", () => {
  const PLACES = ["", "/aktivitas", "/batas", "/bekukan", "/izin", "/izin/tarik", "/langsung"];

  test.each(PLACES)("a guardian cannot open another child's page %s", async (place) => {
    const visitor = await signedIn(createTestWeb(), "ibu.aisyah");
    const response = await visitor.get(`/ortu/${CITRA}${place}`);
    expect(response.status).toBe(404);
    expect(await response.text()).not.toContain("Citra");
  });

  test.each([
    ["bekukan", { frozen: "1" }],
    ["batas", { amount: "1000" }],
    ["izin", { state: "granted" }],
  ])("a guardian cannot order %s for another child", async (place, fields) => {
    const web = createTestWeb();
    const visitor = await signedIn(web, "ibu.aisyah");
    const response = await visitor.submit(
      `/ortu/${AISYAH}/batas`,
      fields,
      `/ortu/${CITRA}/${place}`,
    );
    expect(response.status).toBe(404);
    expect(web.fake.orders).toEqual([]);
  });

  test("nobody signed in, and a school's admin, are sent to sign in", async () => {
    const web = createTestWeb();
    for (const visitor of [createVisitor(web.app), await signedIn(web, "tu.melati")]) {
      const response = await visitor.get(`/ortu/${AISYAH}`);
      expect([response.status, response.headers.get("location")]).toEqual([303, "/masuk"]);
    }
  });

  test("a made-up child is not found, whatever its id looks like", async () => {
    const visitor = await signedIn(createTestWeb(), "ibu.aisyah");
    for (const id of ["stu-nobody", "..%2F..", "%00", "A".repeat(300)])
      expect((await visitor.get(`/ortu/${id}`)).status).toBe(404);
  });
});

describe("the home page", () => {
  test("shows one balance, what is left today, and what is at school in small print", async () => {
    const visitor = await signedIn(createTestWeb(), "ibu.aisyah");
    const text = await textOf(await visitor.get(`/ortu/${AISYAH}`));
    expect(text).toMatch(/Saldo Aisyah .*Rp 87\.500/);
    expect(text).toMatch(/Sisa batas hari ini Rp 3\.000 dari Rp 20\.000/);
    expect(text).toMatch(/Rp 15\.000 di antaranya sedang disiapkan di kantin/);
  });

  test("is honest about a purchase that arrived late", async () => {
    const visitor = await signedIn(createTestWeb(), "ibu.aisyah");
    const text = await textOf(await visitor.get(`/ortu/${AISYAH}`));
    expect(text).toMatch(/10\.05 · terkirim 10\.21/);
  });

  test("of a child without a purchase says what will appear", async () => {
    const visitor = await signedIn(createTestWeb(), "ibu.aisyah");
    const text = await textOf(await visitor.get(`/ortu/${BUDI}`));
    expect(text).toContain("Begitu Budi jajan, muncul di sini.");
    expect(text).toContain("Sekolah meminta izin sidik jari untuk Budi.");
  });

  test("writes names as text, never as markup", async () => {
    const web = createTestWeb();
    web.fake.changeChild(AISYAH, { firstName: `<img src=x onerror="alert(1)">` });
    const visitor = await signedIn(web, "ibu.aisyah");
    const html = await (await visitor.get(`/ortu/${AISYAH}`)).text();
    expect(html).not.toContain("<img");
    expect(html).toContain("&lt;img");
  });
});

describe("the daily limit", () => {
  test.each([
    [{ amount: "25rb" }, `limit ${AISYAH} 25000`],
    [{ choice: "10000" }, `limit ${AISYAH} 10000`],
    [{ choice: "10000", amount: "Rp 7.500" }, `limit ${AISYAH} 7500`],
    [{ choice: "none" }, `limit ${AISYAH} null`],
  ])("%j is one order", async (fields, order) => {
    const web = createTestWeb();
    const visitor = await signedIn(web, "ibu.aisyah");
    const response = await visitor.submit(
      `/ortu/${AISYAH}/batas`,
      fields as Record<string, string>,
    );
    expect(response.status).toBe(303);
    expect(web.fake.orders).toEqual([order]);
  });

  test.each([
    [{ amount: "banyak" }, "Kami belum bisa membaca jumlah itu"],
    [{ amount: "-5000" }, "Kami belum bisa membaca jumlah itu"],
    [{ amount: "500" }, `Paling sedikit Rp${NBSP}1.000`],
    [{ amount: "5jt" }, `Paling banyak Rp${NBSP}1.000.000`],
    [{}, "Pilih salah satu jumlah"],
    [{ choice: "apa saja" }, "Kami belum bisa membaca jumlah itu"],
  ])("%j answers 422, says why, and keeps what was typed", async (fields, sentence) => {
    const web = createTestWeb();
    const visitor = await signedIn(web, "ibu.aisyah");
    const response = await visitor.submit(
      `/ortu/${AISYAH}/batas`,
      fields as Record<string, string>,
    );
    const html = await response.text();
    expect(response.status).toBe(422);
    expect(html).toContain(sentence);
    if ("amount" in fields) expect(html).toContain(`value="${fields.amount}"`);
    expect(web.fake.orders).toEqual([]);
  });

  test("keeps the form's key when it is asked again, so that the mended form is still one order", async () => {
    const visitor = await signedIn(createTestWeb(), "ibu.aisyah");
    const key = "kunci-dari-formulir-1";
    const response = await visitor.submit(`/ortu/${AISYAH}/batas`, { amount: "x", key });
    expect(await response.text()).toContain(`name="key" value="${key}"`);
  });
});

describe("orders", () => {
  test("a form sent twice is one order", async () => {
    const web = createTestWeb();
    const visitor = await signedIn(web, "ibu.aisyah");
    const html = await (await visitor.get(`/ortu/${AISYAH}/bekukan`)).text();
    const fields = {
      csrf: hiddenField(html, "csrf"),
      key: hiddenField(html, "key"),
      frozen: "1",
    };
    const path = `/ortu/${AISYAH}/bekukan`;
    const [first, second] = await Promise.all([
      visitor.post(path, fields),
      visitor.post(path, fields),
    ]);
    expect([first.status, second.status]).toEqual([303, 303]);
    expect(web.fake.orders).toEqual([`freeze ${AISYAH} true`]);
  });

  test.each([
    ["no token", {}],
    ["a made-up token", { csrf: "A".repeat(43) }],
  ])("with %s are refused and change nothing", async (_title, fields) => {
    const web = createTestWeb();
    const visitor = await signedIn(web, "ibu.aisyah");
    const response = await visitor.post(`/ortu/${AISYAH}/bekukan`, { frozen: "1", ...fields });
    expect(response.status).toBe(403);
    expect(web.fake.orders).toEqual([]);
  });

  test("with another session's token are refused", async () => {
    const web = createTestWeb();
    const other = await signedIn(web, "pak.joko");
    const csrf = hiddenField(await (await other.get(`/ortu/${CITRA}`)).text(), "csrf");
    const visitor = await signedIn(web, "ibu.aisyah");
    const response = await visitor.post(`/ortu/${AISYAH}/bekukan`, { frozen: "1", csrf });
    expect(response.status).toBe(403);
  });

  test("from another site are refused even with the right token", async () => {
    const web = createTestWeb();
    const visitor = await signedIn(web, "ibu.aisyah");
    const csrf = hiddenField(await (await visitor.get(`/ortu/${AISYAH}`)).text(), "csrf");
    const headers = { origin: "https://evil.example" };
    const response = await visitor.post(`/ortu/${AISYAH}/bekukan`, { frozen: "1", csrf }, headers);
    expect(response.status).toBe(403);
    expect(web.fake.orders).toEqual([]);
  });

  test("larger than a form can be are refused before they are read", async () => {
    const visitor = await signedIn(createTestWeb(), "ibu.aisyah");
    const response = await visitor.post(`/ortu/${AISYAH}/batas`, { amount: "1".repeat(20_000) });
    expect(response.status).toBe(413);
  });
});

test("after a freeze the page says which stall has not heard, and afterwards that it holds everywhere", async () => {
  const web = createTestWeb();
  const visitor = await signedIn(web, "ibu.aisyah");
  await visitor.submit(`/ortu/${AISYAH}/bekukan`, { frozen: "1" });
  const waiting = await textOf(await visitor.get(`/ortu/${AISYAH}?selesai=beku`));
  expect(waiting).toContain("Uang saku dibekukan.");
  expect(waiting).toContain("Menunggu Kantin Bu Sri tersambung");
  web.fake.changeChild(AISYAH, { freeze: { isFrozen: true, waitingFor: [] } });
  expect(await textOf(await visitor.get(`/ortu/${AISYAH}`))).toContain("Berlaku di semua kantin.");
});

test("a withdrawn consent lists every terminal, erased or waiting", async () => {
  const web = createTestWeb();
  const visitor = await signedIn(web, "ibu.aisyah");
  const path = `/ortu/${AISYAH}/izin`;
  await visitor.submit(`${path}/tarik`, { state: "withdrawn" }, path);
  const text = await textOf(await visitor.get(path));
  expect(text).toContain("1 dari 2 perangkat sudah menghapus.");
  expect(text).toMatch(/Kasir 1 · Kantin Bu Sri\s+Terhapus 23 Nov, 10\.05/);
  expect(text).toMatch(/Kasir 2 · Kantin Pak Joko\s+Menunggu daring/);
});
