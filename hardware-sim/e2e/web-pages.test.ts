import { serve, type ServerType } from "@hono/node-server";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { rupiah, schoolId } from "@saku/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  AISYAH,
  BUDI,
  CITRA,
  createFakeOffice,
  PASSWORD,
  type FakeOffice,
} from "../../cloud-broker/src/shell/http/fake-office.suite.ts";
import { ISLANDS, loadAssets } from "../../cloud-broker/src/shell/http/web-assets.ts";
import { createWeb } from "../../cloud-broker/src/shell/http/web.tsx";
import { launchChromium } from "./chromium.ts";

/** Pictures are written only when someone wants to look at them. */
const SHOTS = process.env["SAKU_SHOTS"];
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const PHONE = { width: 390, height: 844 };
const DESK = { width: 1280, height: 800 };

let browser: Browser;
let fake: FakeOffice;
let server: ServerType;
let origin: string;

beforeAll(async () => {
  fake = createFakeOffice();
  const log = {
    info: (): void => undefined,
    warn: (): void => undefined,
    error: (fields: object): void => {
      console.error(fields);
    },
  };
  const config = { frameAncestors: [], secureCookies: false };
  const web = createWeb({ office: fake.office, people: fake.people, config, log });
  server = serve({ fetch: web.fetch, port: 0, hostname: "127.0.0.1" });
  await new Promise((resolve) => server.once("listening", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  browser = await launchChromium();
  if (SHOTS !== undefined) mkdirSync(SHOTS, { recursive: true });
});

afterAll(async () => {
  await browser.close();
  if ("closeAllConnections" in server) server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

type Look = { readonly scheme: "light" | "dark"; readonly language: "id" | "en" };

type Visit = {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly complaints: string[];
};

async function visit(
  look: Look,
  login: string | null,
  options: { viewport: { width: number; height: number }; javaScriptEnabled?: boolean },
): Promise<Visit> {
  const context = await browser.newContext({
    colorScheme: look.scheme,
    reducedMotion: "reduce",
    baseURL: origin,
    ...options,
  });
  await context.addCookies([{ name: "saku-bahasa", value: look.language, url: origin }]);
  if (login !== null) {
    const signedIn = await fake.people.signIn(login, PASSWORD);
    if (signedIn === null) throw new Error(`nobody is called ${login}`);
    const { session } = signedIn;
    await context.addCookies([{ name: "saku", value: session, url: origin, httpOnly: true }]);
  }
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  return { context, page, complaints };
}

type AxeResult = {
  readonly violations: readonly { id: string; nodes: readonly { html: string }[] }[];
};

/** Playwright evaluates outside the page's policy, so axe can be put in without loosening it. */
async function axe(page: Page): Promise<readonly string[]> {
  await page.evaluate(AXE);
  const result = await page.evaluate(
    async () =>
      (await (
        globalThis as unknown as { axe: { run(options: object): Promise<AxeResult> } }
      ).axe.run({
        resultTypes: ["violations"],
        runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
      })) as AxeResult,
  );
  return result.violations.map(
    (violation) => `${violation.id}: ${violation.nodes.map((node) => node.html).join(" | ")}`,
  );
}

const MISSING = "tidak-ada";

type Round = readonly (readonly [login: string | null, paths: readonly string[]])[];

const GUARDIAN_ROUND: Round = [
  [null, ["masuk", "undangan/undangan-untuk-tes-1234567890"]],
  [
    "ibu.aisyah",
    [
      `ortu/${AISYAH}`,
      `ortu/${BUDI}`,
      `ortu/${AISYAH}/aktivitas`,
      `ortu/${AISYAH}/bukti/j1`,
      `ortu/${AISYAH}/bekukan`,
      `ortu/${AISYAH}/batas`,
      `ortu/${AISYAH}/izin`,
      `ortu/${AISYAH}/izin/tarik`,
    ],
  ],
  ["pak.joko", [`ortu/${CITRA}`, `ortu/${CITRA}/izin`]],
];

const SCHOOL_ROUND: Round = [
  [
    "tu.melati",
    [
      "sekolah",
      "sekolah/siswa",
      `sekolah/siswa/${AISYAH}`,
      "sekolah/isi-saldo",
      `sekolah/isi-saldo?siswa=${AISYAH}`,
      "sekolah/terminal",
      "sekolah/terminal/trm-joko/cabut",
      "sekolah/kantin",
      "sekolah/neraca",
      "sekolah/uang",
      "sekolah/uang/kantin",
      "sekolah/uang/kantin/mer-sri",
      "sekolah/uang/kas",
      "sekolah/uang/kas?ulang=1",
      "sekolah/uang/periksa",
      "sekolah/uang/keberatan?pilih=dsp-1",
      "sekolah/uang/tutup-hari?pilih=z1",
      `sekolah/siswa/${AISYAH}/uang?pilih=e1`,
      MISSING,
    ],
  ],
];

/** Every theme and every language on every screen; all four pairs when somebody wants the pictures. */
const LOOKS: readonly Look[] = [
  { scheme: "light", language: "id" },
  { scheme: "dark", language: "en" },
  ...(SHOTS === undefined
    ? []
    : ([
        { scheme: "dark", language: "id" },
        { scheme: "light", language: "en" },
      ] as const)),
];

async function inspect(
  look: Look,
  round: Round,
  viewport: { width: number; height: number },
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const [login, paths] of round) {
    const { context, page, complaints } = await visit(look, login, { viewport });
    for (const path of paths) {
      complaints.length = 0;
      await page.goto(`/${path}`, { waitUntil: "load" });
      for (const violation of await axe(page)) found.push(`${path}: ${violation}`);
      const excess = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (excess > 0) found.push(`${path}: ${excess} px wider than the screen`);
      // A page that is not there is a 404, and the console says so.
      if (path !== MISSING) for (const text of complaints) found.push(`${path}: ${text}`);
      await shoot(page, `${path}-${viewport.width}-${look.scheme}-${look.language}`);
    }
    await context.close();
  }
  return found;
}

async function shoot(page: Page, name: string): Promise<void> {
  if (SHOTS === undefined) return;
  const file = name.replaceAll(/[^a-z0-9-]+/gi, "_");
  await page.screenshot({ path: `${SHOTS}/${file}.png`, fullPage: true });
}

describe.each(LOOKS)("in $scheme and $language", (look) => {
  test("every guardian's page has no accessibility violation and obeys its own policy", async () => {
    expect(await inspect(look, GUARDIAN_ROUND, PHONE)).toEqual([]);
  });

  test("every school page has no accessibility violation and obeys its own policy", async () => {
    expect(await inspect(look, SCHOOL_ROUND, DESK)).toEqual([]);
  });
});

const PLAIN: Look = { scheme: "light", language: "id" };

test("guardians' pages fit a desk, and the school's fit a phone", async () => {
  expect(await inspect(PLAIN, GUARDIAN_ROUND, DESK)).toEqual([]);
  expect(await inspect(PLAIN, SCHOOL_ROUND, PHONE)).toEqual([]);
});

test("a purchase appears on the open page by itself, and is said to screen readers", async () => {
  const { context, page, complaints } = await visit(PLAIN, "pak.joko", { viewport: PHONE });
  await page.goto(`/ortu/${CITRA}`);
  await page.locator("#live-mark", { hasText: "Langsung" }).waitFor();
  const child = await fake.office.reading.child("per-pak", CITRA);
  const [newest] = child?.activity ?? [];
  if (child === null || newest === undefined) throw new Error("Citra has bought nothing");
  const bought = {
    ...newest,
    journal: "j-new",
    amount: rupiah(7_000),
    merchantName: "Warung Baru",
  };
  fake.changeChild(CITRA, { balance: rupiah(80_500), activity: [bought, ...child.activity] });
  await page.locator(".line", { hasText: "Warung Baru" }).waitFor();
  expect(await page.locator(".hero-amount").innerText()).toBe("Rp\u00a080.500");
  expect(await page.locator("#live-said").textContent()).toContain("Warung Baru");
  expect(complaints).toEqual([]);
  await context.close();
});

test("freezing takes two taps in a dialog, and says which stall has not heard yet", async () => {
  const { context, page, complaints } = await visit(PLAIN, "pak.joko", { viewport: PHONE });
  await page.goto(`/ortu/${CITRA}`);
  await page.locator("#live-mark", { hasText: "Langsung" }).waitFor();
  await page.getByRole("link", { name: "Bekukan" }).click();
  expect(await page.locator("dialog[open]").count()).toBe(1);
  await shoot(page, "dialog-beku");
  expect(await axe(page)).toEqual([]);
  await page.getByRole("button", { name: "Ya, bekukan" }).click();
  await page.locator(".hero.is-frozen").waitFor();
  expect(await page.locator(".hero-wait").innerText()).toContain(
    "Menunggu Kantin Bu Sri tersambung",
  );
  await shoot(page, "beku");
  expect(await axe(page)).toEqual([]);
  await page.getByRole("link", { name: "Buka lagi" }).focus();
  fake.changeChild(CITRA, { freeze: { isFrozen: true, waitingFor: [] } });
  await page.locator(".hero-wait.is-done").waitFor();
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Buka lagi");
  await page.getByRole("link", { name: "Buka lagi" }).click();
  await page.getByRole("button", { name: "Ya, buka lagi" }).click();
  await page.locator(".hero:not(.is-frozen)").waitFor();
  expect(complaints).toEqual([]);
  await context.close();
});

test("without scripts a guardian signs in, sets a limit, freezes, withdraws consent and changes language", async () => {
  const options = { viewport: PHONE, javaScriptEnabled: false };
  const { context, page } = await visit(PLAIN, null, options);
  await page.goto("/");
  await page.getByLabel("Nama pengguna").fill("pak.joko");
  await page.getByLabel("Kata sandi").fill(PASSWORD);
  await page.getByRole("button", { name: "Masuk" }).click();
  await page.getByRole("link", { name: "Ubah batas" }).click();
  await page.getByLabel("Jumlah lain").fill("12,50");
  await page.getByRole("button", { name: "Simpan batas" }).click();
  expect(await page.getByLabel("Jumlah lain").inputValue()).toBe("12,50");
  await shoot(page, "batas-salah");
  await page.getByLabel("Jumlah lain").fill("25rb");
  await page.getByRole("button", { name: "Simpan batas" }).click();
  expect(await page.locator(".notice").innerText()).toContain("Rp\u00a025.000 per hari");
  await shoot(page, "batas-tersimpan");
  await page.getByRole("link", { name: "Bekukan" }).click();
  await page.getByRole("button", { name: "Ya, bekukan" }).click();
  expect(await page.locator(".hero").innerText()).toContain("Dibekukan");
  await page.getByRole("link", { name: "Izin" }).click();
  await page.getByRole("button", { name: "Beri izin" }).click();
  await page.getByRole("link", { name: "Tarik izin" }).click();
  await page.getByRole("button", { name: "Ya, tarik izin" }).click();
  expect(await page.locator(".erasures").innerText()).toContain("Menunggu daring");
  await shoot(page, "izin-ditarik");
  await page.getByRole("button", { name: "English" }).click();
  expect(await page.locator("h1").innerText()).toBe("Fingerprint consent for Citra");
  await context.close();
});

test("the eye hides every amount at once, and the next page comes hidden from the server", async () => {
  const { context, page } = await visit(PLAIN, "ibu.aisyah", { viewport: PHONE });
  await page.goto(`/ortu/${AISYAH}`);
  await page.getByRole("button", { name: "Sembunyikan nominal" }).click();
  expect(await page.locator(".hero-amount").innerText()).not.toContain("87.500");
  expect(await page.getByRole("button", { name: "Tampilkan nominal" }).count()).toBe(1);
  await shoot(page, "tersembunyi");
  expect(await axe(page)).toEqual([]);
  await page.goto(`/ortu/${AISYAH}/aktivitas`);
  expect(await page.locator("html").getAttribute("class")).toBe("is-discreet");
  await context.close();
});

test("the limit page says what saving will mean while it is typed", async () => {
  const { context, page } = await visit(PLAIN, "ibu.aisyah", { viewport: PHONE });
  await page.goto(`/ortu/${AISYAH}/batas`);
  await page.getByLabel("Jumlah lain").fill("17rb");
  expect(await page.locator("#limit-preview").innerText()).toContain("Rp\u00a017.000");
  await page.locator(".choice", { hasText: "Tanpa batas" }).click();
  expect(await page.locator("#limit-preview").innerText()).toContain("saldonya habis");
  await context.close();
});

test("secrets for a guardian and a technician are shown once, ready to copy", async () => {
  const { context, page, complaints } = await visit(PLAIN, "tu.melati", { viewport: DESK });
  await page.goto(`/sekolah/siswa/${AISYAH}`);
  await page.getByRole("button", { name: "Buat tautan undangan" }).click();
  expect(await page.locator("#invitation").innerText()).toContain(`${origin}/undangan/`);
  await shoot(page, "undangan-sekali");
  expect(await axe(page)).toEqual([]);
  await page.goto("/sekolah/terminal");
  await page.getByLabel("Nama terminal").fill("Kasir 9");
  await page.getByRole("button", { name: "Buat klaim" }).click();
  expect(await page.locator("#claim").innerText()).toMatch(/^[a-z0-9-]{16,64}$/);
  await shoot(page, "klaim-sekali");
  expect(await axe(page)).toEqual([]);
  await page.goto("/sekolah/terminal/klaim");
  expect(await page.locator("#claim").count()).toBe(0);
  expect(complaints).toEqual([]);
  await context.close();
});

test.each(LOOKS)(
  "pages that ask again or warn are as accessible, in $scheme and $language",
  async (look) => {
    const { context, page } = await visit(look, "tu.melati", { viewport: PHONE });
    const press = (): Promise<void> => page.locator("main form button[type=submit]").last().click();
    const found: (readonly string[])[] = [];
    const lookAt = async (name: string): Promise<void> => {
      found.push(await axe(page));
      await shoot(page, `${name}-${look.scheme}-${look.language}`);
    };
    for (const amount of ["lima", "50rb", "50rb"]) {
      await page.goto(`/sekolah/isi-saldo?siswa=${BUDI}`);
      await page.locator("#amount").fill(amount);
      await press();
      await lookAt(`isi-saldo-${amount}-${found.length}`);
    }
    await page.goto("/sekolah/siswa");
    await press();
    await lookAt("siswa-salah");
    const trial = await fake.office.reading.trialBalance(schoolId("sch-melati"));
    fake.changeSchool({ trial: { ...trial, creditTotal: rupiah(2_341_000), isBalanced: false } });
    await page.goto("/sekolah/neraca");
    await lookAt("neraca-pecah");
    fake.changeSchool({ trial });
    expect(found).toEqual([[], [], [], [], []]);
    await context.close();
  },
);

test("the first visit to a guardian's home stays within its budget", async () => {
  const { context, page } = await visit(PLAIN, "ibu.aisyah", { viewport: PHONE });
  const client = await context.newCDPSession(page);
  await client.send("Network.enable");
  let received = 0;
  client.on("Network.loadingFinished", (event) => {
    received += event.encodedDataLength;
  });
  await page.goto(`/ortu/${AISYAH}`, { waitUntil: "load" });
  await page.locator("#live-mark", { hasText: "Langsung" }).waitFor();
  console.info(`first visit: ${received} bytes over the wire`);
  expect(received).toBeGreaterThan(3_000);
  expect(received).toBeLessThan(45_000);
  await context.close();
});

test("a receipt is checked in the browser that shows it, and a bent one is not believed", async () => {
  const { context, page, complaints } = await visit(PLAIN, "ibu.aisyah", { viewport: PHONE });
  await page.goto(`/ortu/${AISYAH}/aktivitas`);
  await page.getByRole("link", { name: "Koperasi" }).click();
  await page.getByText("Tercatat di buku besar sekolah, urutan 12 dari 340.").waitFor();
  await page.locator('#proof-check[data-outcome="whole"]').waitFor();
  if (SHOTS !== undefined) await page.screenshot({ path: `${SHOTS}/receipt-checked.png` });
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "Unduh bukti" }).click(),
  ]);
  expect(file.suggestedFilename()).toBe("saku-20261123-j2.tlog-proof");
  await page.route(/bukti/, async (route) => {
    const response = await route.fetch();
    const body = (await response.text()).replace("index 11", "index 10");
    await route.fulfill({ response, body });
  });
  await page.reload();
  await page.locator('#proof-check[data-outcome="differs"]').waitFor();
  expect(complaints).toEqual([]);
  await context.close();
});

test("the browser modules of every visit stay within 3 kB, the receipt's own within 1.5", () => {
  const assets = loadAssets();
  const sizeOf = (island: (typeof ISLANDS)[number]): number => {
    const url = assets.urls.island(island) ?? "";
    return assets.find(url.replace("/assets/", ""))?.gzip.length ?? 0;
  };
  const sizes = ISLANDS.filter((island) => island !== "receipt").map(sizeOf);
  expect(Math.min(...sizes)).toBeGreaterThan(0);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(3_072);
  expect(sizeOf("receipt")).toBeGreaterThan(0);
  expect(sizeOf("receipt")).toBeLessThanOrEqual(1_536);
});
