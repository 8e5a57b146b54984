import type {
  AskId,
  DeviceId,
  Incarnation,
  LeaseId,
  MerchantId,
  Purse,
  Rupiah,
  SaleMethod,
  SchoolDay,
  SchoolId,
  StudentId,
  UnixMs,
  ZoneMinutes,
} from "@saku/protocol";
import type { Generated } from "kysely";
import type { ConsentState } from "../../core/consent/consent.ts";
import type { DeviceState } from "../../core/devices/device.ts";
import type { Anomaly, Verdict } from "../../core/ingest/books.ts";
import type { AccountKind, Side } from "../../core/ledger/account.ts";
import type { Cause, Recipe } from "../../core/ledger/journal.ts";
import type { UncoveredBy } from "../../core/ledger/recipes.ts";
import type { Lease } from "../../core/leases/lease.ts";
import type {
  DeviceColumns,
  LeaseColumns,
  LeaseTables,
  RestoredColumns,
  SchoolColumns,
} from "./lease-tables.ts";
import type { LogTables } from "./log-tables.ts";
import type { MoneyTables } from "./money-tables.ts";
import type { SyncTables } from "./sync-tables.ts";

/** 0 or 1. */
export type Flag = 0 | 1;
/** Lower-case hexadecimal of a hash. */
export type Hex = string;

type AccountTable = {
  school: SchoolId;
  id: string;
  kind: AccountKind;
  owner: string;
  holder: string;
  normal_side: Side;
  may_go_negative: Flag;
  debit: Generated<Rupiah>;
  credit: Generated<Rupiah>;
};
type JournalTable = {
  school: SchoolId;
  seq: number;
  id: string;
  cause_kind: Cause["kind"];
  cause_id: string;
  recipe: Recipe;
  day: SchoolDay;
  posted_at: UnixMs;
  actor: string;
};
type PostingTable = {
  school: SchoolId;
  journal: string;
  n: number;
  account: string;
  side: Side;
  amount: Rupiah;
};
type LeaseTable = {
  school: SchoolId;
  id: LeaseId;
  device: DeviceId;
  student: StudentId;
  purse: Purse;
  day: SchoolDay;
  amount: Rupiah;
  spent: Generated<Rupiah>;
  returned: Generated<Rupiah>;
  state: Lease["state"];
  ask: AskId | null;
  rev: number;
  granted_at: UnixMs;
} & LeaseColumns;
type DeviceTable = {
  id: DeviceId;
  school: SchoolId;
  name: string;
  merchant: MerchantId;
  state: DeviceState;
  sign_key: Uint8Array;
  box_key: Uint8Array;
  software: string;
  created_at: UnixMs;
  last_seen_at: UnixMs | null;
  rev: Generated<number>;
  have: Generated<number>;
  roster_rev: Generated<number>;
  unsent: Generated<number>;
} & DeviceColumns &
  RestoredColumns;
type EventTable = {
  school: SchoolId;
  device: DeviceId;
  inc: Incarnation;
  n: number;
  id: Hex;
  parent: Hex;
  type: string;
  day: SchoolDay;
  at: UnixMs;
  received_at: UnixMs;
  verdict: Verdict;
  anomaly: Anomaly | null;
  bytes: Uint8Array;
};
type SaleTable = {
  event: Hex;
  school: SchoolId;
  journal: string;
  device: DeviceId;
  student: StudentId;
  merchant: MerchantId;
  method: SaleMethod;
  amount: Rupiah;
  covered: Rupiah;
  day: SchoolDay;
  at: UnixMs;
  received_at: UnixMs;
  voided_by: Hex | null;
  void_journal: string | null;
  void_at: UnixMs | null;
  void_received_at: UnixMs | null;
  uncovered_by: Generated<UncoveredBy>;
  refunded_child: Generated<Rupiah>;
  refunded_other: Generated<Rupiah>;
  disputed: Generated<Rupiah>;
};
type StudentTable = {
  school: SchoolId;
  id: StudentId;
  number: string;
  first_name: string;
  class_name: string;
  is_active: Generated<Flag>;
  is_frozen: Generated<Flag>;
  daily_limit: Rupiah | null;
  consent_state: Generated<ConsentState>;
  consent_version: Generated<number>;
  created_at: UnixMs;
};
type VaultTable = {
  school: SchoolId;
  student: StudentId;
  item: "fingers" | "pin";
  version: number;
  epoch: number;
  wrap: Uint8Array;
  sealed: Uint8Array;
  from_device: DeviceId;
  stored_at: UnixMs;
};
type PersonTable = {
  id: string;
  login: string;
  password_hash: string;
  role: "guardian" | "school-admin";
  school: SchoolId | null;
  created_at: UnixMs;
};
type OneTimeTable = {
  token_hash: Hex;
  school: SchoolId;
  expires_at: UnixMs;
  used_by: string | null;
  used_at: UnixMs | null;
};
type SchoolTable = {
  id: SchoolId;
  name: string;
  zone: ZoneMinutes;
  root_key: Uint8Array;
  created_at: UnixMs;
} & SchoolColumns;
type ErasureTable = {
  school: SchoolId;
  student: StudentId;
  consent: number;
  device: DeviceId;
  ordered_at: UnixMs;
  erased_at: UnixMs | null;
};
type AuditTable = {
  school: SchoolId;
  seq: number;
  at: UnixMs;
  actor: string;
  action: string;
  object: string;
  detail: string;
  previous: Hex;
  hash: Hex;
};

/** The columns of `migrations/`, as Kysely checks them. */
export type Tables = MoneyTables &
  LeaseTables &
  LogTables &
  SyncTables & {
    meta: { key: string; value: string };
    school: SchoolTable;
    account: AccountTable;
    journal: JournalTable;
    posting: PostingTable;
    lease: LeaseTable;
    device: DeviceTable;
    claim: OneTimeTable & { merchant: MerchantId; name: string };
    roster: { school: SchoolId; rev: number; bytes: Uint8Array; stored_at: UnixMs };
    incarnation: {
      school: SchoolId;
      device: DeviceId;
      inc: Incarnation;
      ack: number;
      safe: Generated<number>;
      tip: Hex;
    };
    device_event: EventTable;
    fork_evidence: {
      device: DeviceId;
      id: Hex;
      reason: "second-child" | "same-place";
      received_at: UnixMs;
      bytes: Uint8Array;
    };
    sale: SaleTable;
    sale_spend: { sale: Hex; lease: LeaseId; amount: Rupiah };
    command: {
      device: DeviceId;
      rev: number;
      kind: string;
      subject: string;
      bytes: Uint8Array;
      created_at: UnixMs;
    };
    merchant: { school: SchoolId; id: MerchantId; name: string; created_at: UnixMs };
    student: StudentTable;
    vault_item: VaultTable;
    erasure: ErasureTable;
    person: PersonTable;
    guardianship: { person: string; school: SchoolId; student: StudentId };
    invitation: OneTimeTable & { student: StudentId | null };
    session: { secret_hash: Hex; person: string; created_at: UnixMs; expires_at: UnixMs };
    order_key: {
      person: string;
      key: string;
      body_hash: Hex;
      outcome: string;
      stored_at: UnixMs;
    };
    audit: AuditTable;
    job_run: {
      name: string;
      period: string;
      started_at: UnixMs;
      finished_at: UnixMs | null;
      outcome: string | null;
    };
  };
