export type * from "./wallet/sale-desk.ts";
export type * from "./directory/directory.ts";
export type * from "./vault/vault.ts";
export * from "./wallet/lease.ts";
export * from "./wallet/wallet.ts";
export * from "./sync/outbox.ts";
export * from "./sync/sync.ts";
export * from "./sync/timing.ts";
