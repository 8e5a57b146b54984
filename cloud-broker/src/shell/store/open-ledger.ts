import type { Kysely } from "kysely";
import type { Lineage } from "./lineage.ts";
import type { Database } from "./migrations/render.ts";
import type { Tables } from "./tables.ts";

/** What either database gives the store. */
export type OpenLedger = {
  readonly database: Database;
  /** The one connection that writes. */
  readonly db: Kysely<Tables>;
  readonly read: Kysely<Tables>;
  /** Where transactions that only read take place. */
  readonly looks: Kysely<Tables>;
  readonly lineage: Lineage;
  /** What was erased leaves what lies beside the rows as well. */
  scrub(): Promise<void>;
  /** Writes all rows of one instant into a new SQLite file. */
  copyTo(file: string): Promise<void>;
  close(): Promise<void>;
};
