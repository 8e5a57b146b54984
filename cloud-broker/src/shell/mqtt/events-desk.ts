import type { DownFrame, LeaseId, StudentId, UpFrame } from "@saku/protocol";
import { maySync } from "../../core/devices/device.ts";
import { LIVE_EVENTS_MAX } from "../../core/ingest/pressure.ts";
import type { LetterReason } from "../../core/ingest/dead-letter.ts";
import { isLostOrphan } from "../../core/ingest/missing.ts";
import type { VerifiedEvent } from "../../core/ingest/plan.ts";
import { schoolToday } from "../office/child-orders.ts";
import { noteSpoken } from "../store/awaited-terminals.ts";
import type { BookingOutcome } from "../store/bookings.ts";
import { bookDelivery, type Delivery } from "../store/deliveries.ts";
import { announceCheckpoint } from "../store/checkpoints.ts";
import type { Work } from "../store/committer.ts";
import { grantDay, recallTaken } from "../store/leases.ts";
import { keepLetter } from "../store/dead-letters.ts";
import { tellPassedOn } from "../store/sub-grants.ts";
import { isAllSaid, noteIncarnation, noteTaken, type Connection } from "./connections.ts";
import { checkFrame, type CheckedFrame } from "./frame-check.ts";
import { spreadAfterWait, type UpContext } from "./up-context.ts";
import { signedAck } from "./watermarks.ts";

type EventsFrame = Extract<UpFrame, { t: "events" }>;
type ErrorFrame = Extract<DownFrame, { t: "error" }>;
type Problem =
  | (ErrorFrame & { readonly kind: "retry" })
  | (ErrorFrame & {
      readonly kind: "quarantine";
      readonly n: number;
      readonly reason: LetterReason;
    });

/** A terminal that sent what it may not send yet tries again after this. */
const RETRY_MS = 1_000;

/**
 * Money that came back is spread anew, unless a terminal waits for it: then it is first of all for that one. A terminal that
 * gives back a day which is not over here has a clock that runs ahead: it would give back every new grant at once, for ever.
 */
async function grantAgain(
  context: UpContext,
  work: Work,
  connection: Connection,
  outcome: BookingOutcome,
): Promise<void> {
  const { cloud, awaited } = context;
  if (outcome.returned.length === 0) return;
  const today = await schoolToday(work, connection.school);
  const students = outcome.returned
    .filter(({ reason, day }) => reason === "requested" || (reason === "day-over" && day < today))
    .map(({ student }) => student);
  for (const student of new Set(students)) {
    if (awaited.has(student)) continue;
    await grantDay(work, cloud.outbox, connection.school, student);
  }
}

const takenIn = ({ plan }: BookingOutcome): readonly LeaseId[] =>
  plan.accepted.flatMap(({ verified: { event } }) =>
    event.body.type === "lease-accept" || event.body.type === "grant-accept"
      ? [event.body.lease]
      : [],
  );

async function bookFrame(
  context: UpContext,
  connection: Connection,
  frame: EventsFrame,
  good: readonly VerifiedEvent[],
): Promise<Delivery | "not-welcome"> {
  const { device, school } = connection;
  return context.cloud.store.commit(async (work) => {
    const row = await work.db
      .selectFrom("device")
      .select(["state", "unsent", "have"])
      .where("id", "=", device)
      .executeTakeFirstOrThrow();
    if (!maySync(row.state)) return "not-welcome";
    const owner = { school, device, inc: frame.inc };
    const cloudKey = context.cloud.key.publicKey;
    const outcome = await bookDelivery(
      { work, owner, cloudKey, isOnline: context.cloud.isOnline },
      good,
    );
    const newest = outcome.plan.accepted.at(-1)?.verified.event;
    const have = Math.max(row.have, newest?.have ?? 0);
    const unsent = Math.max(0, row.unsent - outcome.plan.accepted.length);
    await work.db
      .updateTable("device")
      .set({ unsent, have, last_seen_at: work.now })
      .where("id", "=", device)
      .execute();
    if (isAllSaid(connection, frame.inc, outcome.plan.ack) && (await noteSpoken(work, owner)))
      work.afterCommit(() => spreadAfterWait(context, school));
    await tellPassedOn(work, context.cloud.outbox, school, outcome.passedOn);
    await recallTaken(work, context.cloud.outbox, owner, takenIn(outcome));
    await grantAgain(context, work, connection, outcome);
    // A closed day is what terminals and parents will ask about: it is signed with the transaction that books it [M13].
    if (outcome.plan.accepted.some(({ verified }) => verified.event.body.type === "day-close"))
      await announceCheckpoint(work, context.cloud, school);
    work.afterCommit(() => tellPages(context, connection, outcome.students));
    return outcome;
  }, good.length + 1);
}

function tellPages(
  { cloud }: UpContext,
  connection: Connection,
  students: ReadonlySet<StudentId>,
): void {
  for (const student of students) cloud.changes.childChanged(student);
  cloud.changes.schoolChanged(connection.school);
}

function count(context: UpContext, connection: Connection, outcome: BookingOutcome): void {
  const { metrics, events } = context;
  for (const { booking } of outcome.plan.accepted)
    metrics.eventsBooked.inc({ verdict: booking.verdict });
  if (outcome.plan.duplicateCount > 0) metrics.duplicates.inc(outcome.plan.duplicateCount);
  if (outcome.freshForkCount > 0) {
    metrics.forks.inc(outcome.freshForkCount);
    events.forked({ device: connection.device, count: outcome.freshForkCount });
  }
}

/** A cloud that is older than its terminal is updated by people: nothing of the terminal's is thrown away meanwhile [N14]. */
const NEWER_RETRY_MS = 600_000;

function problemOf(
  frame: EventsFrame,
  bad: CheckedFrame["bad"],
  outcome: Delivery | null,
  isLost: boolean,
): Problem | null {
  const stop = outcome?.plan.stop ?? { kind: "none" as const };
  const error = { t: "error", inc: frame.inc, delayMs: 0 } as const;
  if (outcome !== null && outcome.heldAt !== null)
    return {
      ...error,
      kind: "retry",
      reason: "waits-for-others",
      n: outcome.heldAt,
      delayMs: RETRY_MS,
    };
  if (stop.kind === "orphan" && isLost)
    return { ...error, kind: "quarantine", reason: "orphan", n: stop.n };
  if (stop.kind === "gap" || stop.kind === "orphan")
    return { ...error, kind: "retry", reason: "gap", n: stop.n, delayMs: RETRY_MS };
  if (stop.kind === "broken-chain")
    return { ...error, kind: "quarantine", reason: "broken-chain", n: stop.n };
  if (bad === null) return null;
  const isNewer = bad.reason === "newer-than-cloud";
  return isNewer
    ? { ...error, kind: "retry", reason: bad.reason, n: bad.n, delayMs: NEWER_RETRY_MS }
    : { ...error, kind: "quarantine", reason: bad.reason, n: bad.n };
}

/** Is the first event of an incarnation one whose parent nobody holds any more [N17]? */
async function isLostHere(
  { cloud }: UpContext,
  { device, told }: Connection,
  { inc }: EventsFrame,
  outcome: BookingOutcome | null,
): Promise<boolean> {
  if (outcome?.plan.stop.kind !== "orphan" || told === null) return false;
  const marks = await cloud.store.read
    .selectFrom("incarnation")
    .select(["inc", "ack"])
    .where("device", "=", device)
    .execute();
  return isLostOrphan(told, inc, new Map(marks.map((mark) => [mark.inc, mark.ack])));
}

/** Evidence, before the terminal is told that the event is not taken [N10]. */
async function keepEvidence(
  { cloud, metrics, events }: UpContext,
  { school, device }: Connection,
  frame: EventsFrame,
  { n, reason }: { readonly n: number; readonly reason: LetterReason },
): Promise<void> {
  metrics.refusedEvents.inc({ reason });
  events.eventRefused({ device, n, reason });
  const bytes = frame.events[n - frame.from];
  if (bytes === undefined) return;
  await cloud.store.commit(async (work) => {
    const isNew = await keepLetter(work, { school, device, inc: frame.inc }, { n, reason, bytes });
    if (isNew) work.afterCommit(() => cloud.changes.schoolChanged(school));
  });
}

/** Today's business, and not the rest of a day without a line? */
export const isLive = ({ events }: EventsFrame): boolean => events.length <= LIVE_EVENTS_MAX;

/** Verifies, books and answers one frame of events; the answer leaves only after the commit is on disk. */
export async function takeEvents(
  context: UpContext,
  connection: Connection,
  frame: EventsFrame,
): Promise<void> {
  const { cloud, connections, metrics, events } = context;
  const { device } = connection;
  const startedAtMs = cloud.timers.nowMs();
  const { good, bad } = await checkFrame(cloud, connection, frame);
  const outcome = good.length === 0 ? null : await bookFrame(context, connection, frame, good);
  if (outcome === "not-welcome") return connections.stop(device, "not-active");
  if (outcome !== null) {
    noteTaken(connection, frame.inc, outcome.plan.ack);
    count(context, connection, outcome);
    const elapsedMs = cloud.timers.nowMs() - startedAtMs;
    metrics.ingestSeconds.observe(elapsedMs / 1_000);
    const { accepted, duplicateCount } = outcome.plan;
    events.booked({
      device,
      count: accepted.length,
      duplicates: duplicateCount,
      elapsedMs: Math.round(elapsedMs),
    });
  }
  const isLost = await isLostHere(context, connection, frame, outcome);
  const problem = problemOf(frame, bad, outcome, isLost);
  if (problem?.kind === "quarantine") await keepEvidence(context, connection, frame, problem);
  noteIncarnation(connection, frame.inc);
  await connections.send(device, {
    t: "ack",
    ack: await signedAck(cloud, device, [frame.inc], { isLive: isLive(frame) }),
  });
  if (problem !== null) await connections.send(device, problem);
}
