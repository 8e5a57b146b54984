import { must, type Purse, type StudentId } from "@saku/protocol";
import { ADMINS } from "./school.ts";
import type { SchoolRun } from "./seed-run.ts";
import type { Till } from "./till.ts";

/** What a stall may take for one sale (`welcome.ts`). */
const PER_SALE_MAX = 8_000;

export type Wish = {
  readonly student: StudentId;
  readonly amount: number;
  readonly purse: Purse;
};

/** Now and then a child buys books, or something too dear for one sale. Of a stream of its own. */
export function unusual(run: SchoolRun, usual: Omit<Wish, "purse">): Wish {
  const random = run.random.fork(`unusual-${run.agenda.nowMs}`);
  const purse = random.chance(0.1) ? "needs" : "snack";
  return { ...usual, purse, amount: random.chance(0.04) ? PER_SALE_MAX + 500 : usual.amount };
}

/** Whether this terminal has heard that the child is frozen. */
export function hasHeardFreeze(till: Till, student: StudentId): boolean {
  const rows = till.peek(`SELECT is_frozen FROM freeze WHERE student = '${student}'`);
  return rows?.[0]?.["is_frozen"] === 1;
}

/** Rules of the counter that no ledger can see afterwards. */
export function judgeSale(run: SchoolRun, till: Till, wish: Wish, wasFrozen: boolean): void {
  if (wish.amount > PER_SALE_MAX)
    run.world.broken("W4", `${till.name} sold for ${wish.amount} at once`);
  if (wasFrozen && hasHeardFreeze(till, wish.student))
    run.world.broken("W3", `${till.name} sold to ${wish.student}, whom it knows to be frozen`);
}

const DAY_MS = 86_400_000;

/** Some try to put a sale back once more. */
export async function voidInVain(
  run: SchoolRun,
  till: Till,
  saleId: string,
  first: "voided" | "refused",
): Promise<void> {
  const isTried = first === "voided" && run.random.fork(`void-${saleId}`).chance(0.5);
  if (!isTried || !till.isWorking || till.duty === null) return;
  const outcome = await till.duty.desk.voidSale(saleId, "wrong-amount");
  if (outcome.kind === "voided") run.world.broken("W8", `${till.name} put a sale back twice`);
}

/** And some remember on the next day. */
export function voidNextDay(run: SchoolRun, till: Till, saleId: string, amount: number): void {
  if (!run.random.fork(`late-${saleId}`).chance(0.2)) return;
  run.agenda.at(run.agenda.nowMs + DAY_MS, () => void voidLate(run, till, saleId, amount));
}

async function voidLate(run: SchoolRun, till: Till, saleId: string, amount: number): Promise<void> {
  if (!till.isWorking || till.duty === null || run.oracle.voided.has(saleId)) return;
  run.oracle.voidsUnanswered.add(saleId);
  const outcome = await till.duty.desk.voidSale(saleId, "wrong-amount");
  if (outcome.kind !== "refused" || outcome.reason !== "disk-failed")
    run.oracle.voidsUnanswered.delete(saleId);
  if (outcome.kind !== "voided") return;
  run.oracle.voided.set(saleId, amount);
  const [row] =
    till.peek(`SELECT sale.day, head.day AS today FROM sale, head WHERE id = '${saleId}'`) ?? [];
  if (row !== undefined && row["day"] !== row["today"])
    run.world.broken("W8", `${till.name} put a sale of ${String(row["day"])} back later`);
}

/** A child is frozen right after a purchase, and the purchase is put back when its leases have gone home already. */
export function freezeThenVoid(run: SchoolRun, till: Till, saleId: string, wish: Wish): void {
  if (!run.random.fork(`freeze-${saleId}`).chance(0.06)) return;
  const { agenda, world } = run;
  const freeze = (isFrozen: boolean): void => {
    const { parts } = run.cloud;
    if (!run.cloud.isUp || parts === null) return;
    const person = must(ADMINS[0] ?? null, "An admin");
    const order = {
      actor: { person, role: "school-admin" },
      idempotencyKey: `freeze-${saleId}-${String(isFrozen)}`,
    } as const;
    parts.office.writing
      .setFrozen(order, wish.student, isFrozen)
      .catch((error: unknown) => world.broken("Q-freeze", String(error)));
  };
  agenda.at(agenda.nowMs + 1_000, () => freeze(true));
  agenda.at(agenda.nowMs + 25_000, () => void voidLate(run, till, saleId, wish.amount));
  agenda.at(agenda.nowMs + 45_000, () => freeze(false));
}
