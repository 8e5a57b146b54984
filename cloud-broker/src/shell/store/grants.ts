import { tableNames } from "./ledger-copy.ts";
import { MIGRATIONS, migrate } from "./migrations/migrate.ts";
import { openPostgres } from "./postgres-connection.ts";
import type { LedgerPlace } from "./store.ts";

/** What no trigger lets anybody do, nobody is given either. */
function isForbidden(table: string, timing: "before update" | "before delete"): boolean {
  return MIGRATIONS.flatMap(({ triggers }) => triggers).some(
    (trigger) =>
      trigger.table === table &&
      trigger.timing === timing &&
      !("body" in trigger) &&
      trigger.when === undefined,
  );
}

/** The rights of the cloud's own role, table by table; it owns nothing, so it can neither alter nor truncate nor drop. */
export function grantsFor(role: string): readonly string[] {
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(role)) throw new Error("A role is a lower-case word");
  return [
    `GRANT SELECT ON migration TO ${role}`,
    ...tableNames().map((table) => {
      const rights = ["SELECT", "INSERT"];
      if (!isForbidden(table, "before update")) rights.push("UPDATE");
      if (!isForbidden(table, "before delete")) rights.push("DELETE");
      return `GRANT ${rights.join(", ")} ON ${table} TO ${role}`;
    }),
  ];
}

/** As the owner of the database: brings the tables up to date and lets the cloud's role use them. */
export async function grantTo(place: LedgerPlace, role: string): Promise<void> {
  if ("file" in place) throw new Error("Roles are PostgreSQL's: set SAKU_DATABASE_URL");
  const statements = grantsFor(role);
  const connection = await openPostgres(place);
  try {
    await migrate(connection);
    for (const statement of statements) await connection.exec(statement);
  } finally {
    await connection.close();
  }
}
