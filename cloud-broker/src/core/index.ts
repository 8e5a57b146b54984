export * from "./consent/consent.ts";
export * from "./devices/device.ts";
export * from "./ingest/books.ts";
export { bookEvent, type Booking } from "./ingest/booking.ts";
export { saleMoney } from "./ingest/outcome.ts";
export * from "./ingest/plan.ts";
export * from "./ingest/verify.ts";
export * from "./leases/ask.ts";
export * from "./leases/lease-state.ts";
export * from "./leases/lease.ts";
export * from "./leases/limits.ts";
export * from "./leases/sizing.ts";
export * from "./ledger/account.ts";
export {
  journalDraft,
  debit,
  credit,
  type Cause,
  type JournalDraft,
  type Posting,
} from "./ledger/journal.ts";
export * from "./ledger/flows.ts";
export * from "./ledger/lease-recipes.ts";
export * from "./ledger/office-recipes.ts";
export * from "./ledger/payment.ts";
export * from "./ledger/period.ts";
export * from "./ledger/recipes.ts";
export * from "./ledger/refund.ts";
export * from "./ledger/second-person.ts";
export * from "./ledger/settlement.ts";
export * from "./ledger/stall-recipes.ts";
export * from "./ledger/z-report.ts";
export type * from "./reports/views.ts";
