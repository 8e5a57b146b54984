import type { Migration } from "./schema.ts";

/**
 * In which lineage a terminal last said that the ledger holds all it wrote, and the newest journal of the school at which its
 * outbox had to wait for another terminal's, and since when it waits.
 */
const tables = `
ALTER TABLE device ADD COLUMN spoken_term INTEGER NOT NULL DEFAULT 0 CHECK (spoken_term >= 0);
ALTER TABLE device ADD COLUMN held_seq INTEGER CHECK (held_seq >= 0);
ALTER TABLE device ADD COLUMN held_at INTEGER CHECK (held_at >= 0);
`;

export const restoredMigration: Migration = { name: "0008-restored", tables, triggers: [] };
