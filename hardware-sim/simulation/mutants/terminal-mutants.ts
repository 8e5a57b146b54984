import type { Mutant } from "./mutant.ts";

const WALLET = "terminal/src/core/wallet/wallet.ts";
const PAYMENT = "terminal/src/core/wallet/payment.ts";
const LEASE = "terminal/src/core/wallet/lease.ts";
const SALE_DESK = "terminal/src/shell/sale-desk/sale-desk.ts";
const DAY_ROLL = "terminal/src/shell/sale-desk/day-roll.ts";
const COMMANDS = "terminal/src/shell/mqtt/command-desk.ts";

const walletTest = (title: string): Mutant["unitTest"] => ({
  file: "terminal/src/core/wallet/wallet.test.ts",
  title,
});
const deskTest = (title: string): Mutant["unitTest"] => ({
  file: "terminal/src/shell/sale-desk/sale-desk.test.ts",
  title,
});
const commandTest = (title: string): Mutant["unitTest"] => ({
  file: "terminal/src/shell/mqtt/command-desk.test.ts",
  title,
});

/** Wrong at the counter: what may be sold, put back and given back. */
export const terminalMutants: readonly Mutant[] = [
  {
    name: "over-lease-spend",
    rules: "W6 I3",
    bug: "A sale takes its whole amount from the first lease, whatever is left of it",
    edits: [
      {
        file: PAYMENT,
        find: "const amount = minRupiah(open, leftOf(lease));",
        replace: "const amount = open;",
      },
    ],
    unitTest: walletTest("[W6] takes the oldest lease first and only what is needed"),
  },
  {
    name: "spend-not-counted",
    rules: "W6 W14 I3",
    bug: "A lease gives its money and forgets that it did",
    edits: [
      {
        file: LEASE,
        find: "return { ...lease, spent: addRupiah(lease.spent, amount) };",
        replace: "return { ...lease, spent: lease.spent };",
      },
    ],
    unitTest: walletTest("[W10] gives back to every lease what was taken"),
  },
  {
    name: "spend-not-stored",
    rules: "W6 I3",
    bug: "The sale is signed and stored, what it took from the lease is not",
    edits: [
      {
        file: SALE_DESK,
        find: "await updateLease(tx, spendLease(lease, spend.amount));",
        replace: "spendLease(lease, spend.amount);",
      },
    ],
    unitTest: deskTest(
      "signs and stores a sale, takes it from the lease and says where the time went",
    ),
  },
  {
    name: "wrong-day-spent",
    rules: "W6 I4",
    bug: "A sale draws on leases of a day that is over",
    edits: [
      { file: PAYMENT, find: "      lease.day === want.day &&\n", replace: "" },
      { file: DAY_ROLL, find: "      await returnOldLeases(tx, append, today);\n", replace: "" },
    ],
    unitTest: walletTest(
      "[W6] never touches another child's, another purse's, another day's or a closed lease",
    ),
  },
  {
    name: "purse-ignored",
    rules: "W6",
    bug: "Money for books buys sweets",
    edits: [{ file: PAYMENT, find: "      lease.purse === want.purse &&\n", replace: "" }],
    unitTest: walletTest(
      "[W6] never touches another child's, another purse's, another day's or a closed lease",
    ),
  },
  {
    name: "frozen-ignored",
    rules: "W3",
    bug: "A terminal that heard of a freeze keeps the child's money and sells on",
    edits: [
      { file: WALLET, find: '  if (facts.student.isFrozen) return "frozen";\n', replace: "" },
      {
        file: COMMANDS,
        find: "for (const lease of leasesToReturn(leases, why)) await giveBack",
        replace: "for (const lease of leasesToReturn([], why)) await giveBack",
      },
    ],
    unitTest: walletTest("[W3] is refused to a frozen child"),
  },
  {
    name: "sale-limit-ignored",
    rules: "W4",
    bug: "One sale may cost more than the stall's limit",
    edits: [{ file: WALLET, find: "if (wish.amount > facts.perSale)", replace: "if (false)" }],
    unitTest: walletTest("[W5] names the first check that fails"),
  },
  {
    name: "void-twice",
    rules: "W8 I8",
    bug: "A sale can be put back again and again",
    edits: [{ file: WALLET, find: "if (sale.isVoided) return", replace: "if (false) return" }],
    unitTest: walletTest("[W8] is refused the second time"),
  },
  {
    name: "void-restores-nothing",
    rules: "W10 L7",
    bug: "A void is signed, and the lease stays spent",
    edits: [
      {
        file: LEASE,
        find: "return { ...lease, spent: subtractRupiah(lease.spent, amount) };",
        replace: "return lease;",
      },
    ],
    unitTest: walletTest("[W10] gives back to every lease what was taken"),
  },
  {
    name: "void-after-its-day",
    rules: "W8 W9",
    bug: "A sale can be put back at any time, also when its day is over",
    edits: [
      { file: WALLET, find: "if (sale.day !== facts.today)", replace: "if (sale.amount === 0)" },
      {
        file: WALLET,
        find: "if (sale.isShown && facts.nowMs - sale.atMs > VOID_WINDOW_MS)",
        replace: "if (sale.isShown && sale.amount === 0)",
      },
    ],
    unitTest: walletTest("[W8] is refused when the school day is over"),
  },
  {
    name: "late-void-kept",
    rules: "W10",
    bug: "What a closed lease gets back by a void stays at the stall",
    edits: [
      {
        file: SALE_DESK,
        find: 'if (restored.state === "active") {',
        replace: "if (restored.amount > 0) {",
      },
    ],
    unitTest: deskTest("[W10] returns at once what a closed lease gets back"),
  },
  {
    name: "return-not-counted",
    rules: "W11 I3",
    bug: "A lease that gave everything back does not know it, and gives it back again after a void",
    edits: [
      {
        file: LEASE,
        find: 'returned: addRupiah(lease.returned, amount), state: "closed"',
        replace: 'state: "closed"',
      },
    ],
    unitTest: walletTest("[W11] returns what is left of every lease of the child and closes it"),
  },
  {
    name: "returned-money-spent",
    rules: "W11 I3",
    bug: "The return is signed, and the lease stays open at the stall",
    edits: [
      {
        file: COMMANDS,
        find: "  const back = returnLease(lease);\n  await updateLease(tx, back.lease);\n",
        replace: "  const back = returnLease(lease);\n",
      },
    ],
    unitTest: deskTest("[W11] gives everything back on request and then has nothing to sell from"),
  },
  {
    name: "return-request-ignored",
    rules: "W11 G7",
    bug: "A terminal that is asked for a child's money keeps it",
    edits: [
      {
        file: COMMANDS,
        find: "for (const lease of leasesToReturn(leases, why)) await giveBack",
        replace: "for (const lease of leasesToReturn([], why)) await giveBack",
      },
    ],
    unitTest: deskTest("[W11] gives everything back on request and then has nothing to sell from"),
  },
  {
    name: "day-over-kept",
    rules: "W12",
    bug: "Leases of a day that is over are never given back",
    edits: [
      { file: DAY_ROLL, find: "      await returnOldLeases(tx, append, today);\n", replace: "" },
    ],
    unitTest: deskTest(
      "[W12] closes the day, returns its leases and opens the next; never the other way",
    ),
  },
  {
    name: "day-moves-back",
    rules: "W12 P43",
    bug: "A clock that is set back opens yesterday again",
    edits: [
      {
        file: "terminal/src/core/wallet/day.ts",
        find: "return advanceSchoolDay(open,",
        replace: "return advanceSchoolDay(open === null ? open : null,",
      },
    ],
    unitTest: deskTest(
      "[W12] closes the day, returns its leases and opens the next; never the other way",
    ),
  },
  {
    name: "accept-twice",
    rules: "W13",
    bug: "A grant that is said again is accepted again, as new money",
    edits: [
      {
        file: COMMANDS,
        find: "if ((await readLease(tx, body.lease)) !== null) return;",
        replace: "if (body.amount === 0) return;",
      },
    ],
    unitTest: deskTest("[W13] accepts a lease once, and gives one of an old day back at once"),
  },
  {
    name: "old-grant-kept",
    rules: "W13",
    bug: "A grant of a day that is over stays at the terminal, where nobody may spend it",
    edits: [
      {
        file: COMMANDS,
        find: 'if (day !== null && lease.day < day) await giveBack(scope, lease, "day-over");',
        replace: "",
      },
    ],
    unitTest: deskTest("[W13] accepts a lease once, and gives one of an old day back at once"),
  },
  {
    name: "command-gap-jumped",
    rules: "V1",
    bug: "A command is applied although one before it is missing, which then never comes",
    edits: [
      { file: COMMANDS, find: "hasGap = command.rev > have + 1;", replace: "hasGap = false;" },
    ],
    unitTest: commandTest("[V1] are applied strictly in the order of their revisions, and once"),
  },
  {
    name: "command-twice",
    rules: "V1",
    bug: "A command that comes twice is applied twice",
    edits: [
      { file: COMMANDS, find: "if (command.rev <= have) continue;", replace: "" },
      {
        file: "terminal/src/shell/store/register-store.ts",
        find: '"INSERT INTO command (rev',
        replace: '"INSERT OR IGNORE INTO command (rev',
      },
    ],
    unitTest: commandTest("[V1] are applied strictly in the order of their revisions, and once"),
  },
  {
    name: "revision-not-stored",
    rules: "V1",
    bug: "What was applied is forgotten by the next start",
    edits: [
      {
        file: "terminal/src/shell/store/register-store.ts",
        find: '  await tx.run("UPDATE head SET have = ?", command.rev);\n',
        replace: "",
      },
    ],
    unitTest: commandTest("[V1] are applied strictly in the order of their revisions, and once"),
  },
];
