import { immutable, type Migration } from "./schema.ts";

/**
 * Events that could not be booked, kept as they came, and what persons decided about them; the keys of incarnations that
 * began before a terminal's key was rotated; and which hellos raised the term. `hash` is the SHA-256 of the bytes.
 */
const tables = `
CREATE TABLE dead_letter (
  school TEXT NOT NULL REFERENCES school (id), device TEXT NOT NULL REFERENCES device (id), inc TEXT NOT NULL,
  n INTEGER NOT NULL CHECK (n >= 1), hash TEXT NOT NULL CHECK (length(hash) = 64), reason TEXT NOT NULL CHECK (reason <> ''),
  received_at INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (device, inc, n, hash)
) STRICT;
CREATE INDEX dead_letter_by_school ON dead_letter (school, received_at);

CREATE TABLE decision_vote (
  device TEXT NOT NULL, inc TEXT NOT NULL, n INTEGER NOT NULL, hash TEXT NOT NULL, person TEXT NOT NULL,
  what TEXT NOT NULL CHECK (what IN ('discard','suspense')), voted_at INTEGER NOT NULL,
  PRIMARY KEY (device, inc, n, hash, person, what),
  FOREIGN KEY (device, inc, n, hash) REFERENCES dead_letter (device, inc, n, hash)
) STRICT;

CREATE TABLE decision (
  school TEXT NOT NULL, device TEXT NOT NULL, inc TEXT NOT NULL, n INTEGER NOT NULL, hash TEXT NOT NULL,
  what TEXT NOT NULL CHECK (what IN ('discard','suspense')), persons TEXT NOT NULL CHECK (persons <> ''),
  decided_at INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (device, inc, n),
  FOREIGN KEY (device, inc, n, hash) REFERENCES dead_letter (device, inc, n, hash)
) STRICT;

CREATE TABLE incarnation_key (
  device TEXT NOT NULL REFERENCES device (id), inc TEXT NOT NULL,
  sign_key BLOB NOT NULL CHECK (length(sign_key) = 32), PRIMARY KEY (device, inc)
) STRICT;

CREATE TABLE term_raise (
  device TEXT NOT NULL REFERENCES device (id), inc TEXT NOT NULL, term INTEGER NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY (device, inc)
) STRICT;
`;

export const syncMigration: Migration = {
  name: "0006-sync",
  tables,
  triggers: [
    ...immutable("dead_letter", [["device", "inc", "n", "hash"]]),
    ...immutable("decision_vote", [["device", "inc", "n", "hash", "person", "what"]]),
    ...immutable("decision", [["device", "inc", "n"]]),
    ...immutable("incarnation_key", [["device", "inc"]]),
    ...immutable("term_raise", [["device", "inc"]]),
    {
      // A watermark passes what could not be booked only together with the signed word of persons.
      name: "discarded_is_decided",
      table: "device_event",
      timing: "before insert",
      when: `NEW.verdict = 'discarded' AND NOT EXISTS (SELECT 1 FROM decision
  WHERE device = NEW.device AND inc = NEW.inc AND n = NEW.n)`,
      message: "nobody decided to discard this event",
    },
  ],
};
