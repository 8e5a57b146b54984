import type { Migration, Trigger } from "./schema.ts";

export type Database = "sqlite" | "postgresql";

const COMMENT = /--[^\n]*/g;

/**
 * PostgreSQL: a 64-bit integer is BIGINT, bytes are BYTEA, and text sorts by its bytes as SQLite does, whatever the
 * database's own collation is.
 */
function postgresTables(text: string): string {
  return text
    .replaceAll(COMMENT, "")
    .replaceAll(/\bINTEGER\b/g, "BIGINT")
    .replaceAll(/\bBLOB\b/g, "BYTEA")
    .replaceAll(/\bTEXT\b/g, 'TEXT COLLATE "C"')
    .replaceAll(") STRICT;", ");");
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

function sqliteTrigger(trigger: Trigger): string {
  const { name, table } = trigger;
  const head = `CREATE TRIGGER ${name} ${trigger.timing.toUpperCase()} ON ${table}`;
  if ("body" in trigger) return `${head}\nBEGIN\n${trigger.body}\nEND;`;
  const when = trigger.when === undefined ? "" : `\nWHEN ${trigger.when}`;
  return `${head}${when}\nBEGIN SELECT RAISE(ABORT, ${quoted(trigger.message)}); END;`;
}

/** A condition of PostgreSQL's own WHEN may not ask the table, so it stands in the function. */
function postgresTrigger(trigger: Trigger): string {
  const { name, table } = trigger;
  const row = trigger.timing === "before delete" ? "OLD" : "NEW";
  const refuse = (message: string): string =>
    `RAISE EXCEPTION USING MESSAGE = ${quoted(message)}, ERRCODE = '23000';`;
  const work =
    "body" in trigger
      ? trigger.body
      : trigger.when === undefined
        ? refuse(trigger.message)
        : `IF ${trigger.when}\nTHEN ${refuse(trigger.message)} END IF;`;
  const text = `CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $saku$
BEGIN
${work}
RETURN ${row};
END $saku$;
CREATE TRIGGER ${name} ${trigger.timing.toUpperCase()} ON ${table} FOR EACH ROW EXECUTE FUNCTION ${name}();`;
  const staysWhole = trigger.timing === "before delete" && !("body" in trigger);
  return staysWhole
    ? `${text}\nCREATE TRIGGER ${name}_whole BEFORE TRUNCATE ON ${table} EXECUTE FUNCTION ${name}();`
    : text;
}

export function renderTables({ tables }: Migration, database: Database): string {
  return database === "sqlite" ? tables : postgresTables(tables);
}

export function renderTriggers({ triggers }: Migration, database: Database): string {
  const render = database === "sqlite" ? sqliteTrigger : postgresTrigger;
  return triggers.map(render).join("\n");
}
