import { rupiah } from "@saku/protocol";
import { describe, expect, test } from "vitest";
import { AISYAH, CITRA } from "./fake-office.suite.ts";
import { createTestWeb, createVisitor, hiddenField, signedIn, textOf } from "./web-client.suite.ts";

const PAGES = [
  "",
  "/siswa",
  `/siswa/${AISYAH}`,
  "/isi-saldo",
  "/terminal",
  "/kantin",
  "/neraca",
  "/neraca.csv",
];

test.each(PAGES)("guardians and strangers never see the school's page %s", async (path) => {
  const web = createTestWeb();
  for (const visitor of [createVisitor(web.app), await signedIn(web, "ibu.aisyah")]) {
    const response = await visitor.get(`/sekolah${path}`);
    expect([response.status, response.headers.get("location")]).toEqual([303, "/masuk"]);
  }
});

test("another school's admin sees neither the student nor the terminal", async () => {
  const web = createTestWeb();
  const visitor = await signedIn(web, "tu.mawar");
  for (const path of [`siswa/${AISYAH}`, "terminal/trm-sri/cabut"])
    expect((await visitor.get(`/sekolah/${path}`)).status).toBe(404);
  const csrf = hiddenField(await (await visitor.get("/sekolah/siswa")).text(), "csrf");
  const fields = { csrf, student: AISYAH, amount: "50rb", state: "granted" };
  await visitor.post("/sekolah/isi-saldo", fields);
  await visitor.post(`/sekolah/siswa/${AISYAH}/izin`, fields);
  await visitor.post(`/sekolah/siswa/${AISYAH}/undangan`, fields);
  await visitor.post("/sekolah/terminal/trm-sri/cabut", fields);
  expect(web.fake.orders).toEqual([]);
});

describe("the top-up desk", () => {
  const DESK = `/sekolah/isi-saldo?siswa=${CITRA}`;

  test("records cash once and says what it did", async () => {
    const web = createTestWeb();
    const visitor = await signedIn(web, "tu.melati");
    const fields = { student: CITRA, choice: "50000" };
    const response = await visitor.submit(DESK, fields, "/sekolah/isi-saldo");
    expect(response.status).toBe(303);
    const text = await textOf(await visitor.get(response.headers.get("location") ?? ""));
    expect(text).toMatch(/Rp\s50\.000 masuk ke saldo Citra/);
    expect(web.fake.orders).toEqual([`top-up ${CITRA} 50000`]);
  });

  test("takes a double tap for one top-up", async () => {
    const web = createTestWeb();
    const visitor = await signedIn(web, "tu.melati");
    const html = await (await visitor.get(DESK)).text();
    const fields = {
      csrf: hiddenField(html, "csrf"),
      key: hiddenField(html, "key"),
      student: CITRA,
      amount: "50rb",
    };
    await visitor.post("/sekolah/isi-saldo", fields);
    const second = await visitor.post("/sekolah/isi-saldo", fields);
    expect(second.status).toBe(303);
    expect(web.fake.orders).toHaveLength(1);
  });

  test("asks before recording the same amount for the same child again within two minutes", async () => {
    const web = createTestWeb();
    const visitor = await signedIn(web, "tu.melati");
    const fields = { student: CITRA, amount: "50rb" };
    await visitor.submit(DESK, fields, "/sekolah/isi-saldo");
    const warned = await visitor.submit(DESK, fields, "/sekolah/isi-saldo");
    expect(warned.status).toBe(409);
    const html = await warned.text();
    expect(html).toContain("sudah dicatat kurang dari 2 menit lalu");
    expect(web.fake.orders).toHaveLength(1);
    const confirmed = await visitor.post("/sekolah/isi-saldo", {
      ...fields,
      csrf: hiddenField(html, "csrf"),
      key: hiddenField(html, "key"),
      again: hiddenField(html, "again"),
    });
    expect(confirmed.status).toBe(303);
    expect(web.fake.orders).toHaveLength(2);
  });

  test.each(["", "0", "999", "6jt", "lima puluh"])(
    "refuses the amount %j and keeps it",
    async (amount) => {
      const web = createTestWeb();
      const visitor = await signedIn(web, "tu.melati");
      const fields = { student: CITRA, amount };
      const response = await visitor.submit(DESK, fields, "/sekolah/isi-saldo");
      expect(response.status).toBe(422);
      if (amount !== "") expect(await response.text()).toContain(`value="${amount}"`);
      expect(web.fake.orders).toEqual([]);
    },
  );
});

describe("students", () => {
  test("are found by name, class and number together", async () => {
    const visitor = await signedIn(createTestWeb(), "tu.melati");
    const text = await textOf(await visitor.get("/sekolah/siswa?cari=4b+cit"));
    expect(text).toContain("0533");
    expect(text).not.toContain("0451");
  });

  test("with a number that is taken are refused, and the form keeps the rest", async () => {
    const visitor = await signedIn(createTestWeb(), "tu.melati");
    const fields = { number: "0451", firstName: "Dewi", className: "1A" };
    const response = await visitor.submit("/sekolah/siswa", fields);
    expect(response.status).toBe(409);
    expect(await response.text()).toContain('value="Dewi"');
  });

  test.each([
    { number: "", firstName: "Dewi", className: "1A" },
    { number: "0999", firstName: "x".repeat(41), className: "1A" },
    { number: "0999", firstName: "De\u0000wi", className: "1A" },
    { number: "0999", firstName: "Dewi", className: " " },
  ])("like %j are refused", async (fields) => {
    const web = createTestWeb();
    const visitor = await signedIn(web, "tu.melati");
    expect((await visitor.submit("/sekolah/siswa", fields)).status).toBe(422);
    expect(web.fake.orders).toEqual([]);
  });

  test("get an invitation link that is shown once", async () => {
    const visitor = await signedIn(createTestWeb(), "tu.melati");
    const page = `/sekolah/siswa/${AISYAH}`;
    const made = await visitor.submit(page, {}, `${page}/undangan`);
    expect(await made.text()).toContain("/undangan/undangan-untuk-tes-1234567890");
    expect(made.headers.get("cache-control")).toBe("no-store");
    expect(await (await visitor.get(page)).text()).not.toContain("undangan-untuk-tes");
  });
});

test("a claim is shown once, beside a command that does not contain it", async () => {
  const visitor = await signedIn(createTestWeb(), "tu.melati");
  const fields = { name: "Kasir 9", merchant: "mer-sri" };
  const made = await visitor.submit("/sekolah/terminal", fields, "/sekolah/terminal/klaim");
  const html = await made.text();
  expect(/<code id="command"[^>]*>([^<]*)</.exec(html)?.[1]).toMatch(/^saku claim/);
  expect(/<code id="command"[^>]*>([^<]*)</.exec(html)?.[1]).not.toContain("7f3a-92kd");
  expect(/<code id="claim"[^>]*>([^<]*)</.exec(html)?.[1]).toContain("7f3a-92kd");
});

test("a claim for a stall of nobody is refused", async () => {
  const web = createTestWeb();
  const visitor = await signedIn(web, "tu.melati");
  const fields = { name: "Kasir 9", merchant: "mer-other-school" };
  const response = await visitor.submit("/sekolah/terminal", fields, "/sekolah/terminal/klaim");
  expect(response.status).toBe(422);
  expect(web.fake.orders).toEqual([]);
});

test("[G12] the allowance for hungry children is saved, and a wrong amount is said beside its field", async () => {
  const web = createTestWeb();
  const visitor = await signedIn(web, "tu.melati");
  const path = "/sekolah/terminal/darurat";
  const from = "/sekolah/terminal";
  expect(await textOf(await visitor.get(from))).toContain("Paling banyak sekali makan");
  const wrong = await visitor.submit(from, { perSale: "15.000", perDay: "9.000.000" }, path);
  expect(wrong.status).toBe(422);
  expect(await textOf(wrong)).toContain("0 sampai Rp");
  const right = await visitor.submit(from, { perSale: "0", perDay: "200.000" }, path);
  expect([right.status, right.headers.get("location")]).toEqual([303, `${from}?selesai=darurat`]);
  expect(web.fake.orders).toEqual(["emergency 0 200000"]);
});

test("revoking a terminal with unsent sales says how many first", async () => {
  const web = createTestWeb();
  const visitor = await signedIn(web, "tu.melati");
  const path = "/sekolah/terminal/trm-joko/cabut";
  expect(await textOf(await visitor.get(path))).toContain("Masih ada 14 penjualan belum terkirim");
  await visitor.submit(path, {});
  expect(web.fake.orders).toEqual(["revoke trm-joko"]);
});

test("notes that could not be booked are shown with who decided, and decided about", async () => {
  const web = createTestWeb();
  const visitor = await signedIn(web, "tu.melati");
  const text = await textOf(await visitor.get("/sekolah/terminal"));
  expect(text).toContain("Catatan yang menunggu keputusan");
  expect(text).toContain("bu.ani: bayar kantin · perlu 2 orang");
  expect(text.match(/Isinya tidak bisa dibaca/gu)).toHaveLength(1);
  expect(text).toContain("Koperasi · catatan 61");
  expect(text).toContain("37 catatan terminal ini tidak ada lagi");
  const place = { device: "trm-joko", inc: "00c0ffee00c0ffee", n: "41", hash: "ab".repeat(32) };
  const path = "/sekolah/terminal/catatan";
  await visitor.submit("/sekolah/terminal", { ...place, what: "suspense" }, path);
  await visitor.submit("/sekolah/terminal", { ...place, what: "forget" }, path);
  expect(web.fake.orders).toEqual(["letter 41 suspense"]);
});

test("a terminal with two histories is cleared, and one draws a new key", async () => {
  const web = createTestWeb();
  const visitor = await signedIn(web, "tu.melati");
  expect(await textOf(await visitor.get("/sekolah/terminal"))).toContain("dua riwayat");
  const from = "/sekolah/terminal/trm-joko/cabut";
  await visitor.submit("/sekolah/terminal", {}, "/sekolah/terminal/trm-joko/bersih");
  await visitor.submit(from, {}, "/sekolah/terminal/trm-joko/kunci");
  expect(web.fake.orders).toEqual(["clear trm-joko", "rotate trm-joko"]);
});

describe("the trial balance", () => {
  test("says at once that both sides agree", async () => {
    const visitor = await signedIn(createTestWeb(), "tu.melati");
    const text = await textOf(await visitor.get("/sekolah/neraca"));
    expect(text).toContain("Jumlah debit sama dengan jumlah kredit.");
  });

  test("names the difference when they do not", async () => {
    const web = createTestWeb();
    const trial = await web.fake.office.reading.trialBalance("sch-melati" as never);
    web.fake.changeSchool({
      trial: { ...trial, creditTotal: rupiah(2_341_000), isBalanced: false },
    });
    const visitor = await signedIn(web, "tu.melati");
    const text = await textOf(await visitor.get("/sekolah/neraca"));
    expect(text).toMatch(/Tidak seimbang\s+Selisih Rp\s1\.000/);
  });

  test("as CSV keeps amounts as numbers and defuses formulas", async () => {
    const web = createTestWeb();
    const trial = await web.fake.office.reading.trialBalance("sch-melati" as never);
    const [row] = trial.rows;
    if (row === undefined) throw new Error("the fake has no rows");
    web.fake.changeSchool({ trial: { ...trial, rows: [{ ...row, account: '=1+1,"x"' }] } });
    const visitor = await signedIn(web, "tu.melati");
    const response = await visitor.get("/sekolah/neraca.csv");
    expect(response.headers.get("content-type")).toContain("text/csv");
    expect((await response.text()).split("\r\n")[1]).toBe(
      `"'=1+1,""x""","cash",debit,1250000,0,1250000`,
    );
  });
});
