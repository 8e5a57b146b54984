import { rupiah, type Rupiah, type StudentId } from "@saku/protocol";
import type { LimitScope } from "../../core/leases/limits.ts";
import type { Order, OrderOutcome, Writing } from "../http/office.ts";
import { appendAudit } from "../store/audit.ts";
import { queueForAll } from "../store/commands.ts";
import type { Work } from "../store/committer.ts";
import { grantDay, recallLeases } from "../store/leases.ts";
import { enterLimit, limitLeftFor, limitsCommand } from "../store/limits.ts";
import { schoolToday } from "./child-orders.ts";
import type { Cloud } from "./cloud.ts";
import { childFor, done, orderOnce, refused, type ChildRow } from "./orders.ts";

export type LimitOrder = {
  readonly scope: LimitScope;
  /** A stall or a purse; empty for the child as a whole. */
  readonly subject: string;
  /** Null lifts it. */
  readonly amount: Rupiah | null;
};

const PURSES = ["snack", "needs", "meal"];

async function subjectIsRight(
  work: Work,
  child: ChildRow,
  { scope, subject }: LimitOrder,
): Promise<boolean> {
  if (scope === "category") return PURSES.includes(subject);
  if (scope !== "stall") return subject === "";
  const row = await work.db
    .selectFrom("merchant")
    .select("id")
    .where("school", "=", child.school)
    .where("id", "=", subject as never)
    .executeTakeFirst();
  return row !== undefined;
}

/** What a stricter limit leaves no room for is asked back; what a wider one allows is granted [G7] [G8]. */
async function adjust(cloud: Cloud, work: Work, child: ChildRow): Promise<void> {
  const { school, id: student } = child;
  const left = await limitLeftFor(work, {
    school,
    student,
    purse: "snack",
    day: await schoolToday(work, school),
    daily: child.daily_limit === null ? null : rupiah(child.daily_limit),
    device: null,
  });
  if (left === 0) await recallLeases(work, cloud.outbox, school, student);
  else await grantDay(work, cloud.outbox, school, student);
}

async function setLimit(
  cloud: Cloud,
  order: Order,
  student: StudentId,
  limit: LimitOrder,
): Promise<OrderOutcome> {
  return orderOnce(cloud, order, { action: "limit", student, ...limit }, async (work) => {
    const { scope, subject, amount } = limit;
    if (amount !== null && !(Number.isSafeInteger(amount) && amount >= 0))
      return refused("invalid", "limit must be whole rupiah");
    if (scope === "day") return refused("invalid", "the day's limit has an order of its own");
    const child = await childFor(work, order, student, "family-or-school");
    if (child === null) return refused("not-found", "no such child for this person");
    if (!(await subjectIsRight(work, child, limit))) return refused("invalid", "unknown subject");
    const of = { school: child.school, student };
    await enterLimit(work, of, { scope, subject, amount, setBy: order.actor.person });
    await queueForAll(work, cloud.outbox, of, await limitsCommand(work, of));
    await adjust(cloud, work, child);
    await appendAudit(work, child.school, {
      actor: order.actor.person,
      action: "limit",
      object: student,
      detail: { scope, subject, amount },
    });
    work.afterCommit(() => {
      cloud.changes.childChanged(student);
      cloud.changes.schoolChanged(child.school);
    });
    return done(null);
  });
}

export function limitOrders(cloud: Cloud): Pick<Writing, "setLimit"> {
  return { setLimit: (order, student, limit) => setLimit(cloud, order, student, limit) };
}
