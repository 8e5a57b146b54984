import {
  consistencyRanges,
  hashOfRange,
  inclusionRanges,
  leafHash,
  type LeafRange,
  type SchoolId,
  type TreeHash,
} from "@saku/protocol";
import { commitmentOf, type JournalFacts } from "../../core/log/commitment.ts";
import { growBy, nodesIn, rowsOf, treeOf, type LeafRow } from "../../core/log/stored-nodes.ts";
import type { Work } from "./committer.ts";

type Read = Pick<Work, "db">;

const SALT_BYTES = 32;
const ROWS_PER_INSERT = 500;

async function readRows(
  { db }: Read,
  school: SchoolId,
  seqs: readonly number[],
): Promise<readonly LeafRow[]> {
  if (seqs.length === 0) return [];
  return db
    .selectFrom("log_leaf")
    .select(["seq", "hash", "nodes"])
    .where("school", "=", school)
    .where("seq", "in", seqs)
    .execute();
}

/** One leaf a journal, in the transaction that posts them; `journals` are the next of the school, in order [M11]. */
export async function appendLeaves(
  work: Work,
  school: SchoolId,
  journals: readonly JournalFacts[],
): Promise<void> {
  const [first] = journals;
  if (first === undefined) return;
  const size = first.seq - 1;
  const tree = treeOf(size, await readRows(work, school, rowsOf([{ from: 0, to: size }])));
  const salts = work.entropy.bytes(SALT_BYTES * journals.length);
  const rows = journals.map((facts, index) => {
    const salt = new Uint8Array(salts.subarray(index * SALT_BYTES, (index + 1) * SALT_BYTES));
    return { school, salt, ...growBy(tree, leafHash(commitmentOf(facts, salt))) };
  });
  for (let start = 0; start < rows.length; start += ROWS_PER_INSERT)
    await work.db
      .insertInto("log_leaf")
      .values(rows.slice(start, start + ROWS_PER_INSERT))
      .execute();
}

/** Entries in the log of a school: as many as it has journals. */
export async function logSize({ db }: Read, school: SchoolId): Promise<number> {
  const row = await db
    .selectFrom("log_leaf")
    .select((eb) => eb.fn.max("seq").as("seq"))
    .where("school", "=", school)
    .executeTakeFirst();
  return row?.seq ?? 0;
}

async function hashesOf(
  read: Read,
  school: SchoolId,
  ranges: readonly LeafRange[],
): Promise<readonly TreeHash[]> {
  const nodeAt = nodesIn(await readRows(read, school, rowsOf(ranges)));
  return ranges.map((range) => hashOfRange(range, nodeAt));
}

/** What makes the entry of a journal impossible to guess; known to those who may see the journal. */
export async function saltOf({ db }: Read, school: SchoolId, seq: number): Promise<Uint8Array> {
  const { salt } = await db
    .selectFrom("log_leaf")
    .select("salt")
    .where("school", "=", school)
    .where("seq", "=", seq)
    .executeTakeFirstOrThrow();
  return new Uint8Array(salt);
}

/** The root when the log had `size` entries. */
export async function rootAt(read: Read, school: SchoolId, size: number): Promise<TreeHash> {
  const [root] = await hashesOf(read, school, [{ from: 0, to: size }]);
  return root as TreeHash;
}

/** PATH of entry `index` in the log of `size` entries. */
export function inclusionPath(
  read: Read,
  school: SchoolId,
  at: { readonly index: number; readonly size: number },
): Promise<readonly TreeHash[]> {
  return hashesOf(read, school, inclusionRanges(at.index, at.size));
}

/** PROOF that the log of `first` entries is the beginning of the one of `second`. */
export function consistencyPath(
  read: Read,
  school: SchoolId,
  sizes: { readonly first: number; readonly second: number },
): Promise<readonly TreeHash[]> {
  return hashesOf(read, school, consistencyRanges(sizes.first, sizes.second));
}
