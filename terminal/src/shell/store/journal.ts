import {
  assert,
  encodeEvent,
  eventId,
  incarnation,
  schoolDayAt,
  signObject,
  toHex,
  unixMs,
  type DeviceId,
  type Entropy,
  type EventBody,
  type Incarnation,
  type SakuEvent,
  type SchoolId,
  type Sign,
  type Timers,
  type UnixMs,
  type ZoneMinutes,
} from "@saku/protocol";
import type { Clock } from "../clock/clock.ts";
import {
  insertEvent,
  insertIncarnation,
  lastSeqOf,
  newestIncarnation,
  readHead,
  type StoredEvent,
} from "./journal-store.ts";
import { readStall } from "./register-store.ts";
import type { Database, Sql, WritableSql } from "./sqlite.ts";

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
  onCommitted(listener: (events: readonly StoredEvent[]) => void): () => void;
}

export type JournalIdentity = {
  readonly school: SchoolId;
  readonly device: DeviceId;
  readonly sign: Sign;
};

/** Indonesia's most populous zone, until the cloud says which one the school is in. */
const ZONE_DEFAULT: ZoneMinutes = 420;

function newIncarnation(entropy: Entropy): Incarnation {
  return incarnation(toHex(entropy.bytes(8)));
}

/** The zone of the school's clock. */
export async function zoneOf(sql: Sql): Promise<ZoneMinutes> {
  return (await readStall(sql))?.zone ?? ZONE_DEFAULT;
}

type Context = {
  readonly identity: JournalIdentity;
  readonly inc: Incarnation;
  readonly clock: Clock;
  readonly timers: Timers;
};

/** Signs the next event of the chain and stores it: header from the journal's head, body from the caller. */
async function appendEvent(
  tx: WritableSql,
  { identity, inc, clock, timers }: Context,
  body: EventBody,
): Promise<StoredEvent> {
  // A terminal that is claimed again, or started twice, opens a new incarnation over the old. An event that came behind it
  // would break the chain of both, and the cloud would never take what follows (N3).
  assert((await newestIncarnation(tx)) === inc, "This journal was opened anew by someone else");
  const head = await readHead(tx);
  const zone = await zoneOf(tx);
  const trust = clock.trust();
  const isVouchedFor = trust === "ntp" || trust === "server";
  // What nobody vouches for never falls; a time that somebody does may correct it (W26).
  const atMs: UnixMs = unixMs(isVouchedFor ? clock.nowMs() : Math.max(head.atMs, clock.nowMs()));
  const event: SakuEvent = {
    v: 1,
    school: identity.school,
    device: identity.device,
    inc,
    n: (await lastSeqOf(tx, inc)) + 1,
    parent: head.tip,
    at: atMs,
    trust,
    day: head.day ?? schoolDayAt(atMs, zone),
    zone,
    have: head.have,
    body,
  };
  const payload = encodeEvent(event);
  const startMs = timers.nowMs();
  const bytes = signObject("saku.event.v1", identity.device, payload, identity.sign);
  const signMs = timers.nowMs() - startMs;
  const stored: StoredEvent = { event, id: eventId(payload), bytes, signMs };
  await insertEvent(tx, stored);
  return stored;
}

/** Opens the journal for a new incarnation and writes its `boot` event. */
export async function openJournal(
  database: Database,
  identity: JournalIdentity,
  start: {
    readonly clock: Clock;
    readonly timers: Timers;
    readonly entropy: Entropy;
    readonly software: string;
    readonly reason: "start" | "restart" | "claim";
  },
): Promise<Journal> {
  const { clock, timers } = start;
  const inc = newIncarnation(start.entropy);
  const listeners = new Set<(events: readonly StoredEvent[]) => void>();
  async function commit<T>(work: (tx: WritableSql, append: Append) => Promise<T>): Promise<T> {
    const events: StoredEvent[] = [];
    const value = await database.transaction((tx) =>
      work(tx, async (body) => {
        const stored = await appendEvent(tx, { identity, inc, clock, timers }, body);
        events.push(stored);
        return stored;
      }),
    );
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
    onCommitted(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}
