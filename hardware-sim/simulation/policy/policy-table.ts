import type { StudentId } from "@saku/protocol";
import { canteenDay, type CanteenDay } from "./canteen-day.ts";
import { POLICIES, spendable, type Policy } from "./policies.ts";

/** What a policy did, in sums over its days. */
export type PolicyRow = {
  readonly name: string;
  readonly dayCount: number;
  readonly wishCount: number;
  /** Wishes that the child's money and limit would have covered at that moment. */
  readonly affordableCount: number;
  /** Refused all the same. */
  readonly refusedCount: number;
  /** Spent beyond what children had or might spend. */
  readonly overspend: number;
  /** Lent by the school's reserve. */
  readonly lent: number;
};

type Sums = { -readonly [Key in Exclude<keyof PolicyRow, "name" | "dayCount">]: number };

function runDay(policy: Policy, day: CanteenDay, sums: Sums): void {
  const counter = policy.open(day);
  const spent = new Map<StudentId, number>();
  for (const wish of day.wishes) {
    const { student } = wish.pupil;
    const before = spent.get(student) ?? 0;
    const isAffordable = before + wish.amount <= spendable(wish.pupil);
    const outcome = counter(wish);
    sums.wishCount += 1;
    if (isAffordable) sums.affordableCount += 1;
    if (outcome.kind === "refused") {
      if (isAffordable) sums.refusedCount += 1;
      continue;
    }
    sums.lent += outcome.lent;
    spent.set(student, before + wish.amount - outcome.lent);
  }
  for (const pupil of day.pupils)
    sums.overspend += Math.max(0, (spent.get(pupil.student) ?? 0) - spendable(pupil));
}

/** Every policy on the same days. */
export function policyTable(seeds: readonly number[]): readonly PolicyRow[] {
  const sums = POLICIES.map((): Sums => ({
    wishCount: 0,
    affordableCount: 0,
    refusedCount: 0,
    overspend: 0,
    lent: 0,
  }));
  for (const seed of seeds) {
    const day = canteenDay(seed);
    for (const [index, policy] of POLICIES.entries()) {
      const own = sums[index];
      if (own !== undefined) runDay(policy, day, own);
    }
  }
  return POLICIES.flatMap(({ name }, index) => {
    const own = sums[index];
    return own === undefined ? [] : [{ name, dayCount: seeds.length, ...own }];
  });
}

/** Of a hundred affordable wishes, how many were refused. */
export function refusedPercent(row: PolicyRow): number {
  return row.affordableCount === 0 ? 0 : (100 * row.refusedCount) / row.affordableCount;
}
