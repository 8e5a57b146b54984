import type { Rupiah, SchoolDay, SchoolId, StudentId, UnixMs, ZoneMinutes } from "@saku/protocol";

/** What a guardian sees of one child. One balance; beneath it how much of it is at school. */
export type ChildView = {
  readonly student: StudentId;
  readonly firstName: string;
  readonly className: string;
  readonly schoolName: string;
  readonly zone: ZoneMinutes;
  /** Available plus what stalls hold for the child. */
  readonly balance: Rupiah;
  readonly atSchool: Rupiah;
  readonly spentToday: Rupiah;
  /** The daily limit of the snack purse; null = none set. */
  readonly dailyLimit: Rupiah | null;
  readonly freeze: FreezeView;
  readonly consent: ConsentView;
  readonly activity: readonly ActivityLine[];
  readonly today: SchoolDay;
};

export type FreezeView = {
  readonly isFrozen: boolean;
  /** Stalls that hold money of the child and have not yet confirmed; empty when the freeze holds everywhere. */
  readonly waitingFor: readonly string[];
};

export type ConsentView = {
  readonly state: "not-asked" | "waiting" | "granted" | "withdrawn";
  readonly version: number;
  /** Per terminal after a withdrawal: erased at, or null while waiting. */
  readonly erasures: readonly {
    readonly terminalName: string;
    readonly erasedAtMs: UnixMs | null;
  }[];
};

export type ActivityLine = {
  /** Journal id: the line's name for live updates. */
  readonly journal: string;
  readonly kind: "sale" | "void" | "top-up" | "refund" | "withdrawal";
  readonly amount: Rupiah;
  readonly merchantName: string | null;
  readonly method: "finger" | "pin" | "qr" | "name" | null;
  /** When it happened at the counter, and when the cloud got it: shown both when they are minutes apart. */
  readonly atMs: UnixMs;
  readonly receivedAtMs: UnixMs;
  readonly day: SchoolDay;
};

export type SchoolView = {
  readonly school: SchoolId;
  readonly name: string;
  readonly zone: ZoneMinutes;
  readonly today: SchoolDay;
  readonly saleCountToday: number;
  readonly saleTotalToday: Rupiah;
  readonly topUpTotalToday: Rupiah;
  readonly studentCount: number;
  readonly consentGrantedCount: number;
  readonly terminals: readonly TerminalView[];
  /** What the reserve pays for hungry children, per meal and per terminal and day; 0 = nothing [G12]. */
  readonly emergency: { readonly perSale: Rupiah; readonly perDay: Rupiah };
  readonly isBalanced: boolean;
};

export type StudentRow = {
  readonly student: StudentId;
  readonly number: string;
  readonly firstName: string;
  readonly className: string;
  readonly balance: Rupiah;
  readonly atSchool: Rupiah;
  readonly consent: ConsentView["state"];
  readonly isFrozen: boolean;
  readonly isEnrolled: boolean;
  readonly guardianCount: number;
};

export type TerminalView = {
  readonly device: string;
  readonly name: string;
  readonly merchantName: string;
  readonly state: "pending" | "active" | "quarantined" | "lost" | "revoked";
  readonly isOnline: boolean;
  readonly lastSeenAtMs: UnixMs | null;
  readonly software: string;
  readonly unsentCount: number;
  readonly heldRupiah: Rupiah;
  /** Holds the day's leases for all stalls. */
  readonly isHub: boolean;
  /** How far its loss has come. */
  readonly loss: "none" | "declared" | "confirmed" | "asked" | "written-off";
  /** Says that it answers on the school's own network: it can be the hub. */
  readonly isOnLan: boolean;
  /** A restored ledger lends nothing before it has heard this one [BK8]. */
  readonly isAwaited: boolean;
  readonly ackedEventCount: number;
};

/** A stall. */
export type MerchantView = {
  readonly merchant: string;
  readonly name: string;
  /** Terminals that are not revoked. */
  readonly terminalCount: number;
  /** What the school owes the stall now. */
  readonly payable: Rupiah;
};

export type TrialBalanceRow = {
  readonly account: string;
  readonly kind: string;
  readonly normalSide: "debit" | "credit";
  readonly debit: Rupiah;
  readonly credit: Rupiah;
  /** On the account's normal side. */
  readonly balance: Rupiah;
};

export type TrialBalance = {
  readonly rows: readonly TrialBalanceRow[];
  readonly debitTotal: Rupiah;
  readonly creditTotal: Rupiah;
  readonly isBalanced: boolean;
};
