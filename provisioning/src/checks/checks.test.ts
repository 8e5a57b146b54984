import fc from "fast-check";
import { expect, test } from "vitest";
import { checkAll, worstMark } from "./checks.ts";
import { readFacts, type Facts } from "./facts.ts";
import type { Verdict } from "./verdict.ts";

const NOW_MS = 1_764_000_000_000;

/** A terminal on a good day. */
const WELL = {
  software: "saku 0.1.0",
  nodeVersion: "v20.19.2",
  school: "sch-abc",
  protection: "credential",
  indicator: "onoff",
  store: {
    sqliteVersion: "3.53.0",
    journalMode: "wal",
    synchronous: 2,
    isFailed: false,
    freeMegabytes: 12_000,
    fsyncP99Ms: 12,
  },
  clock: { nowMs: NOW_MS, trust: "server" },
  link: { state: "online", unsentCount: 0, oldestUnsentAtMs: null, isQuarantined: false },
  register: { hasStall: true, rosterRev: 2, epochCount: 1 },
  sensor: {
    state: "ready",
    model: "R503",
    baudRate: 115_200,
    counters: { brokenTransferCount: 1 },
  },
};

function verdictsWith(change: Partial<Facts>): readonly Verdict[] {
  return checkAll({ ...readFacts(WELL), ...change }, NOW_MS);
}

function codes(change: Partial<Facts>, mark: Verdict["mark"]): readonly string[] {
  return verdictsWith(change)
    .filter((each) => each.mark === mark)
    .map((each) => each.code);
}

test("a terminal on a good day has nothing to repair", () => {
  const verdicts = verdictsWith({});
  expect(verdicts.every((each) => each.mark === "ok")).toBe(true);
  expect(worstMark(verdicts)).toBe("ok");
});

test.each<[string, Partial<Facts>]>([
  ["D01", { nodeVersion: "v18.20.0" }],
  ["D01", { nodeVersion: "v27.0.0" }],
  ["D02", { sqliteVersion: "3.52.0" }],
  ["D02", { sqliteVersion: "3.51.2" }],
  ["D03", { journalMode: "delete" }],
  ["D03", { synchronous: "1" }],
  ["D04", { isStoreFailed: true }],
  ["D05", { freeMegabytes: 120 }],
  ["D06", { fsyncP99Ms: 900 }],
  ["D10", { sensorState: "away" }],
  ["D20", { school: null }],
  ["D21", { linkState: "stopped" }],
  ["D22", { unsentCount: 3, oldestUnsentAtMs: NOW_MS - 25 * 3_600_000 }],
  ["D23", { isQuarantined: true }],
  ["D40", { rosterRev: 0 }],
  ["D40", { epochCount: 0 }],
])("%s is broken with %o", (code, change) => {
  expect(codes(change, "broken")).toEqual([code]);
});

test.each<[string, Partial<Facts>]>([
  ["D05", { freeMegabytes: 700 }],
  ["D06", { fsyncP99Ms: 140 }],
  ["D10", { sensorState: "starting" }],
  ["D11", { sensorBaudRate: 57_600 }],
  ["D12", { brokenTransferCount: 40 }],
  ["D13", { indicator: "log" }],
  ["D21", { linkState: "offline" }],
  ["D22", { unsentCount: 3, oldestUnsentAtMs: NOW_MS - 11 * 60_000 }],
  ["D30", { clockTrust: "file" }],
  ["D31", { clockNowMs: NOW_MS - 300_000 }],
  ["D41", { hasStall: false }],
  ["D50", { protection: "file" }],
])("%s needs a look with %o", (code, change) => {
  expect(codes(change, "attention")).toEqual([code]);
  expect(codes(change, "broken")).toEqual([]);
});

test("good SQLite releases pass, on both sides of the bad ones", () => {
  for (const sqliteVersion of ["3.51.3", "3.51.4", "3.52.1", "3.53.0"])
    expect(codes({ sqliteVersion }, "broken")).toEqual([]);
});

test("everything that is not well says what to do, in both languages, under its own code", () => {
  const silent = checkAll(readFacts(null), NOW_MS);
  const worst = verdictsWith({
    isStoreFailed: true,
    freeMegabytes: 1,
    linkState: "offline",
    clockTrust: "none",
  });
  for (const each of [...silent, ...worst]) {
    expect(each.found.id.length * each.found.en.length).toBeGreaterThan(0);
    if (each.mark === "ok" || each.mark === "unknown") continue;
    expect(each.todo?.id).toMatch(/[.:]/);
    expect(each.todo?.en).toMatch(/[.:]/);
  }
  const all = worst.map((each) => each.code);
  expect(new Set(all).size).toBe(all.length);
});

test("whatever a terminal answers, facts can be read and judged", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (health) => {
      const mixed = { ...WELL, store: health, sensor: health, link: health };
      for (const each of [health, mixed])
        expect(checkAll(readFacts(each), NOW_MS).length).toBeGreaterThan(10);
    }),
  );
});

test("what an older terminal does not say is unknown, and counts neither way", () => {
  const older = { ...WELL, nodeVersion: undefined };
  const verdicts = checkAll(readFacts(older), NOW_MS);
  expect(verdicts.filter((each) => each.mark === "unknown").map((each) => each.code)).toEqual([
    "D01",
  ]);
  expect(worstMark(verdicts)).toBe("ok");
});
