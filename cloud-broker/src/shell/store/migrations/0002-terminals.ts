/** Terminals, what they signed, and what is to be told to them. */
export const terminalTables = `
CREATE TABLE device (
  id TEXT PRIMARY KEY NOT NULL, school TEXT NOT NULL REFERENCES school (id), name TEXT NOT NULL, merchant TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('pending','active','quarantined','revoked')),
  sign_key BLOB NOT NULL CHECK (length(sign_key) = 32), box_key BLOB NOT NULL CHECK (length(box_key) = 32),
  software TEXT NOT NULL, created_at INTEGER NOT NULL, last_seen_at INTEGER,
  rev INTEGER NOT NULL DEFAULT 0, have INTEGER NOT NULL DEFAULT 0, roster_rev INTEGER NOT NULL DEFAULT 0,
  unsent INTEGER NOT NULL DEFAULT 0, UNIQUE (sign_key)
) STRICT;
CREATE INDEX device_by_school ON device (school, state);

CREATE TABLE claim (
  token_hash TEXT PRIMARY KEY NOT NULL, school TEXT NOT NULL REFERENCES school (id), merchant TEXT NOT NULL,
  name TEXT NOT NULL, expires_at INTEGER NOT NULL, used_by TEXT, used_at INTEGER
) STRICT;

CREATE TABLE roster (
  school TEXT NOT NULL REFERENCES school (id), rev INTEGER NOT NULL, bytes BLOB NOT NULL, stored_at INTEGER NOT NULL,
  PRIMARY KEY (school, rev)
) STRICT;

CREATE TABLE incarnation (
  school TEXT NOT NULL, device TEXT NOT NULL REFERENCES device (id), inc TEXT NOT NULL,
  ack INTEGER NOT NULL CHECK (ack >= 0), safe INTEGER NOT NULL DEFAULT 0 CHECK (safe >= 0), tip TEXT NOT NULL,
  PRIMARY KEY (device, inc), CONSTRAINT safe_follows_ack CHECK (safe <= ack)
) STRICT;

CREATE TABLE device_event (
  school TEXT NOT NULL, device TEXT NOT NULL, inc TEXT NOT NULL, n INTEGER NOT NULL CHECK (n >= 1),
  id TEXT NOT NULL UNIQUE, parent TEXT NOT NULL, type TEXT NOT NULL, day INTEGER NOT NULL, at INTEGER NOT NULL,
  received_at INTEGER NOT NULL, verdict TEXT NOT NULL CHECK (verdict IN ('booked','suspense','noted','anomaly')),
  anomaly TEXT, bytes BLOB NOT NULL,
  PRIMARY KEY (device, inc, n), FOREIGN KEY (device, inc) REFERENCES incarnation (device, inc)
) STRICT;
CREATE INDEX device_event_by_parent ON device_event (device, parent);

CREATE TABLE fork_evidence (
  device TEXT NOT NULL, id TEXT NOT NULL, reason TEXT NOT NULL CHECK (reason IN ('second-child','same-place')),
  received_at INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (device, id)
) STRICT;

CREATE TABLE sale (
  event TEXT PRIMARY KEY NOT NULL, school TEXT NOT NULL, journal TEXT NOT NULL, device TEXT NOT NULL, student TEXT NOT NULL,
  merchant TEXT NOT NULL, method TEXT NOT NULL, amount INTEGER NOT NULL CHECK (amount > 0),
  covered INTEGER NOT NULL CHECK (covered >= 0 AND covered <= amount), day INTEGER NOT NULL, at INTEGER NOT NULL,
  received_at INTEGER NOT NULL, voided_by TEXT, void_journal TEXT, void_at INTEGER, void_received_at INTEGER
) STRICT;
CREATE INDEX sale_by_student ON sale (school, student, day);
CREATE INDEX sale_by_day ON sale (school, day);
CREATE TABLE sale_spend (
  sale TEXT NOT NULL REFERENCES sale (event), lease TEXT NOT NULL, amount INTEGER NOT NULL CHECK (amount > 0),
  PRIMARY KEY (sale, lease)
) STRICT;

CREATE TABLE command (
  device TEXT NOT NULL REFERENCES device (id), rev INTEGER NOT NULL CHECK (rev >= 1), kind TEXT NOT NULL,
  subject TEXT NOT NULL, bytes BLOB NOT NULL, created_at INTEGER NOT NULL, PRIMARY KEY (device, rev)
) STRICT;
`;

export const terminalTriggers = `
CREATE TRIGGER event_enters_once BEFORE INSERT ON device_event
WHEN EXISTS (SELECT 1 FROM device_event WHERE id = NEW.id OR (device = NEW.device AND inc = NEW.inc AND n = NEW.n))
BEGIN SELECT RAISE(ABORT, 'event exists'); END;
CREATE TRIGGER event_is_gapless BEFORE INSERT ON device_event
WHEN NEW.n > 1 AND NOT EXISTS (SELECT 1 FROM device_event WHERE device = NEW.device AND inc = NEW.inc AND n = NEW.n - 1)
BEGIN SELECT RAISE(ABORT, 'event out of sequence'); END;
CREATE TRIGGER event_never_changes BEFORE UPDATE ON device_event BEGIN SELECT RAISE(ABORT, 'event is immutable'); END;
CREATE TRIGGER event_stays BEFORE DELETE ON device_event BEGIN SELECT RAISE(ABORT, 'event is immutable'); END;
CREATE TRIGGER watermarks_only_rise BEFORE UPDATE ON incarnation WHEN NEW.ack < OLD.ack OR NEW.safe < OLD.safe
BEGIN SELECT RAISE(ABORT, 'watermarks only rise'); END;
CREATE TRIGGER incarnation_is_not_replaced AFTER INSERT ON incarnation
WHEN EXISTS (SELECT 1 FROM device_event WHERE device = NEW.device AND inc = NEW.inc)
BEGIN SELECT RAISE(ABORT, 'incarnation is immutable'); END;
CREATE TRIGGER incarnation_stays BEFORE DELETE ON incarnation BEGIN SELECT RAISE(ABORT, 'incarnation is immutable'); END;
CREATE TRIGGER sale_is_voided_once BEFORE UPDATE ON sale
WHEN OLD.voided_by IS NOT NULL OR NEW.amount IS NOT OLD.amount OR NEW.covered IS NOT OLD.covered OR NEW.event IS NOT OLD.event
  OR NEW.student IS NOT OLD.student OR NEW.journal IS NOT OLD.journal
BEGIN SELECT RAISE(ABORT, 'sale is immutable'); END;
CREATE TRIGGER revoked_stays_revoked BEFORE UPDATE ON device WHEN OLD.state = 'revoked' AND NEW.state IS NOT 'revoked'
BEGIN SELECT RAISE(ABORT, 'revoked is for ever'); END;
-- The one exception: sealed templates of a child whose consent was withdrawn give way to the withdrawal.
CREATE TRIGGER command_never_changes BEFORE UPDATE ON command
WHEN OLD.kind IS NOT 'vault' OR NEW.kind IS NOT 'consent' OR NEW.rev IS NOT OLD.rev OR NEW.device IS NOT OLD.device
BEGIN SELECT RAISE(ABORT, 'command is immutable'); END;
CREATE TRIGGER command_stays BEFORE DELETE ON command BEGIN SELECT RAISE(ABORT, 'command is immutable'); END;
`;
