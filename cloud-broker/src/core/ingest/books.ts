import type {
  DeviceId,
  EventBody,
  Incarnation,
  LeaseId,
  MerchantId,
  Rupiah,
  SchoolDay,
  SchoolId,
  StudentId,
} from "@saku/protocol";
import type { LetterReason } from "./dead-letter.ts";
import type { Lease } from "../leases/lease.ts";
import type { UncoveredBy } from "../ledger/recipes.ts";

/** A booked sale, as far as a later void or refund needs it. */
export type BookedSale = {
  readonly event: string;
  readonly device: DeviceId;
  readonly student: StudentId;
  readonly merchant: MerchantId;
  readonly amount: Rupiah;
  readonly covered: readonly { readonly lease: LeaseId; readonly amount: Rupiah }[];
  /** Who bears what no lease covered; an emergency meal is the reserve's as a whole [L12]. */
  readonly uncoveredBy: UncoveredBy;
  readonly voidedBy: string | null;
  readonly refundedToChild: Rupiah;
  readonly refundedToOther: Rupiah;
  /** Held by disputes that are not decided. */
  readonly disputed: Rupiah;
};

/** A hub's `sub-grant` as the hub signed it. */
export type SignedGrant = {
  readonly hub: DeviceId;
  /** Id of the hub's event, hexadecimal. */
  readonly event: string;
  readonly day: SchoolDay;
  readonly body: Extract<EventBody, { type: "sub-grant" }>;
};

/** How far one incarnation is booked, and the id of its newest event. */
export type Tip = { readonly ack: number; readonly id: string };

/**
 * What the ledger knows of one terminal before a batch: exactly the rows that the batch can touch. Ids are hexadecimal.
 */
export type Books = {
  readonly school: SchoolId;
  readonly device: DeviceId;
  /** The stall it serves: takes the place of a merchant that the school does not know. */
  readonly merchant: MerchantId;
  readonly tips: ReadonlyMap<Incarnation, Tip>;
  /** Ids of stored events of this incarnation, by n, where the batch overlaps them. */
  readonly stored: ReadonlyMap<number, string>;
  /** True while an event of this terminal waits for persons: what follows it in other incarnations need not wait [N12]. */
  readonly isBlocked: boolean;
  /** Incarnations that their own `end` has closed [N13]. */
  readonly isEnded: boolean;
  /** Which of the batch's parents are stored events of this terminal. */
  readonly knownIds: ReadonlySet<string>;
  /** Parents (of those in the batch) that already have a child. */
  readonly parentsWithChild: ReadonlySet<string>;
  readonly leases: ReadonlyMap<LeaseId, Lease>;
  readonly sales: ReadonlyMap<string, BookedSale>;
  readonly merchants: ReadonlySet<MerchantId>;
  /** Terminals of the school that sub-grants of the batch name. */
  readonly devices: ReadonlySet<DeviceId>;
  /** What hubs signed inside this batch's `grant-accept` events, by the id of the accepting event; checked signatures. */
  readonly grants: ReadonlyMap<string, SignedGrant>;
  /** Which of the children that the batch names outside of leases belong to the school. */
  readonly students: ReadonlySet<StudentId>;
  /** The last day that is closed for good; null = none [L14]. */
  readonly sealedThrough: SchoolDay | null;
  /** The school's day as the cloud's clock says it [L19]. */
  readonly today: SchoolDay;
};

/** What became of a stored event, once and for ever. */
export type Verdict =
  /** Moved money as signed. */
  | "booked"
  /** Moved money, part of it through suspense [L6]. */
  | "suspense"
  /** Says something that is not about money. */
  | "noted"
  /** Correctly signed, but contradicts what is booked: kept, counted, and for a human. */
  | "anomaly"
  /** Could not be booked; persons signed that it moves nothing [N11]. */
  | "discarded";

export type Anomaly =
  /** Booked or given up by the signed word of persons. */
  | LetterReason
  | "unknown-lease"
  | "foreign-lease"
  | "unknown-sale"
  | "already-voided"
  | "amount-differs"
  | "unknown-merchant"
  | "unknown-student"
  /** A refund of more than is left of its sale, or a void of what was refunded [L11]. */
  | "exceeds-sale"
  | "lease-short"
  /** Signed for a day that has not come: the terminal's clock is wrong [L19]. */
  | "day-ahead"
  /** A lease of another school day was spent [G10]. */
  | "expired-lease"
  /** The child had its money back already; the reserve paid [G11]. */
  | "written-off"
  /** A hub's event that does not fit what is booked, or that no hub has signed [H13]. */
  | "grant-differs"
  | "unknown-grant"
  | "unknown-terminal";
