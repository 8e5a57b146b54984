import { immutable, type Migration } from "./schema.ts";

/** Children, guardians, staff, and the trail of what people did. */
const tables = `
CREATE TABLE merchant (
  school TEXT NOT NULL REFERENCES school (id), id TEXT NOT NULL, name TEXT NOT NULL, created_at INTEGER NOT NULL,
  PRIMARY KEY (school, id), UNIQUE (school, name)
) STRICT;

CREATE TABLE student (
  school TEXT NOT NULL REFERENCES school (id), id TEXT NOT NULL, number TEXT NOT NULL, first_name TEXT NOT NULL,
  class_name TEXT NOT NULL, is_active INTEGER NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1)),
  is_frozen INTEGER NOT NULL DEFAULT 0 CHECK (is_frozen IN (0, 1)), daily_limit INTEGER CHECK (daily_limit >= 0),
  consent_state TEXT NOT NULL DEFAULT 'not-asked' CHECK (consent_state IN ('not-asked','waiting','granted','withdrawn')),
  consent_version INTEGER NOT NULL DEFAULT 0, created_at INTEGER NOT NULL,
  PRIMARY KEY (school, id), UNIQUE (school, number)
) STRICT;

CREATE TABLE vault_item (
  school TEXT NOT NULL, student TEXT NOT NULL, item TEXT NOT NULL CHECK (item IN ('fingers','pin')),
  version INTEGER NOT NULL, epoch INTEGER NOT NULL, wrap BLOB NOT NULL, sealed BLOB NOT NULL,
  from_device TEXT NOT NULL, stored_at INTEGER NOT NULL, PRIMARY KEY (school, student, item)
) STRICT;

CREATE TABLE erasure (
  school TEXT NOT NULL, student TEXT NOT NULL, consent INTEGER NOT NULL, device TEXT NOT NULL,
  ordered_at INTEGER NOT NULL, erased_at INTEGER, PRIMARY KEY (school, student, consent, device)
) STRICT;

CREATE TABLE person (
  id TEXT PRIMARY KEY NOT NULL, login TEXT NOT NULL UNIQUE, password_hash TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('guardian','school-admin')), school TEXT REFERENCES school (id), created_at INTEGER NOT NULL
) STRICT;
CREATE TABLE guardianship (
  person TEXT NOT NULL REFERENCES person (id), school TEXT NOT NULL, student TEXT NOT NULL, PRIMARY KEY (person, school, student),
  FOREIGN KEY (school, student) REFERENCES student (school, id)
) STRICT;
CREATE INDEX guardianship_by_student ON guardianship (school, student);
-- Without a student: for a colleague who will run the school as well.
CREATE TABLE invitation (
  token_hash TEXT PRIMARY KEY NOT NULL, school TEXT NOT NULL, student TEXT, expires_at INTEGER NOT NULL,
  used_by TEXT, used_at INTEGER
) STRICT;
CREATE TABLE session (
  secret_hash TEXT PRIMARY KEY NOT NULL, person TEXT NOT NULL REFERENCES person (id), created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;

CREATE TABLE order_key (
  person TEXT NOT NULL, key TEXT NOT NULL, body_hash TEXT NOT NULL, outcome TEXT NOT NULL, stored_at INTEGER NOT NULL,
  PRIMARY KEY (person, key)
) STRICT;
CREATE TABLE audit (
  school TEXT NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL,
  object TEXT NOT NULL, detail TEXT NOT NULL, previous TEXT NOT NULL, hash TEXT NOT NULL, PRIMARY KEY (school, seq)
) STRICT;
CREATE TABLE job_run (
  name TEXT NOT NULL, period TEXT NOT NULL, started_at INTEGER NOT NULL, finished_at INTEGER, outcome TEXT,
  PRIMARY KEY (name, period)
) STRICT;
`;

export const peopleMigration: Migration = {
  name: "0003-people",
  tables,
  triggers: [
    ...immutable("audit", [["school", "seq"]]),
    {
      name: "order_key_never_changes",
      table: "order_key",
      timing: "before update",
      message: "order is answered",
    },
  ],
};
