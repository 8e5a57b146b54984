import type { Mutant } from "./mutant.ts";

const OUTBOX = "terminal/src/core/sync/outbox.ts";
const SYNC = "terminal/src/core/sync/sync.ts";
const JOURNAL = "terminal/src/shell/store/journal.ts";
const ROWS = "terminal/src/shell/store/journal-store.ts";

const syncTest = (title: string): Mutant["unitTest"] => ({
  file: "terminal/src/core/sync/sync.test.ts",
  title,
});
const rowsTest = (title: string): Mutant["unitTest"] => ({
  file: "terminal/src/shell/store/journal-store.test.ts",
  title,
});

/** Wrong on the way to the cloud: what is said, believed and forgotten. */
export const syncMutants: readonly Mutant[] = [
  {
    name: "no-hello",
    rules: "S1",
    bug: "A new connection does not begin with hello, so the cloud never gives credit",
    edits: [{ file: SYNC, find: 'effects: [{ kind: "send-hello" }],', replace: "effects: []," }],
    unitTest: syncTest("[S1] begins with hello, and events wait for the credit of the answer"),
  },
  {
    name: "no-rewind",
    rules: "S5",
    bug: "What was lost on the way is never sent again",
    edits: [
      {
        file: OUTBOX,
        find: "return outbox.map((lane) => ({ ...lane, sentTo: lane.ack }));",
        replace: "return outbox;",
      },
    ],
    unitTest: syncTest("[S5] sends again from the first event that is not acknowledged"),
  },
  {
    name: "one-watermark",
    rules: "S7 I5",
    bug: "The newest watermark of any incarnation counts for all of them",
    edits: [
      {
        file: OUTBOX,
        find: "const said = byInc.get(lane.inc);",
        replace: "const said = byInc.get(lane.inc) ?? marks.at(-1);",
      },
    ],
    unitTest: syncTest("[S7] of one incarnation say nothing about another"),
  },
  {
    name: "lower-term-obeyed",
    rules: "S6",
    bug: "A cloud that was replaced is still believed",
    edits: [{ file: SYNC, find: " || ack.term < state.term)", replace: ")" }],
    unitTest: syncTest("[S6] of a lower term change nothing"),
  },
  {
    name: "higher-term-ignored",
    rules: "S6",
    bug: "After a restore the terminal keeps the watermarks of the cloud that is gone",
    edits: [
      {
        file: SYNC,
        find: "isNewTerm ? replace(state.outbox, ack.incs) : raise(state.outbox, ack.incs)",
        replace: "raise(state.outbox, ack.incs)",
      },
    ],
    unitTest: syncTest(
      "[S6] of a higher term replace all, also by less, and what was lost is sent again",
    ),
  },
  {
    name: "acked-is-safe",
    rules: "S7 I17",
    bug: "An acknowledgement counts as a copy off the cloud's machine",
    edits: [
      {
        file: OUTBOX,
        find: "const safe = Math.max(lane.safe, mark.safe);",
        replace: "const safe = Math.max(lane.safe, mark.ack);",
      },
    ],
    unitTest: syncTest("[S7] only rise within a term"),
  },
  {
    name: "pruned-on-ack",
    rules: "S8 I17",
    bug: "Events are deleted when the cloud has them, not when a copy has them",
    edits: [
      {
        file: ROWS,
        find: "AND n <= (SELECT safe FROM incarnation",
        replace: "AND n <= (SELECT ack FROM incarnation",
      },
    ],
    unitTest: rowsTest("[S8] stay for ever while the cloud has not said safe"),
  },
  {
    name: "same-incarnation",
    rules: "I5 N2",
    bug: "A restart goes on in the incarnation before it, so a restored image repeats numbers that were used",
    edits: [
      {
        file: JOURNAL,
        find: "const inc = newIncarnation(start.entropy);",
        replace:
          "const inc = (await newestIncarnation(database.read)) ?? newIncarnation(start.entropy);",
      },
      {
        file: ROWS,
        find: '"INSERT INTO incarnation (inc) VALUES (?)"',
        replace: '"INSERT OR IGNORE INTO incarnation (inc) VALUES (?)"',
      },
    ],
    unitTest: rowsTest(
      "begin a new incarnation at every start, so that a restored image repeats no number",
    ),
  },
  {
    name: "parent-forgotten",
    rules: "N3",
    bug: "The journal's head stays where it was, so events do not name the one before",
    edits: [
      {
        file: ROWS,
        find: '"UPDATE head SET tip = ?, at = ?", stored.id, event.at',
        replace: '"UPDATE head SET at = ?", event.at',
      },
    ],
    unitTest: rowsTest("link every event to the one before, also across a restart"),
  },
  {
    name: "credit-ignored",
    rules: "S4",
    bug: "A terminal sends as fast as it can, whatever the cloud allows",
    edits: [{ file: SYNC, find: "    state.inFlight.length < state.credit &&\n", replace: "" }],
    unitTest: syncTest("[S4] has never more frames in flight than the credit"),
  },
];
