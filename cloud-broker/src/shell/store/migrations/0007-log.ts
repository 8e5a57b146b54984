import { immutable, type Migration } from "./schema.ts";

/**
 * The log: one leaf a journal, in the same transaction (I11). A leaf stands before its journal; the deferred key makes a
 * commit without the journal impossible, the trigger a journal without its leaf. Checkpoints are what the cloud signed.
 */
const tables = `
CREATE TABLE log_leaf (
  school TEXT NOT NULL, seq INTEGER NOT NULL CHECK (seq >= 1),
  salt BLOB NOT NULL CHECK (length(salt) = 32), hash BLOB NOT NULL CHECK (length(hash) = 32),
  nodes BLOB NOT NULL CHECK (length(nodes) % 32 = 0),
  PRIMARY KEY (school, seq),
  FOREIGN KEY (school, seq) REFERENCES journal (school, seq) DEFERRABLE INITIALLY DEFERRED
) STRICT;

CREATE TABLE log_checkpoint (
  school TEXT NOT NULL REFERENCES school (id), term INTEGER NOT NULL CHECK (term >= 1),
  size INTEGER NOT NULL CHECK (size >= 1), root BLOB NOT NULL CHECK (length(root) = 32),
  note TEXT NOT NULL, made_at INTEGER NOT NULL,
  PRIMARY KEY (school, term, size)
) STRICT;

-- A terminal that remembers another ledger than ours: evidence, never deleted.
CREATE TABLE log_alarm (
  school TEXT NOT NULL REFERENCES school (id), device TEXT NOT NULL, term INTEGER NOT NULL, size INTEGER NOT NULL,
  root BLOB NOT NULL, raised_at INTEGER NOT NULL, PRIMARY KEY (device, term, size, root)
) STRICT;
`;

export const logMigration: Migration = {
  name: "0007-log",
  tables,
  triggers: [
    ...immutable("log_leaf", [["school", "seq"]]),
    {
      name: "journal_has_its_leaf",
      table: "journal",
      timing: "after insert",
      when: `NOT EXISTS (SELECT 1 FROM log_leaf WHERE school = NEW.school AND seq = NEW.seq)`,
      message: "journal has no leaf",
    },
    ...immutable("log_checkpoint", [["school", "term", "size"]]),
    {
      name: "log_checkpoint_only_grows",
      table: "log_checkpoint",
      timing: "before insert",
      when: `EXISTS (SELECT 1 FROM log_checkpoint WHERE school = NEW.school
    AND (term > NEW.term OR (term = NEW.term AND size > NEW.size)))
  OR NEW.size > (SELECT coalesce(max(seq), 0) FROM log_leaf WHERE school = NEW.school)`,
      message: "checkpoints only grow",
    },
    ...immutable("log_alarm", [["device", "term", "size", "root"]]),
  ],
};
