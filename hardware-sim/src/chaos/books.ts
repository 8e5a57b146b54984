import { eventId, openObject, parseEvent, toHex, type SakuEvent } from "@saku/protocol";
import sqlite3 from "sqlite3";

/** One row, as any database gives it. */
export type Row = Readonly<Record<string, unknown>>;
/** Asks a database that nobody writes any more; nothing of its owner's code is used. */
export type Query = (sql: string) => Promise<readonly Row[]>;

/** One read-only connection for several questions. */
export function openBooks(
  file: string,
): Promise<{ readonly query: Query; close(): Promise<void> }> {
  return new Promise((resolve, reject) => {
    const database = new sqlite3.Database(file, sqlite3.OPEN_READONLY, (openError) => {
      if (openError !== null) {
        reject(openError);
        return;
      }
      resolve({
        query: (sql) =>
          new Promise((answer, fail) => {
            database.all<Row>(sql, (error, rows) => (error === null ? answer(rows) : fail(error)));
          }),
        close: () => new Promise((closed) => database.close(() => closed())),
      });
    });
  });
}

/** A connection for every question, so that nothing stays open. */
export function sqliteQuery(file: string): Query {
  return async (sql) => {
    const books = await openBooks(file);
    try {
      return await books.query(sql);
    } finally {
      await books.close();
    }
  };
}

/** What one terminal has signed, read from its own file and decoded from the signed bytes. */
export type Journal = {
  readonly sales: readonly {
    readonly id: string;
    readonly student: string;
    readonly amount: number;
    /** Leases that paid for it. */
    readonly leases: readonly string[];
  }[];
  /** Leases that this terminal gave to stalls as the hub, and those that it took from one. */
  readonly given: ReadonlySet<string>;
  readonly taken: ReadonlySet<string>;
  /** Ids of sales that were put back. */
  readonly voided: ReadonlySet<string>;
  readonly eventCount: number;
  /** Places where an event does not name its predecessor, or a number is missing. */
  readonly brokenLinks: number;
};

function decode(bytes: unknown): { readonly event: SakuEvent; readonly id: string } {
  if (!(bytes instanceof Uint8Array)) throw new TypeError("An event without bytes");
  const opened = openObject("saku.event.v1", new Uint8Array(bytes));
  if (!opened.ok) throw new TypeError("An event that is no signed object");
  const event = parseEvent(opened.value.payload);
  if (!event.ok) throw new TypeError("A signed object that is no event");
  return { event: event.value, id: toHex(eventId(opened.value.payload)) };
}

export async function readJournal(query: Query): Promise<Journal> {
  const rows = await query(
    `SELECT e.bytes FROM event e JOIN incarnation i ON i.inc = e.inc ORDER BY i.ord, e.n`,
  );
  const sales: Journal["sales"][number][] = [];
  const voided = new Set<string>();
  const given = new Set<string>();
  const taken = new Set<string>();
  let brokenLinks = 0;
  let tip = "00".repeat(32);
  let last: SakuEvent | null = null;
  for (const row of rows) {
    const { event, id } = decode(row["bytes"]);
    const n = last !== null && last.inc === event.inc ? last.n + 1 : 1;
    if (toHex(event.parent) !== tip || event.n !== n) brokenLinks += 1;
    if (event.body.type === "sale") {
      const { student, amount, spends } = event.body;
      sales.push({ id, student, amount, leases: spends.map(({ lease }) => lease) });
    }
    if (event.body.type === "sub-grant") given.add(event.body.lease);
    if (event.body.type === "grant-accept") taken.add(event.body.lease);
    if (event.body.type === "void") voided.add(toHex(event.body.of));
    tip = id;
    last = event;
  }
  return { sales, given, taken, voided, eventCount: rows.length, brokenLinks };
}

/** The cloud's books. */
export type Ledger = {
  /** Signed sales that the cloud has booked: event id to amount. */
  readonly sales: ReadonlyMap<string, number>;
  readonly voided: ReadonlySet<string>;
  /** Causes that stand on the books more than once. */
  readonly doubledCauses: number;
  readonly topUps: readonly { readonly order: string; readonly amount: number }[];
  /** Rupiah that belong to each child, wherever they lie. */
  readonly held: ReadonlyMap<string, number>;
  /** Accounts below zero that must not be. */
  readonly negative: number;
  /** Rupiah by which debits and credits differ, over all journals and per journal. */
  readonly imbalance: number;
  /** Kind of account to its balance on its normal side: the trial balance. */
  readonly trial: ReadonlyMap<string, number>;
  readonly suspenseCount: number;
  readonly forkCount: number;
};

const SIDES = `CASE side WHEN 'debit' THEN amount ELSE -amount END`;
const BALANCE = `coalesce(sum(CASE p.side WHEN a.normal_side THEN p.amount ELSE -p.amount END), 0)`;
const JOIN = `account a LEFT JOIN posting p ON p.school = a.school AND p.account = a.id`;

const numberOf = (row: Row | undefined, key: string): number => Number(row?.[key] ?? 0);

/** Reads the books from postings alone; running totals of the owner are not trusted. */
export async function readLedger(query: Query): Promise<Ledger> {
  const one = async (sql: string): Promise<number> => numberOf((await query(sql))[0], "n");
  const balances = async (sql: string): Promise<ReadonlyMap<string, number>> =>
    new Map((await query(sql)).map((row) => [String(row["name"]), numberOf(row, "balance")]));
  const sales = await query("SELECT event AS id, amount, voided_by FROM sale");
  const topUps = await query(
    `SELECT j.cause_id AS id, max(p.amount) AS amount FROM journal j
     JOIN posting p ON p.school = j.school AND p.journal = j.id
     WHERE j.recipe LIKE 'top-up%' GROUP BY j.school, j.id, j.cause_id`,
  );
  return {
    sales: new Map(sales.map((row) => [String(row["id"]), numberOf(row, "amount")])),
    voided: new Set(sales.flatMap((row) => (row["voided_by"] === null ? [] : [String(row["id"])]))),
    doubledCauses: await one(`SELECT count(*) AS n FROM (SELECT cause_id FROM journal
      WHERE cause_kind = 'event' AND recipe = 'sale' GROUP BY school, cause_id HAVING count(*) > 1) AS twice`),
    topUps: topUps.map((row) => ({ order: String(row["id"]), amount: numberOf(row, "amount") })),
    held: await balances(`SELECT a.owner AS name, ${BALANCE} AS balance FROM ${JOIN}
      WHERE a.kind IN ('student', 'escrow') GROUP BY a.owner`),
    negative: await one(`SELECT count(*) AS n FROM (SELECT a.id, ${BALANCE} AS balance FROM ${JOIN}
      WHERE a.may_go_negative = 0 GROUP BY a.school, a.id) AS balances WHERE balance < 0`),
    imbalance:
      (await one(`SELECT abs(coalesce(sum(${SIDES}), 0)) AS n FROM posting`)) +
      (await one(`SELECT coalesce(sum(abs(d)), 0) AS n FROM
        (SELECT sum(${SIDES}) AS d FROM posting GROUP BY school, journal) AS journals`)),
    trial: await balances(
      `SELECT a.kind AS name, ${BALANCE} AS balance FROM ${JOIN} GROUP BY a.kind ORDER BY a.kind`,
    ),
    suspenseCount: await one("SELECT count(*) AS n FROM device_event WHERE verdict = 'suspense'"),
    forkCount: await one("SELECT count(*) AS n FROM fork_evidence"),
  };
}
