import {
  toHex,
  ZERO_ID,
  type Incarnation,
  type LeaseId,
  type SakuEvent,
  type SignedBytes,
} from "@saku/protocol";
import type { Lease } from "../leases/lease.ts";
import { bookEvent } from "./booking.ts";
import type { Booking } from "./outcome.ts";
import type { BookedSale, Books } from "./books.ts";

/** An event whose signature was checked. */
export type VerifiedEvent = {
  readonly id: string;
  readonly event: SakuEvent;
  readonly bytes: SignedBytes;
};

export type PlannedEvent = { readonly verified: VerifiedEvent; readonly booking: Booking };

/** A second history of the same terminal: kept as evidence, and the terminal is flagged [N4]. */
export type ForkEvidence = {
  readonly verified: VerifiedEvent;
  readonly reason: "second-child" | "same-place";
};

export type IngestPlan = {
  readonly accepted: readonly PlannedEvent[];
  readonly duplicateCount: number;
  readonly forks: readonly ForkEvidence[];
  /** The incarnation after the plan. */
  readonly ack: number;
  readonly tip: string;
  readonly leases: readonly Lease[];
  readonly sales: readonly BookedSale[];
  /** Why the rest of the batch was left: something is missing before it, or its chain is broken [N2] [N3]. */
  readonly stop:
    | { readonly kind: "none" }
    | { readonly kind: "gap"; readonly n: number }
    /** The parent of an incarnation's first event is not stored. */
    | { readonly kind: "orphan"; readonly n: number }
    | { readonly kind: "broken-chain"; readonly n: number };
};

const ZERO_HEX = toHex(ZERO_ID);
/** The tip after an event whose bytes nobody could open: what comes next may name any parent [N11]. */
const UNKNOWN_TIP = "";

type Walk = {
  ack: number;
  tip: string;
  isEnded: boolean;
  duplicateCount: number;
  readonly accepted: PlannedEvent[];
  readonly forks: ForkEvidence[];
  readonly leases: Map<LeaseId, Lease>;
  readonly sales: Map<string, BookedSale>;
  readonly parentsWithChild: Set<string>;
};

/** Its parent is neither stored nor waiting for persons [N3] [N12]. */
function isOrphan(books: Books, parent: string): boolean {
  return parent !== ZERO_HEX && !books.knownIds.has(parent) && !books.isBlocked;
}

/** What the chain says of the next event of an incarnation [N3]. */
function chainOf(
  books: Books,
  walk: Walk,
  { event }: VerifiedEvent,
): "good" | "fork" | "orphan" | "broken-chain" {
  const parent = toHex(event.parent);
  // Inside an incarnation the parent is the event before; only the first of one may name any earlier event.
  if (walk.isEnded) return "broken-chain";
  if (event.n > 1 && parent !== walk.tip && walk.tip !== UNKNOWN_TIP) return "broken-chain";
  if (event.n === 1 && isOrphan(books, parent)) return "orphan";
  return walk.parentsWithChild.has(parent) ? "fork" : "good";
}

function accept(books: Books, walk: Walk, verified: VerifiedEvent): void {
  const booking = bookEvent({
    books: { ...books, leases: walk.leases, sales: walk.sales },
    event: verified.event,
    id: verified.id,
  });
  for (const lease of booking.leases) walk.leases.set(lease.lease, lease);
  if (booking.sale !== null) walk.sales.set(booking.sale.event, booking.sale);
  walk.parentsWithChild.add(toHex(verified.event.parent));
  walk.accepted.push({ verified, booking });
  walk.ack = verified.event.n;
  walk.tip = verified.id;
  walk.isEnded = verified.event.body.type === "end";
}

/**
 * Decides over a batch of one incarnation in order: gapless from the watermark [N2], duplicates answered from what is
 * stored [N1], forks kept and booked [N4]. Any split, repetition or reordering of batches ends in the same books [N7].
 */
export function planIngest(
  books: Books,
  inc: Incarnation,
  events: readonly VerifiedEvent[],
): IngestPlan {
  const tip = books.tips.get(inc);
  const walk: Walk = {
    ack: tip?.ack ?? 0,
    tip: tip?.id ?? UNKNOWN_TIP,
    isEnded: books.isEnded,
    duplicateCount: 0,
    accepted: [],
    forks: [],
    leases: new Map(books.leases),
    sales: new Map(books.sales),
    parentsWithChild: new Set(books.parentsWithChild),
  };
  let stop: IngestPlan["stop"] = { kind: "none" };
  for (const verified of events) {
    const { n } = verified.event;
    if (n <= walk.ack) {
      if (books.stored.get(n) === verified.id) walk.duplicateCount += 1;
      else walk.forks.push({ verified, reason: "same-place" });
      continue;
    }
    if (n > walk.ack + 1) {
      stop = { kind: "gap", n: walk.ack + 1 };
      break;
    }
    const chain = chainOf(books, walk, verified);
    if (chain === "orphan" || chain === "broken-chain") {
      stop = { kind: chain, n };
      break;
    }
    if (chain === "fork") walk.forks.push({ verified, reason: "second-child" });
    accept(books, walk, verified);
  }
  return finish(books, walk, stop);
}

function finish(books: Books, walk: Walk, stop: IngestPlan["stop"]): IngestPlan {
  return {
    accepted: walk.accepted,
    duplicateCount: walk.duplicateCount,
    forks: walk.forks,
    ack: walk.ack,
    tip: walk.tip,
    leases: [...walk.leases.values()].filter((lease) => books.leases.get(lease.lease) !== lease),
    sales: [...walk.sales.values()].filter((sale) => books.sales.get(sale.event) !== sale),
    stop,
  };
}
