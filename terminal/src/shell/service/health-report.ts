import { statfs } from "node:fs/promises";
import type { Clock } from "../clock/clock.ts";
import type { DeviceKeys } from "../keys/device-keys.ts";
import { readHead } from "../store/journal-store.ts";
import { readMetaNumber } from "../store/meta.ts";
import { heldHere, totalsOfDay } from "../store/money-store.ts";
import { activeStudentCount, readStall } from "../store/register-store.ts";
import { SCHEMA_VERSION } from "../store/schema.ts";
import type { Database } from "../store/sqlite.ts";
import { enrolledCount, epochKeyCount } from "../store/vault-store.ts";
import type { Duty } from "./duty.ts";
import type { Health } from "./health.ts";

export type HealthParts = {
  readonly software: string;
  readonly stateFolder: string;
  readonly database: Database;
  readonly keys: DeviceKeys;
  readonly clock: Clock;
  readonly duty: () => Duty | null;
  readonly sensor: () => Health["sensor"];
  readonly indicator: string;
};

const MEGABYTE = 1_048_576;

function linkOf(duty: Duty | null): Health["link"] {
  if (duty === null)
    return {
      state: "unclaimed",
      term: 0,
      unsentCount: 0,
      unsafeCount: 0,
      oldestUnsentAtMs: null,
      isQuarantined: false,
      isStopped: false,
      isBehind: false,
      heldFor: null,
      lastAckAtMs: null,
    };
  const facts = duty.loop.facts();
  return {
    state: facts.link,
    term: facts.term,
    unsentCount: facts.unsentCount,
    unsafeCount: facts.unsafeCount,
    oldestUnsentAtMs: duty.loop.status().oldestUnsentAtMs,
    isQuarantined: facts.isQuarantined,
    isStopped: facts.isStopped,
    isBehind: facts.isBehind,
    heldFor: facts.heldFor,
    lastAckAtMs: facts.lastAckAtMs,
  };
}

async function registerOf(database: Database, haveRev: number): Promise<Health["register"]> {
  const { read } = database;
  return {
    hasStall: (await readStall(read)) !== null,
    studentCount: await activeStudentCount(read),
    haveRev,
    rosterRev: (await readMetaNumber(read, "roster-rev")) ?? 0,
    epochCount: await epochKeyCount(read),
    enrolledCount: await enrolledCount(read),
  };
}

/** Reads how the terminal is; the numbers are of one moment each, not of one transaction. */
export async function readHealth(parts: HealthParts): Promise<Health> {
  const { database, keys, clock } = parts;
  const duty = parts.duty();
  const head = await readHead(database.read);
  const held = await heldHere(database.read);
  const totals = head.day === null ? null : await totalsOfDay(database.read, head.day);
  const disk = await statfs(parts.stateFolder);
  return {
    software: parts.software,
    nodeVersion: process.version,
    device: keys.device,
    school: duty?.membership.school ?? null,
    protection: keys.protection,
    upSeconds: Math.round(process.uptime()),
    store: {
      isFailed: database.isFailed,
      sqliteVersion: database.version,
      schemaVersion: SCHEMA_VERSION,
      journalMode: "wal",
      synchronous: "FULL",
      fsyncP99Ms: database.commitP99Ms(),
      freeMegabytes: Math.floor((disk.bavail * disk.bsize) / MEGABYTE),
    },
    clock: { nowMs: clock.nowMs(), trust: clock.trust(), schoolDay: head.day },
    link: linkOf(duty),
    money: {
      heldRupiah: held.amount,
      leaseCount: held.leaseCount,
      saleCountToday: totals?.saleCount ?? 0,
      saleTotalToday: totals?.saleTotal ?? 0,
      voidCountToday: totals?.voidCount ?? 0,
    },
    register: await registerOf(database, head.have),
    sensor: parts.sensor(),
    indicator: parts.indicator,
  };
}
