import {
  signCheckpoint,
  utf8,
  type PublicKey,
  type SchoolId,
  type Sign,
  type TreeHash,
} from "@saku/protocol";
import type { Cloud } from "../office/cloud.ts";
import { queueForAll } from "./commands.ts";
import type { Work } from "./committer.ts";
import { logSize, rootAt } from "./log-leaves.ts";

/** What the cloud signed about one log. */
export type StoredCheckpoint = { readonly size: number; readonly note: string };

export type CheckpointMaker = {
  readonly school: SchoolId;
  readonly term: number;
  readonly key: { readonly publicKey: PublicKey; readonly sign: Sign };
};

/** The newest checkpoint of this lineage, or null. */
export async function latestCheckpoint(
  { db }: Pick<Work, "db">,
  { school, term }: Pick<CheckpointMaker, "school" | "term">,
): Promise<StoredCheckpoint | null> {
  const row = await db
    .selectFrom("log_checkpoint")
    .select(["size", "note"])
    .where("school", "=", school)
    .where("term", "=", term)
    .orderBy("size", "desc")
    .limit(1)
    .executeTakeFirst();
  return row ?? null;
}

/**
 * Signs what the log is now; the one there is when it has not grown, and null while it is empty. It is committed before
 * anybody sees it, so that no crash can make the cloud sign two trees of one size [M13].
 */
export async function makeCheckpoint(
  work: Work,
  { school, term, key }: CheckpointMaker,
): Promise<(StoredCheckpoint & { readonly isNew: boolean }) | null> {
  const size = await logSize(work, school);
  const latest = await latestCheckpoint(work, { school, term });
  if (size === (latest?.size ?? 0)) return latest === null ? null : { ...latest, isNew: false };
  const root: TreeHash = await rootAt(work, school, size);
  const note = signCheckpoint({ school, term, size, root }, key);
  await work.db
    .insertInto("log_checkpoint")
    .values({ school, term, size, root, note, made_at: work.now })
    .execute();
  return { size, note, isNew: true };
}

/**
 * Signs what the log is now and tells every terminal; returns the size they were told, 0 when there was nothing new.
 * `announced` is what they were told before: with it, one that was signed for a receipt meanwhile is told as well.
 */
export async function announceCheckpoint(
  work: Work,
  cloud: Pick<Cloud, "key" | "store" | "outbox">,
  school: SchoolId,
  announced: number = Number.MAX_SAFE_INTEGER,
): Promise<number> {
  const { key, store, outbox } = cloud;
  const made = await makeCheckpoint(work, { school, term: store.term, key });
  if (made === null || (!made.isNew && made.size <= announced)) return 0;
  await queueForAll(work, outbox, { school }, { kind: "checkpoint", note: utf8(made.note) });
  return made.size;
}
