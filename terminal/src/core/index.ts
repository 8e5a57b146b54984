export type { SaleDesk } from "./wallet/sale-desk.ts";
