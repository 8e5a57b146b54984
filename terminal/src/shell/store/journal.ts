import {
  encodeEvent,
  eventId,
  incarnation,
  schoolDayAt,
  signObject,
  toHex,
  unixMs,
  type DeviceId,
  type EventBody,
  type Incarnation,
  type SakuEvent,
  type SchoolId,
  type Sign,
  type UnixMs,
  type ZoneMinutes,
} from "@saku/protocol";
import { randomBytes } from "node:crypto";
import type { Clock } from "../clock/clock.ts";
import {
  insertEvent,
  insertIncarnation,
  lastSeqOf,
  readHead,
  type StoredEvent,
} from "./journal-store.ts";
import { readStall } from "./register-store.ts";
import type { Database, WritableSql } from "./sqlite.ts";

/** Adds one signed event to the transaction it was given for. */
export type Append = (body: EventBody) => Promise<StoredEvent>;

/**
 * The chain of signed events. Everything that happens to money here happens inside `commit`: the rows and the events
 * that speak of them are one transaction.
 */
export interface Journal {
  readonly inc: Incarnation;
  /** Runs `work` in one transaction; listeners hear of its events only after the commit. */
  commit<T>(work: (tx: WritableSql, append: Append) => Promise<T>): Promise<T>;
  /** Milliseconds that signing took inside the last commit. */
  readonly lastSignMs: number;
  onCommitted(listener: (events: readonly StoredEvent[]) => void): () => void;
}

export type JournalIdentity = {
  readonly school: SchoolId;
  readonly device: DeviceId;
  readonly sign: Sign;
};

/** Indonesia's most populous zone, until the cloud says which one the school is in. */
const ZONE_DEFAULT: ZoneMinutes = 420;

export function newIncarnation(): Incarnation {
  return incarnation(toHex(randomBytes(8)));
}

export async function zoneOf(database: Pick<Database, "read">): Promise<ZoneMinutes> {
  return (await readStall(database.read))?.zone ?? ZONE_DEFAULT;
}

function appender(
  tx: WritableSql,
  identity: JournalIdentity,
  context: { readonly inc: Incarnation; readonly clock: Clock; readonly zone: ZoneMinutes },
): { readonly append: Append; readonly stored: StoredEvent[]; signMs: number } {
  const stored: StoredEvent[] = [];
  const result = {
    stored,
    signMs: 0,
    append: async (body: EventBody): Promise<StoredEvent> => {
      const head = await readHead(tx);
      const nowMs = context.clock.nowMs();
      const atMs: UnixMs = unixMs(Math.max(head.atMs, nowMs));
      const event: SakuEvent = {
        v: 1,
        school: identity.school,
        device: identity.device,
        inc: context.inc,
        n: (await lastSeqOf(tx, context.inc)) + 1,
        parent: head.tip,
        at: atMs,
        trust: context.clock.trust(),
        day: head.day ?? schoolDayAt(atMs, context.zone),
        zone: context.zone,
        have: head.have,
        body,
      };
      const payload = encodeEvent(event);
      const startMs = performance.now();
      const bytes = signObject("saku.event.v1", identity.device, payload, identity.sign);
      result.signMs += performance.now() - startMs;
      const entry: StoredEvent = { event, id: eventId(payload), bytes };
      await insertEvent(tx, entry);
      stored.push(entry);
      return entry;
    },
  };
  return result;
}

/** Opens the journal for a new incarnation and writes its `boot` event. */
export async function openJournal(
  database: Database,
  identity: JournalIdentity,
  start: {
    readonly clock: Clock;
    readonly software: string;
    readonly reason: "start" | "restart" | "claim";
  },
): Promise<Journal> {
  const inc = newIncarnation();
  const listeners = new Set<(events: readonly StoredEvent[]) => void>();
  let lastSignMs = 0;

  async function commit<T>(work: (tx: WritableSql, append: Append) => Promise<T>): Promise<T> {
    const { value, events } = await database.transaction(async (tx) => {
      const zone = await zoneOf({ read: tx });
      const adder = appender(tx, identity, { inc, clock: start.clock, zone });
      const result = await work(tx, adder.append);
      lastSignMs = adder.signMs;
      return { value: result, events: adder.stored };
    });
    if (events.length > 0) for (const listener of listeners) listener(events);
    return value;
  }

  await commit(async (tx, append) => {
    await insertIncarnation(tx, inc);
    await append({ type: "boot", software: start.software, reason: start.reason });
  });
  return {
    inc,
    commit,
    get lastSignMs() {
      return lastSignMs;
    },
    onCommitted(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}
