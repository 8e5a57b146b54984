import type { Mutant } from "./mutant.ts";

const PLAN = "cloud-broker/src/core/ingest/plan.ts";
const BOOKING = "cloud-broker/src/core/ingest/booking.ts";
const LEASE = "cloud-broker/src/core/leases/lease.ts";
const ASK = "cloud-broker/src/core/leases/ask.ts";
const RECIPES = "cloud-broker/src/core/ledger/recipes.ts";
const LEASE_ROWS = "cloud-broker/src/shell/store/leases.ts";
const ASKS_DESK = "cloud-broker/src/shell/mqtt/asks-desk.ts";
const HELLO_DESK = "cloud-broker/src/shell/mqtt/hello-desk.ts";
const BOOKINGS = "cloud-broker/src/shell/store/bookings.ts";
const AWAITED = "cloud-broker/src/shell/store/awaited-terminals.ts";
const BACKUP = "cloud-broker/src/shell/store/backup.ts";

const bookingsTest = (title: string): Mutant["unitTest"] => ({
  file: "cloud-broker/src/shell/store/bookings.test.ts",
  title,
});
const leasesTest = (title: string): Mutant["unitTest"] => ({
  file: "cloud-broker/src/core/leases/leases.test.ts",
  title,
});
const brokerTest = (title: string): Mutant["unitTest"] => ({
  file: "cloud-broker/src/shell/mqtt/broker.test.ts",
  title,
});
const backupTest = (title: string): Mutant["unitTest"] => ({
  file: "cloud-broker/src/shell/store/backup.test.ts",
  title,
});
const officeTest = (title: string): Mutant["unitTest"] => ({
  file: "cloud-broker/src/shell/office/office.test.ts",
  title,
});

/** Wrong when events are booked. */
export const ingestMutants: readonly Mutant[] = [
  {
    name: "no-dedupe",
    rules: "N1",
    bug: "An event that is stored already is taken for another history",
    edits: [
      {
        file: PLAN,
        find: "if (books.stored.get(n) === verified.id) walk.duplicateCount += 1;",
        replace: "if (books.stored.get(n) === '') walk.duplicateCount += 1;",
      },
    ],
    unitTest: bookingsTest("[N1] answers a replayed batch without moving anything"),
  },
  {
    name: "gap-accepted",
    rules: "N2 I5",
    bug: "Events are taken although some before them are missing",
    edits: [{ file: PLAN, find: "if (n > walk.ack + 1) {", replace: "if (n < 0) {" }],
    unitTest: bookingsTest("[N2] takes nothing beyond a gap and says where it begins"),
  },
  {
    name: "parent-unchecked",
    rules: "N3",
    bug: "An event may name any other as the one before it",
    edits: [
      {
        file: PLAN,
        find: 'if (event.n > 1 && parent !== walk.tip && walk.tip !== UNKNOWN_TIP) return "broken-chain";',
        replace: "",
      },
    ],
    unitTest: bookingsTest(
      "[N3] holds an incarnation whose first parent is not known, and refuses a broken chain",
    ),
  },
  {
    name: "fork-unnoticed",
    rules: "N4",
    bug: "Two histories of one terminal are taken for one",
    edits: [
      {
        file: PLAN,
        find: 'return walk.parentsWithChild.has(parent) ? "fork" : "good";',
        replace: 'return "good";',
      },
    ],
    unitTest: bookingsTest(
      "[N4] books a second child as far as its lease reaches and quarantines the terminal",
    ),
  },
  {
    name: "fork-not-flagged",
    rules: "N4 D2",
    bug: "A forked terminal is given money as before",
    edits: [
      {
        file: BOOKINGS,
        find: '.set({ state: nextDeviceState(row.state, "forked") })',
        replace: ".set({ state: row.state })",
      },
    ],
    unitTest: bookingsTest(
      "[N4] books a second child as far as its lease reaches and quarantines the terminal",
    ),
  },
  {
    name: "cloud-spend-not-counted",
    rules: "G1 I3",
    bug: "The ledger pays the stall from a lease and leaves the lease as it was",
    edits: [
      {
        file: LEASE,
        find: "spent: addRupiah(lease.spent, taken) }), taken };",
        replace: "spent: lease.spent }), taken };",
      },
    ],
    unitTest: leasesTest(
      "[G1] never gives more than it got, in any order of spends, voids and returns",
    ),
  },
  {
    name: "cloud-over-lease",
    rules: "G1 N6",
    bug: "The ledger takes a whole sale from a lease that does not cover it",
    edits: [
      {
        file: LEASE,
        find: "const taken = minRupiah(amount, remainingOf(lease));",
        replace: "const taken = amount;",
      },
    ],
    unitTest: leasesTest(
      "[G1] never gives more than it got, in any order of spends, voids and returns",
    ),
  },
  {
    name: "cloud-void-keeps-lease-closed",
    rules: "G2",
    bug: "A void gives a closed lease its money back and leaves it closed",
    edits: [
      {
        file: LEASE,
        find: 'const state = isLiving || lease.state === "written-off" ? lease.state : "active";',
        replace: "const state = isLiving ? lease.state : lease.state;",
      },
    ],
    unitTest: leasesTest("[G2] closes when a return leaves nothing and lives again after a void"),
  },
  {
    name: "cloud-void-twice",
    rules: "N5 I8",
    bug: "A sale that was voided is voided again",
    edits: [
      { file: BOOKING, find: "if (of.voidedBy !== null) return", replace: "if (false) return" },
      {
        file: BOOKING,
        find: "if (!isVoidable(saleMoney(of))) return",
        replace: "if (of.amount === 0) return",
      },
    ],
    unitTest: bookingsTest(
      "[L7] voids once, opens the lease again, and a return then closes it [G2]",
    ),
  },
  {
    name: "return-not-booked",
    rules: "G2 I3",
    bug: "A signed return closes the lease, and its money goes nowhere",
    edits: [
      {
        file: BOOKING,
        find: "    given === 0\n      ? null\n      : leaseReturn({",
        replace: "    given >= 0\n      ? null\n      : leaseReturn({",
      },
    ],
    unitTest: bookingsTest(
      "[L7] voids once, opens the lease again, and a return then closes it [G2]",
    ),
  },
  {
    name: "suspense-on-the-child",
    rules: "L6 I15",
    bug: "The child pays what a terminal sold beyond its leases",
    edits: [
      {
        file: RECIPES,
        find: "debit(isReserved ? reserveAccount : suspenseAccount(input.device), input.uncovered),",
        replace:
          "debit(isReserved ? reserveAccount : studentAccount(input.student), input.uncovered),",
      },
    ],
    unitTest: bookingsTest(
      "[L6] books what the lease covers from the child and the rest from suspense",
    ),
  },
  {
    name: "void-pays-the-child-suspense",
    rules: "L7",
    bug: "A void gives the child also what suspense had paid",
    edits: [
      {
        file: RECIPES,
        find: "credit(uncoveredAccount(input), input.uncovered),",
        replace: "credit(escrowAccount(input.device, input.student), input.uncovered),",
      },
    ],
    unitTest: {
      file: "cloud-broker/src/core/ledger/recipes.test.ts",
      title: "[L7] a void is the mirror of its sale",
    },
  },
  {
    name: "unbalanced-sale",
    rules: "L1 L6 I1",
    bug: "The stall is paid only what leases covered",
    edits: [
      {
        file: RECIPES,
        find: "credit(merchantAccount(input.merchant), addRupiah(input.covered, input.uncovered)),",
        replace: "credit(merchantAccount(input.merchant), input.covered),",
      },
    ],
    unitTest: bookingsTest(
      "[L6] books what the lease covers from the child and the rest from suspense",
    ),
  },
  {
    name: "leaf-missing",
    rules: "M11 I11",
    bug: "A journal enters the books without its leaf in the school's log",
    edits: [
      {
        file: "cloud-broker/src/shell/store/log-leaves.ts",
        find: "  if (first === undefined) return;\n  const size",
        replace: "  if (first === undefined || first.seq > 0) return;\n  const size",
      },
    ],
    unitTest: {
      file: "cloud-broker/src/shell/store/log-store.test.ts",
      title: "[M11] has one leaf a journal, and every entry is proven in every later tree",
    },
  },
];

/** Wrong when money is lent. */
export const lendingMutants: readonly Mutant[] = [
  {
    name: "limit-ignored",
    rules: "G3 I4",
    bug: "The daily limit binds nothing",
    edits: [
      {
        file: "cloud-broker/src/shell/store/limits.ts",
        find: 'if (purse === "snack") uses.push({ limit: of.daily, used: used(today) });',
        replace: "",
      },
    ],
    unitTest: officeTest("[G3] a limit caps what is granted, and a cut asks the rest back"),
  },
  {
    name: "limit-forgets-spends",
    rules: "G3 I4",
    bug: "Only what open leases still hold counts against the limit, not what was spent of them",
    edits: [
      {
        file: LEASE,
        find: "  return subtractRupiah(lease.amount, addRupiah(lease.returned, lease.passed));",
        replace: "  return remainingOf(lease);",
      },
    ],
    unitTest: leasesTest(
      "[G3] uses up the snack limit by amount less returned; other purses have none",
    ),
  },
  {
    name: "ask-beyond-the-money",
    rules: "G6 L3 I2",
    bug: "A terminal that asks gets what it needs, whether the child has it or not",
    edits: [
      {
        file: ASK,
        find: "const free = rupiah(Math.min(facts.available, limit));",
        replace: "const free = rupiah(Math.min(facts.need, limit));",
      },
    ],
    unitTest: leasesTest("[G6] "),
  },
  {
    name: "grant-without-posting",
    rules: "G4 I3",
    bug: "A lease is granted, and its money stays with the child",
    edits: [
      {
        file: LEASE_ROWS,
        find: "await postJournals(work, school, [leaseGrant({ lease, device, student, amount, day, actor })]);",
        replace: "leaseGrant({ lease, device, student, amount, day, actor });",
      },
    ],
    unitTest: officeTest(
      "[G4] a top-up reserves today's share at every terminal in the same commit",
    ),
  },
  {
    name: "grant-not-told",
    rules: "G4",
    bug: "The money is reserved, and the terminal never hears of it",
    edits: [
      {
        file: LEASE_ROWS,
        find: '{ kind: "lease-grant", lease, student, purse, day, amount, ask },',
        replace: "",
      },
    ],
    unitTest: officeTest(
      "[G4] a top-up reserves today's share at every terminal in the same commit",
    ),
  },
  {
    name: "ask-granted-twice",
    rules: "G6",
    bug: "A question that comes again gets new money",
    edits: [
      {
        file: ASKS_DESK,
        find: 'if (before !== undefined) return { kind: "granted", rev: before.rev };',
        replace: "",
      },
    ],
    unitTest: brokerTest(
      "[G6] a hello brings everything above what the terminal has; an ask is granted in one round trip",
    ),
  },
  {
    name: "recall-without-asking",
    rules: "G6 G7",
    bug: "Nobody is told to give the child's money back",
    edits: [
      {
        file: LEASE_ROWS,
        find: '[{ kind: "return-request", student }]',
        replace: "[]",
      },
    ],
    unitTest: officeTest(
      "[G7] freezing asks every holder back, names whom it waits for, and thawing grants again",
    ),
  },
  {
    name: "lease-freed-by-the-clock",
    rules: "W12 G2 I3",
    bug: "The morning takes back yesterday's leases without the terminal's signed return",
    edits: [
      {
        file: LEASE_ROWS,
        find: 'import { leaseGrant } from "../../core/ledger/recipes.ts";',
        replace: 'import { leaseGrant, leaseReturn } from "../../core/ledger/recipes.ts";',
      },
      {
        file: LEASE_ROWS,
        find: "  const available = rupiah(await balanceOf(work, school, studentAccount(student).id));\n  if",
        replace: `  const today = schoolDayAt(work.now, child.zone);
  for (const old of await leasesOfStudent(work, school, student, today)) {
    const amount = remainingOf(old);
    if (old.day >= today || amount === 0) continue;
    const { lease: event, device } = old;
    await postJournals(work, school, [leaseReturn({ event, device, student, amount, day: today, actor: "clock" })]);
    const returned = rupiah(old.returned + amount);
    await work.db.updateTable("lease").set({ returned, state: "closed" }).where("school", "=", school).where("id", "=", event).execute();
  }
  const available = rupiah(await balanceOf(work, school, studentAccount(student).id));
  if`,
      },
    ],
    unitTest: {
      file: "cloud-broker/src/shell/store/lease-clock.test.ts",
      title: "[G2] yesterday's lease is freed by its signed return, never by the morning",
    },
  },
];

/** Wrong after a failure of the cloud itself. */
export const restoreMutants: readonly Mutant[] = [
  {
    name: "term-kept",
    rules: "S6 N9",
    bug: "A restored ledger says that it is the one that was lost",
    edits: [
      {
        file: "cloud-broker/src/shell/store/lineage.ts",
        find: "if (last > 0 && !isCopy) return last;",
        replace: "if (last > 0) return last;",
      },
    ],
    unitTest: backupTest(
      "[N9] lets safe rise to what it holds and no further, and a restored one starts a higher term",
    ),
  },
  {
    name: "revision-reused",
    rules: "V1 G4",
    bug: "A restored ledger queues commands under revisions that the terminal has applied",
    edits: [{ file: HELLO_DESK, find: "rev: isAhead ? hello.have : rev,", replace: "rev," }],
    unitTest: brokerTest(
      "[G4] a restored cloud says again what it queued under revisions that the terminal knows already",
    ),
  },
  {
    name: "grants-not-repeated",
    rules: "G4",
    bug: "What a restored cloud queued before it heard how far the terminal was is never heard",
    edits: [
      {
        file: HELLO_DESK,
        find: "if (isYounger && !isOver) await sayAgain",
        replace: "if (isYounger && isOver) await sayAgain",
      },
    ],
    unitTest: brokerTest(
      "[G4] a restored cloud says again what it queued under revisions that the terminal knows already",
    ),
  },
  {
    name: "restored-lends-at-once",
    rules: "BK8 I4",
    bug: "A restored ledger lends what terminals hold of the lost one a second time",
    edits: [
      {
        file: AWAITED,
        find: "return (await awaitedTerminals(work, school)).length === 0;",
        replace: "return true;",
      },
    ],
    unitTest: {
      file: "cloud-broker/src/shell/store/restored-lending.test.ts",
      title: "[BK8] lends nothing until every terminal has spoken, and never beyond the limit",
    },
  },
  {
    name: "old-hello-believed",
    rules: "BK8 S16",
    bug: "A hello of the lost lineage, which leaves out what was safe there, ends the wait",
    edits: [
      {
        file: HELLO_DESK,
        find: "const isOfThisLineage = hello.term === term || hello.term === 0;",
        replace: "const isOfThisLineage = hello.term <= term;",
      },
    ],
    unitTest: {
      file: "cloud-broker/src/shell/mqtt/restored-cloud.test.ts",
      title:
        "[BK8] does not believe a hello of the lineage that was lost, which names only what was not safe there",
    },
  },
  {
    name: "accept-before-its-money",
    rules: "BK9",
    bug: "A forgotten grant is taken as far as the child has money now, while another terminal still has the rest",
    edits: [
      {
        file: "cloud-broker/src/shell/store/deliveries.ts",
        find: "if (await isFunded(parts, grant.student, grant.amount)) return false;",
        replace: "if (grant.amount > 0) return false;",
      },
    ],
    unitTest: {
      file: "cloud-broker/src/shell/store/rebuild.test.ts",
      title:
        "[BK9] takes a grant later whose money another terminal has given back, and neither waits for ever",
    },
  },
  {
    name: "safe-before-the-copy",
    rules: "N9 I17",
    bug: "Terminals may forget as soon as a backup begins",
    edits: [
      {
        file: BACKUP,
        find: "  const names = await drive.names(directory);\n",
        replace:
          "  await raiseSafe(store, booked);\n  const names = await drive.names(directory);\n",
      },
    ],
    unitTest: backupTest("[N9] that cannot be written leaves safe where it was and no half a file"),
  },
  {
    name: "safe-beyond-the-copy",
    rules: "N9 I17",
    bug: "Safe rises to what is booked when the copy is finished, not to what it holds",
    edits: [
      {
        file: BACKUP,
        find: "isOffBox() ? await raiseSafe(store, booked) : [];",
        replace:
          'await raiseSafe(store, await store.read.selectFrom("incarnation").select(["device", "inc", "ack"]).execute());',
      },
    ],
    unitTest: backupTest(
      "[N9] that is overtaken by new events lets safe rise to its own content only",
    ),
  },
  {
    name: "safe-is-ack",
    rules: "N9 I17",
    bug: "The cloud says safe for everything that it has committed",
    edits: [
      {
        file: "cloud-broker/src/shell/mqtt/watermarks.ts",
        find: "safe: row?.safe ?? 0 };",
        replace: "safe: row?.ack ?? 0 };",
      },
    ],
    unitTest: {
      file: "cloud-broker/src/shell/jobs/jobs.test.ts",
      title: "[N9] tell a connected terminal what it may forget as soon as the copy is finished",
    },
  },
];
