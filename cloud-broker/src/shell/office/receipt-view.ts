import {
  encodeTlogProof,
  logOrigin,
  must,
  noteKeyText,
  rupiah,
  type MerchantId,
  type SchoolId,
  type StudentId,
} from "@saku/protocol";
import type { Kysely } from "kysely";
import { commitmentOf } from "../../core/log/commitment.ts";
import { changeFor, type ReceiptView } from "../../core/log/receipt.ts";
import { latestCheckpoint, makeCheckpoint, type StoredCheckpoint } from "../store/checkpoints.ts";
import { readFacts } from "../store/log-audit.ts";
import { inclusionPath, saltOf } from "../store/log-leaves.ts";
import type { Tables } from "../store/tables.ts";
import type { Cloud } from "./cloud.ts";

type Wanted = { readonly school: SchoolId; readonly student: StudentId; readonly journal: string };

type Db = Kysely<Tables>;

function postingsOf(db: Db, { school, journal }: Wanted) {
  return db
    .selectFrom("posting")
    .innerJoin("account", (join) =>
      join
        .onRef("account.school", "=", "posting.school")
        .onRef("account.id", "=", "posting.account"),
    )
    .select(["account.kind", "account.owner", "posting.side", "posting.amount"])
    .where("posting.school", "=", school)
    .where("posting.journal", "=", journal)
    .orderBy("posting.n")
    .execute();
}

/** A checkpoint that holds the journal: the newest, or a new one when the log has grown past it. */
async function checkpointFor(
  { store, key }: Cloud,
  { school, journal }: Wanted,
): Promise<StoredCheckpoint | null> {
  const { term } = store;
  const { row, latest } = await store.snapshot(async (db) => ({
    row: await db
      .selectFrom("journal")
      .select("seq")
      .where("school", "=", school)
      .where("id", "=", journal)
      .executeTakeFirst(),
    latest: await latestCheckpoint({ db }, { school, term }),
  }));
  if (row === undefined) return null;
  if (latest !== null && latest.size >= row.seq) return latest;
  const made = await store.commit((work) => makeCheckpoint(work, { school, term, key }));
  return must(made, "A log with an entry has a checkpoint");
}

async function merchantName(db: Db, school: SchoolId, owner: string | undefined) {
  if (owner === undefined) return null;
  const row = await db
    .selectFrom("merchant")
    .select("name")
    .where("school", "=", school)
    .where("id", "=", owner as MerchantId)
    .executeTakeFirst();
  return row?.name ?? null;
}

async function proofOf(db: Db, school: SchoolId, seq: number, { size, note }: StoredCheckpoint) {
  const [facts] = await readFacts(db, school, { from: seq, to: seq });
  const entry = commitmentOf(
    must(facts, "A journal has its facts"),
    await saltOf({ db }, school, seq),
  );
  const index = seq - 1;
  const path = await inclusionPath({ db }, school, { index, size });
  return encodeTlogProof({ entry, index, path, checkpoint: note });
}

type Words = Omit<ReceiptView, "key">;

async function wordsOf(
  db: Db,
  wanted: Wanted,
  checkpoint: StoredCheckpoint,
): Promise<Words | null> {
  const { school, student, journal } = wanted;
  const row = await db
    .selectFrom("journal")
    .select(["seq", "recipe", "day", "posted_at"])
    .where("school", "=", school)
    .where("id", "=", journal)
    .executeTakeFirstOrThrow();
  const postings = await postingsOf(db, wanted);
  const change = changeFor(student, postings);
  if (change === null) return null;
  const stall = postings.find(({ kind }) => kind === "merchant")?.owner;
  return {
    journal,
    recipe: row.recipe,
    amount: rupiah(Math.abs(change)),
    sign: change < 0 ? "minus" : "plus",
    merchantName: await merchantName(db, school, stall),
    day: row.day,
    postedAtMs: row.posted_at,
    place: row.seq,
    size: checkpoint.size,
    proof: await proofOf(db, school, row.seq, checkpoint),
  };
}

/** The receipt of a journal that changed this child's money; the caller has made sure that it may be seen [M17]. */
export async function readReceipt(cloud: Cloud, wanted: Wanted): Promise<ReceiptView | null> {
  const { store, key } = cloud;
  const name = logOrigin({ school: wanted.school, term: store.term });
  // Before the look: a look never waits for a commit.
  const checkpoint = await checkpointFor(cloud, wanted);
  if (checkpoint === null) return null;
  const words = await store.snapshot((db) => wordsOf(db, wanted, checkpoint));
  return words && { ...words, key: noteKeyText({ name, publicKey: key.publicKey }) };
}
