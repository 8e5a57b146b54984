import type { Mutant } from "./mutant.ts";

const REFUND = "cloud-broker/src/core/ledger/refund.ts";
const PAYMENT = "cloud-broker/src/core/ledger/payment.ts";
const MONEY_BOOKING = "cloud-broker/src/core/ingest/money-booking.ts";

const decisionTest = (title: string): Mutant["unitTest"] => ({
  file: "cloud-broker/src/core/ledger/decisions.test.ts",
  title,
});
const moneyTest = (title: string): Mutant["unitTest"] => ({
  file: "cloud-broker/src/shell/store/money-bookings.test.ts",
  title,
});

/** Wrong at the school's money desk. */
export const moneyMutants: readonly Mutant[] = [
  {
    name: "refund-above-the-sale",
    rules: "L11 I8",
    bug: "More can be refunded than the sale was worth",
    edits: [
      {
        file: REFUND,
        find: "amount === 0 || amount > addRupiah(child, refundableToOther(sale))",
        replace: "amount === 0",
      },
    ],
    unitTest: decisionTest(
      "[L11] refunds, disputes and their decisions together never exceed the sale",
    ),
  },
  {
    name: "refund-of-a-voided-sale",
    rules: "L11 I8",
    bug: "A sale that was put back is refunded as well",
    edits: [
      {
        file: REFUND,
        find: "  if (sale.isVoided) return rupiah(0);\n  return subtractRupiah(sale.covered,",
        replace: "  return subtractRupiah(sale.covered,",
      },
    ],
    unitTest: decisionTest(
      "[L11] a voided sale gives nothing more, and a refunded one cannot be voided",
    ),
  },
  {
    name: "void-of-a-refunded-sale",
    rules: "L11 I8",
    bug: "A sale that was refunded is put back as well",
    edits: [
      {
        file: REFUND,
        find: "return !sale.isVoided && sale.refundedToChild === 0 && sale.refundedToOther === 0;",
        replace: "return !sale.isVoided;",
      },
    ],
    unitTest: decisionTest(
      "[L11] a voided sale gives nothing more, and a refunded one cannot be voided",
    ),
  },
  {
    name: "emergency-on-the-child",
    rules: "L12 I15",
    bug: "A hungry child pays for the meal that the school's reserve should pay",
    edits: [
      {
        file: MONEY_BOOKING,
        find: 'import { cashIn } from "../ledger/office-recipes.ts";',
        replace:
          'import { studentAccount } from "../ledger/account.ts";\nimport { cashIn } from "../ledger/office-recipes.ts";',
      },
      {
        file: MONEY_BOOKING,
        find: "journal: emergencySale(occasionOf(context), { merchant, amount }),",
        replace: `journal: ((draft) => ({
      ...draft,
      postings: draft.postings.map((posting) =>
        posting.side === "debit" ? { ...posting, account: studentAccount(student) } : posting,
      ),
    }))(emergencySale(occasionOf(context), { merchant, amount })),`,
      },
    ],
    unitTest: moneyTest("[L12] an emergency meal, its refund and its void are the reserve's"),
  },
  {
    name: "cash-of-a-stranger-lost",
    rules: "L13",
    bug: "Cash for a child that the school does not know is not booked",
    edits: [
      {
        file: MONEY_BOOKING,
        find: "journal: cashIn(occasionOf(context), { device, student, amount }),",
        replace:
          "journal: isKnown ? cashIn(occasionOf(context), { device, student, amount }) : null,",
      },
    ],
    unitTest: moneyTest(
      "[L13] cash of a known child is its own, of an unknown one it waits in suspense",
    ),
  },
  {
    name: "late-event-in-a-sealed-day",
    rules: "L14 I12",
    bug: "What comes late is dated into a day that is sealed",
    edits: [
      {
        file: "cloud-broker/src/core/ledger/period.ts",
        find: "day <= sealedThrough ? addSchoolDays(sealedThrough, 1) : day;",
        replace: "day <= sealedThrough ? day : day;",
      },
    ],
    unitTest: decisionTest("[L14] what comes late enters the first open day, never a sealed one"),
  },
  {
    name: "payment-settles-twice",
    rules: "L13 L4",
    bug: "A second payment of one order is credited again",
    edits: [
      {
        file: PAYMENT,
        find: 'if (order.state === "settled") return',
        replace: 'if (order.topUp === "") return',
      },
    ],
    unitTest: decisionTest(
      "[L13] only the exact amount of an order that is not settled becomes the child's",
    ),
  },
  {
    name: "other-amount-settles",
    rules: "L13",
    bug: "An order is settled by whatever amount was paid",
    edits: [
      {
        file: PAYMENT,
        find: "if (order.expected !== paid.amount) return",
        replace: "if (paid.amount === 0) return",
      },
    ],
    unitTest: decisionTest(
      "[L13] only the exact amount of an order that is not settled becomes the child's",
    ),
  },
  {
    name: "blocked-money-paid-out",
    rules: "T1 T2 I9",
    bug: "A stall is paid also what a Z report that disagrees has blocked",
    edits: [
      {
        file: "cloud-broker/src/core/ledger/settlement.ts",
        find: "Math.max(0, payable - blocked)",
        replace: "Math.max(0, payable)",
      },
    ],
    unitTest: decisionTest(
      "[T1] pays at most what is owed and not held or blocked, and never a debt",
    ),
  },
  {
    name: "z-difference-unseen",
    rules: "T2",
    bug: "A Z report with another total than the ledger's agrees with it",
    edits: [
      {
        file: "cloud-broker/src/core/ledger/z-report.ts",
        find: "if (ours.total !== theirs.total) return",
        replace: "if (ours.total < 0) return",
      },
    ],
    unitTest: decisionTest("[T2] a Z report differs where a count or a total does"),
  },
  {
    name: "dispute-paid-after-a-void",
    rules: "T3 I8",
    bug: "A dispute gives the child what a void gave it already",
    edits: [
      {
        file: REFUND,
        find: "return minRupiah(held, refundableToChild({ ...sale, disputed: others }));",
        replace: "return others < 0 ? others : held;",
      },
    ],
    unitTest: decisionTest(
      "[T3] what a void gave back already does not go to the child again by a dispute",
    ),
  },
  {
    name: "alone-above-the-limit",
    rules: "L16",
    bug: "Whoever asks for a second person's word may give it",
    edits: [
      {
        file: "cloud-broker/src/core/ledger/second-person.ts",
        find: 'return approval.askedBy === person ? "same-person" : null;',
        replace: 'return person === "" ? "same-person" : null;',
      },
    ],
    unitTest: decisionTest("[L16] nobody agrees with themselves, and an answer is final"),
  },
];
