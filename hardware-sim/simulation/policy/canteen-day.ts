import {
  deviceId,
  rupiah,
  studentId,
  type DeviceId,
  type Rupiah,
  type StudentId,
} from "@saku/protocol";
import { createRandom, type Random } from "@saku/hardware-sim/random";

export type Pupil = {
  readonly student: StudentId;
  readonly balance: Rupiah;
  /** The stall that the child uses most. */
  readonly usual: DeviceId;
};

export type Wish = { readonly pupil: Pupil; readonly stall: DeviceId; readonly amount: Rupiah };

/** One school day on which the internet is down from the first bell to the last. */
export type CanteenDay = {
  readonly stalls: readonly DeviceId[];
  readonly pupils: readonly Pupil[];
  /** What children would like to buy, in the order of the day. */
  readonly wishes: readonly Wish[];
};

/** The school's daily limit for snacks. */
export const DAILY_LIMIT: Rupiah = rupiah(20_000);
const STALL_COUNT = 6;
const PUPIL_COUNT = 1_000;
/** Purchases a child would make, on average. */
const WISHES_MEAN = 1.3;
/** How often it is at the usual stall. */
const USUAL_SHARE = 0.6;
/** Prices at the stalls and how often each is paid. */
const PRICES: readonly (readonly [price: number, weight: number])[] = [
  [2_000, 8],
  [3_000, 10],
  [5_000, 22],
  [7_000, 14],
  [8_000, 14],
  [10_000, 20],
  [12_000, 8],
  [15_000, 4],
];
const WEIGHT_TOTAL = PRICES.reduce((sum, [, weight]) => sum + weight, 0);

function priceOf(random: Random): Rupiah {
  let left = random.next() * WEIGHT_TOTAL;
  for (const [price, weight] of PRICES) {
    left -= weight;
    if (left < 0) return rupiah(price);
  }
  return rupiah(PRICES.at(-1)?.[0] ?? 0);
}

/** Knuth's way to a Poisson number. */
function poisson(random: Random, mean: number): number {
  const floor = Math.exp(-mean);
  let count = 0;
  for (let product = random.next(); product >= floor; product *= random.next()) count += 1;
  return count;
}

/** Balances are log-normal around Rp 24.000, in steps of Rp 500. */
function balanceOf(random: Random): Rupiah {
  return rupiah(Math.floor(Math.exp(10.1 + 0.8 * random.gaussian()) / 500) * 500);
}

export function canteenDay(seed: number): CanteenDay {
  const random = createRandom(seed);
  const stalls = Array.from({ length: STALL_COUNT }, (_, index) => deviceId(`trm-${index}`));
  const anyStall = (): DeviceId => stalls[random.below(STALL_COUNT)] ?? deviceId("trm-0");
  const pupils: Pupil[] = [];
  const timed: { readonly at: number; readonly wish: Wish }[] = [];
  for (let index = 0; index < PUPIL_COUNT; index++) {
    const balance = balanceOf(random);
    const pupil = { student: studentId(`stu-${index}`), balance, usual: anyStall() };
    pupils.push(pupil);
    for (let left = poisson(random, WISHES_MEAN); left > 0; left--) {
      const stall = random.chance(USUAL_SHARE) ? pupil.usual : anyStall();
      timed.push({ at: random.next(), wish: { pupil, stall, amount: priceOf(random) } });
    }
  }
  const wishes = timed.toSorted((a, b) => a.at - b.at).map(({ wish }) => wish);
  return { stalls, pupils, wishes };
}
