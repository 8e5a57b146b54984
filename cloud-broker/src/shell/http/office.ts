import type { Rupiah, SchoolId, StudentId, ZoneMinutes } from "@saku/protocol";
import type { ReceiptView } from "../../core/log/receipt.ts";
import type { LimitScope } from "../../core/leases/limits.ts";
import type {
  ChildView,
  MerchantView,
  SchoolView,
  StudentRow,
  TerminalView,
  TrialBalance,
} from "../../core/reports/views.ts";
import type { LetterDesk } from "./letters.ts";
import type { MoneyDesk } from "./money-desk.ts";

/**
 * Everything that people do through pages and the REST API, as plain questions and orders. Implemented over the store;
 * the pages know nothing below it. Orders name an actor and an idempotency key: the same key twice is once.
 */
export interface Office {
  readonly reading: Reading;
  readonly writing: Writing;
  readonly letters: LetterDesk;
  readonly money: MoneyDesk;
  /** Tells when something a child's page shows has changed; returns the way to stop. */
  onChildChanged(student: StudentId, listener: () => void): () => void;
  onSchoolChanged(school: SchoolId, listener: () => void): () => void;
}

export interface Reading {
  /** Children of a guardian, in order of name. */
  childrenOf(person: PersonId): Promise<readonly ChildView[]>;
  child(person: PersonId, student: StudentId): Promise<ChildView | null>;
  /** The receipt of a journal of a guardian's own child, or null. */
  receipt(person: PersonId, student: StudentId, journal: string): Promise<ReceiptView | null>;
  school(school: SchoolId): Promise<SchoolView | null>;
  students(school: SchoolId): Promise<readonly StudentRow[]>;
  terminals(school: SchoolId): Promise<readonly TerminalView[]>;
  /** Stalls in order of name: a claim names one of them. */
  merchants(school: SchoolId): Promise<readonly MerchantView[]>;
  trialBalance(school: SchoolId): Promise<TrialBalance>;
}

export type PersonId = string;
export type Actor = { readonly person: PersonId; readonly role: "guardian" | "school-admin" };
export type Order = { readonly actor: Actor; readonly idempotencyKey: string };

export type OrderRefusal =
  | "not-found"
  | "not-allowed"
  | "key-reused-with-other-body"
  | "invalid"
  | "already-exists"
  | "funds";
export type OrderOutcome<T = null> =
  | { readonly kind: "done"; readonly value: T }
  | { readonly kind: "refused"; readonly reason: OrderRefusal; readonly detail: string };

export interface Writing {
  setFrozen(order: Order, student: StudentId, isFrozen: boolean): Promise<OrderOutcome>;
  /** null lifts the limit. */
  setDailyLimit(order: Order, student: StudentId, limit: Rupiah | null): Promise<OrderOutcome>;
  /** Any other limit of a child: per sale, week, month, category or stall. */
  setLimit(
    order: Order,
    student: StudentId,
    limit: {
      readonly scope: LimitScope;
      readonly subject: string;
      readonly amount: Rupiah | null;
    },
  ): Promise<OrderOutcome>;
  setConsent(
    order: Order,
    student: StudentId,
    state: "granted" | "withdrawn",
  ): Promise<OrderOutcome>;
  addStudent(
    order: Order,
    school: SchoolId,
    student: { readonly number: string; readonly firstName: string; readonly className: string },
  ): Promise<OrderOutcome<{ readonly student: StudentId }>>;
  /** Makes a one-time invitation (48 h) for a guardian of the child. */
  inviteGuardian(
    order: Order,
    student: StudentId,
  ): Promise<OrderOutcome<{ readonly token: string }>>;
  /** Makes a one-time invitation (48 h) for a second admin of the school. */
  inviteColleague(
    order: Order,
    school: SchoolId,
  ): Promise<OrderOutcome<{ readonly token: string }>>;
  /** Cash counted at the school office becomes the child's money. */
  topUpCash(
    order: Order,
    student: StudentId,
    amount: Rupiah,
  ): Promise<OrderOutcome<{ readonly journal: string }>>;
  addMerchant(
    order: Order,
    school: SchoolId,
    name: string,
  ): Promise<OrderOutcome<{ readonly merchant: string }>>;
  /** A one-time claim (15 min) with which a technician brings one terminal to this stall. */
  createClaim(
    order: Order,
    school: SchoolId,
    claim: { readonly merchant: string; readonly terminalName: string },
  ): Promise<OrderOutcome<{ readonly claim: string; readonly expiresAtMs: number }>>;
  revokeTerminal(order: Order, device: string): Promise<OrderOutcome>;
  /** A terminal is gone: one person says so, another confirms; then, or by two persons' order, its money is given back. */
  declareLost(order: Order, device: string): Promise<OrderOutcome>;
  confirmLost(order: Order, device: string): Promise<OrderOutcome>;
  orderWriteOff(order: Order, device: string): Promise<OrderOutcome>;
  /** Names the terminal that holds the day's leases for all stalls; null = none. */
  setHub(order: Order, school: SchoolId, hub: string | null): Promise<OrderOutcome>;
  /** What each terminal may draw from the reserve for hungry children. */
  setEmergency(
    order: Order,
    school: SchoolId,
    allowance: { readonly perSale: number; readonly perDay: number },
  ): Promise<OrderOutcome>;
}

/** People and their sessions. Passwords are argon2id, session ids are random and stored hashed. */
export interface People {
  /** First start only: redeems the one-time set-up token, makes the school and its first admin. */
  foundSchool(input: {
    readonly setupToken: string;
    readonly name: string;
    readonly zone: ZoneMinutes;
    readonly rootKey: Uint8Array;
    readonly adminLogin: string;
    readonly adminPassword: string;
  }): Promise<OrderOutcome<{ readonly school: SchoolId; readonly person: PersonId }>>;
  acceptInvitation(input: {
    readonly token: string;
    readonly login: string;
    readonly password: string;
  }): Promise<OrderOutcome<{ readonly person: PersonId }>>;
  /** The session's secret for the cookie, or null; equally slow for an unknown login. */
  signIn(
    login: string,
    password: string,
  ): Promise<{ readonly session: string; readonly account: Account } | null>;
  accountOf(session: string): Promise<Account | null>;
  signOut(session: string): Promise<void>;
}

export type Account = {
  readonly person: PersonId;
  readonly login: string;
  readonly role: "guardian" | "school-admin";
  /** The admin's school; null for guardians, who are tied to children instead. */
  readonly school: SchoolId | null;
};
