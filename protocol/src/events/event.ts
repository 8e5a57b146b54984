import { z } from "zod";
import { decodeCbor, type CanonicalBytes } from "../encoding/cbor.ts";
import {
  amountSchema,
  countSchema,
  deviceIdSchema,
  encodeChecked,
  hashSchema,
  incarnationSchema,
  labelSchema,
  leaseIdSchema,
  merchantIdSchema,
  parseWith,
  schoolDaySchema,
  schoolIdSchema,
  seqSchema,
  studentIdSchema,
  unixMsSchema,
  rupiahSchema,
} from "../encoding/schema.ts";
import type {
  DeviceId,
  Incarnation,
  LeaseId,
  MerchantId,
  SchoolId,
  StudentId,
} from "../primitives/ids.ts";
import type { ParseError, Result } from "../primitives/result.ts";
import type { Rupiah } from "../primitives/rupiah.ts";
import type { SchoolDay, ZoneMinutes } from "../primitives/school-day.ts";
import type { ClockTrust, UnixMs } from "../primitives/time.ts";
import { objectId, type ObjectId } from "../signing/cose.ts";

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
  | { readonly type: "lease-accept"; readonly lease: LeaseId; readonly amount: Rupiah }
  /** What is left of the lease goes back to the student; 0 closes a drained lease. */
  | {
      readonly type: "lease-return";
      readonly lease: LeaseId;
      readonly amount: Rupiah;
      readonly reason: ReturnReason;
    }
  | { readonly type: "day-open" }
  /** Z report: first and last sequence of the day in this incarnation, totals, never-reset grand total. */
  | {
      readonly type: "day-close";
      readonly fromSeq: number;
      readonly toSeq: number;
      readonly saleCount: number;
      readonly saleTotal: Rupiah;
      readonly voidCount: number;
      readonly voidTotal: Rupiah;
      readonly grandTotal: Rupiah;
    }
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
/** Why what is left of a lease goes back. */
export type ReturnReason = "requested" | "day-over" | "drained";

/** The header of money-and-sync §3, the same for every type. */
export type EventHeader = {
  readonly v: 1;
  readonly school: SchoolId;
  readonly device: DeviceId;
  readonly inc: Incarnation;
  /** 1, 2, 3 … inside the incarnation, gapless. */
  readonly n: number;
  /** Id of this device's previous event of any incarnation; 32 zero bytes for its first. */
  readonly parent: Uint8Array;
  readonly at: UnixMs;
  readonly trust: ClockTrust;
  readonly day: SchoolDay;
  readonly zone: ZoneMinutes;
  /** Highest command revision applied before this event. */
  readonly have: number;
};

/** An event as it is signed: header, and the body under its own key. */
export type SakuEvent = EventHeader & { readonly body: EventBody };

const spendSchema = z.strictObject({ lease: leaseIdSchema, amount: amountSchema });

const bodySchema = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("boot"),
    software: labelSchema,
    reason: z.enum(["start", "restart", "claim"]),
  }),
  z
    .strictObject({
      type: z.literal("sale"),
      student: studentIdSchema,
      merchant: merchantIdSchema,
      purse: z.enum(["snack", "needs", "meal"]),
      amount: amountSchema,
      method: z.enum(["finger", "pin", "qr", "name"]),
      spends: z.array(spendSchema).min(1).max(8),
    })
    .refine((sale) => sale.spends.reduce((sum, spend) => sum + spend.amount, 0) === sale.amount, {
      message: "spends must add up to amount",
      path: ["spends"],
    })
    .refine(
      (sale) => new Set(sale.spends.map((spend) => spend.lease)).size === sale.spends.length,
      {
        message: "spends must name each lease once",
        path: ["spends"],
      },
    ),
  z.strictObject({
    type: z.literal("void"),
    of: hashSchema,
    amount: amountSchema,
    reason: z.enum(["operator", "not-delivered", "wrong-amount", "wrong-child"]),
  }),
  z.strictObject({ type: z.literal("lease-accept"), lease: leaseIdSchema, amount: amountSchema }),
  z.strictObject({
    type: z.literal("lease-return"),
    lease: leaseIdSchema,
    amount: rupiahSchema,
    reason: z.enum(["requested", "day-over", "drained"]),
  }),
  z.strictObject({ type: z.literal("day-open") }),
  z.strictObject({
    type: z.literal("day-close"),
    fromSeq: seqSchema,
    toSeq: seqSchema,
    saleCount: countSchema,
    saleTotal: rupiahSchema,
    voidCount: countSchema,
    voidTotal: rupiahSchema,
    grandTotal: rupiahSchema,
  }),
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

/** The schema of an event's payload; SPEC.md P13…P19. */
export const eventSchema: z.ZodType<SakuEvent> = z.strictObject({
  v: z.literal(1),
  school: schoolIdSchema,
  device: deviceIdSchema,
  inc: incarnationSchema,
  n: seqSchema,
  parent: hashSchema,
  at: unixMsSchema,
  trust: z.enum(["none", "file", "server", "ntp"]),
  day: schoolDaySchema,
  zone: z.union([z.literal(420), z.literal(480), z.literal(540)]),
  have: countSchema,
  body: bodySchema,
}) as unknown as z.ZodType<SakuEvent>;

/** Checks an event and makes the bytes that will be signed. Throws on an event that `parseEvent` would refuse: a bug. */
export function encodeEvent(event: SakuEvent): CanonicalBytes {
  return encodeChecked(eventSchema, event, "event");
}

/** Reads the payload of a verified `saku.event.v1`. */
export function parseEvent(payload: Uint8Array): Result<SakuEvent, ParseError> {
  const value = decodeCbor(payload);
  return value.ok ? parseWith(eventSchema, value.value, "event") : value;
}

/** The event's name for ever: SHA-256 over its kind and payload. */
export function eventId(payload: CanonicalBytes): ObjectId {
  return objectId("saku.event.v1", payload);
}
