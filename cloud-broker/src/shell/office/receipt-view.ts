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
import { commitmentOf } from "../../core/log/commitment.ts";
import { changeFor, type ReceiptView } from "../../core/log/receipt.ts";
import { latestCheckpoint, makeCheckpoint, type StoredCheckpoint } from "../store/checkpoints.ts";
import { readFacts } from "../store/log-audit.ts";
import { inclusionPath, saltOf } from "../store/log-leaves.ts";
import type { Cloud } from "./cloud.ts";

type Wanted = { readonly school: SchoolId; readonly student: StudentId; readonly journal: string };

function postingsOf({ store }: Cloud, { school, journal }: Wanted) {
  return store.read
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

/** A checkpoint that holds the entry: the newest, or a new one when the log has grown past it. */
async function checkpointFor(
  { store, key }: Cloud,
  school: SchoolId,
  seq: number,
): Promise<StoredCheckpoint> {
  const { read: db, term } = store;
  const latest = await latestCheckpoint({ db }, { school, term });
  if (latest !== null && latest.size >= seq) return latest;
  const made = await store.commit((work) => makeCheckpoint(work, { school, term, key }));
  return must(made, "A log with an entry has a checkpoint");
}

async function merchantName({ store }: Cloud, school: SchoolId, owner: string | undefined) {
  if (owner === undefined) return null;
  const row = await store.read
    .selectFrom("merchant")
    .select("name")
    .where("school", "=", school)
    .where("id", "=", owner as MerchantId)
    .executeTakeFirst();
  return row?.name ?? null;
}

async function proofOf(cloud: Cloud, wanted: Wanted, seq: number) {
  const { school } = wanted;
  const { read: db } = cloud.store;
  const [facts] = await readFacts(db, school, { from: seq, to: seq });
  const entry = commitmentOf(
    must(facts, "A journal has its facts"),
    await saltOf({ db }, school, seq),
  );
  const { size, note } = await checkpointFor(cloud, school, seq);
  const index = seq - 1;
  const path = await inclusionPath({ db }, school, { index, size });
  return { size, text: encodeTlogProof({ entry, index, path, checkpoint: note }) };
}

/** The receipt of a journal that changed this child's money; the caller has made sure that it may be seen [M17]. */
export async function readReceipt(cloud: Cloud, wanted: Wanted): Promise<ReceiptView | null> {
  const { school, student, journal } = wanted;
  const { store, key } = cloud;
  const row = await store.read
    .selectFrom("journal")
    .select(["seq", "recipe", "day", "posted_at"])
    .where("school", "=", school)
    .where("id", "=", journal)
    .executeTakeFirst();
  if (row === undefined) return null;
  const postings = await postingsOf(cloud, wanted);
  const change = changeFor(student, postings);
  if (change === null) return null;
  const stall = postings.find(({ kind }) => kind === "merchant")?.owner;
  const { size, text } = await proofOf(cloud, wanted, row.seq);
  const name = logOrigin({ school, term: store.term });
  return {
    journal,
    recipe: row.recipe,
    amount: rupiah(Math.abs(change)),
    sign: change < 0 ? "minus" : "plus",
    merchantName: await merchantName(cloud, school, stall),
    day: row.day,
    postedAtMs: row.posted_at,
    place: row.seq,
    size,
    proof: text,
    key: noteKeyText({ name, publicKey: key.publicKey }),
  };
}
