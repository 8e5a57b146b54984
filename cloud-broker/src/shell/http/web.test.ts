import { expect, test } from "vitest";
import { AISYAH } from "./fake-office.suite.ts";
import { createTestWeb, createVisitor, signedIn } from "./web-client.suite.ts";

test("every answer carries the strict policy, with the configured frame ancestors", async () => {
  const web = createTestWeb({ frameAncestors: ["http://127.0.0.1:4100"] });
  const response = await createVisitor(web.app).get("/masuk");
  expect(response.headers.get("content-security-policy")).toBe(
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; " +
      "connect-src 'self'; form-action 'self'; base-uri 'none'; " +
      "frame-ancestors 'self' http://127.0.0.1:4100; require-trusted-types-for 'script'; trusted-types saku",
  );
  expect(response.headers.get("x-frame-options")).toBeNull();
  expect(response.headers.get("x-content-type-options")).toBe("nosniff");
  expect(response.headers.get("cache-control")).toBe("no-store");
});

test("no page has anything inline", async () => {
  const web = createTestWeb();
  const pages: string[] = [];
  const guardian = await signedIn(web, "ibu.aisyah");
  for (const place of ["", "/batas", "/izin", "/aktivitas", "/bekukan"])
    pages.push(await (await guardian.get(`/ortu/${AISYAH}${place}`)).text());
  const admin = await signedIn(web, "tu.melati");
  for (const place of ["", "/siswa", "/terminal", "/kantin", "/neraca", "/isi-saldo"])
    pages.push(await (await admin.get(`/sekolah${place}`)).text());
  for (const html of pages) {
    expect(html).not.toMatch(/<style|style="|\son[a-z]+="|<script(?![^>]*\ssrc=)/);
    expect(html).not.toMatch(/(?:src|href)="https?:/);
  }
});

test("static files are cached for ever under the name of their content, in the encoding that was asked for", async () => {
  const { app } = createTestWeb();
  const html = await (await app.request("/masuk")).text();
  const url = /href="(\/assets\/saku-[^"]+\.css)"/.exec(html)?.[1] ?? "";
  const brotli = await app.request(url, { headers: { "accept-encoding": "gzip, br" } });
  expect(brotli.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
  expect(brotli.headers.get("content-encoding")).toBe("br");
  expect(brotli.headers.get("content-type")).toBe("text/css; charset=utf-8");
  const plain = await app.request(url);
  expect(plain.headers.get("content-encoding")).toBeNull();
  expect(await plain.text()).toContain(
    "@layer reset, tokens, base, components, layout, utilities;",
  );
  expect((await app.request("/assets/saku-000000000000.css")).status).toBe(404);
  expect((await app.request("/assets/..%2f..%2fpackage.json")).status).toBe(404);
});

test("the style sheet stays within its budget of 10 kB", async () => {
  const { app } = createTestWeb();
  const html = await (await app.request("/masuk")).text();
  const url = /href="(\/assets\/saku-[^"]+\.css)"/.exec(html)?.[1] ?? "";
  const css = await app.request(url, { headers: { "accept-encoding": "gzip" } });
  expect((await css.arrayBuffer()).byteLength).toBeLessThan(10_000);
});

test("an outage says that money is safe, gives a code, and keeps the reason for the log", async () => {
  const web = createTestWeb();
  const visitor = await signedIn(web, "ibu.aisyah");
  Object.assign(web.fake.office.reading, {
    childrenOf: async () => {
      throw new Error("database is locked: rahasia");
    },
  });
  const response = await visitor.get(`/ortu/${AISYAH}`);
  const html = await response.text();
  expect(response.status).toBe(500);
  expect(html).toContain("Uang aman");
  expect(html).not.toContain("rahasia");
  const code = /Kode: ([0-9a-f]{8})/.exec(html)?.[1] ?? "none";
  expect(web.logged.join("\n")).toContain(code);
});

test("a live stream answers as an event stream, uncompressed, and only to who may hear it", async () => {
  const web = createTestWeb();
  const visitor = await signedIn(web, "ibu.aisyah");
  const response = await visitor.get(`/ortu/${AISYAH}/langsung`, { "accept-encoding": "gzip" });
  expect(response.headers.get("content-type")).toContain("text/event-stream");
  expect(response.headers.get("content-encoding")).toBeNull();
  const reader = response.body?.getReader();
  const first = await reader?.read();
  expect(new TextDecoder().decode(first?.value as Uint8Array)).toContain("retry:");
  await reader?.cancel();
  expect((await createVisitor(web.app).get(`/ortu/${AISYAH}/langsung`)).status).toBe(401);
  expect((await createVisitor(web.app).get("/sekolah/langsung")).status).toBe(401);
});
