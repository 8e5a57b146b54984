import { z } from "zod";
import { decodeCbor, type CanonicalBytes } from "../encoding/cbor.ts";
import {
  amountSchema,
  askIdSchema,
  bytesSchema,
  countSchema,
  deviceIdSchema,
  encodeChecked,
  labelSchema,
  lanUrlSchema,
  leaseIdSchema,
  merchantIdSchema,
  parseWith,
  rupiahSchema,
  schoolDaySchema,
  schoolIdSchema,
  seqSchema,
  studentIdSchema,
  unixMsSchema,
} from "../encoding/schema.ts";
import type { Purse } from "../events/event-body.ts";
import type {
  AskId,
  DeviceId,
  LeaseId,
  MerchantId,
  SchoolId,
  StudentId,
} from "../primitives/ids.ts";
import type { ParseError, Result } from "../primitives/result.ts";
import type { Rupiah } from "../primitives/rupiah.ts";
import type { SchoolDay, ZoneMinutes } from "../primitives/school-day.ts";
import type { UnixMs } from "../primitives/time.ts";
import { vaultItemSchema, type VaultItem } from "../roster/vault-item.ts";

/** What the cloud tells one terminal. A body replaces what an earlier one said of the same thing. */
export type CommandBody =
  /** Which stall this terminal serves, and the school's clock. `perSale` is the most one sale may cost. */
  | {
      readonly kind: "stall";
      readonly merchant: MerchantId;
      readonly merchantName: string;
      readonly schoolName: string;
      readonly zone: ZoneMinutes;
      readonly perSale: Rupiah;
      readonly quickKeys: readonly { readonly label: string; readonly amount: Rupiah }[];
    }
  /** A child of the school: `number` is what the child knows (nomor siswa), `name` the first name only. */
  | {
      readonly kind: "student";
      readonly student: StudentId;
      readonly number: string;
      readonly name: string;
      readonly className: string;
      readonly isActive: boolean;
    }
  /** `withdrawn` orders the erasure of every template and is answered by an `erase-receipt`. */
  | {
      readonly kind: "consent";
      readonly student: StudentId;
      readonly state: "granted" | "withdrawn";
      readonly version: number;
    }
  | { readonly kind: "freeze"; readonly student: StudentId; readonly isFrozen: boolean }
  /**
   * Money already moved in the ledger from the student to this terminal. `ask` is what it answers; `subGrant` is the hub's
   * signed `sub-grant` that made the lease, byte for byte, when a hub did and not the cloud.
   */
  | {
      readonly kind: "lease-grant";
      readonly lease: LeaseId;
      readonly student: StudentId;
      readonly purse: Purse;
      readonly day: SchoolDay;
      readonly amount: Rupiah;
      readonly ask: AskId | null;
      readonly subGrant?: Uint8Array;
    }
  /** Give back what is left of every lease of the student on this terminal. */
  | { readonly kind: "return-request"; readonly student: StudentId }
  /** A child's sealed secret from another terminal of the roster. */
  | { readonly kind: "vault"; readonly item: VaultItem }
  /** Which terminal of the school's network is the hub, and where it answers; null = there is none. */
  | { readonly kind: "hub"; readonly hub: HubPlace | null }
  /** What binds one child also without the cloud; `perDay` 0 keeps the child from a stall. */
  | {
      readonly kind: "limits";
      readonly student: StudentId;
      readonly perSale: Rupiah | null;
      readonly stalls: readonly { readonly merchant: MerchantId; readonly perDay: Rupiah }[];
    }
  /** What this terminal may draw from the school's reserve for hungry children; 0 = nothing. */
  | { readonly kind: "emergency"; readonly perSale: Rupiah; readonly perDay: Rupiah }
  /** A signed checkpoint of the school's ledger (C2SP tlog-checkpoint), to be remembered. */
  | { readonly kind: "checkpoint"; readonly note: Uint8Array }
  /** Draw a new signing key and sign it over to it (`key-rotate`). */
  | { readonly kind: "rotate-key" }
  /** The school's signed roster, `saku.roster.v1` bytes. */
  | { readonly kind: "roster"; readonly roster: Uint8Array };

/** Where the hub answers on the school's own network: `http://<address>:<port>`, at most 120 characters. */
export type HubPlace = { readonly device: DeviceId; readonly url: string };

/** Names the kinds of `CommandBody`. */
export type CommandKind = CommandBody["kind"];

/** A command as the cloud signs it (`saku.command.v1`); applied strictly in `rev` order, 1, 2, 3 … per device. */
export type Command = {
  readonly v: 1;
  readonly school: SchoolId;
  readonly device: DeviceId;
  readonly rev: number;
  readonly at: UnixMs;
  readonly body: CommandBody;
};

const bodySchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("stall"),
    merchant: merchantIdSchema,
    merchantName: labelSchema,
    schoolName: labelSchema,
    zone: z.union([z.literal(420), z.literal(480), z.literal(540)]),
    perSale: amountSchema,
    quickKeys: z.array(z.strictObject({ label: labelSchema, amount: amountSchema })).max(8),
  }),
  z.strictObject({
    kind: z.literal("student"),
    student: studentIdSchema,
    number: z.string().regex(/^[0-9]{1,10}$/),
    name: labelSchema,
    className: labelSchema,
    isActive: z.boolean(),
  }),
  z.strictObject({
    kind: z.literal("consent"),
    student: studentIdSchema,
    state: z.enum(["granted", "withdrawn"]),
    version: countSchema,
  }),
  z.strictObject({ kind: z.literal("freeze"), student: studentIdSchema, isFrozen: z.boolean() }),
  z.strictObject({
    kind: z.literal("lease-grant"),
    lease: leaseIdSchema,
    student: studentIdSchema,
    purse: z.enum(["snack", "needs", "meal"]),
    day: schoolDaySchema,
    amount: amountSchema,
    ask: askIdSchema.nullable(),
    subGrant: z.exactOptional(bytesSchema({ min: 1, max: 4_096 })),
  }),
  z.strictObject({ kind: z.literal("return-request"), student: studentIdSchema }),
  z.strictObject({ kind: z.literal("vault"), item: vaultItemSchema }),
  z.strictObject({
    kind: z.literal("hub"),
    hub: z.strictObject({ device: deviceIdSchema, url: lanUrlSchema }).nullable(),
  }),
  z.strictObject({
    kind: z.literal("limits"),
    student: studentIdSchema,
    perSale: rupiahSchema.nullable(),
    stalls: z.array(z.strictObject({ merchant: merchantIdSchema, perDay: rupiahSchema })).max(200),
  }),
  z.strictObject({
    kind: z.literal("emergency"),
    perSale: rupiahSchema,
    perDay: rupiahSchema,
  }),
  z.strictObject({ kind: z.literal("checkpoint"), note: bytesSchema({ min: 1, max: 2_048 }) }),
  z.strictObject({ kind: z.literal("rotate-key") }),
  z.strictObject({ kind: z.literal("roster"), roster: bytesSchema({ min: 1, max: 49_152 }) }),
]) as unknown as z.ZodType<CommandBody>;

/** The schema of a command's payload; SPEC.md P20…P23. */
export const commandSchema: z.ZodType<Command> = z.strictObject({
  v: z.literal(1),
  school: schoolIdSchema,
  device: deviceIdSchema,
  rev: seqSchema,
  at: unixMsSchema,
  body: bodySchema,
}) as unknown as z.ZodType<Command>;

/** Throws on a command that `parseCommand` would refuse: a bug. */
export function encodeCommand(command: Command): CanonicalBytes {
  return encodeChecked(commandSchema, command, "command");
}

/** Reads the payload of a verified `saku.command.v1`. */
export function parseCommand(payload: Uint8Array): Result<Command, ParseError> {
  const value = decodeCbor(payload);
  return value.ok ? parseWith(commandSchema, value.value, "command") : value;
}
