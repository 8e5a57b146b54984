// A paper school whose terminals' events are booked: for tests about money.
import { must, rupiah, type EventBody, type LeaseId, type StudentId } from "@saku/protocol";
import type { VerifiedEvent } from "../core/ingest/plan.ts";
import { openEvent } from "../core/ingest/verify.ts";
import {
  paperSchool,
  SCHOOL,
  TODAY,
  type PaperSchool,
  type PaperTerminal,
} from "./paper-school.suite.ts";
import { bookBatch, type BookingOutcome } from "./store/bookings.ts";
import { grantLease } from "./store/leases.ts";

export type PaperBooks = {
  readonly school: PaperSchool;
  readonly term: (index: number) => PaperTerminal;
  readonly kid: (index: number) => StudentId;
  /** Signs and opens; not booked yet. */
  write(terminal: PaperTerminal, body: EventBody): VerifiedEvent;
  book(terminal: PaperTerminal, events: readonly VerifiedEvent[]): Promise<BookingOutcome>;
  /** Tops up and grants all of it to one terminal. */
  grant(amount: number, index?: number): Promise<LeaseId>;
  /** Signs and books a sale of a lease of `paid`, over `amount`; returns its event. */
  sell(paid: number, amount?: number, index?: number): Promise<VerifiedEvent>;
  /** Balances by account id, on the normal side; empty accounts left out. */
  balances(): Promise<Record<string, number>>;
};

export const idBytes = (id: string): Uint8Array => new Uint8Array(Buffer.from(id, "hex"));

export async function paperBooks(
  counts: { readonly terminals: number; readonly students: number },
  clock?: () => number,
): Promise<PaperBooks> {
  const school = await paperSchool(counts, clock);
  const term = (index: number): PaperTerminal => must(school.terminals[index], "a terminal");
  const kid = (index: number): StudentId => must(school.students[index], "a child");
  const books: PaperBooks = {
    school,
    term,
    kid,
    write(terminal, body) {
      const { n, bytes } = terminal.write(body);
      const at = { school: SCHOOL, device: terminal.device, inc: terminal.inc };
      const result = openEvent(at, n, bytes);
      return must(result.ok ? result.value.verified : null, "A paper event opens");
    },
    book: (terminal, events) =>
      school.store.commit((work) =>
        bookBatch(
          work,
          { school: SCHOOL, device: terminal.device, inc: must(events[0], "a batch").event.inc },
          events,
        ),
      ),
    async grant(amount, index = 0) {
      await school.topUp(kid(0), amount);
      const granted = await school.store.commit((work) =>
        grantLease(work, school.outbox, SCHOOL, {
          device: term(index).device,
          student: kid(0),
          purse: "snack",
          day: TODAY,
          amount: rupiah(amount),
          ask: null,
          actor: "test",
        }),
      );
      return granted.lease;
    },
    async sell(paid, amount = paid, index = 0) {
      const lease = await books.grant(paid, index);
      const event = books.write(term(index), {
        type: "sale",
        student: kid(0),
        merchant: term(index).merchant,
        purse: "snack",
        amount: rupiah(amount),
        method: "finger",
        spends: [{ lease, amount: rupiah(amount) }],
      });
      await books.book(term(index), [event]);
      return event;
    },
    async balances() {
      const rows = await school.store.read.selectFrom("account").selectAll().execute();
      return Object.fromEntries(
        rows
          .map((row): [string, number] => {
            const sign = row.normal_side === "credit" ? 1 : -1;
            return [row.id.replace(/trm-[0-9a-z]+/, "trm"), (row.credit - row.debit) * sign];
          })
          .filter(([, balance]) => balance !== 0),
      );
    },
  };
  return books;
}
