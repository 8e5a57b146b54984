import type { Mutant } from "./mutant.ts";

const SUB_GRANT = "terminal/src/core/hub/sub-grant.ts";
const DESK = "terminal/src/shell/hub/hub-desk.ts";
const LINE = "terminal/src/shell/hub/hub-line.ts";

const subGrantTest = (title: string): Mutant["unitTest"] => ({
  file: "terminal/src/core/hub/sub-grant.test.ts",
  title,
});
const hubTest = (title: string): Mutant["unitTest"] => ({
  file: "terminal/src/shell/hub/hub.test.ts",
  title,
});

/** Wrong between a stall and the school's hub. */
export const hubMutants: readonly Mutant[] = [
  {
    name: "sub-grant-not-taken-from-the-hub",
    rules: "H1 H10 I3",
    bug: "The hub gives a stall money and keeps it in its own leases too",
    edits: [
      {
        file: DESK,
        find: "if (own !== null) await updateLease(tx, spendLease(own, spend.amount));",
        replace: "if (own !== null) spendLease(own, spend.amount);",
      },
    ],
    unitTest: hubTest(
      "[H1] [H8] sells what the hub still holds, to the last rupiah, and then refuses",
    ),
  },
  {
    name: "hub-answers-anew",
    rules: "H2",
    bug: "A question that comes again is decided again instead of answered with the same bytes",
    edits: [
      {
        file: SUB_GRANT,
        find: "if (facts.before !== null)\n",
        replace: "if (facts.before !== null && facts.before.grant.length === 0)\n",
      },
    ],
    unitTest: subGrantTest(
      "[H2] is repeated in its bytes for the same question, even when all else would refuse it",
    ),
  },
  {
    name: "hub-ignores-a-freeze",
    rules: "H4",
    bug: "The hub gives money of a frozen child",
    edits: [
      {
        file: SUB_GRANT,
        find: '  if (facts.student.isFrozen) return refuse("frozen");\n',
        replace: "",
      },
    ],
    unitTest: subGrantTest("[H4] is refused by the first check that fails"),
  },
  {
    name: "hub-question-forgotten",
    rules: "H7",
    bug: "A stall whose question stayed without an answer asks a new one, and what the hub gave is nobody's",
    edits: [
      {
        file: LINE,
        find: "if (before !== null && asked !== null) return { ask: asked, open: before };",
        replace: "if (before !== null && asked === before) return { ask: asked, open: before };",
      },
    ],
    unitTest: hubTest(
      "[H7] asks again in the same bytes when the answer was lost, and the money moves once",
    ),
  },
  {
    name: "sub-grant-not-said",
    rules: "H6",
    bug: "A stall spends what the hub gave and does not tell the cloud where it came from",
    edits: [
      {
        file: LINE,
        find: '    await append({ type: "grant-accept", lease: lease.lease, amount: lease.amount, grant });\n',
        replace:
          '    if (lease.amount === 0) await append({ type: "grant-accept", lease: lease.lease, amount: lease.amount, grant });\n',
      },
    ],
    unitTest: hubTest("[H3] [H6] leaves the grant in both chains, the hub's bytes in the stall's"),
  },
  {
    name: "sub-grant-not-kept",
    rules: "H6 H3",
    bug: "The stall says that it has the hub's money, and does not have it",
    edits: [
      {
        file: LINE,
        find: "    await insertLease(tx, acceptLease(lease));\n",
        replace: "    acceptLease(lease);\n",
      },
    ],
    unitTest: hubTest(
      "[H1] [H8] sells what the hub still holds, to the last rupiah, and then refuses",
    ),
  },
];
