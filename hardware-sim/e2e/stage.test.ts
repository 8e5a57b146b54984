import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, FrameLocator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { demoPeople } from "../src/fleet/demo-children.ts";
import { freeFleetPorts, freePort } from "../src/fleet/free-port.ts";
import { openSchool, type School } from "../src/fleet/open-school.ts";
import { openStage, type StageServer } from "../src/fleet/stage-server.ts";
import { until } from "../src/fleet/until.ts";
import type { FingerPosition } from "../src/stage/fleet-port.ts";
import { launchChromium } from "./chromium.ts";

// What a visitor of `npm start` does, in a real browser, on a small school of real processes.
const ENROLLED: readonly FingerPosition[] = ["right-index"];
const WAIT_MS = 20_000;

const born = demoPeople(1, 31);
const people = {
  ...born,
  children: born.children.map((child) => ({ ...child, enrolled: ENROLLED })),
};

let directory = "";
let school: School;
let stage: StageServer;
let browser: Browser;
let page: Page;
let violations: string[] = [];

async function openSmallSchool(stagePort: number): Promise<School> {
  return openSchool({
    fleet: {
      directory,
      ports: await freeFleetPorts(1),
      stalls: [{ name: "Kantin Bu Sri", model: "R503" }],
      seed: 31,
      frameAncestors: [`http://127.0.0.1:${stagePort}`],
      backupEverySeconds: 5,
    },
    schoolName: "SD Melati",
    operatorCode: "482913",
    world: people.world,
    children: people.children.map(({ pupil, fingers }) => ({
      pupil,
      fingers: ENROLLED.map((name) => ({ name, fingerId: fingers[name] })),
    })),
    enrolImpressions: [],
    enrolStall: 0,
    topUp: 100_000,
    dailyLimit: 50_000,
    isRealTime: false,
    say: () => undefined,
  });
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "saku-stage-e2e-"));
  const stagePort = await freePort();
  const launching = launchChromium();
  school = await openSmallSchool(stagePort);
  stage = await openStage({
    school,
    people,
    port: stagePort,
    guardian: { login: "ibu.aisyah", password: "melati-putih-9" },
    followedCount: 1,
  });
  browser = await launching;
}, 180_000);

afterAll(async () => {
  await browser.close();
  stage.close();
  await school.close();
  await rm(directory, { recursive: true, force: true });
});

beforeEach(async () => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  page = await context.newPage();
  page.setDefaultTimeout(WAIT_MS);
  violations = [];
  await page.exposeFunction("tellViolation", (what: string) => void violations.push(what));
  // Runs in the frames too, so the counter's and the parent's own policies are watched as well.
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => {
      const { tellViolation } = globalThis as unknown as { tellViolation(what: string): void };
      tellViolation(`${location.href}: ${violatedDirective} ${blockedURI}`);
    });
  });
  await page.goto(stage.url);
  await kiosk().getByRole("button", { name: "Tagih" }).waitFor();
  await phone().locator("#live-mark").getByText("Langsung").waitFor();
});

afterEach(async () => {
  await page.context().close();
  expect(violations).toEqual([]);
});

const kiosk = (): FrameLocator => page.frameLocator('[data-terminal-screen="0"] iframe');
const phone = (): FrameLocator => page.frameLocator(".screen-phone iframe");
const station = (name: string, state: string): Promise<void> =>
  page.locator(`[data-station="${name}"][data-state="${state}"]`).waitFor();
const flip = (name: string): Promise<void> => page.locator(`[data-switch="${name}"]`).click();

async function touch(finger: FingerPosition, amount: number): Promise<void> {
  await page.locator('[data-sensor="0"]:not([data-touched])').waitFor();
  await page.locator(`input[name="amount"][value="${amount}"]`).check({ force: true });
  await page.locator(`[data-finger="${finger}"]`).click();
}

/** Touches, and sees the approval; the counter shows it for two seconds only, so somebody looks beforehand. */
async function buy(finger: FingerPosition, amount: number): Promise<void> {
  const approval = kiosk()
    .locator("section.result:visible")
    .filter({ hasText: "Berhasil" })
    .filter({ hasText: `Rp ${amount.toLocaleString("id-ID")}` })
    .filter({ hasText: "Terima kasih, Aisyah" });
  await Promise.all([approval.waitFor(), touch(finger, amount)]);
}

/** The sales on the parent's phone, newest first, once there are `count`. */
async function salesOnPhone(count: number): Promise<readonly string[]> {
  const lines = phone().locator(".line-sale .line-amount");
  await until(
    "the sale on the phone",
    async () => ((await lines.count()) === count ? true : null),
    {
      timeoutMs: WAIT_MS,
    },
  );
  return lines.allInnerTexts();
}

describe("the stage", () => {
  it("shows one touch on the counter and, without a reload, on the parent's phone", async () => {
    await phone()
      .locator("body")
      .evaluate((body) => body.setAttribute("data-never-reloaded", ""));
    await buy("right-index", 5_000);
    expect(await salesOnPhone(1)).toEqual([expect.stringContaining("5.000")]);
    await phone().locator("body[data-never-reloaded]").waitFor();
    await station("phone", "done");
  });

  it("sells with the internet cut, and the phone hears of it when the internet is back", async () => {
    await flip("internet");
    await kiosk().getByText("Luring").first().waitFor();
    await buy("right-index", 2_000);
    await station("ack", "busy");
    expect(await salesOnPhone(1)).toHaveLength(1);
    await flip("internet");
    expect(await salesOnPhone(2)).toContainEqual(expect.stringContaining("2.000"));
    await station("ack", "done");
    await station("phone", "done");
  });

  it("asks a finger that nobody enrolled once more, and takes the right one", async () => {
    await touch("left-thumb", 2_000);
    await kiosk().getByText("Belum terbaca").waitFor();
    await buy("right-index", 2_000);
    expect(await salesOnPhone(3)).toHaveLength(3);
  });

  it("draws the curtain before a killed terminal and opens it when the program is back", async () => {
    const curtain = page.locator('[data-curtain="terminal-0"]');
    await flip("terminal");
    await curtain.waitFor();
    await curtain.getByRole("button").click();
    await curtain.waitFor({ state: "hidden" });
    await kiosk().getByRole("button", { name: "Tagih" }).waitFor();
    expect(school.fleet.stalls[0]?.daemon.isRunning).toBe(true);
  });
});
