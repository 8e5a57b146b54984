import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { GrayImage } from "../gray-image.ts";
import { createSensorModule, type SimulatedModule } from "../sensor-module.ts";
import { type Condition, createWorld } from "../world.ts";
import { fingerPositions, type StageFleet } from "./fleet-port.ts";
import { createStage, type Stage } from "./stage.tsx";

type FakeFleet = StageFleet & { readonly charges: number[]; readonly shown: Condition[] };

let directory = "";
let module: SimulatedModule;
let fleet: FakeFleet;
let stage: Stage;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "saku-stage-"));
  module = createSensorModule({ model: "R503", directory, name: "s", seed: 1, paced: false });
  fleet = fakeFleet(module);
  stage = createStage(fleet, { frameOrigins: ["http://127.0.0.1:4190"] });
});
afterEach(() => {
  stage.close();
  module.close();
  rmSync(directory, { recursive: true });
});

const white = (): GrayImage => ({
  widthPx: 8,
  heightPx: 8,
  resolutionDpi: 500,
  pixels: new Uint8Array(64).fill(90),
});

/** The port, with nothing behind it that the stage does not ask for. */
function fakeFleet(sensor: SimulatedModule): FakeFleet {
  const shown: Condition[] = [];
  const finger = (fingerId: string) => ({
    fingerId,
    impressionCount: 9,
    impression: (_: number, condition: Condition) => {
      shown.push(condition);
      return white();
    },
  });
  const places = fingerPositions.map((position) => [position, `aisyah-${position}`] as const);
  const running = { isRunning: true, kill: async () => undefined, start: async () => undefined };
  const charges: number[] = [];
  let isInternetUp = true;
  return {
    charges,
    shown,
    world: createWorld([...places.map(([, id]) => finger(id)), finger("nobody")]),
    children: [
      {
        id: "c1",
        firstName: "Aisyah",
        className: "5A",
        fingers: Object.fromEntries(places) as StageFleet["children"][number]["fingers"],
        enrolled: ["right-index"],
        byPin: { number: "101", pin: "2580" },
        parentUrl: "http://127.0.0.1:4190/",
      },
    ],
    strangerFingerIds: ["nobody"],
    terminals: [
      {
        name: "Kantin <Bu Sri>",
        counterUrl: "http://127.0.0.1:1",
        module: sensor,
        process: running,
        charge: async (amount) => (charges.push(amount) > 0 ? "finger-awaited" : "till-busy"),
      },
    ],
    cloud: { ...running, start: () => Promise.reject(new Error("the port is taken")) },
    links: [],
    get isInternetUp() {
      return isInternetUp;
    },
    cutInternet: (isCut) => {
      isInternetUp = !isCut;
    },
    onChange: () => () => undefined,
  };
}

const get = (path: string): Response | Promise<Response> =>
  stage.app.request(`http://127.0.0.1:4100${path}`, { headers: { host: "127.0.0.1:4100" } });

const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  stage.app.request(`http://127.0.0.1:4100${path}`, {
    method: "POST",
    headers: { host: "127.0.0.1:4100", "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });

const touchOrder = {
  terminal: 0,
  child: "c1",
  finger: "right-index",
  condition: "wet",
  amountRupiah: 5000,
};

test.each([
  ["", "id", "Telunjuk kanan"],
  ["?bahasa=en", "en", "Right index finger"],
])(
  "the page %s speaks its language, has ten fingers and nothing inline",
  async (query, language, word) => {
    const response = await get(`/panggung${query}`);
    const page = await response.text();
    expect(page).toMatch(new RegExp(`^<!doctype html><html lang="${language}">`));
    expect(page).toContain(word);
    expect(page.match(/role="button"/g)?.length).toBe(10);
    expect(page).not.toMatch(/ style=| on[a-z]+=|<style|<script(?![^>]* src=)/);
    expect(page).toContain("Kantin &lt;Bu Sri&gt;");
  },
);

test("the policy allows the stage's own files and only the fleet's pages in frames", async () => {
  const policy = (await get("/panggung")).headers.get("content-security-policy") ?? "";
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("frame-src http://127.0.0.1:1 http://127.0.0.1:4190;");
  expect(policy).not.toContain("unsafe");
});

test("localhost is led to 127.0.0.1, any other name and any other site are refused", async () => {
  const local = await stage.app.request("http://localhost:4100/panggung?bahasa=en", {
    headers: { host: "localhost:4100" },
  });
  expect(local.headers.get("location")).toBe("http://127.0.0.1:4100/panggung?bahasa=en");
  const rebound = await stage.app.request("/panggung", { headers: { host: "evil.test:4100" } });
  expect(rebound.status).toBe(421);
  const forged = await post("/panggung/sentuh", touchOrder, { origin: "http://evil.test" });
  expect(forged.status).toBe(403);
  expect(module.isFingerOn).toBe(false);
});

test("a touch types the amount first and lays the child's finger down as it was asked", async () => {
  const answer = await post("/panggung/sentuh", touchOrder);
  expect(await answer.json()).toEqual({ outcome: "touched" });
  expect(fleet.charges).toEqual([5000]);
  expect(fleet.shown).toEqual(["wet"]);
  expect(module.isFingerOn).toBe(true);
  const picture = await get("/kaca/0");
  expect(picture.headers.get("content-type")).toBe("image/bmp");
  expect((await picture.arrayBuffer()).byteLength).toBe(54 + 1024 + 192 * 192);
  const second = await post("/panggung/sentuh", touchOrder);
  expect(await second.json()).toEqual({ outcome: "glass-busy" });
});

test("a stranger's finger and a self-typed amount charge nothing", async () => {
  const order = { ...touchOrder, child: null, amountRupiah: null, condition: "normal" };
  expect(await (await post("/panggung/sentuh", order)).json()).toEqual({ outcome: "touched" });
  expect(fleet.charges).toEqual([]);
});

test.each([
  ["an unknown child", { ...touchOrder, child: "c9" }, { outcome: "unknown" }],
  ["an unknown terminal", { ...touchOrder, terminal: 3 }, { outcome: "unknown" }],
  ["nonsense", { finger: "tail" }, { outcome: "unknown" }],
])("%s touches nothing", async (_, order, expected) => {
  expect(await (await post("/panggung/sentuh", order)).json()).toEqual(expected);
  expect(module.isFingerOn).toBe(false);
});

test("switches cut the internet, pull the cable, spoil bytes, and say so when a program does not start", async () => {
  const flip = async (name: string, isOn: boolean): Promise<unknown> =>
    (await post("/panggung/sakelar", { name, terminal: 0, isOn })).json();
  expect(await flip("internet", false)).toEqual({ isDone: true });
  expect(fleet.isInternetUp).toBe(false);
  await flip("noise", false);
  expect(module.faults.rate("corrupted-bytes")).toBeGreaterThan(0);
  await flip("noise", true);
  expect(module.faults.rate("corrupted-bytes")).toBe(0);
  await flip("cable", false);
  expect(module.isPlugged).toBe(false);
  expect(await (await post("/panggung/sentuh", touchOrder)).json()).toEqual({
    outcome: "cable-out",
  });
  // The till waits for a finger, so that the terminal's own screen says what is wrong.
  expect(fleet.charges).toEqual([5000]);
  await flip("cable", true);
  expect(module.isPlugged).toBe(true);
  expect(await flip("cloud", true)).toEqual({ isDone: false });
});
