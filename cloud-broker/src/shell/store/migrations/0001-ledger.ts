/**
 * The ledger. What money rests on is held by the database itself: a journal enters only when its postings balance, totals
 * follow from journals, and nothing that was entered changes. Ids and hashes are text (hexadecimal where they are hashes),
 * bytes are BLOB, booleans are 0 or 1, instants are milliseconds.
 */
export const ledgerTables = `
CREATE TABLE meta (key TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) STRICT;

CREATE TABLE school (
  id TEXT PRIMARY KEY NOT NULL, name TEXT NOT NULL, zone INTEGER NOT NULL CHECK (zone IN (420, 480, 540)),
  root_key BLOB NOT NULL CHECK (length(root_key) = 32), created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE account (
  school TEXT NOT NULL REFERENCES school (id), id TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('cash','student','escrow','merchant','suspense','reserve')),
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
  cause_kind TEXT NOT NULL CHECK (cause_kind IN ('event','top-up','grant')), cause_id TEXT NOT NULL CHECK (cause_id <> ''),
  recipe TEXT NOT NULL CHECK (recipe IN ('top-up-cash','lease-grant','lease-return','sale','void')),
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
  state TEXT NOT NULL CHECK (state IN ('granted','active','closed')),
  ask TEXT, rev INTEGER NOT NULL, granted_at INTEGER NOT NULL,
  PRIMARY KEY (school, id), UNIQUE (school, device, ask),
  CONSTRAINT lease_not_overspent CHECK (spent + returned <= amount)
) STRICT;
CREATE INDEX lease_by_student ON lease (school, student, day);
CREATE INDEX lease_by_device ON lease (school, device, state);
`;

/** Conditions are written with IS and IS NOT: a comparison with NULL must refuse, not pass. */
export const ledgerTriggers = `
CREATE TRIGGER journal_enters_once BEFORE INSERT ON journal
WHEN EXISTS (SELECT 1 FROM journal WHERE school = NEW.school AND id = NEW.id)
  OR EXISTS (SELECT 1 FROM journal WHERE school = NEW.school AND seq = NEW.seq)
  OR EXISTS (SELECT 1 FROM journal
    WHERE school = NEW.school AND cause_kind = NEW.cause_kind AND cause_id = NEW.cause_id)
BEGIN SELECT RAISE(ABORT, 'journal exists'); END;

CREATE TRIGGER journal_is_gapless BEFORE INSERT ON journal
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM journal WHERE school = NEW.school)
BEGIN SELECT RAISE(ABORT, 'journal out of sequence'); END;

CREATE TRIGGER journal_balances BEFORE INSERT ON journal
WHEN (SELECT coalesce(sum(CASE side WHEN 'debit' THEN amount ELSE -amount END), 1) FROM posting
    WHERE school = NEW.school AND journal = NEW.id) IS NOT 0
  OR (SELECT count(*) FROM posting WHERE school = NEW.school AND journal = NEW.id) < 2
BEGIN SELECT RAISE(ABORT, 'journal does not balance'); END;

CREATE TRIGGER journal_moves_totals AFTER INSERT ON journal
BEGIN
  UPDATE account SET
    debit = debit + (SELECT coalesce(sum(amount), 0) FROM posting p
      WHERE p.school = NEW.school AND p.journal = NEW.id AND p.account = account.id AND p.side = 'debit'),
    credit = credit + (SELECT coalesce(sum(amount), 0) FROM posting p
      WHERE p.school = NEW.school AND p.journal = NEW.id AND p.account = account.id AND p.side = 'credit')
  WHERE school = NEW.school
    AND id IN (SELECT account FROM posting p WHERE p.school = NEW.school AND p.journal = NEW.id);
END;

CREATE TRIGGER posting_comes_before_journal BEFORE INSERT ON posting
WHEN EXISTS (SELECT 1 FROM journal WHERE school = NEW.school AND id = NEW.journal)
BEGIN SELECT RAISE(ABORT, 'journal is closed'); END;
CREATE TRIGGER posting_enters_once BEFORE INSERT ON posting
WHEN EXISTS (SELECT 1 FROM posting WHERE school = NEW.school AND journal = NEW.journal AND n = NEW.n)
BEGIN SELECT RAISE(ABORT, 'posting exists'); END;

CREATE TRIGGER account_keeps_its_meaning BEFORE UPDATE ON account
WHEN NEW.school IS NOT OLD.school OR NEW.id IS NOT OLD.id OR NEW.kind IS NOT OLD.kind OR NEW.owner IS NOT OLD.owner
  OR NEW.holder IS NOT OLD.holder OR NEW.normal_side IS NOT OLD.normal_side
  OR NEW.may_go_negative IS NOT OLD.may_go_negative
BEGIN SELECT RAISE(ABORT, 'account is immutable'); END;
CREATE TRIGGER account_totals_only_grow BEFORE UPDATE ON account
WHEN NEW.debit < OLD.debit OR NEW.credit < OLD.credit
BEGIN SELECT RAISE(ABORT, 'account totals only grow'); END;
CREATE TRIGGER account_starts_empty BEFORE INSERT ON account WHEN NEW.debit IS NOT 0 OR NEW.credit IS NOT 0
BEGIN SELECT RAISE(ABORT, 'account starts empty'); END;
-- Only REPLACE can put a row where postings already point.
CREATE TRIGGER account_is_not_replaced AFTER INSERT ON account
WHEN EXISTS (SELECT 1 FROM posting WHERE school = NEW.school AND account = NEW.id)
BEGIN SELECT RAISE(ABORT, 'account is immutable'); END;
CREATE TRIGGER account_stays BEFORE DELETE ON account BEGIN SELECT RAISE(ABORT, 'account is immutable'); END;

CREATE TRIGGER journal_never_changes BEFORE UPDATE ON journal BEGIN SELECT RAISE(ABORT, 'journal is immutable'); END;
CREATE TRIGGER journal_stays BEFORE DELETE ON journal BEGIN SELECT RAISE(ABORT, 'journal is immutable'); END;
CREATE TRIGGER posting_never_changes BEFORE UPDATE ON posting BEGIN SELECT RAISE(ABORT, 'posting is immutable'); END;
CREATE TRIGGER posting_stays BEFORE DELETE ON posting BEGIN SELECT RAISE(ABORT, 'posting is immutable'); END;

CREATE TRIGGER lease_enters_once BEFORE INSERT ON lease
WHEN EXISTS (SELECT 1 FROM lease WHERE school = NEW.school AND id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'lease exists'); END;
CREATE TRIGGER lease_keeps_its_meaning BEFORE UPDATE ON lease
WHEN NEW.school IS NOT OLD.school OR NEW.id IS NOT OLD.id OR NEW.device IS NOT OLD.device OR NEW.student IS NOT OLD.student
  OR NEW.purse IS NOT OLD.purse OR NEW.day IS NOT OLD.day OR NEW.amount IS NOT OLD.amount
  OR NEW.returned < OLD.returned
BEGIN SELECT RAISE(ABORT, 'lease is immutable'); END;
CREATE TRIGGER lease_stays BEFORE DELETE ON lease BEGIN SELECT RAISE(ABORT, 'lease is immutable'); END;
`;
