export type { ChildView } from "./reports/views.ts";
