import type { Rupiah, SchoolDay, UnixMs } from "@saku/protocol";

/** A journal that changed a child's money, with the proof that it stands in the log. */
export type ReceiptView = {
  readonly journal: string;
  readonly recipe: string;
  /** What the child paid or got. */
  readonly amount: Rupiah;
  readonly sign: "minus" | "plus";
  readonly merchantName: string | null;
  readonly day: SchoolDay;
  readonly postedAtMs: UnixMs;
  /** "number `place` of `size`". */
  readonly place: number;
  readonly size: number;
  /** c2sp.org/tlog-proof@v1; whoever has it can check it without us. */
  readonly proof: string;
  /** The key that signed it, `<origin>+<key id>+<key>`. */
  readonly key: string;
};

export type ChildPosting = {
  readonly kind: string;
  readonly owner: string;
  readonly side: "debit" | "credit";
  readonly amount: number;
};

const isOfAChild = ({ kind }: ChildPosting): boolean => kind === "student" || kind === "escrow";

/**
 * What a journal changed for this child: below zero what was paid. Null when it is nobody's receipt: money that only moved
 * between the child's own purses, or a journal that would tell one family about another [M17].
 */
export function changeFor(student: string, postings: readonly ChildPosting[]): number | null {
  const ofChildren = postings.filter(isOfAChild);
  if (ofChildren.some(({ owner }) => owner !== student)) return null;
  const change = ofChildren.reduce(
    (sum, { side, amount }) => sum + (side === "credit" ? amount : -amount),
    0,
  );
  return change === 0 ? null : change;
}
