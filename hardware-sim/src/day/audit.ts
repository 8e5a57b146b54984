import sqlite3 from "sqlite3";

/** What the day's books say when two sides are laid beside each other; every count but `booked` should be 0. */
export type Audit = {
  /** Sales in the cloud's ledger. */
  readonly booked: number;
  /** Approved on a screen or signed into a terminal's journal, and not in the ledger. */
  readonly lost: number;
  /** Booked more than once, or booked without any terminal having signed it. */
  readonly doubled: number;
  /** Accounts below zero that must not be. */
  readonly negative: number;
  /** Rupiah by which debits and credits differ, over all journals. */
  readonly imbalance: number;
  /** Sales that no lease covered. */
  readonly suspense: number;
  readonly forks: number;
};

export type AuditInput = {
  readonly cloudFile: string;
  readonly terminalFiles: readonly string[];
  /** Ids of the sales whose approval was seen on a screen. */
  readonly promised: ReadonlySet<string>;
};

type Row = Readonly<Record<string, unknown>>;

/** Reads a database that its owner has closed or still writes; nothing of the owner's code is used. */
function query(file: string, sql: string): Promise<readonly Row[]> {
  return new Promise((resolve, reject) => {
    const database = new sqlite3.Database(file, sqlite3.OPEN_READONLY, (openError) => {
      if (openError !== null) {
        reject(openError);
        return;
      }
      database.all<Row>(sql, (error, rows) => {
        database.close(() => (error === null ? resolve(rows) : reject(error)));
      });
    });
  });
}

const numberOf = (row: Row | undefined, key: string): number => Number(row?.[key] ?? 0);

async function idsOf(file: string, sql: string): Promise<readonly string[]> {
  return (await query(file, sql)).map((row) => String(row["id"]));
}

/** Sales that a terminal has signed and stored. */
export async function journaledSaleCount(terminalFile: string): Promise<number> {
  const rows = await query(terminalFile, "SELECT count(*) AS n FROM event WHERE type = 'sale'");
  return numberOf(rows[0], "n");
}

const IMBALANCE = `SELECT abs(coalesce(sum(CASE side WHEN 'debit' THEN amount ELSE -amount END), 0)) AS n FROM posting`;
const UNEVEN_JOURNALS = `SELECT coalesce(sum(abs(d)), 0) AS n FROM
  (SELECT sum(CASE side WHEN 'debit' THEN amount ELSE -amount END) AS d FROM posting GROUP BY school, journal)`;
const NEGATIVE = `SELECT count(*) AS n FROM
  (SELECT a.id, a.normal_side, coalesce(sum(CASE p.side WHEN a.normal_side THEN p.amount ELSE -p.amount END), 0) AS balance
   FROM account a LEFT JOIN posting p ON p.school = a.school AND p.account = a.id
   WHERE a.may_go_negative = 0 GROUP BY a.school, a.id) WHERE balance < 0`;

/** Lays the terminals' journals, the screens and the ledger beside each other. */
export async function auditDay(input: AuditInput): Promise<Audit> {
  const journaled: string[] = [];
  for (const file of input.terminalFiles)
    journaled.push(
      ...(await idsOf(file, "SELECT lower(hex(id)) AS id FROM event WHERE type = 'sale'")),
    );
  const booked = await idsOf(
    input.cloudFile,
    "SELECT cause_id AS id FROM journal WHERE recipe = 'sale' AND cause_kind = 'event'",
  );
  const bookedOnce = new Set(booked);
  const expected = new Set([...journaled, ...input.promised]);
  const signed = new Set(journaled);
  const one = async (sql: string): Promise<number> =>
    numberOf((await query(input.cloudFile, sql))[0], "n");
  return {
    booked: booked.length,
    lost: [...expected].filter((id) => !bookedOnce.has(id)).length,
    doubled:
      booked.length - bookedOnce.size + [...bookedOnce].filter((id) => !signed.has(id)).length,
    negative: await one(NEGATIVE),
    imbalance: (await one(IMBALANCE)) + (await one(UNEVEN_JOURNALS)),
    suspense: await one("SELECT count(*) AS n FROM device_event WHERE verdict = 'suspense'"),
    forks: await one("SELECT count(*) AS n FROM fork_evidence"),
  };
}
