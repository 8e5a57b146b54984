import { immutable, keeps, stays, type Migration, type Trigger } from "./schema.ts";

/** The school's money desk: what was decided about money, by whom, and the days that are closed for good. */
const tables = `
CREATE TABLE period (
  school TEXT NOT NULL REFERENCES school (id), through INTEGER NOT NULL, sealed_at INTEGER NOT NULL,
  sealed_by TEXT NOT NULL CHECK (sealed_by <> ''), PRIMARY KEY (school, through)
) STRICT;

CREATE TABLE refund (
  school TEXT NOT NULL REFERENCES school (id), id TEXT NOT NULL, sale TEXT NOT NULL REFERENCES sale (event),
  to_child INTEGER NOT NULL CHECK (to_child >= 0), to_other INTEGER NOT NULL CHECK (to_other >= 0),
  reason TEXT NOT NULL, actor TEXT NOT NULL CHECK (actor <> ''), at INTEGER NOT NULL, journal TEXT NOT NULL,
  PRIMARY KEY (school, id), CHECK (to_child + to_other > 0)
) STRICT;
CREATE INDEX refund_by_sale ON refund (sale);

-- Money that came in without an owner; id is its cause.
CREATE TABLE found_money (
  school TEXT NOT NULL REFERENCES school (id), id TEXT NOT NULL, source TEXT NOT NULL, amount INTEGER NOT NULL CHECK (amount > 0),
  reason TEXT NOT NULL, day INTEGER NOT NULL, at INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open','student','unclaimed')), student TEXT, decided_by TEXT, decided_at INTEGER,
  PRIMARY KEY (school, id), CHECK (state <> 'student' OR student IS NOT NULL)
) STRICT;

-- A Z report as it was signed, and what the ledger said when it came. Totals are JSON.
CREATE TABLE z_report (
  school TEXT NOT NULL REFERENCES school (id), event TEXT NOT NULL, device TEXT NOT NULL, day INTEGER NOT NULL,
  signed TEXT NOT NULL, booked TEXT NOT NULL, differences TEXT NOT NULL, is_equal INTEGER NOT NULL CHECK (is_equal IN (0, 1)),
  grand_total INTEGER NOT NULL, cash_counted INTEGER, closed_by TEXT NOT NULL, received_at INTEGER NOT NULL,
  accepted_by TEXT, accepted_at INTEGER, accept_reason TEXT,
  PRIMARY KEY (school, event), CHECK (accepted_by IS NULL OR accept_reason IS NOT NULL)
) STRICT;
CREATE INDEX z_report_by_device ON z_report (school, device, day);

CREATE TABLE settlement (
  school TEXT NOT NULL REFERENCES school (id), id TEXT NOT NULL, merchant TEXT NOT NULL,
  amount INTEGER NOT NULL CHECK (amount > 0), paid_from TEXT NOT NULL CHECK (paid_from IN ('bank','cash')),
  seq INTEGER NOT NULL, journal TEXT NOT NULL, actor TEXT NOT NULL CHECK (actor <> ''), at INTEGER NOT NULL, day INTEGER NOT NULL,
  PRIMARY KEY (school, id)
) STRICT;
CREATE INDEX settlement_by_merchant ON settlement (school, merchant, seq);

CREATE TABLE dispute (
  school TEXT NOT NULL REFERENCES school (id), id TEXT NOT NULL, sale TEXT NOT NULL REFERENCES sale (event),
  merchant TEXT NOT NULL, student TEXT NOT NULL, amount INTEGER NOT NULL CHECK (amount > 0), reason TEXT NOT NULL,
  opened_by TEXT NOT NULL CHECK (opened_by <> ''), opened_at INTEGER NOT NULL, due_day INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open','decided')), decided_by TEXT, decided_at INTEGER,
  to_child INTEGER NOT NULL DEFAULT 0 CHECK (to_child >= 0), to_stall INTEGER NOT NULL DEFAULT 0 CHECK (to_stall >= 0),
  note TEXT, PRIMARY KEY (school, id), CHECK (state = 'open' OR to_child + to_stall = amount)
) STRICT;
CREATE INDEX dispute_by_state ON dispute (school, state, due_day);

CREATE TABLE cash_count (
  school TEXT NOT NULL REFERENCES school (id), id TEXT NOT NULL, device TEXT, expected INTEGER NOT NULL CHECK (expected >= 0),
  counted INTEGER NOT NULL CHECK (counted >= 0), actor TEXT NOT NULL CHECK (actor <> ''), at INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open','booked','replaced')), reason TEXT, PRIMARY KEY (school, id),
  -- A difference that nobody explains is not booked.
  CONSTRAINT count_is_explained CHECK (state <> 'booked' OR expected = counted OR coalesce(reason, '') <> '')
) STRICT;
CREATE INDEX cash_count_by_state ON cash_count (school, state);

CREATE TABLE top_up (
  school TEXT NOT NULL REFERENCES school (id), id TEXT NOT NULL, provider TEXT NOT NULL, order_ref TEXT NOT NULL,
  student TEXT NOT NULL, expected INTEGER NOT NULL CHECK (expected > 0), created_by TEXT NOT NULL CHECK (created_by <> ''),
  created_at INTEGER NOT NULL, state TEXT NOT NULL CHECK (state IN ('pending','settled','failed')),
  PRIMARY KEY (school, id), UNIQUE (provider, order_ref)
) STRICT;

CREATE TABLE payout (
  provider TEXT NOT NULL, payout TEXT NOT NULL, school TEXT NOT NULL REFERENCES school (id),
  net INTEGER NOT NULL CHECK (net >= 0), fee INTEGER NOT NULL CHECK (fee >= 0), actor TEXT NOT NULL CHECK (actor <> ''),
  at INTEGER NOT NULL, PRIMARY KEY (provider, payout), CHECK (net + fee > 0)
) STRICT;
CREATE TABLE payment (
  provider TEXT NOT NULL, payment TEXT NOT NULL, school TEXT NOT NULL REFERENCES school (id), order_ref TEXT NOT NULL,
  amount INTEGER NOT NULL CHECK (amount > 0), outcome TEXT NOT NULL CHECK (outcome IN ('settled','suspense')),
  received_at INTEGER NOT NULL, payout TEXT,
  PRIMARY KEY (provider, payment), FOREIGN KEY (provider, payout) REFERENCES payout (provider, payout)
) STRICT;
CREATE INDEX payment_by_school ON payment (school, provider, payout);

CREATE TABLE approval (
  school TEXT NOT NULL REFERENCES school (id), id TEXT NOT NULL, action TEXT NOT NULL CHECK (action <> ''),
  body TEXT NOT NULL, amount INTEGER NOT NULL CHECK (amount > 0), asked_by TEXT NOT NULL CHECK (asked_by <> ''),
  asked_at INTEGER NOT NULL, state TEXT NOT NULL CHECK (state IN ('open','agreed','declined')), answered_by TEXT,
  answered_at INTEGER, PRIMARY KEY (school, id),
  CONSTRAINT approval_by_two CHECK (state <> 'agreed' OR coalesce(answered_by, asked_by) <> asked_by)
) STRICT;
CREATE INDEX approval_by_state ON approval (school, state);
`;

/** Rules that the database holds for every journal, whoever writes it. */
const journalTriggers: readonly Trigger[] = [
  {
    name: "journal_day_is_open",
    table: "journal",
    timing: "before insert",
    when: `EXISTS (SELECT 1 FROM period WHERE school = NEW.school AND through >= NEW.day)`,
    message: "period is sealed",
  },
  {
    name: "settlement_within_payable",
    table: "journal",
    timing: "before insert",
    when: `NEW.recipe = 'settlement' AND EXISTS (SELECT 1 FROM posting p
    JOIN account a ON a.school = p.school AND a.id = p.account
    WHERE p.school = NEW.school AND p.journal = NEW.id AND p.side = 'debit'
      AND (a.kind IS DISTINCT FROM 'merchant' OR a.credit - a.debit < p.amount))`,
    message: "settlement exceeds payable",
  },
  {
    name: "reserve_spares_children",
    table: "journal",
    timing: "before insert",
    when: `NEW.recipe IN ('emergency-sale','suspense-decision') AND EXISTS (SELECT 1 FROM posting p
    JOIN account a ON a.school = p.school AND a.id = p.account
    WHERE p.school = NEW.school AND p.journal = NEW.id AND a.kind IN ('student','escrow'))`,
    message: "a child does not pay for this",
  },
];

/** Decided once: while `open`, a row may change its answer; afterwards nothing of it changes. */
function answeredOnce(table: string, open: string): Trigger {
  return {
    name: `${table}_is_answered_once`,
    table,
    timing: "before update",
    when: `OLD.state IS DISTINCT FROM '${open}'`,
    message: `${table} is answered`,
  };
}

/** A row that enters once, stays, and keeps these columns. */
function kept(
  table: string,
  key: readonly string[],
  columns: readonly string[],
): readonly Trigger[] {
  const [entered] = immutable(table, [key]);
  return [
    ...(entered === undefined ? [] : [entered]),
    keeps(table, [...key, ...columns]),
    stays(table),
  ];
}

const rowTriggers: readonly Trigger[] = [
  ...immutable("period", [["school", "through"]]),
  {
    name: "period_only_grows",
    table: "period",
    timing: "before insert",
    when: `EXISTS (SELECT 1 FROM period WHERE school = NEW.school AND through >= NEW.through)`,
    message: "period only grows",
  },
  ...immutable("refund", [["school", "id"]]),
  ...immutable("settlement", [["school", "id"]]),
  ...immutable("payout", [["provider", "payout"]]),
  ...kept("found_money", ["school", "id"], ["source", "amount", "reason", "day", "at"]),
  answeredOnce("found_money", "open"),
  ...kept(
    "z_report",
    ["school", "event"],
    ["device", "day", "signed", "booked", "differences", "is_equal", "grand_total", "cash_counted"],
  ),
  {
    name: "z_report_is_accepted_once",
    table: "z_report",
    timing: "before update",
    when: `OLD.accepted_by IS NOT NULL OR OLD.is_equal IS DISTINCT FROM 0`,
    message: "z_report is answered",
  },
  ...kept(
    "dispute",
    ["school", "id"],
    ["sale", "merchant", "student", "amount", "reason", "opened_by", "opened_at", "due_day"],
  ),
  answeredOnce("dispute", "open"),
  ...kept("cash_count", ["school", "id"], ["device", "expected", "counted", "actor", "at"]),
  answeredOnce("cash_count", "open"),
  ...kept(
    "top_up",
    ["school", "id"],
    ["provider", "order_ref", "student", "expected", "created_by", "created_at"],
  ),
  {
    name: "top_up_is_settled_once",
    table: "top_up",
    timing: "before update",
    when: `OLD.state = 'settled'`,
    message: "top_up is answered",
  },
  ...kept(
    "payment",
    ["provider", "payment"],
    ["school", "order_ref", "amount", "outcome", "received_at"],
  ),
  {
    name: "payment_is_paid_out_once",
    table: "payment",
    timing: "before update",
    when: `OLD.payout IS NOT NULL`,
    message: "payment is paid out",
  },
  ...kept("approval", ["school", "id"], ["action", "body", "amount", "asked_by", "asked_at"]),
  answeredOnce("approval", "open"),
];

export const moneyMigration: Migration = {
  name: "0004-money",
  tables,
  triggers: [...journalTriggers, ...rowTriggers],
};
