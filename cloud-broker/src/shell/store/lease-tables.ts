import type {
  DeviceId,
  MerchantId,
  Purse,
  Rupiah,
  SchoolDay,
  SchoolId,
  StudentId,
  UnixMs,
} from "@saku/protocol";
import type { Generated } from "kysely";
import type { LimitScope } from "../../core/leases/limits.ts";

// Columns and rows of `migrations/0005-leases.ts`.

export type LeaseColumns = {
  passed: Generated<Rupiah>;
  written_off: Generated<Rupiah>;
  late: Generated<Rupiah>;
  /** The hub that made it, and the id of the hub's event; null = the cloud made it. */
  origin_hub: DeviceId | null;
  origin_event: string | null;
};

export type SchoolColumns = {
  hub: DeviceId | null;
  emergency_per_sale: Generated<Rupiah>;
  emergency_per_day: Generated<Rupiah>;
  /** School days between the second person's word and the write-off of a lost terminal. */
  lost_after_days: Generated<number>;
};

export type DeviceColumns = {
  /** Where it says that it answers on the school's own network. */
  lan: string | null;
};

/** Columns of `migrations/0008-restored.ts`. */
export type RestoredColumns = {
  /** The lineage in which the ledger had all that the terminal held; 0 = none yet. */
  spoken_term: Generated<number>;
  /** The school's newest journal when its outbox was last found waiting for others; null = it is not. */
  held_seq: number | null;
  /** Since when it waits. */
  held_at: UnixMs | null;
};

export type LeaseTables = {
  limit_rule: {
    school: SchoolId;
    student: StudentId;
    scope: LimitScope;
    /** A stall's or a purse's name; empty for limits of the child as a whole. */
    subject: MerchantId | Purse | "";
    version: number;
    /** Null lifts the limit. */
    amount: Rupiah | null;
    set_by: string;
    set_at: UnixMs;
  };
  loss: {
    school: SchoolId;
    device: DeviceId;
    declared_by: string;
    declared_at: UnixMs;
    declared_day: SchoolDay;
    confirmed_by: string | null;
    confirmed_day: SchoolDay | null;
    ordered_by: string | null;
    written_off_at: UnixMs | null;
    written_off: Generated<Rupiah>;
  };
};
