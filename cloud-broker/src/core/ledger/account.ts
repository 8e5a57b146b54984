import type { DeviceId, MerchantId, StudentId } from "@saku/protocol";

export type Side = "debit" | "credit";

export type AccountKind =
  /** Cash counted at the school office. */
  | "cash"
  /** What a child may spend or take back: never negative [L3]. */
  | "student"
  /** A child's money that one terminal holds as leases: never negative [L3]. */
  | "escrow"
  /** What the school owes a stall. */
  | "merchant"
  /** What one terminal sold beyond its leases: paid to the stall, for a human to settle, never the child's [L6]. */
  | "suspense"
  /** The school's own money for losses and hungry children. */
  | "reserve";

/** One account of a school's ledger. `id` is unique within the school and says what it is. */
export type Account = {
  readonly id: string;
  readonly kind: AccountKind;
  /** Student or merchant; empty for accounts of the school itself. */
  readonly owner: string;
  /** The terminal that holds it; empty for accounts that nobody holds. */
  readonly holder: string;
  readonly normalSide: Side;
  readonly mayGoNegative: boolean;
};

export const cashAccount: Account = {
  id: "cash",
  kind: "cash",
  owner: "",
  holder: "",
  normalSide: "debit",
  mayGoNegative: false,
};

export const reserveAccount: Account = {
  id: "reserve",
  kind: "reserve",
  owner: "",
  holder: "",
  normalSide: "credit",
  mayGoNegative: true,
};

export function studentAccount(student: StudentId): Account {
  return {
    id: `student:${student}`,
    kind: "student",
    owner: student,
    holder: "",
    normalSide: "credit",
    mayGoNegative: false,
  };
}

export function escrowAccount(device: DeviceId, student: StudentId): Account {
  return {
    id: `escrow:${device}:${student}`,
    kind: "escrow",
    owner: student,
    holder: device,
    normalSide: "credit",
    mayGoNegative: false,
  };
}

export function merchantAccount(merchant: MerchantId): Account {
  return {
    id: `merchant:${merchant}`,
    kind: "merchant",
    owner: merchant,
    holder: "",
    normalSide: "credit",
    // A void after a settlement leaves the stall owing the school.
    mayGoNegative: true,
  };
}

export function suspenseAccount(device: DeviceId): Account {
  return {
    id: `suspense:${device}`,
    kind: "suspense",
    owner: "",
    holder: device,
    normalSide: "debit",
    mayGoNegative: true,
  };
}
