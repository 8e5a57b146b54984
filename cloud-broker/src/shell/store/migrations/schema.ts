/**
 * What a migration is made of: said once, in SQL that both databases know, and rendered for each (`render.ts`). Types are
 * TEXT, INTEGER and BLOB; tables end in `) STRICT;`. Conditions compare with IS DISTINCT FROM where NULL must refuse.
 */
export type Migration = {
  /** `0004-money`; in order, and never edited after a release. */
  readonly name: string;
  /** CREATE TABLE, CREATE INDEX; parents stand before the tables that refer to them. */
  readonly tables: string;
  readonly triggers: readonly Trigger[];
};

export type Trigger = {
  readonly name: string;
  readonly table: string;
  readonly timing: "before insert" | "after insert" | "before update" | "before delete";
} & (
  | {
      /** When the statement is refused; always, if left out. May hold subqueries; knows NEW and OLD. */
      readonly when?: string;
      readonly message: string;
    }
  /** Statements that follow from the row; each ends in `;`. */
  | { readonly body: string }
);

/** Rows of the table stay, whatever they say. PostgreSQL also refuses TRUNCATE. */
export function stays(table: string, message = `${table} is immutable`): Trigger {
  return { name: `${table}_stays`, table, timing: "before delete", message };
}

/** These columns keep their values for ever; a comparison with NULL refuses as well. */
export function keeps(
  table: string,
  columns: readonly string[],
  message = `${table} is immutable`,
): Trigger {
  const when = columns.map((column) => `NEW.${column} IS DISTINCT FROM OLD.${column}`).join(" OR ");
  return { name: `${table}_keeps_its_meaning`, table, timing: "before update", when, message };
}

/**
 * A row with one of these keys enters once: INSERT OR REPLACE deletes past the triggers that forbid deleting. Not for tables
 * that are written with ON CONFLICT: the trigger refuses before the conflict is looked at.
 */
export function entersOnce(
  table: string,
  keys: readonly (readonly string[])[],
  message = `${table} exists`,
): Trigger {
  const exists = keys.map((columns) => {
    const same = columns.map((column) => `${column} = NEW.${column}`).join(" AND ");
    return `EXISTS (SELECT 1 FROM ${table} WHERE ${same})`;
  });
  return {
    name: `${table}_enters_once`,
    table,
    timing: "before insert",
    when: exists.join(" OR "),
    message,
  };
}

/** What was entered never changes and never vanishes; `keys` are all unique keys of the table. */
export function immutable(table: string, keys: readonly (readonly string[])[]): readonly Trigger[] {
  return [
    entersOnce(table, keys),
    {
      name: `${table}_never_changes`,
      table,
      timing: "before update",
      message: `${table} is immutable`,
    },
    stays(table),
  ];
}
