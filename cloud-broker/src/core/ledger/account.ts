import type { DeviceId, MerchantId, StudentId } from "@saku/protocol";

export type Side = "debit" | "credit";

export type AccountKind =
  /** Cash counted at the school office. */
  | "cash"
  /** The school's bank account. */
  | "bank"
  /** What a payment provider has taken in and not yet paid out. */
  | "clearing"
  /** Cash that a terminal has taken in and nobody has collected. */
  | "drawer"
  /** What a child may spend or take back: never negative [L3]. */
  | "student"
  /** A child's money that one terminal holds as leases: never negative [L3]. */
  | "escrow"
  /** What the school owes a stall. */
  | "merchant"
  /** A stall's money while a sale is disputed [T3]. */
  | "held"
  /**
   * For a human to settle: what one terminal sold beyond its leases, paid to the stall and never the child's [L6], and
   * money that came in without an owner [L13].
   */
  | "suspense"
  /** The school's own money for losses and hungry children. */
  | "reserve"
  /** What banks and providers took. */
  | "fees"
  /** Owed to somebody who cannot be found: never income. */
  | "unclaimed"
  /** What counted cash was more or less than the books [L15]. */
  | "difference";

/** A payment provider's short name, for example `midtrans`. */
export type Provider = string;

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

/** An account that belongs to the school itself: its id is its kind. */
function schoolAccount(
  kind: "bank" | "fees" | "unclaimed" | "difference",
  normalSide: Side,
  mayGoNegative: boolean,
): Account {
  return { id: kind, kind, owner: "", holder: "", normalSide, mayGoNegative };
}

/** May go negative: banks take what they take, and it must be bookable. */
export const bankAccount: Account = schoolAccount("bank", "debit", true);
export const feesAccount: Account = schoolAccount("fees", "debit", true);
export const unclaimedAccount: Account = schoolAccount("unclaimed", "credit", false);
/** Debit: cash was short. Credit: there was more than the books said. */
export const differenceAccount: Account = schoolAccount("difference", "debit", true);

/** A provider's payout may be known before all payments in it are. */
export function clearingAccount(provider: Provider): Account {
  return {
    id: `clearing:${provider}`,
    kind: "clearing",
    owner: provider,
    holder: "",
    normalSide: "debit",
    mayGoNegative: true,
  };
}

/** Never negative: a collection takes what the books said lay there, and differences go elsewhere [L15]. */
export function drawerAccount(device: DeviceId): Account {
  return {
    id: `drawer:${device}`,
    kind: "drawer",
    owner: "",
    holder: device,
    normalSide: "debit",
    mayGoNegative: false,
  };
}

/** Never negative: a decision gives out what the dispute put in [T3]. */
export function heldAccount(merchant: MerchantId): Account {
  return {
    id: `held:${merchant}`,
    kind: "held",
    owner: merchant,
    holder: "",
    normalSide: "credit",
    mayGoNegative: false,
  };
}

/** Money that came through `source` (a provider, or a terminal's drawer) and belongs to nobody yet [L13]. */
export function foundAccount(source: string): Account {
  return {
    id: `suspense:found:${source}`,
    kind: "suspense",
    owner: source,
    holder: "",
    normalSide: "credit",
    mayGoNegative: false,
  };
}
