import {
  rupiah,
  schoolDayAt,
  type AskRefusal,
  type DownFrame,
  type Rupiah,
  type StudentId,
  type UpFrame,
} from "@saku/protocol";
import { mayReceive } from "../../core/devices/device.ts";
import { studentAccount } from "../../core/ledger/account.ts";
import { decideAsk, type AskFacts } from "../../core/leases/ask.ts";
import { remainingOf } from "../../core/leases/lease.ts";
import { limitLeftFor } from "../store/limits.ts";
import { mayLend } from "../store/awaited-terminals.ts";
import { queueCommands } from "../store/commands.ts";
import type { Work } from "../store/committer.ts";
import { balanceOf } from "../store/journals.ts";
import { grantDay, grantLease, leasesOfStudent } from "../store/leases.ts";
import type { Connection } from "./connections.ts";
import type { UpContext } from "./up-context.ts";

type Ask = Extract<UpFrame, { t: "ask" }>;
type Outcome =
  | { readonly kind: "granted"; readonly rev: number }
  | { readonly kind: "refused"; readonly reason: AskRefusal }
  | { readonly kind: "recalling" };

/** A child stands at the counter: what another terminal has not returned by now is not coming in time. */
export const RECALL_PATIENCE_MS: number = 1_500;

const refuse = (reason: AskRefusal): Outcome => ({ kind: "refused", reason });

type Desk = { readonly context: UpContext; readonly work: Work; readonly connection: Connection };

async function factsOf(
  { context, work, connection }: Desk,
  ask: Ask,
  dailyLimit: Rupiah | null,
): Promise<AskFacts> {
  const leases = await leasesOfStudent(work, connection.school, ask.student, ask.day);
  const held = leases.filter(
    (lease) => lease.device !== connection.device && remainingOf(lease) > 0,
  );
  return {
    need: ask.need,
    available: rupiah(await balanceOf(work, connection.school, studentAccount(ask.student).id)),
    limitLeft: await limitLeftFor(work, {
      school: connection.school,
      student: ask.student,
      purse: ask.purse,
      day: ask.day,
      daily: dailyLimit,
      device: connection.device,
    }),
    heldElsewhere: held.map((lease) => ({
      device: lease.device,
      amount: remainingOf(lease),
      bindsLimit: lease.day === ask.day && lease.purse === ask.purse,
      isOnline: context.cloud.isOnline(lease.device),
    })),
  };
}

async function grantAsked(
  { context, work, connection }: Desk,
  ask: Ask,
  amount: Rupiah,
): Promise<Outcome> {
  const { cloud } = context;
  const { student, purse, day } = ask;
  const { rev } = await grantLease(work, cloud.outbox, connection.school, {
    device: connection.device,
    student,
    purse,
    day,
    amount,
    ask: ask.ask,
    actor: connection.device,
  });
  work.afterCommit(() => {
    cloud.changes.childChanged(student);
    cloud.changes.schoolChanged(connection.school);
  });
  return { kind: "granted", rev };
}

/** One try in one transaction. `mayRecall` is true the first time only: a terminal is asked to give back once. */
async function decide(
  context: UpContext,
  work: Work,
  connection: Connection,
  ask: Ask & { readonly mayRecall: boolean },
): Promise<Outcome> {
  const { cloud } = context;
  const { school, device } = connection;
  const row = await work.db
    .selectFrom("student")
    .innerJoin("school", "school.id", "student.school")
    .select(["student.is_active", "student.is_frozen", "student.daily_limit", "school.zone"])
    .where("student.school", "=", school)
    .where("student.id", "=", ask.student)
    .executeTakeFirst();
  const own = await work.db
    .selectFrom("device")
    .select("state")
    .where("id", "=", device)
    .executeTakeFirstOrThrow();
  const before = await work.db
    .selectFrom("lease")
    .select("rev")
    .where("school", "=", school)
    .where("device", "=", device)
    .where("ask", "=", ask.ask)
    .executeTakeFirst();
  if (before !== undefined) return { kind: "granted", rev: before.rev };
  if (row === undefined || row.is_active === 0) return refuse("unknown-student");
  if (row.is_frozen === 1) return refuse("frozen");
  // A quarantined terminal gets no more money; its screen says that there is none to be had.
  if (!mayReceive(own.state)) return refuse("funds");
  if (ask.day !== schoolDayAt(work.now, row.zone)) return refuse("wrong-day");
  // BK8: it may lie at a terminal that this ledger has not heard yet; the counter says what it says of any other stall.
  if (!(await mayLend(work, school))) return refuse("held-elsewhere");
  const desk = { context, work, connection };
  const decision = decideAsk(await factsOf(desk, ask, row.daily_limit));
  if (decision.kind === "refuse") return refuse(decision.reason);
  if (decision.kind === "grant") {
    const granted = await grantAsked(desk, ask, decision.amount);
    // What was asked back beyond the need goes out again, so that the other stall can serve offline.
    if (!ask.mayRecall) await grantDay(work, cloud.outbox, school, ask.student);
    return granted;
  }
  if (ask.mayRecall)
    for (const holder of decision.devices)
      await queueCommands(work, cloud.outbox, { school, device: holder }, [
        { kind: "return-request", student: ask.student },
      ]);
  return { kind: "recalling" };
}

/** Resolves true when something of the child changed, false when patience is over. Listens from the call on. */
function nextChange(context: UpContext, student: StudentId, patienceMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const finish = (isChanged: boolean): void => {
      stopTimer();
      stop();
      resolve(isChanged);
    };
    const stopTimer = context.cloud.timers.after(Math.max(0, patienceMs), () => finish(false));
    const stop = context.cloud.changes.onChild(student, () => finish(true));
  });
}

async function settle(context: UpContext, connection: Connection, ask: Ask): Promise<Outcome> {
  const endsAtMs = context.cloud.timers.nowMs() + RECALL_PATIENCE_MS;
  let mayRecall = true;
  for (;;) {
    const changed = nextChange(context, ask.student, endsAtMs - context.cloud.timers.nowMs());
    const outcome = await context.cloud.store.commit((work) =>
      decide(context, work, connection, { ...ask, mayRecall }),
    );
    if (outcome.kind !== "recalling") return outcome;
    mayRecall = false;
    if (!(await changed)) return refuse("held-elsewhere");
  }
}

/** Answers a terminal that is short of lease; asks other terminals to give back when only they hold the money [G6]. */
export async function answerAsk(
  context: UpContext,
  connection: Connection,
  ask: Ask,
): Promise<void> {
  const { connections, awaited, metrics, events } = context;
  const startedAtMs = context.cloud.timers.nowMs();
  awaited.add(ask.student);
  let isInVain = false;
  try {
    const outcome = await settle(context, connection, ask);
    isInVain = outcome.kind === "refused" && outcome.reason === "held-elsewhere";
    const label = outcome.kind === "refused" ? outcome.reason : outcome.kind;
    metrics.asks.inc({ outcome: label });
    events.asked({
      device: connection.device,
      outcome: label,
      elapsedMs: Math.round(context.cloud.timers.nowMs() - startedAtMs),
    });
    if (outcome.kind === "recalling") return;
    const answer: DownFrame =
      outcome.kind === "granted"
        ? { t: "answer", ask: ask.ask, outcome: "granted", rev: outcome.rev }
        : { t: "answer", ask: ask.ask, outcome: "refused", reason: outcome.reason };
    // The grant itself is a command and must arrive before the answer that names it.
    await connections.pump(connection.device);
    await connections.send(connection.device, answer);
  } finally {
    awaited.remove(ask.student);
  }
  if (isInVain) await spreadAgain(context, connection, ask.student);
}

/** What came back too late or too little for this question lies with nobody: stalls shall have it before the line is cut. */
async function spreadAgain(
  { cloud, awaited }: UpContext,
  { school }: Connection,
  student: StudentId,
): Promise<void> {
  if (awaited.has(student)) return;
  await cloud.store.commit((work) => grantDay(work, cloud.outbox, school, student));
}
