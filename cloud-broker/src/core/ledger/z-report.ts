import type { Rupiah } from "@saku/protocol";

/** What a terminal did in the part of a day that a Z report closes, per kind. */
export type ZTotals = Readonly<Record<ZKind, { readonly count: number; readonly total: Rupiah }>>;
export type ZKind = "sale" | "void" | "refund" | "emergency-sale" | "cash-in";
export const Z_KINDS: readonly ZKind[] = ["sale", "void", "refund", "emergency-sale", "cash-in"];

export type ZDifference = {
  readonly kind: ZKind | "range" | "grand-total";
  /** What the terminal signed and what the ledger says. */
  readonly signed: number;
  readonly booked: number;
};

/** Where a signed Z report and the ledger do not say the same [T2]. */
export function zDifferences(signed: ZTotals, booked: ZTotals): readonly ZDifference[] {
  return Z_KINDS.flatMap((kind) => {
    const [ours, theirs] = [booked[kind], signed[kind]];
    if (ours.total !== theirs.total) return [{ kind, signed: theirs.total, booked: ours.total }];
    return ours.count === theirs.count ? [] : [{ kind, signed: theirs.count, booked: ours.count }];
  });
}
