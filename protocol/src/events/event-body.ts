import { z } from "zod";
import {
  amountSchema,
  askIdSchema,
  bytesSchema,
  countSchema,
  deviceIdSchema,
  hashSchema,
  labelSchema,
  leaseIdSchema,
  merchantIdSchema,
  rupiahSchema,
  studentIdSchema,
  unixMsSchema,
} from "../encoding/schema.ts";
import type { AskId, DeviceId, LeaseId, MerchantId, StudentId } from "../primitives/ids.ts";
import type { Rupiah } from "../primitives/rupiah.ts";
import type { UnixMs } from "../primitives/time.ts";

/** A purse is what a lease may be spent on; the daily limit binds `snack` only. */
export type Purse = "snack" | "needs" | "meal";
/** How the child was identified at the counter. */
export type SaleMethod = "finger" | "pin" | "qr" | "name";

/** One lease's share of a sale; a sale names each lease once. */
export type Spend = { readonly lease: LeaseId; readonly amount: Rupiah };

/** What happened. Amounts are 1 … `EVENT_AMOUNT_MAX_RUPIAH`; `of` is the id of the event it concerns. */
export type EventBody =
  /** First event of every incarnation: what runs, and why the daemon started. */
  | {
      readonly type: "boot";
      readonly software: string;
      readonly reason: "start" | "restart" | "claim";
    }
  /** Money left the named leases for the merchant. `spends` adds up to `amount`; at most 8 leases. */
  | {
      readonly type: "sale";
      readonly student: StudentId;
      readonly merchant: MerchantId;
      readonly purse: Purse;
      readonly amount: Rupiah;
      readonly method: SaleMethod;
      readonly spends: readonly Spend[];
    }
  /** The whole of an earlier sale of this device goes back to the leases it came from. */
  | {
      readonly type: "void";
      readonly of: Uint8Array;
      readonly amount: Rupiah;
      readonly reason: VoidReason;
    }
  /** The lease is on this terminal's disk and may be spent. */
  /** `grant` is the cloud's signed command, byte for byte: a cloud that forgot it learns it here. */
  | {
      readonly type: "lease-accept";
      readonly lease: LeaseId;
      readonly amount: Rupiah;
      readonly grant?: Uint8Array;
    }
  /** What is left of the lease goes back to the student; 0 closes a drained lease. */
  | {
      readonly type: "lease-return";
      readonly lease: LeaseId;
      readonly amount: Rupiah;
      readonly reason: ReturnReason;
    }
  /** Part or all of a sale of a day that is closed goes back to the child; `of` may be any terminal's sale of the stall. */
  | {
      readonly type: "refund";
      readonly of: Uint8Array;
      readonly amount: Rupiah;
      readonly reason: RefundReason;
    }
  /** Cash taken into this terminal's drawer for the child. */
  | { readonly type: "cash-in"; readonly student: StudentId; readonly amount: Rupiah }
  /** A hungry child ate without money or signal: the school's reserve pays, never the child. */
  | {
      readonly type: "emergency-sale";
      readonly student: StudentId;
      readonly merchant: MerchantId;
      readonly amount: Rupiah;
      readonly method: SaleMethod;
    }
  /** The hub hands `amount` of its own leases to terminal `to`, once, as the new lease `lease`. */
  | {
      readonly type: "sub-grant";
      readonly lease: LeaseId;
      readonly to: DeviceId;
      readonly ask: AskId;
      readonly student: StudentId;
      readonly purse: Purse;
      readonly amount: Rupiah;
      readonly spends: readonly Spend[];
    }
  /** A hub's sub-grant is on this terminal's disk; `grant` is the hub's signed event, byte for byte. */
  | {
      readonly type: "grant-accept";
      readonly lease: LeaseId;
      readonly amount: Rupiah;
      readonly grant: Uint8Array;
    }
  /** Who stands behind the counter; no name. */
  | { readonly type: "operator-on"; readonly role: OperatorRole }
  | { readonly type: "operator-off"; readonly role: OperatorRole }
  | { readonly type: "day-open" }
  /**
   * Z report of one school day. `first` and `last` are the ids of the day's first event and of the one before this, in
   * any incarnation; `grandTotal` is never reset; `cashCounted` is the drawer counted blind, null where nobody counted.
   */
  | {
      readonly type: "day-close";
      readonly first: Uint8Array;
      readonly last: Uint8Array;
      readonly saleCount: number;
      readonly saleTotal: Rupiah;
      readonly voidCount: number;
      readonly voidTotal: Rupiah;
      readonly refundCount: number;
      readonly refundTotal: Rupiah;
      readonly emergencyCount: number;
      readonly emergencyTotal: Rupiah;
      readonly cashInCount: number;
      readonly cashInTotal: Rupiah;
      readonly grandTotal: Rupiah;
      readonly cashCounted: Rupiah | null;
      readonly closedBy: "operator" | "day-over";
    }
  /** The next incarnation signs with `signKey`; `proof` is that key's signature over this device's id, as it stands here. */
  | { readonly type: "key-rotate"; readonly signKey: Uint8Array; readonly proof: Uint8Array }
  /** Nothing follows in this incarnation. */
  | { readonly type: "end"; readonly reason: "key-rotated" | "retired" }
  /** A child was enrolled here, under this version of the consent. */
  | {
      readonly type: "enrol";
      readonly student: StudentId;
      readonly fingers: number;
      readonly consent: number;
    }
  /** This terminal holds no template of the child any more. */
  | { readonly type: "erase-receipt"; readonly student: StudentId; readonly consent: number }
  | {
      readonly type: "clock-set";
      readonly beforeMs: UnixMs;
      readonly source: "server" | "ntp" | "operator";
    };

/** Names the types of `EventBody`. */
export type EventType = EventBody["type"];
/** Why a sale was taken back. */
export type VoidReason = "operator" | "not-delivered" | "wrong-amount" | "wrong-child";
/** Why money of a closed day goes back to a child. */
export type RefundReason = "not-delivered" | "wrong-amount" | "wrong-child" | "goodwill";
/** What an operator may do at the counter. */
export type OperatorRole = "operator" | "supervisor";
/** Why what is left of a lease goes back. */
export type ReturnReason = "requested" | "day-over" | "drained";

const spendSchema = z.strictObject({ lease: leaseIdSchema, amount: amountSchema });

type Paid = { readonly amount: number; readonly spends: readonly Spend[] };

/** Different leases whose amounts add up to the whole. */
function paidBy<T extends z.ZodType<Paid>>(schema: T): T {
  return schema
    .refine((paid) => paid.spends.reduce((sum, spend) => sum + spend.amount, 0) === paid.amount, {
      message: "spends must add up to amount",
      path: ["spends"],
    })
    .refine(
      (paid) => new Set(paid.spends.map((spend) => spend.lease)).size === paid.spends.length,
      { message: "spends must name each lease once", path: ["spends"] },
    );
}

/** The schema of an event's body; SPEC.md P16…P18. */
export const eventBodySchema: z.ZodType<EventBody> = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("boot"),
    software: labelSchema,
    reason: z.enum(["start", "restart", "claim"]),
  }),
  paidBy(
    z.strictObject({
      type: z.literal("sale"),
      student: studentIdSchema,
      merchant: merchantIdSchema,
      purse: z.enum(["snack", "needs", "meal"]),
      amount: amountSchema,
      method: z.enum(["finger", "pin", "qr", "name"]),
      spends: z.array(spendSchema).min(1).max(8),
    }),
  ),
  z.strictObject({
    type: z.literal("void"),
    of: hashSchema,
    amount: amountSchema,
    reason: z.enum(["operator", "not-delivered", "wrong-amount", "wrong-child"]),
  }),
  z.strictObject({
    type: z.literal("lease-accept"),
    lease: leaseIdSchema,
    amount: amountSchema,
    grant: z.exactOptional(bytesSchema({ min: 1, max: 1_024 })),
  }),
  z.strictObject({
    type: z.literal("lease-return"),
    lease: leaseIdSchema,
    amount: rupiahSchema,
    reason: z.enum(["requested", "day-over", "drained"]),
  }),
  z.strictObject({ type: z.literal("day-open") }),
  z.strictObject({
    type: z.literal("day-close"),
    first: hashSchema,
    last: hashSchema,
    saleCount: countSchema,
    saleTotal: rupiahSchema,
    voidCount: countSchema,
    voidTotal: rupiahSchema,
    refundCount: countSchema,
    refundTotal: rupiahSchema,
    emergencyCount: countSchema,
    emergencyTotal: rupiahSchema,
    cashInCount: countSchema,
    cashInTotal: rupiahSchema,
    grandTotal: rupiahSchema,
    cashCounted: rupiahSchema.nullable(),
    closedBy: z.enum(["operator", "day-over"]),
  }),
  z.strictObject({
    type: z.literal("refund"),
    of: hashSchema,
    amount: amountSchema,
    reason: z.enum(["not-delivered", "wrong-amount", "wrong-child", "goodwill"]),
  }),
  z.strictObject({
    type: z.literal("cash-in"),
    student: studentIdSchema,
    amount: amountSchema,
  }),
  z.strictObject({
    type: z.literal("emergency-sale"),
    student: studentIdSchema,
    merchant: merchantIdSchema,
    amount: amountSchema,
    method: z.enum(["finger", "pin", "qr", "name"]),
  }),
  paidBy(
    z.strictObject({
      type: z.literal("sub-grant"),
      lease: leaseIdSchema,
      to: deviceIdSchema,
      ask: askIdSchema,
      student: studentIdSchema,
      purse: z.enum(["snack", "needs", "meal"]),
      amount: amountSchema,
      spends: z.array(spendSchema).min(1).max(8),
    }),
  ),
  z.strictObject({
    type: z.literal("grant-accept"),
    lease: leaseIdSchema,
    amount: amountSchema,
    grant: bytesSchema({ min: 1, max: 4_096 }),
  }),
  z.strictObject({ type: z.literal("operator-on"), role: z.enum(["operator", "supervisor"]) }),
  z.strictObject({ type: z.literal("operator-off"), role: z.enum(["operator", "supervisor"]) }),
  z.strictObject({
    type: z.literal("key-rotate"),
    signKey: hashSchema,
    proof: bytesSchema({ min: 64, max: 64 }),
  }),
  z.strictObject({ type: z.literal("end"), reason: z.enum(["key-rotated", "retired"]) }),
  z.strictObject({
    type: z.literal("enrol"),
    student: studentIdSchema,
    fingers: z.number().int().min(1).max(10),
    consent: countSchema,
  }),
  z.strictObject({
    type: z.literal("erase-receipt"),
    student: studentIdSchema,
    consent: countSchema,
  }),
  z.strictObject({
    type: z.literal("clock-set"),
    beforeMs: unixMsSchema,
    source: z.enum(["server", "ntp", "operator"]),
  }),
]) as unknown as z.ZodType<EventBody>;
