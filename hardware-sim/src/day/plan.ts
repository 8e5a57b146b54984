import { createRandom } from "../random.ts";

/** One purchase as it is meant to go: which child, at which stall, for how much, with which placements in turn. */
export type PlannedSale = {
  readonly index: number;
  readonly child: number;
  readonly stall: number;
  readonly amount: number;
  /** Impressions shown in order until one is recognised; after that the child types the PIN. */
  readonly impressions: readonly number[];
};

/** What goes wrong, just before or in the middle of the sale `atSale`. */
export type Incident =
  | { readonly atSale: number; readonly kind: "cut-internet" }
  | { readonly atSale: number; readonly kind: "restore-internet" }
  | { readonly atSale: number; readonly kind: "kill-terminal"; readonly stall: number }
  | { readonly atSale: number; readonly kind: "kill-cloud" };

export type DayPlan = {
  readonly sales: readonly PlannedSale[];
  readonly incidents: readonly Incident[];
};

export type DayPlanOptions = {
  readonly childCount: number;
  readonly stallCount: number;
  readonly saleCount: number;
  /** Impressions that were not used at enrolment. */
  readonly probeImpressions: readonly number[];
  readonly seed: number;
};

/** Rp 1.000 … Rp 5.000 in steps of Rp 500: what a snack costs. */
const SNACK_PRICES_RUPIAH = [
  1_000, 1_500, 2_000, 2_500, 3_000, 3_500, 4_000, 4_500, 5_000,
] as const;
const TRIES = 3;

/** A whole day from one seed; the internet is away for the middle third, and every process is killed once. */
export function planDay(options: DayPlanOptions): DayPlan {
  const random = createRandom(options.seed);
  const pick = <T>(list: readonly T[]): T => {
    const item = list[random.below(list.length)];
    if (item === undefined) throw new RangeError("Cannot pick from an empty list");
    return item;
  };
  const sales = Array.from({ length: options.saleCount }, (_, index): PlannedSale => {
    const impressions: number[] = [];
    const tries = Math.min(TRIES, options.probeImpressions.length);
    while (impressions.length < tries) {
      const impression = pick(options.probeImpressions);
      if (!impressions.includes(impression)) impressions.push(impression);
    }
    return {
      index,
      child: random.below(options.childCount),
      stall: random.below(options.stallCount),
      amount: pick(SNACK_PRICES_RUPIAH),
      impressions,
    };
  });
  const at = (share: number): number => Math.floor(options.saleCount * share);
  const incidents: Incident[] = [
    { atSale: at(1 / 5), kind: "kill-terminal", stall: 0 },
    { atSale: at(1 / 3), kind: "cut-internet" },
    { atSale: at(1 / 2), kind: "kill-terminal", stall: Math.min(1, options.stallCount - 1) },
    { atSale: at(2 / 3), kind: "restore-internet" },
    { atSale: at(4 / 5), kind: "kill-cloud" },
  ];
  return { sales, incidents };
}
