import type { Journal, Ledger } from "./books.ts";
import type { Outcome } from "./intention.ts";

/** What is known outside the product: what children and merchants saw, and what the office paid in. */
export type Witness = {
  readonly outcomes: readonly Outcome[];
  /** Student ids, in the order of the intentions' numbers. */
  readonly students: readonly string[];
  /** Rupiah paid in at the office for each child, each order counted once. */
  readonly paidIn: ReadonlyMap<string, number>;
};

export type Verdict = {
  readonly sales: number;
  readonly lost: number;
  readonly doubled: number;
  readonly negative: number;
  readonly imbalance: number;
  /** One sentence for each thing that is wrong, at most a few. */
  readonly findings: readonly string[];
};

const FINDINGS_MAX = 20;

type Sale = Journal["sales"][number];

/** Sales by the child and amount that name their intention. */
function salesByIntention(
  sales: readonly Sale[],
  students: readonly string[],
): Map<string, Sale[]> {
  const found = new Map<string, Sale[]>();
  for (const sale of sales) {
    const key = `${students.indexOf(sale.student)}/${sale.amount}`;
    found.set(key, [...(found.get(key) ?? []), sale]);
  }
  return found;
}

/** What a screen said against what was signed. */
function judgeScreens(witness: Witness, journals: readonly Journal[], say: (line: string) => void) {
  let lost = 0;
  let doubled = 0;
  const voided = new Set(journals.flatMap((journal) => [...journal.voided]));
  const made = salesByIntention(
    journals.flatMap(({ sales }) => sales),
    witness.students,
  );
  for (const { student, amount, knowledge, index } of witness.outcomes) {
    const sales = made.get(`${student}/${amount}`) ?? [];
    const isExpected = knowledge !== "refused" && knowledge !== "unknown";
    const isUndone = sales.some(({ id }) => voided.has(id));
    if (isExpected && sales.length === 0) {
      lost += 1;
      say(`purchase ${index} (${knowledge}) was signed by no terminal`);
    }
    if (knowledge === "put-back" && sales.length > 0 && !isUndone) {
      lost += 1;
      say(`purchase ${index} was put back on the screen and not in the journal`);
    }
    if (sales.length > 1 || (knowledge === "refused" && sales.length > 0)) {
      doubled += 1;
      say(`purchase ${index} (${knowledge}) was signed ${sales.length} times`);
    }
  }
  return { lost, doubled };
}

/** What was signed against what was booked. */
function judgeBooks(journals: readonly Journal[], ledger: Ledger, say: (line: string) => void) {
  let lost = 0;
  const signed = new Map(journals.flatMap(({ sales }) => sales.map((sale) => [sale.id, sale])));
  for (const { id, amount } of signed.values())
    if (ledger.sales.get(id) !== amount) {
      lost += 1;
      say(
        `sale ${id.slice(0, 12)} of Rp ${amount} is booked as ${ledger.sales.get(id) ?? "nothing"}`,
      );
    }
  for (const journal of journals) {
    lost += journal.brokenLinks;
    if (journal.brokenLinks > 0) say(`a journal has ${journal.brokenLinks} broken links`);
    for (const id of journal.voided)
      if (!ledger.voided.has(id)) {
        lost += 1;
        say(`the void of sale ${id.slice(0, 12)} is not booked`);
      }
  }
  const invented = [...ledger.sales.keys()].filter((id) => !signed.has(id));
  for (const id of invented) say(`sale ${id.slice(0, 12)} is booked and no terminal signed it`);
  return { lost, doubled: invented.length + ledger.doubledCauses };
}

/** Every child's money by plain addition: paid in less what was bought and not put back. */
function judgeSums(
  witness: Witness,
  journals: readonly Journal[],
  { ledger, say }: { readonly ledger: Ledger; readonly say: (line: string) => void },
): number {
  const voided = new Set(journals.flatMap((journal) => [...journal.voided]));
  const spent = new Map<string, number>();
  for (const { sales } of journals)
    for (const { id, student, amount } of sales)
      if (!voided.has(id)) spent.set(student, (spent.get(student) ?? 0) + amount);
  let difference = 0;
  for (const [index, student] of witness.students.entries()) {
    const wanted = (witness.paidIn.get(student) ?? 0) - (spent.get(student) ?? 0);
    const found = ledger.held.get(student) ?? 0;
    difference += Math.abs(wanted - found);
    if (wanted !== found) say(`child ${index} should have Rp ${wanted} and has Rp ${found}`);
  }
  return difference;
}

/** Lays the screens, the terminals' journals, the office's receipts and the ledger beside each other. */
export function judge(witness: Witness, journals: readonly Journal[], ledger: Ledger): Verdict {
  const findings: string[] = [];
  const say = (line: string): void => {
    if (findings.length < FINDINGS_MAX) findings.push(line);
  };
  const screens = judgeScreens(witness, journals, say);
  const books = judgeBooks(journals, ledger, say);
  const sums = judgeSums(witness, journals, { ledger, say });
  return {
    sales: ledger.sales.size,
    lost: screens.lost + books.lost,
    doubled: screens.doubled + books.doubled,
    negative: ledger.negative,
    imbalance: ledger.imbalance + sums,
    findings,
  };
}
