import { rupiah, type DeviceId, type Rupiah } from "@saku/protocol";

/** A typical purchase at a school stall: less than this at a stall is of no use to a hungry child. */
export const TYPICAL_PURCHASE: Rupiah = rupiah(5_000);
/** Kept back from the morning split, so that the first short terminal is helped without asking another to give back. */
export const KEPT_BACK: Rupiah = rupiah(2_000);
const STEP_RUPIAH = 500;

const roundDown = (amount: number): number => Math.floor(amount / STEP_RUPIAH) * STEP_RUPIAH;

/** What one terminal should hold of a child's money for the day. */
export type Share = { readonly device: DeviceId; readonly amount: Rupiah };

/**
 * How the child's money of one day is spread over the terminals, so that stalls still serve when the internet dies
 * [G5]. `terminals` stand in order of the child's use, the stall used last first; `hasHistory` says that order means
 * something. A model of 1,000 children and six stalls offline all day refuses 86 % of affordable purchases after an equal
 * split and 46 % after 70/30 over the two usual stalls, so the usual stall gets at least half, and another stall only
 * counts when its share buys something.
 */
export function splitDay(input: {
  readonly size: Rupiah;
  readonly terminals: readonly DeviceId[];
  readonly hasHistory: boolean;
}): readonly Share[] {
  const [first, ...others] = input.terminals;
  if (first === undefined) return [];
  if (others.length === 0) return [{ device: first, amount: input.size }];
  const keptBack = Math.min(KEPT_BACK, roundDown(input.size / 10));
  const spread = input.size - keptBack;
  if (!input.hasHistory) return equalSplit(spread, input.terminals);
  const half = Math.floor(spread / 2);
  const wanted = Math.max(TYPICAL_PURCHASE, (spread * 0.4) / others.length);
  const each = roundDown(Math.min(wanted, half));
  const isUseful = each >= TYPICAL_PURCHASE;
  const count = isUseful ? Math.min(others.length, Math.floor(half / each)) : 0;
  const shares = others.slice(0, count).map((device) => ({ device, amount: rupiah(each) }));
  return [{ device: first, amount: rupiah(spread - count * each) }, ...shares];
}

function equalSplit(spread: number, terminals: readonly DeviceId[]): readonly Share[] {
  const count = Math.max(1, Math.min(terminals.length, Math.floor(spread / TYPICAL_PURCHASE)));
  const each = roundDown(spread / count);
  return terminals
    .slice(0, count)
    .map((device, index) => ({
      device,
      amount: rupiah(index === 0 ? spread - each * (count - 1) : each),
    }))
    .filter((share) => share.amount > 0);
}

/** With a hub the whole size lies where every stall can ask for it [G9]. */
export function splitForHub(size: Rupiah, hub: DeviceId): readonly Share[] {
  return size === 0 ? [] : [{ device: hub, amount: size }];
}

export type DayHolding = {
  readonly available: Rupiah;
  /** What is left of the limit beside the leases that are out; null = no limit. */
  readonly limitLeft: Rupiah | null;
  /** Left on each terminal of today's leases. */
  readonly held: ReadonlyMap<DeviceId, Rupiah>;
  readonly terminals: readonly DeviceId[];
  readonly hasHistory: boolean;
  /** The school's hub, if it has one that may be given money. */
  readonly hub: DeviceId | null;
};

/**
 * The grants that bring every terminal up to its share [G4]. It aims at a target, so running it again (after a top-up,
 * a new terminal, a return) grants only what changed and never more than `min(available, limit left)`.
 */
export function planDayGrants(holding: DayHolding): readonly Share[] {
  const heldTotal = [...holding.held.values()].reduce<number>((sum, held) => sum + held, 0);
  let free = Math.min(holding.available, holding.limitLeft ?? Number.MAX_SAFE_INTEGER);
  const size = rupiah(free + heldTotal);
  const target =
    holding.hub === null ? splitDay({ ...holding, size }) : splitForHub(size, holding.hub);
  const grants: Share[] = [];
  for (const share of target) {
    const amount = Math.min(free, share.amount - (holding.held.get(share.device) ?? 0));
    if (amount < STEP_RUPIAH) continue;
    free -= amount;
    grants.push({ device: share.device, amount: rupiah(amount) });
  }
  return grants;
}
