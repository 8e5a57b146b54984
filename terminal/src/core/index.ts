export type * from "./wallet/sale-desk.ts";
export type * from "./directory/directory.ts";
export type * from "./vault/vault.ts";
export * from "./wallet/lease.ts";
export * from "./wallet/wallet.ts";
