import { must, rupiah, type StudentId } from "@saku/protocol";
import { adminOrder } from "./office-orders.ts";
import { SCHOOL } from "./school.ts";
import type { SchoolRun } from "./seed-run.ts";
import type { Till } from "./till.ts";

// What operators do beside selling: meals that the reserve pays, refunds, cash over the counter. Each draws from a stream of its own,
// so that the purchases of a seed stay what they are.

const SECOND_MS = 1_000;
const MEAL_MAX = { perSale: 8_000, perDay: 30_000 };
/** What a hungry child is not refused for. */
const HELPED = ["funds", "limit", "held-elsewhere", "lease-short-offline"];

/** In half of the schools the reserve pays meals. */
export async function allowMeals(run: SchoolRun): Promise<void> {
  const { parts } = run.cloud;
  if (!run.random.fork("meals").chance(0.5) || !run.cloud.isUp || parts === null) return;
  run.story.tell("school: the reserve pays meals");
  await parts.office.writing.setEmergency(adminOrder(run), SCHOOL, MEAL_MAX);
}

/** A child that was refused for want of money may get its meal from the reserve. */
export async function mealInstead(
  run: SchoolRun,
  till: Till,
  wish: { readonly student: StudentId; readonly amount: number },
  reason: string,
): Promise<void> {
  const { student, amount } = wish;
  if (!HELPED.includes(reason) || !till.isWorking || till.duty === null) return;
  if (!run.random.fork(`meal-${run.agenda.nowMs}`).chance(0.6)) return;
  const attempt = run.oracle.order({ till: till.name, student, amount });
  const order = { student, amount: rupiah(amount), purse: "meal", method: "finger" } as const;
  const outcome = await till.duty.desk.serveEmergency(order);
  if (outcome.kind === "sold") run.oracle.sold(attempt, outcome.saleId);
  else if (outcome.reason !== "disk-failed") run.oracle.refused(attempt);
  const what = outcome.kind === "sold" ? outcome.saleId.slice(0, 8) : outcome.reason;
  run.story.tell(`${till.name} meal of ${student} ${amount}: ${what}`);
}

/** Some come back for their money, or for a part of it, and some twice. */
export function refundLater(run: SchoolRun, till: Till, saleId: string, amount: number): void {
  const random = run.random.fork(`refund-${saleId}`);
  if (!random.chance(0.1)) return;
  const part = random.chance(0.5) ? amount : 500 * (1 + random.below(amount / 500));
  const again = random.chance(0.3);
  const atMs = run.agenda.nowMs + SECOND_MS * (1 + random.below(90));
  const press = `refund-${saleId.slice(0, 12)}`;
  run.agenda.at(atMs, () => void refund(run, till, { press, saleId, amount: part }));
  if (again)
    run.agenda.at(atMs + 40, () => void refund(run, till, { press, saleId, amount: part }));
}

async function refund(
  run: SchoolRun,
  till: Till,
  order: { readonly press: string; readonly saleId: string; readonly amount: number },
): Promise<void> {
  if (!till.isWorking || till.duty === null) return;
  const outcome = await till.duty.desk.refund({
    ...order,
    amount: rupiah(order.amount),
    reason: "goodwill",
  });
  const what = outcome.kind === "refunded" ? "given" : outcome.reason;
  run.story.tell(`${till.name} refund of ${order.saleId.slice(0, 8)} ${order.amount}: ${what}`);
  if (outcome.kind === "refunded") run.oracle.deed(outcome.refundId, till.name);
}

/** A parent brings money to the stall instead of the office; the operator may press twice. */
export function cashOverTheCounter(run: SchoolRun, index: number): void {
  const random = run.random.fork(`cash-${index}-${run.agenda.nowMs}`);
  const till = must(run.tills[random.below(run.tills.length)] ?? null, "A till");
  const children = run.children();
  const student = must(children[random.below(children.length)] ?? null, "A child");
  const amount = 1_000 * (1 + random.below(20));
  const press = `cash-${index}-${random.below(1_000_000)}`;
  for (let count = random.chance(0.3) ? 2 : 1; count > 0; count--)
    void cashIn(run, till, { press, student, amount });
}

async function cashIn(
  run: SchoolRun,
  till: Till,
  order: { readonly press: string; readonly student: StudentId; readonly amount: number },
): Promise<void> {
  if (!till.isWorking || till.duty === null) return;
  const outcome = await till.duty.desk.cashIn({ ...order, amount: rupiah(order.amount) });
  const what = outcome.kind === "taken" ? "taken" : outcome.reason;
  run.story.tell(`${till.name} cash of ${order.student} ${order.amount}: ${what}`);
  if (outcome.kind === "taken") run.oracle.deed(outcome.cashInId, till.name);
}
