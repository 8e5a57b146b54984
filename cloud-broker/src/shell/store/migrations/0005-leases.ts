import { entersOnce, immutable, keeps, stays, type Migration, type Trigger } from "./schema.ts";

/** Hubs, limits, lost terminals and what the reserve may give. */
const tables = `
ALTER TABLE lease ADD COLUMN passed INTEGER NOT NULL DEFAULT 0 CHECK (passed >= 0);
ALTER TABLE lease ADD COLUMN written_off INTEGER NOT NULL DEFAULT 0 CHECK (written_off >= 0);
ALTER TABLE lease ADD COLUMN late INTEGER NOT NULL DEFAULT 0 CHECK (late >= 0);
ALTER TABLE lease ADD COLUMN origin_hub TEXT;
ALTER TABLE lease ADD COLUMN origin_event TEXT;

ALTER TABLE school ADD COLUMN hub TEXT;
ALTER TABLE school ADD COLUMN emergency_per_sale INTEGER NOT NULL DEFAULT 0 CHECK (emergency_per_sale >= 0);
ALTER TABLE school ADD COLUMN emergency_per_day INTEGER NOT NULL DEFAULT 0 CHECK (emergency_per_day >= 0);
ALTER TABLE school ADD COLUMN lost_after_days INTEGER NOT NULL DEFAULT 3 CHECK (lost_after_days >= 0);
ALTER TABLE device ADD COLUMN lan TEXT;

-- The newest version of a scope and subject holds; amount NULL lifts it.
CREATE TABLE limit_rule (
  school TEXT NOT NULL, student TEXT NOT NULL, scope TEXT NOT NULL CHECK (scope IN ('sale','day','week','month','category','stall')),
  subject TEXT NOT NULL, version INTEGER NOT NULL CHECK (version >= 1), amount INTEGER CHECK (amount >= 0),
  set_by TEXT NOT NULL CHECK (set_by <> ''), set_at INTEGER NOT NULL,
  PRIMARY KEY (school, student, scope, subject, version),
  FOREIGN KEY (school, student) REFERENCES student (school, id)
) STRICT;

-- One terminal is lost once; two persons stand behind it.
CREATE TABLE loss (
  school TEXT NOT NULL REFERENCES school (id), device TEXT NOT NULL REFERENCES device (id),
  declared_by TEXT NOT NULL CHECK (declared_by <> ''), declared_at INTEGER NOT NULL, declared_day INTEGER NOT NULL,
  confirmed_by TEXT, confirmed_day INTEGER, ordered_by TEXT, written_off_at INTEGER,
  written_off INTEGER NOT NULL DEFAULT 0 CHECK (written_off >= 0),
  PRIMARY KEY (school, device),
  CONSTRAINT loss_by_two CHECK (confirmed_by IS NULL OR confirmed_by <> declared_by),
  CONSTRAINT loss_is_confirmed_first CHECK (written_off_at IS NULL OR confirmed_by IS NOT NULL)
) STRICT;
`;

const triggers: readonly Trigger[] = [
  {
    name: "lease_passes_what_it_spends",
    table: "lease",
    timing: "before update",
    when: `NEW.passed < OLD.passed OR NEW.passed > NEW.spent OR NEW.written_off < OLD.written_off
  OR NEW.written_off > NEW.returned OR NEW.late > NEW.written_off OR NEW.late < OLD.late
  OR NEW.origin_hub IS DISTINCT FROM OLD.origin_hub OR NEW.origin_event IS DISTINCT FROM OLD.origin_event`,
    message: "lease is immutable",
  },
  // Never freed by the clock: what ends a lease for good is the terminal's word or two persons'.
  {
    name: "lease_stays_written_off",
    table: "lease",
    timing: "before update",
    when: `OLD.state = 'written-off' AND NEW.state IS DISTINCT FROM 'written-off'`,
    message: "lease is written off",
  },
  ...immutable("limit_rule", [["school", "student", "scope", "subject", "version"]]),
  {
    name: "limit_rule_versions_rise",
    table: "limit_rule",
    timing: "before insert",
    when: `NEW.version IS DISTINCT FROM (SELECT coalesce(max(version), 0) + 1 FROM limit_rule
    WHERE school = NEW.school AND student = NEW.student AND scope = NEW.scope AND subject = NEW.subject)`,
    message: "limit versions rise by one",
  },
  entersOnce("loss", [["school", "device"]]),
  keeps("loss", ["school", "device", "declared_by", "declared_at", "declared_day"]),
  {
    name: "loss_is_decided_once",
    table: "loss",
    timing: "before update",
    when: `OLD.written_off_at IS NOT NULL
  OR (OLD.confirmed_by IS NOT NULL AND NEW.confirmed_by IS DISTINCT FROM OLD.confirmed_by)`,
    message: "loss is decided",
  },
  stays("loss"),
];

export const leaseMigration: Migration = { name: "0005-leases", tables, triggers };
