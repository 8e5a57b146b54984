import { entersOnce, immutable, keeps, stays, type Migration, type Trigger } from "./schema.ts";

/**
 * The ledger. What money rests on is held by the database itself: a journal enters only when its postings balance, totals
 * follow from journals, and nothing that was entered changes. Ids and hashes are text (hexadecimal where they are hashes),
 * bytes are BLOB, booleans are 0 or 1, instants are milliseconds.
 */
const tables = `
CREATE TABLE meta (key TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) STRICT;

CREATE TABLE school (
  id TEXT PRIMARY KEY NOT NULL, name TEXT NOT NULL, zone INTEGER NOT NULL CHECK (zone IN (420, 480, 540)),
  root_key BLOB NOT NULL CHECK (length(root_key) = 32), created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE account (
  school TEXT NOT NULL REFERENCES school (id), id TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('cash','bank','clearing','drawer','student','escrow','merchant','held','suspense',
    'reserve','fees','unclaimed','difference')),
  owner TEXT NOT NULL, holder TEXT NOT NULL,
  normal_side TEXT NOT NULL CHECK (normal_side IN ('debit','credit')),
  may_go_negative INTEGER NOT NULL CHECK (may_go_negative IN (0, 1)),
  debit INTEGER NOT NULL DEFAULT 0 CHECK (debit >= 0), credit INTEGER NOT NULL DEFAULT 0 CHECK (credit >= 0),
  PRIMARY KEY (school, id),
  CONSTRAINT account_not_negative CHECK (may_go_negative = 1
    OR (normal_side = 'credit' AND credit >= debit) OR (normal_side = 'debit' AND debit >= credit))
) STRICT;
CREATE INDEX account_by_owner ON account (school, kind, owner);

CREATE TABLE journal (
  school TEXT NOT NULL REFERENCES school (id), seq INTEGER NOT NULL CHECK (seq >= 1), id TEXT NOT NULL,
  cause_kind TEXT NOT NULL CHECK (cause_kind <> ''), cause_id TEXT NOT NULL CHECK (cause_id <> ''),
  recipe TEXT NOT NULL CHECK (recipe <> ''),
  day INTEGER NOT NULL, posted_at INTEGER NOT NULL, actor TEXT NOT NULL CHECK (actor <> ''),
  PRIMARY KEY (school, id), UNIQUE (school, seq), UNIQUE (school, cause_kind, cause_id)
) STRICT;

-- Postings enter first; the deferred key makes a commit without their journal impossible.
CREATE TABLE posting (
  school TEXT NOT NULL, journal TEXT NOT NULL, n INTEGER NOT NULL CHECK (n >= 1), account TEXT NOT NULL,
  side TEXT NOT NULL CHECK (side IN ('debit','credit')), amount INTEGER NOT NULL CHECK (amount > 0),
  PRIMARY KEY (school, journal, n),
  FOREIGN KEY (school, journal) REFERENCES journal (school, id) DEFERRABLE INITIALLY DEFERRED,
  FOREIGN KEY (school, account) REFERENCES account (school, id)
) STRICT;
-- Begins with the account: beginning with the school it would tempt the planner to walk a whole school for one journal.
CREATE INDEX posting_by_account ON posting (account, school, journal);

CREATE TABLE lease (
  school TEXT NOT NULL REFERENCES school (id), id TEXT NOT NULL, device TEXT NOT NULL, student TEXT NOT NULL,
  purse TEXT NOT NULL CHECK (purse IN ('snack','needs','meal')), day INTEGER NOT NULL,
  amount INTEGER NOT NULL CHECK (amount > 0), spent INTEGER NOT NULL DEFAULT 0 CHECK (spent >= 0),
  returned INTEGER NOT NULL DEFAULT 0 CHECK (returned >= 0),
  state TEXT NOT NULL CHECK (state IN ('granted','active','drained','returned','closed','expiring','lost','written-off')),
  ask TEXT, rev INTEGER NOT NULL, granted_at INTEGER NOT NULL,
  PRIMARY KEY (school, id), UNIQUE (school, device, ask),
  CONSTRAINT lease_not_overspent CHECK (spent + returned <= amount)
) STRICT;
CREATE INDEX lease_by_student ON lease (school, student, day);
CREATE INDEX lease_by_device ON lease (school, device, state);
`;

const journalTriggers: readonly Trigger[] = [
  ...immutable("journal", [
    ["school", "id"],
    ["school", "seq"],
    ["school", "cause_kind", "cause_id"],
  ]),
  {
    name: "journal_is_gapless",
    table: "journal",
    timing: "before insert",
    when: `NEW.seq IS DISTINCT FROM (SELECT coalesce(max(seq), 0) + 1 FROM journal WHERE school = NEW.school)`,
    message: "journal out of sequence",
  },
  {
    name: "journal_balances",
    table: "journal",
    timing: "before insert",
    when: `(SELECT coalesce(sum(CASE side WHEN 'debit' THEN amount ELSE -amount END), 1) FROM posting
    WHERE school = NEW.school AND journal = NEW.id) IS DISTINCT FROM 0
  OR (SELECT count(*) FROM posting WHERE school = NEW.school AND journal = NEW.id) < 2`,
    message: "journal does not balance",
  },
  {
    name: "journal_moves_totals",
    table: "journal",
    timing: "after insert",
    body: `  UPDATE account SET
    debit = debit + (SELECT coalesce(sum(amount), 0) FROM posting p
      WHERE p.school = NEW.school AND p.journal = NEW.id AND p.account = account.id AND p.side = 'debit'),
    credit = credit + (SELECT coalesce(sum(amount), 0) FROM posting p
      WHERE p.school = NEW.school AND p.journal = NEW.id AND p.account = account.id AND p.side = 'credit')
  WHERE school = NEW.school
    AND id IN (SELECT account FROM posting p WHERE p.school = NEW.school AND p.journal = NEW.id);`,
  },
  {
    name: "posting_comes_before_journal",
    table: "posting",
    timing: "before insert",
    when: `EXISTS (SELECT 1 FROM journal WHERE school = NEW.school AND id = NEW.journal)`,
    message: "journal is closed",
  },
  ...immutable("posting", [["school", "journal", "n"]]),
];

const accountTriggers: readonly Trigger[] = [
  keeps("account", ["school", "id", "kind", "owner", "holder", "normal_side", "may_go_negative"]),
  {
    name: "account_totals_only_grow",
    table: "account",
    timing: "before update",
    when: `NEW.debit < OLD.debit OR NEW.credit < OLD.credit`,
    message: "account totals only grow",
  },
  {
    name: "account_starts_empty",
    table: "account",
    timing: "before insert",
    when: `NEW.debit IS DISTINCT FROM 0 OR NEW.credit IS DISTINCT FROM 0`,
    message: "account starts empty",
  },
  {
    // Only REPLACE can put a row where postings already point.
    name: "account_is_not_replaced",
    table: "account",
    timing: "after insert",
    when: `EXISTS (SELECT 1 FROM posting WHERE school = NEW.school AND account = NEW.id)`,
    message: "account is immutable",
  },
  stays("account"),
];

const leaseTriggers: readonly Trigger[] = [
  entersOnce("lease", [["school", "id"]]),
  keeps("lease", ["school", "id", "device", "student", "purse", "day", "amount"]),
  {
    name: "lease_returns_only_grow",
    table: "lease",
    timing: "before update",
    when: `NEW.returned < OLD.returned`,
    message: "lease is immutable",
  },
  stays("lease"),
];

export const ledgerMigration: Migration = {
  name: "0001-ledger",
  tables,
  triggers: [...journalTriggers, ...accountTriggers, ...leaseTriggers],
};
