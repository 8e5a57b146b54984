import { minRupiah, rupiah, type AskRefusal, type DeviceId, type Rupiah } from "@saku/protocol";
import { TYPICAL_PURCHASE } from "./sizing.ts";

/** What the ledger knows when a terminal asks for `need` more. */
export type AskFacts = {
  readonly need: Rupiah;
  readonly available: Rupiah;
  /** null = no limit binds the purse. */
  readonly limitLeft: Rupiah | null;
  /** What other terminals still hold of the child and would free both money and limit. */
  readonly heldElsewhere: readonly {
    readonly device: DeviceId;
    readonly amount: Rupiah;
    /** Counts against the same day's limit. */
    readonly bindsLimit: boolean;
    readonly isOnline: boolean;
  }[];
};

export type AskDecision =
  | { readonly kind: "grant"; readonly amount: Rupiah }
  /** Ask these terminals for a signed return, then decide again. */
  | { readonly kind: "recall"; readonly devices: readonly DeviceId[] }
  | { readonly kind: "refuse"; readonly reason: AskRefusal };

const sum = (amounts: readonly { readonly amount: Rupiah }[]): number =>
  amounts.reduce((total, { amount }) => total + amount, 0);

/** Grants the missing amount and one typical purchase, if that much is there; else names what stands in the way [G6]. */
export function decideAsk(facts: AskFacts): AskDecision {
  const limit = facts.limitLeft ?? Number.MAX_SAFE_INTEGER;
  const free = rupiah(Math.min(facts.available, limit));
  if (free >= facts.need)
    return { kind: "grant", amount: minRupiah(free, rupiah(facts.need + TYPICAL_PURCHASE)) };
  const binding = facts.heldElsewhere.filter((held) => held.bindsLimit);
  const limitWithAll = limit === Number.MAX_SAFE_INTEGER ? limit : limit + sum(binding);
  if (limitWithAll < facts.need) return { kind: "refuse", reason: "limit" };
  if (facts.available + sum(facts.heldElsewhere) < facts.need)
    return { kind: "refuse", reason: "funds" };
  const online = facts.heldElsewhere.filter((held) => held.isOnline);
  const reachableMoney = facts.available + sum(online);
  const reachableLimit =
    facts.limitLeft === null ? limit : limit + sum(online.filter((held) => held.bindsLimit));
  if (Math.min(reachableMoney, reachableLimit) < facts.need)
    return { kind: "refuse", reason: "held-elsewhere" };
  return { kind: "recall", devices: [...new Set(online.map((held) => held.device))] };
}
