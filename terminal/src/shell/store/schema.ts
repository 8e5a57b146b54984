import { integerOf } from "./bind.ts";
import { DiskFailedError, type Database } from "./sqlite.ts";

/**
 * Every version of the schema in order; a store knows how many it has had (`user_version`). A step is never changed
 * once a terminal has run it. Tables are STRICT; times are milliseconds, money whole rupiah, booleans 0 or 1.
 */
const MIGRATIONS: readonly (readonly string[])[] = [
  [
    `CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID`,
    `CREATE TABLE head (
       one INTEGER PRIMARY KEY CHECK (one = 1),
       tip BLOB NOT NULL CHECK (length(tip) = 32),
       day INTEGER,
       at INTEGER NOT NULL,
       have INTEGER NOT NULL,
       term INTEGER NOT NULL,
       grand_total INTEGER NOT NULL) STRICT`,
    `INSERT INTO head (one, tip, at, have, term, grand_total) VALUES (1, zeroblob(32), 0, 0, 0, 0)`,
    `CREATE TABLE incarnation (
       ord INTEGER PRIMARY KEY AUTOINCREMENT,
       inc TEXT NOT NULL UNIQUE CHECK (length(inc) = 16),
       last_n INTEGER NOT NULL DEFAULT 0 CHECK (last_n >= 0),
       tip BLOB,
       ack INTEGER NOT NULL DEFAULT 0,
       safe INTEGER NOT NULL DEFAULT 0,
       CHECK (0 <= safe AND safe <= ack AND ack <= last_n)) STRICT`,
    `CREATE TABLE event (
       inc TEXT NOT NULL REFERENCES incarnation (inc),
       n INTEGER NOT NULL CHECK (n >= 1),
       id BLOB NOT NULL UNIQUE CHECK (length(id) = 32),
       parent BLOB NOT NULL CHECK (length(parent) = 32),
       type TEXT NOT NULL,
       day INTEGER NOT NULL,
       at INTEGER NOT NULL,
       bytes BLOB NOT NULL,
       PRIMARY KEY (inc, n)) STRICT`,
    `CREATE TABLE lease (
       ord INTEGER PRIMARY KEY AUTOINCREMENT,
       lease TEXT NOT NULL UNIQUE,
       student TEXT NOT NULL,
       purse TEXT NOT NULL,
       day INTEGER NOT NULL,
       amount INTEGER NOT NULL CHECK (amount > 0),
       spent INTEGER NOT NULL DEFAULT 0 CHECK (spent >= 0),
       returned INTEGER NOT NULL DEFAULT 0 CHECK (returned >= 0),
       state TEXT NOT NULL CHECK (state IN ('active', 'closed')),
       CHECK (spent + returned <= amount)) STRICT`,
    `CREATE INDEX lease_open ON lease (student, day) WHERE state = 'active'`,
    `CREATE TABLE sale (
       ord INTEGER PRIMARY KEY AUTOINCREMENT,
       id TEXT NOT NULL UNIQUE CHECK (length(id) = 64),
       inc TEXT NOT NULL,
       n INTEGER NOT NULL,
       student TEXT NOT NULL,
       purse TEXT NOT NULL,
       amount INTEGER NOT NULL CHECK (amount > 0),
       method TEXT NOT NULL,
       day INTEGER NOT NULL,
       at INTEGER NOT NULL,
       shown_at INTEGER,
       voided_by TEXT,
       UNIQUE (inc, n)) STRICT`,
    `CREATE INDEX sale_day ON sale (day)`,
    `CREATE TABLE spend (
       sale TEXT NOT NULL REFERENCES sale (id) ON DELETE CASCADE,
       lease TEXT NOT NULL,
       amount INTEGER NOT NULL CHECK (amount > 0),
       PRIMARY KEY (sale, lease)) STRICT, WITHOUT ROWID`,
    `CREATE TABLE student (
       student TEXT PRIMARY KEY,
       number TEXT NOT NULL,
       first_name TEXT NOT NULL,
       class_name TEXT NOT NULL,
       is_active INTEGER NOT NULL CHECK (is_active IN (0, 1))) STRICT, WITHOUT ROWID`,
    `CREATE INDEX student_number ON student (number)`,
    `CREATE TABLE freeze (
       student TEXT PRIMARY KEY,
       is_frozen INTEGER NOT NULL CHECK (is_frozen IN (0, 1))) STRICT, WITHOUT ROWID`,
    `CREATE TABLE consent (
       student TEXT PRIMARY KEY,
       state TEXT NOT NULL CHECK (state IN ('granted', 'withdrawn')),
       version INTEGER NOT NULL) STRICT, WITHOUT ROWID`,
    `CREATE TABLE command (
       rev INTEGER PRIMARY KEY CHECK (rev >= 1),
       kind TEXT NOT NULL,
       at INTEGER NOT NULL,
       applied_at INTEGER NOT NULL) STRICT`,
    `CREATE TABLE vault_item (
       student TEXT NOT NULL,
       item TEXT NOT NULL CHECK (item IN ('fingers', 'pin')),
       version INTEGER NOT NULL,
       epoch INTEGER NOT NULL,
       wrap BLOB NOT NULL,
       sealed BLOB NOT NULL,
       PRIMARY KEY (student, item)) STRICT`,
    `CREATE TABLE vault_outbox (
       ask TEXT PRIMARY KEY,
       student TEXT NOT NULL,
       item TEXT NOT NULL,
       UNIQUE (student, item)) STRICT, WITHOUT ROWID`,
    `CREATE TABLE epoch_key (epoch INTEGER PRIMARY KEY, sealed BLOB NOT NULL) STRICT`,
    `CREATE TABLE pin_failure (
       student TEXT PRIMARY KEY,
       count INTEGER NOT NULL,
       until INTEGER NOT NULL) STRICT, WITHOUT ROWID`,
  ],
  [
    `ALTER TABLE sale ADD COLUMN kind TEXT NOT NULL DEFAULT 'sale' CHECK (kind IN ('sale', 'emergency'))`,
    `CREATE TABLE sub_grant (
       device TEXT NOT NULL,
       ask TEXT NOT NULL,
       ask_hash BLOB NOT NULL CHECK (length(ask_hash) = 32),
       lease TEXT NOT NULL UNIQUE,
       student TEXT NOT NULL,
       merchant TEXT NOT NULL,
       day INTEGER NOT NULL,
       amount INTEGER NOT NULL CHECK (amount > 0),
       bytes BLOB NOT NULL,
       PRIMARY KEY (device, ask)) STRICT, WITHOUT ROWID`,
    `CREATE INDEX sub_grant_child ON sub_grant (student, day)`,
    `CREATE TABLE hub_ask (
       ask TEXT PRIMARY KEY,
       hub TEXT NOT NULL,
       student TEXT NOT NULL,
       purse TEXT NOT NULL,
       day INTEGER NOT NULL,
       amount INTEGER NOT NULL CHECK (amount > 0),
       bytes BLOB NOT NULL,
       UNIQUE (student, purse, day)) STRICT, WITHOUT ROWID`,
    `CREATE TABLE child_limit (
       student TEXT PRIMARY KEY,
       per_sale INTEGER CHECK (per_sale >= 0)) STRICT, WITHOUT ROWID`,
    `CREATE TABLE stall_limit (
       student TEXT NOT NULL,
       merchant TEXT NOT NULL,
       per_day INTEGER NOT NULL CHECK (per_day >= 0),
       PRIMARY KEY (student, merchant)) STRICT, WITHOUT ROWID`,
  ],
  [
    `CREATE TABLE refund (
       id TEXT PRIMARY KEY CHECK (length(id) = 64),
       press TEXT NOT NULL UNIQUE,
       inc TEXT NOT NULL,
       n INTEGER NOT NULL,
       sale TEXT NOT NULL,
       amount INTEGER NOT NULL CHECK (amount > 0),
       reason TEXT NOT NULL,
       day INTEGER NOT NULL,
       at INTEGER NOT NULL,
       UNIQUE (inc, n)) STRICT, WITHOUT ROWID`,
    `CREATE INDEX refund_sale ON refund (sale)`,
    `CREATE INDEX refund_day ON refund (day)`,
    `CREATE TABLE cash_in (
       id TEXT PRIMARY KEY CHECK (length(id) = 64),
       press TEXT NOT NULL UNIQUE,
       inc TEXT NOT NULL,
       n INTEGER NOT NULL,
       student TEXT NOT NULL,
       amount INTEGER NOT NULL CHECK (amount > 0),
       day INTEGER NOT NULL,
       at INTEGER NOT NULL,
       UNIQUE (inc, n)) STRICT, WITHOUT ROWID`,
    `CREATE INDEX cash_in_day ON cash_in (day)`,
    `CREATE TABLE cash_count (
       day INTEGER PRIMARY KEY,
       counted INTEGER NOT NULL CHECK (counted >= 0),
       at INTEGER NOT NULL) STRICT`,
    `CREATE TRIGGER cash_count_stays BEFORE UPDATE ON cash_count
       BEGIN SELECT RAISE(ABORT, 'a count never changes'); END`,
  ],
];

export const SCHEMA_VERSION: number = MIGRATIONS.length;

/** Brings a store to the newest schema; refuses one that a newer terminal has written. */
export async function migrate(database: Database): Promise<void> {
  await database.transaction(async (tx) => {
    const row = await tx.get("PRAGMA user_version");
    const version = row === undefined ? 0 : integerOf(row, "user_version");
    if (version > SCHEMA_VERSION)
      throw new DiskFailedError(
        `The store has schema ${version}, this program knows ${SCHEMA_VERSION}`,
      );
    for (const step of MIGRATIONS.slice(version))
      for (const statement of step) await tx.run(statement);
    if (version < SCHEMA_VERSION) await tx.run(`PRAGMA user_version = ${SCHEMA_VERSION}`);
  });
}
