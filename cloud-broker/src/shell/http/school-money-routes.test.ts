import { describe, expect, test } from "vitest";
import { AISYAH } from "./fake-office.suite.ts";
import { createTestWeb, createVisitor, signedIn, textOf } from "./web-client.suite.ts";

const PAGES = [
  "/sekolah/uang",
  "/sekolah/uang/kantin",
  "/sekolah/uang/kantin/mer-sri",
  "/sekolah/uang/kantin/mer-sri.csv",
  "/sekolah/uang/kas",
  "/sekolah/uang/periksa",
  "/sekolah/uang/keberatan",
  "/sekolah/uang/tutup-hari",
  `/sekolah/siswa/${AISYAH}/uang`,
];

test.each(PAGES)("guardians and strangers never see the money page %s", async (path) => {
  const web = createTestWeb();
  for (const visitor of [createVisitor(web.app), await signedIn(web, "ibu.aisyah")]) {
    const response = await visitor.get(path);
    expect([response.status, response.headers.get("location")]).toEqual([303, "/masuk"]);
  }
});

test("another school's admin finds neither the stall nor the child", async () => {
  const web = createTestWeb();
  const visitor = await signedIn(web, "tu.mawar");
  for (const path of ["uang/kantin/mer-sri", "uang/kantin/mer-sri.csv", `siswa/${AISYAH}/uang`])
    expect((await visitor.get(`/sekolah/${path}`)).status).toBe(404);
});

test.each(PAGES.filter((path) => !path.endsWith(".csv")))(
  "the money page %s names its amounts in words and figures, in both languages",
  async (path) => {
    const web = createTestWeb();
    const visitor = await signedIn(web, "tu.melati");
    const text = await textOf(await visitor.get(path));
    expect(text).toMatch(/Rp\s\d/);
    expect(text).not.toMatch(/undefined|NaN|\{\w+\}/);
  },
);

describe("paying a stall", () => {
  const STALL = "/sekolah/uang/kantin/mer-sri";

  test("offers what may be paid and records it once", async () => {
    const web = createTestWeb();
    const visitor = await signedIn(web, "tu.melati");
    const response = await visitor.submit(STALL, { amount: "412.500", from: "bank" }, STALL);
    expect(response.status).toBe(303);
    expect(web.fake.orders).toEqual(["settle mer-sri 412500 bank"]);
  });

  test("says what is wrong with an amount it cannot read", async () => {
    const web = createTestWeb();
    const visitor = await signedIn(web, "tu.melati");
    const response = await visitor.submit(STALL, { amount: "banyak", from: "cash" }, STALL);
    expect(response.status).toBe(422);
    expect(await textOf(response)).toMatch(/Paling banyak Rp\s412\.500/);
    expect(web.fake.orders).toEqual([]);
  });

  test("its statement is a table for spreadsheets, with late lines' true day", async () => {
    const web = createTestWeb();
    const visitor = await signedIn(web, "tu.melati");
    const response = await visitor.get(`${STALL}.csv`);
    expect(response.headers.get("content-disposition")).toContain("kantin-mer-sri.csv");
    expect(await response.text()).toContain('7,20261123,20261031,"sale",0,624500,824500,"jnl-7"');
  });
});

describe("counting cash", () => {
  test("[L15] the form does not know what is expected; only an open count shows it", async () => {
    const web = createTestWeb();
    const visitor = await signedIn(web, "tu.melati");
    const blind = await textOf(await visitor.get("/sekolah/uang/kas?ulang=1"));
    expect(blind).not.toMatch(/1\.250\.000/);
    const open = await textOf(await visitor.get("/sekolah/uang/kas"));
    expect(open).toMatch(/Kurang Rp\s2\.000/);
  });

  test("takes a count, its reason and a deposit", async () => {
    const web = createTestWeb();
    const visitor = await signedIn(web, "tu.melati");
    const at = "/sekolah/uang/kas";
    await visitor.submit(`${at}?ulang=1`, { device: "", counted: "1.248.000" }, at);
    await visitor.submit(`${at}?ulang=1`, { device: "trm-sri", counted: "70rb" }, at);
    const reason = { count: "cnt-1", reason: "kembalian salah" };
    await visitor.submit(at, reason, `${at}/alasan`);
    await visitor.submit(at, { kind: "deposit", amount: "1jt" }, `${at}/pindah`);
    expect(web.fake.orders).toEqual([
      "count cash 1248000",
      "count trm-sri 70000",
      "explain cnt-1 kembalian salah",
      "deposit 1000000",
    ]);
  });
});

describe("decisions", () => {
  test.each([
    [
      "/periksa",
      "/periksa/terjual",
      { sale: "e2", payer: "merchant" },
      "suspense-decision e2 merchant",
    ],
    [
      "/periksa",
      "/periksa/terjual",
      { sale: "e2", payer: "reserve" },
      "suspense-decision e2 reserve",
    ],
    [
      "/periksa",
      "/periksa/tanpa-pemilik",
      { found: "f1", owner: "student", number: "0451" },
      `found-decision f1 ${AISYAH}`,
    ],
    ["/periksa", "/periksa/tanpa-pemilik", { found: "f1", owner: "nobody" }, "found-decision f1 "],
    ["/periksa", "/periksa/setuju", { approval: "apr-1", answer: "yes" }, "answer apr-1 true"],
    ["/periksa", "/periksa/setuju", { approval: "apr-1", answer: "no" }, "answer apr-1 false"],
    [
      "/keberatan?pilih=dsp-1",
      "/keberatan",
      { dispute: "dsp-1", amount: "5rb", note: "dibagi dua" },
      "decide dsp-1 5000",
    ],
    ["/tutup-hari?pilih=z1", "/tutup-hari", { event: "z1", reason: "salah ketik" }, "accept z1"],
    ["", "/tutup-buku", { through: "20261122" }, "seal 20261122"],
  ])("from %s to %s with %j is one order", async (from, to, fields, order) => {
    const web = createTestWeb();
    const visitor = await signedIn(web, "tu.melati");
    const [form, action] = [`/sekolah/uang${from}`, `/sekolah/uang${to}`];
    const response = await visitor.submit(form, fields as Record<string, string>, action);
    expect([response.status, web.fake.orders]).toEqual([303, [order]]);
  });

  test.each([
    ["/periksa", "/periksa/tanpa-pemilik", { found: "f1", owner: "student", number: "9999" }],
    ["/keberatan?pilih=dsp-1", "/keberatan", { dispute: "dsp-1", amount: "x", note: "dibagi dua" }],
    ["/keberatan?pilih=dsp-1", "/keberatan", { dispute: "dsp-1", amount: "5rb", note: "" }],
    ["/tutup-hari?pilih=z1", "/tutup-hari", { event: "z1", reason: "" }],
    ["", "/tutup-buku", { through: "besok" }],
  ])("from %s to %s with %j is told what is wrong", async (from, to, fields) => {
    const web = createTestWeb();
    const visitor = await signedIn(web, "tu.melati");
    const [form, action] = [`/sekolah/uang${from}`, `/sekolah/uang${to}`];
    const response = await visitor.submit(form, fields as Record<string, string>, action);
    expect([response.status, web.fake.orders]).toEqual([422, []]);
  });
});

test("a colleague's invitation is shown once", async () => {
  const web = createTestWeb();
  const visitor = await signedIn(web, "tu.melati");
  const at = "/sekolah/uang/periksa";
  const shown = await textOf(await visitor.submit(at, {}, `${at}/rekan`));
  expect(shown).toContain("/undangan/undangan-untuk-tes-1234567890");
  expect(await textOf(await visitor.get(at))).not.toContain("undangan-untuk-tes");
  expect(web.fake.orders).toEqual(["invite colleague"]);
});

describe("one child's money", () => {
  const CHILD = `/sekolah/siswa/${AISYAH}/uang`;

  test("[L16] a large withdrawal says that it waits for a second person", async () => {
    const web = createTestWeb();
    const visitor = await signedIn(web, "tu.melati");
    const response = await visitor.submit(CHILD, { amount: "600rb" }, `${CHILD}/tarik`);
    const text = await textOf(await visitor.get(response.headers.get("location") ?? ""));
    expect(text).toContain("Menunggu persetujuan orang kedua.");
  });

  test.each([
    ["refund", "refund e1 12000 makanan basi"],
    ["dispute", "dispute e1 12000"],
  ])("a sale may be given back or held: %s", async (way, order) => {
    const web = createTestWeb();
    const visitor = await signedIn(web, "tu.melati");
    const fields = { sale: "e1", amount: "12000", reason: "makanan basi", way };
    await visitor.submit(`${CHILD}?pilih=e1`, fields, `${CHILD}/kembali`);
    expect(web.fake.orders).toEqual([order]);
  });
});
