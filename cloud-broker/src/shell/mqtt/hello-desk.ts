import {
  incarnation,
  toHex,
  unixMs,
  type DeviceId,
  type Incarnation,
  type UpFrame,
} from "@saku/protocol";
import { missingOf, toldOutbox, type Missing } from "../../core/ingest/missing.ts";
import { isSetBack, type Believed } from "../../core/ingest/promise.ts";
import { isStopped, type DeviceState } from "../../core/devices/device.ts";
import { firstSaidAfter, repeatCommands } from "../store/commands.ts";
import { noteSpoken } from "../store/awaited-terminals.ts";
import { noteLan } from "../store/hubs.ts";
import type { Work } from "../store/committer.ts";
import { keepMissing } from "../store/missing-events.ts";
import { raiseTermFor } from "../store/term-raises.ts";
import { noteIncarnation, type Connection } from "./connections.ts";
import { compareRemembered } from "./log-desk.ts";
import { spreadAfterWait, type UpContext } from "./up-context.ts";
import { signedAck } from "./watermarks.ts";

type Hello = Extract<UpFrame, { t: "hello" }>;

/** A restored cloud may be behind what a terminal applied, but not by more than this. */
const REV_JUMP_MAX = 1_000_000;

const newestOf = ({ incs }: Hello): Incarnation =>
  incs.at(-1)?.inc ?? incarnation("0000000000000000");

type Known = {
  readonly rev: number;
  readonly have: number;
  readonly state: DeviceState;
  readonly ackOf: ReadonlyMap<Incarnation, number>;
};

async function knownOf({ db }: Work, device: DeviceId): Promise<Known> {
  const marks = await db
    .selectFrom("incarnation")
    .select(["inc", "ack"])
    .where("device", "=", device)
    .execute();
  const row = await db
    .selectFrom("device")
    .select(["rev", "state", "have"])
    .where("id", "=", device)
    .executeTakeFirstOrThrow();
  return { ...row, ackOf: new Map(marks.map(({ inc, ack }) => [inc, ack])) };
}

/** As many incarnations as a hello names: there may be more. */
const HELLO_INCS_MAX = 256;

/**
 * What it says that this lineage does not have yet; null when it does not count: a terminal that still believes another lineage
 * names only what that one did not hold safely.
 */
function owedBy(hello: Hello, { ackOf }: Known, term: number): Map<Incarnation, number> | null {
  const isOfThisLineage = hello.term === term || hello.term === 0;
  if (!isOfThisLineage || hello.incs.length >= HELLO_INCS_MAX) return null;
  const open = hello.incs.filter(({ inc, to }) => to > (ackOf.get(inc) ?? 0));
  return new Map(open.map(({ inc, to }) => [inc, to]));
}

async function note(work: Work, device: DeviceId, hello: Hello, known: Known): Promise<void> {
  const { rev, ackOf } = known;
  const open = hello.incs.reduce(
    (sum, { inc, from, to }) => sum + Math.max(0, to - Math.max(from - 1, ackOf.get(inc) ?? 0)),
    0,
  );
  const isAhead = hello.have > rev && hello.have - rev <= REV_JUMP_MAX;
  await work.db
    .updateTable("device")
    .set({
      last_seen_at: work.now,
      software: hello.software,
      have: hello.have,
      roster_rev: hello.roster,
      unsent: open,
      // After a restore new commands must stand above what the terminal has, or it would not hear them.
      rev: isAhead ? hello.have : rev,
    })
    .where("id", "=", device)
    .execute();
}

/**
 * Says again what a younger lineage said under numbers that the terminal had heard from the one that was lost: all since the
 * term began, in its second, and all that the terminal was not known to have.
 */
async function sayAgain(
  { cloud }: UpContext,
  work: Work,
  { school, device }: Connection,
  heard: { readonly have: number; readonly known: Known },
): Promise<void> {
  const beganMs = work.lineage.term * 1_000;
  const saidMs = (await firstSaidAfter(work, device, heard.known.have)) ?? beganMs;
  const sinceMs = unixMs(Math.min(beganMs, saidMs));
  await repeatCommands(work, cloud.outbox, { school, device }, { have: heard.have, sinceMs });
}

const believedOf = ({ term, have, incs }: Hello): Believed => ({
  term,
  have,
  incs: incs.map((range) => ({ ...range, tip: toHex(range.tip) })),
});

/** Events that nobody holds any more wait for persons, as one letter [N16]. */
async function keepHole(
  { metrics, events }: UpContext,
  work: Work,
  { school, device }: Connection,
  missing: Missing,
): Promise<void> {
  if (!(await keepMissing(work, { school, device }, missing))) return;
  work.afterCommit(() => {
    metrics.refusedEvents.inc({ reason: "missing" });
    events.eventRefused({ device, n: missing.n, reason: "missing" });
  });
}

async function take(
  context: UpContext,
  work: Work,
  connection: Connection,
  hello: Hello,
): Promise<{
  readonly isOver: boolean;
  readonly owed: Connection["owed"];
  readonly missing: readonly Missing[];
}> {
  const { cloud, events } = context;
  const { device, school } = connection;
  const { term } = work.lineage;
  const known = await knownOf(work, device);
  await note(work, device, hello, known);
  const believed = believedOf(hello);
  const isRaised =
    isSetBack(believed, { ...known, term }) && (await raiseTermFor(work, device, newestOf(hello)));
  if (isRaised) work.afterCommit(() => events.setBack({ device, term: cloud.store.term }));
  const isYounger = isRaised || (hello.term > 0 && hello.term < term);
  const missing = missingOf(believed, { ...known, term });
  for (const stretch of missing) await keepHole(context, work, connection, stretch);
  connection.told = toldOutbox(believed, { ...known, term });
  const isOver = isStopped(known.state);
  const owed = isRaised ? null : owedBy(hello, known, term);
  if (owed?.size === 0 && (await noteSpoken(work, { school, device })))
    work.afterCommit(() => spreadAfterWait(context, school));
  if (isYounger && !isOver) await sayAgain(context, work, connection, { have: hello.have, known });
  await compareRemembered(context, work, connection, hello.log);
  if (!isOver) await noteLan(work, cloud.outbox, { school, device }, hello.lan);
  work.afterCommit(() => cloud.changes.schoolChanged(school));
  return { isOver, owed, missing };
}

/** Notes what the terminal says of itself, tells it how far the cloud is, and sends what it has not heard. */
export async function answerHello(
  context: UpContext,
  connection: Connection,
  hello: Hello,
): Promise<void> {
  const { cloud, connections } = context;
  const { device } = connection;
  const { isOver, owed, missing } = await cloud.store.commit((work) =>
    take(context, work, connection, hello),
  );
  connection.owed = owed;
  // Before the answer gives credit: what stands behind the hole would only be sent back [N16].
  for (const { inc, n } of missing)
    await connections.send(device, {
      t: "error",
      kind: "quarantine",
      reason: "missing",
      inc,
      n,
      delayMs: 0,
    });
  for (const { inc } of hello.incs) noteIncarnation(connection, inc);
  const ack = await signedAck(
    cloud,
    device,
    hello.incs.map(({ inc }) => inc),
  );
  await connections.send(device, { t: "ack", ack });
  // D3: what was queued before it was lost or revoked is not for it any more.
  if (!isOver) connections.helloed(device, hello.have);
}
