import { describe, expect, test } from "vitest";
import { AISYAH, PASSWORD } from "./fake-office.suite.ts";
import { createTestWeb, createVisitor, signedIn, textOf } from "./web-client.suite.ts";

describe("signing in", () => {
  test("leads each to their own pages", async () => {
    const web = createTestWeb();
    for (const [login, home] of [
      ["ibu.aisyah", "/ortu"],
      ["tu.melati", "/sekolah"],
    ] as const) {
      const response = await createVisitor(web.app).post("/masuk", { login, password: PASSWORD });
      expect([response.status, response.headers.get("location")]).toEqual([303, home]);
    }
  });

  test("says the same for an unknown login and for a wrong password", async () => {
    const web = createTestWeb();
    const visitor = createVisitor(web.app);
    const unknown = await visitor.post("/masuk", { login: "tidak.ada", password: PASSWORD });
    const wrong = await visitor.post("/masuk", { login: "ibu.aisyah", password: "bukan ini" });
    expect([unknown.status, wrong.status]).toEqual([422, 422]);
    const tidy = (html: string): string => html.replace(/value="[^"]*"/g, "");
    expect(tidy(await unknown.text())).toBe(tidy(await wrong.text()));
  });

  test("keeps the login that was typed and never sends a password back", async () => {
    const visitor = createVisitor(createTestWeb().app);
    const html = await (
      await visitor.post("/masuk", { login: "ibu.aisyah", password: "salah-sekali" })
    ).text();
    expect(html).toContain('value="ibu.aisyah"');
    expect(html).not.toContain("salah-sekali");
  });

  test("waits after too many tries, and says for how long", async () => {
    const visitor = createVisitor(createTestWeb().app);
    const attempt = { login: "ibu.aisyah", password: "salah" };
    for (let index = 0; index < 8; index++) await visitor.post("/masuk", attempt);
    const response = await visitor.post("/masuk", { ...attempt, password: PASSWORD });
    expect(response.status).toBe(429);
    expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await textOf(response)).toContain("Terlalu banyak percobaan");
  });

  test("gives a cookie that scripts and other sites cannot use", async () => {
    const attempt = { login: "ibu.aisyah", password: PASSWORD };
    const plain = await createVisitor(createTestWeb().app).post("/masuk", attempt);
    expect(plain.headers.get("set-cookie")).toMatch(/^saku=.*; Path=\/; HttpOnly; SameSite=Lax$/);
    const secure = createTestWeb({ secureCookies: true });
    const strict = await createVisitor(secure.app).post("/masuk", attempt);
    const cookie = strict.headers.get("set-cookie") ?? "";
    expect(cookie).toMatch(/^__Host-saku=/);
    expect(cookie).toMatch(/; Secure/);
    expect(strict.headers.get("strict-transport-security")).not.toBeNull();
  });

  test("from another site's page is refused", async () => {
    const visitor = createVisitor(createTestWeb().app);
    const response = await visitor.post(
      "/masuk",
      { login: "ibu.aisyah", password: PASSWORD },
      { origin: "https://evil.example" },
    );
    expect(response.status).toBe(403);
    expect(response.headers.get("set-cookie")).toBeNull();
  });
});

test("signing out ends the session itself, not only the cookie", async () => {
  const web = createTestWeb();
  const visitor = await signedIn(web, "ibu.aisyah");
  const { session } = (await web.fake.people.signIn("ibu.aisyah", PASSWORD)) ?? { session: "" };
  const kept = { cookie: `saku=${session}` };
  expect((await web.app.request(`/ortu/${AISYAH}`, { headers: kept })).status).toBe(200);
  const response = await visitor.submit(`/ortu/${AISYAH}`, {}, "/keluar");
  expect(response.headers.get("location")).toBe("/masuk?selesai=keluar");
  expect((await visitor.get(`/ortu/${AISYAH}`)).headers.get("location")).toBe("/masuk");
});

describe("an invitation", () => {
  const PATH = "/undangan/undangan-untuk-tes-1234567890";

  test("makes an account and opens the child's page", async () => {
    const visitor = createVisitor(createTestWeb().app);
    const answer = { login: "ayah.aisyah", password: "kalimat pendek saja" };
    const response = await visitor.post(PATH, answer);
    expect(response.headers.get("location")).toBe("/ortu");
    const home = await visitor.get("/ortu");
    expect(home.headers.get("location")).toBe(`/ortu/${AISYAH}`);
  });

  test("asks again for a short password or an odd login, keeping what was typed", async () => {
    const visitor = createVisitor(createTestWeb().app);
    const response = await visitor.post(PATH, { login: "A!", password: "pendek" });
    expect(response.status).toBe(422);
    const html = await response.text();
    expect(html).toContain('value="A!"');
    expect(html).toContain('aria-describedby="password-hint password-problem"');
  });

  test("that was used, or never was, says so and nothing about any child", async () => {
    const visitor = createVisitor(createTestWeb().app);
    const answer = { login: "ayah.aisyah", password: "kalimat pendek saja" };
    const response = await visitor.post("/undangan/tidak-pernah-ada-12345", answer);
    expect(response.status).toBe(410);
    expect(await textOf(response)).not.toContain("Aisyah");
  });
});

describe("the reader's wishes", () => {
  test("the language is remembered", async () => {
    const visitor = createVisitor(createTestWeb().app);
    const response = await visitor.post("/bahasa", { language: "en", back: "/masuk" });
    expect(response.headers.get("location")).toBe("/masuk");
    expect(await (await visitor.get("/masuk")).text()).toContain('<html lang="en">');
  });

  test.each([
    "https://evil.example",
    "//evil.example",
    "/\\evil.example",
    "/\t/evil.example",
    "evil",
  ])("never lead to %j", async (back) => {
    const visitor = createVisitor(createTestWeb().app);
    const response = await visitor.post("/bahasa", { language: "en", back });
    expect(response.headers.get("location")).toBe("/");
  });
});
