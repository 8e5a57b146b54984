import { keeps, stays, type Migration, type Trigger } from "./schema.ts";

/** Terminals, what they signed, and what is to be told to them. */
const tables = `
CREATE TABLE device (
  id TEXT PRIMARY KEY NOT NULL, school TEXT NOT NULL REFERENCES school (id), name TEXT NOT NULL, merchant TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('pending','active','quarantined','lost','revoked')),
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
  received_at INTEGER NOT NULL, verdict TEXT NOT NULL CHECK (verdict IN ('booked','suspense','noted','anomaly','discarded')),
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
  received_at INTEGER NOT NULL, voided_by TEXT, void_journal TEXT, void_at INTEGER, void_received_at INTEGER,
  uncovered_by TEXT NOT NULL DEFAULT 'suspense' CHECK (uncovered_by IN ('suspense','reserve','merchant')),
  refunded_child INTEGER NOT NULL DEFAULT 0 CHECK (refunded_child >= 0),
  refunded_other INTEGER NOT NULL DEFAULT 0 CHECK (refunded_other >= 0),
  disputed INTEGER NOT NULL DEFAULT 0 CHECK (disputed >= 0),
  -- I8: refunds, disputes and voids never exceed the sale.
  CONSTRAINT sale_not_exceeded CHECK (refunded_child + disputed <= covered AND refunded_other <= amount - covered
    AND (voided_by IS NULL OR refunded_child + refunded_other = 0))
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

const eventTriggers: readonly Trigger[] = [
  {
    name: "event_enters_once",
    table: "device_event",
    timing: "before insert",
    when: `EXISTS (SELECT 1 FROM device_event WHERE id = NEW.id OR (device = NEW.device AND inc = NEW.inc AND n = NEW.n))`,
    message: "event exists",
  },
  {
    name: "event_is_gapless",
    table: "device_event",
    timing: "before insert",
    when: `NEW.n > 1 AND NOT EXISTS (SELECT 1 FROM device_event WHERE device = NEW.device AND inc = NEW.inc AND n = NEW.n - 1)`,
    message: "event out of sequence",
  },
  {
    name: "event_never_changes",
    table: "device_event",
    timing: "before update",
    message: "event is immutable",
  },
  stays("device_event", "event is immutable"),
  {
    name: "watermarks_only_rise",
    table: "incarnation",
    timing: "before update",
    when: `NEW.ack < OLD.ack OR NEW.safe < OLD.safe`,
    message: "watermarks only rise",
  },
  {
    name: "incarnation_is_not_replaced",
    table: "incarnation",
    timing: "after insert",
    when: `EXISTS (SELECT 1 FROM device_event WHERE device = NEW.device AND inc = NEW.inc)`,
    message: "incarnation is immutable",
  },
  keeps("incarnation", ["school", "device", "inc"]),
  stays("incarnation"),
];

const saleTriggers: readonly Trigger[] = [
  {
    name: "sale_is_voided_once",
    table: "sale",
    timing: "before update",
    when: `OLD.voided_by IS NOT NULL AND (NEW.voided_by IS DISTINCT FROM OLD.voided_by
  OR NEW.void_journal IS DISTINCT FROM OLD.void_journal OR NEW.void_at IS DISTINCT FROM OLD.void_at
  OR NEW.uncovered_by IS DISTINCT FROM OLD.uncovered_by)`,
    message: "sale is immutable",
  },
  {
    name: "sale_refunds_only_grow",
    table: "sale",
    timing: "before update",
    when: `NEW.refunded_child < OLD.refunded_child OR NEW.refunded_other < OLD.refunded_other
  OR (NEW.uncovered_by IS DISTINCT FROM OLD.uncovered_by AND OLD.uncovered_by IS DISTINCT FROM 'suspense')`,
    message: "sale is immutable",
  },
  keeps("sale", [
    "event",
    "school",
    "journal",
    "device",
    "student",
    "merchant",
    "amount",
    "covered",
  ]),
];

const commandTriggers: readonly Trigger[] = [
  {
    name: "revoked_stays_revoked",
    table: "device",
    timing: "before update",
    when: `OLD.state = 'revoked' AND NEW.state IS DISTINCT FROM 'revoked'`,
    message: "revoked is for ever",
  },
  {
    // The one exception: sealed templates of a child whose consent was withdrawn give way to the withdrawal.
    name: "command_never_changes",
    table: "command",
    timing: "before update",
    when: `OLD.kind IS DISTINCT FROM 'vault' OR NEW.kind IS DISTINCT FROM 'consent' OR NEW.rev IS DISTINCT FROM OLD.rev
  OR NEW.device IS DISTINCT FROM OLD.device`,
    message: "command is immutable",
  },
  stays("command"),
];

export const terminalMigration: Migration = {
  name: "0002-terminals",
  tables,
  triggers: [...eventTriggers, ...saleTriggers, ...commandTriggers],
};
