import {
  signCheckpoint,
  type PublicKey,
  type SchoolId,
  type Sign,
  type TreeHash,
} from "@saku/protocol";
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
