import { sql, type Kysely } from "kysely";
import type { Tables } from "./tables.ts";

/** Figures of all schools together that only the database knows, by the name of their metric. */
export async function readFigures(db: Kysely<Tables>): Promise<Readonly<Record<string, number>>> {
  const { rows } = await sql<Record<string, number>>`SELECT
    (SELECT coalesce(abs(sum(debit) - sum(credit)), 0) FROM account) AS trial_balance_imbalance_rupiah,
    (SELECT coalesce(sum(debit - credit), 0) FROM account WHERE kind = 'suspense') AS suspense_rupiah,
    (SELECT coalesce(sum(credit - debit), 0) FROM account WHERE kind = 'escrow') AS lease_escrow_rupiah,
    (SELECT coalesce(sum(CASE WHEN rev > have THEN rev - have ELSE 0 END), 0) FROM device
      WHERE state IN ('active','quarantined')) AS outbox_commands,
    (SELECT coalesce(sum(unsent), 0) FROM device WHERE state <> 'revoked') AS terminal_outbox_events,
    (SELECT coalesce(sum(ack - safe), 0) FROM incarnation) AS events_not_safe,
    (SELECT count(*) FROM device WHERE state = 'quarantined') AS quarantined_terminals`.execute(db);
  return rows[0] ?? {};
}

/** Throws when the ledger cannot be read. */
export async function touch(db: Kysely<Tables>): Promise<void> {
  await sql`SELECT 1 FROM meta LIMIT 1`.execute(db);
}
