import type { SchoolId } from "@saku/protocol";
import type { Insertable } from "kysely";
import type { JournalDraft } from "../../core/ledger/journal.ts";
import type { Work } from "./committer.ts";
import { appendLeaves } from "./log-leaves.ts";
import { newId } from "./random-ids.ts";
import type { Tables } from "./tables.ts";

/** Rows of one statement: far below SQLite's 32,766 parameters. */
const ROWS_PER_INSERT = 500;

export function* chunked<T>(rows: readonly T[], size: number = ROWS_PER_INSERT): Generator<T[]> {
  for (let start = 0; start < rows.length; start += size) yield rows.slice(start, start + size);
}

async function openAccounts(
  { db }: Work,
  school: SchoolId,
  drafts: readonly JournalDraft[],
): Promise<void> {
  const accounts = new Map(
    drafts.flatMap((draft) => draft.postings.map(({ account }) => [account.id, account])),
  );
  const rows = [...accounts.values()].map((account) => ({
    school,
    id: account.id,
    kind: account.kind,
    owner: account.owner,
    holder: account.holder,
    normal_side: account.normalSide,
    may_go_negative: account.mayGoNegative ? (1 as const) : (0 as const),
  }));
  for (const part of chunked(rows))
    await db
      .insertInto("account")
      .values(part)
      .onConflict((conflict) => conflict.columns(["school", "id"]).doNothing())
      .execute();
}

/**
 * Enters journals in order and returns their ids. The database refuses a journal that does not balance, a cause that was
 * entered before and an account that would go negative; whatever it refuses undoes the whole unit of work.
 */
export async function postJournals(
  work: Work,
  school: SchoolId,
  drafts: readonly JournalDraft[],
): Promise<readonly string[]> {
  if (drafts.length === 0) return [];
  await openAccounts(work, school, drafts);
  const last = await work.db
    .selectFrom("journal")
    .select((eb) => eb.fn.max("seq").as("seq"))
    .where("school", "=", school)
    .executeTakeFirst();
  const journals: Insertable<Tables["journal"]>[] = [];
  const postings: Insertable<Tables["posting"]>[] = [];
  let seq = last?.seq ?? 0;
  for (const draft of drafts) {
    seq += 1;
    const id = newId("jnl", work.entropy);
    journals.push({
      school,
      seq,
      id,
      cause_kind: draft.cause.kind,
      cause_id: draft.cause.id,
      recipe: draft.recipe,
      day: draft.day,
      posted_at: work.now,
      actor: draft.actor,
    });
    draft.postings.forEach(({ account, side, amount }, index) =>
      postings.push({ school, journal: id, n: index + 1, account: account.id, side, amount }),
    );
  }
  for (const part of chunked(postings)) await work.db.insertInto("posting").values(part).execute();
  // The leaves stand before their journals: the database takes no journal without one (I11).
  await appendLeaves(
    work,
    school,
    journals.map((row, index) => ({
      school,
      seq: row.seq,
      causeKind: row.cause_kind,
      causeId: row.cause_id,
      recipe: row.recipe,
      day: row.day,
      postedAt: row.posted_at,
      actor: row.actor,
      postings: (drafts[index]?.postings ?? []).map(({ account, side, amount }) => ({
        account: account.id,
        side,
        amount,
      })),
    })),
  );
  for (const part of chunked(journals)) await work.db.insertInto("journal").values(part).execute();
  return journals.map(({ id }) => id);
}

/** What a child may spend or take back now; 0 when the child never had money. */
export async function balanceOf(
  { db }: Pick<Work, "db">,
  school: SchoolId,
  account: string,
): Promise<number> {
  const row = await db
    .selectFrom("account")
    .select(["debit", "credit", "normal_side"])
    .where("school", "=", school)
    .where("id", "=", account)
    .executeTakeFirst();
  if (row === undefined) return 0;
  return row.normal_side === "credit" ? row.credit - row.debit : row.debit - row.credit;
}
