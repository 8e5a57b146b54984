import { z } from "zod";

/** What `doctor` may know of a terminal; null = this terminal did not say. */
export type Facts = {
  readonly software: string | null;
  readonly nodeVersion: string | null;
  readonly sqliteVersion: string | null;
  readonly journalMode: string | null;
  readonly synchronous: string | null;
  readonly isStoreFailed: boolean | null;
  readonly freeMegabytes: number | null;
  readonly fsyncP99Ms: number | null;
  readonly school: string | null;
  readonly linkState: string | null;
  readonly unsentCount: number | null;
  readonly oldestUnsentAtMs: number | null;
  readonly isQuarantined: boolean | null;
  readonly clockNowMs: number | null;
  readonly clockTrust: string | null;
  readonly hasStall: boolean | null;
  readonly rosterRev: number | null;
  readonly epochCount: number | null;
  readonly sensorState: string | null;
  readonly sensorModel: string | null;
  readonly sensorBaudRate: number | null;
  readonly brokenTransferCount: number | null;
  readonly indicator: string | null;
  readonly protection: string | null;
};

// Every field may be missing or of another type: an old terminal must not make `doctor` useless.
const text = z.string().max(200).nullable().catch(null);
const count = z.number().nullable().catch(null);
const flag = z.boolean().nullable().catch(null);

const healthSchema = z.object({
  software: text,
  nodeVersion: text,
  school: text,
  protection: text,
  indicator: text,
  store: z
    .object({
      sqliteVersion: text,
      journalMode: text,
      synchronous: z.union([z.string(), z.number()]).transform(String).nullable().catch(null),
      isFailed: flag,
      freeMegabytes: count,
      fsyncP99Ms: count,
    })
    .partial()
    .catch({}),
  clock: z.object({ nowMs: count, trust: text }).partial().catch({}),
  link: z
    .object({ state: text, unsentCount: count, oldestUnsentAtMs: count, isQuarantined: flag })
    .partial()
    .catch({}),
  register: z.object({ hasStall: flag, rosterRev: count, epochCount: count }).partial().catch({}),
  sensor: z
    .object({
      state: text,
      model: text,
      baudRate: count,
      counters: z.record(z.string(), z.number()).catch({}),
    })
    .partial()
    .catch({}),
});

/** Reads whatever a terminal says of its health; never refuses. */
export function readFacts(health: unknown): Facts {
  const said = healthSchema.partial().catch({}).parse(health);
  const { store = {}, clock = {}, link = {}, register = {}, sensor = {} } = said;
  return {
    software: said.software ?? null,
    nodeVersion: said.nodeVersion ?? null,
    sqliteVersion: store.sqliteVersion ?? null,
    journalMode: store.journalMode ?? null,
    synchronous: store.synchronous ?? null,
    isStoreFailed: store.isFailed ?? null,
    freeMegabytes: store.freeMegabytes ?? null,
    fsyncP99Ms: store.fsyncP99Ms ?? null,
    school: said.school ?? null,
    linkState: link.state ?? null,
    unsentCount: link.unsentCount ?? null,
    oldestUnsentAtMs: link.oldestUnsentAtMs ?? null,
    isQuarantined: link.isQuarantined ?? null,
    clockNowMs: clock.nowMs ?? null,
    clockTrust: clock.trust ?? null,
    hasStall: register.hasStall ?? null,
    rosterRev: register.rosterRev ?? null,
    epochCount: register.epochCount ?? null,
    sensorState: sensor.state ?? null,
    sensorModel: sensor.model ?? null,
    sensorBaudRate: sensor.baudRate ?? null,
    brokenTransferCount: sensor.counters?.["brokenTransferCount"] ?? null,
    indicator: said.indicator ?? null,
    protection: said.protection ?? null,
  };
}
