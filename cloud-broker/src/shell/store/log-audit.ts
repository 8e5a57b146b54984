import { equalBytes, GrowingTree, leafHash, type SchoolId } from "@saku/protocol";
import type { Kysely } from "kysely";
import { commitmentOf, type JournalFacts } from "../../core/log/commitment.ts";
import { growBy, type LeafRow } from "../../core/log/stored-nodes.ts";
import type { Store } from "./store.ts";
import type { Tables } from "./tables.ts";

type Db = Kysely<Tables>;
type Looking = Pick<Store, "read" | "snapshot">;

/** Journals read at a time: a nightly walk must not hold up a day's readers. */
const PAGE_SIZE = 500;

function grouped<Row, Key>(
  rows: readonly Row[],
  keyOf: (row: Row) => Key,
): ReadonlyMap<Key, readonly Row[]> {
  const groups = new Map<Key, Row[]>();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group === undefined) groups.set(keyOf(row), [row]);
    else group.push(row);
  }
  return groups;
}

type Seqs = { readonly from: number; readonly to: number };

function readLeaves(db: Db, school: SchoolId, seqs: Seqs): Promise<readonly StoredLeaf[]> {
  return db
    .selectFrom("log_leaf")
    .select(["seq", "salt", "hash", "nodes"])
    .where("school", "=", school)
    .where("seq", ">=", seqs.from)
    .where("seq", "<=", seqs.to)
    .orderBy("seq")
    .execute();
}

/** Journals as the log committed to them, in order. */
export async function readFacts(
  db: Db,
  school: SchoolId,
  seqs: Seqs,
): Promise<readonly JournalFacts[]> {
  const journals = await db
    .selectFrom("journal")
    .selectAll()
    .where("school", "=", school)
    .where("seq", ">=", seqs.from)
    .where("seq", "<=", seqs.to)
    .orderBy("seq")
    .execute();
  if (journals.length === 0) return [];
  const ids = journals.map(({ id }) => id);
  const postings = await db
    .selectFrom("posting")
    .select(["journal", "account", "side", "amount"])
    .where("school", "=", school)
    .where("journal", "in", ids)
    .orderBy("journal")
    .orderBy("n")
    .execute();
  const byJournal = grouped(postings, ({ journal }) => journal);
  return journals.map((row) => ({
    school,
    seq: row.seq,
    causeKind: row.cause_kind,
    causeId: row.cause_id,
    recipe: row.recipe,
    day: row.day,
    postedAt: row.posted_at,
    actor: row.actor,
    postings: byJournal.get(row.id) ?? [],
  }));
}

type StoredLeaf = LeafRow & { readonly salt: Uint8Array };

/** True when the leaf, and every node that it completes, follow from the journal. */
function fits(tree: GrowingTree, fact: JournalFacts | undefined, leaf: StoredLeaf): boolean {
  if (fact?.seq !== leaf.seq) return false;
  const made = growBy(tree, leafHash(commitmentOf(fact, new Uint8Array(leaf.salt))));
  return (
    made.seq === leaf.seq &&
    equalBytes(made.hash, new Uint8Array(leaf.hash)) &&
    equalBytes(made.nodes, new Uint8Array(leaf.nodes))
  );
}

/** Journals and their leaves of one instant: what is posted between the two questions would look like a missing leaf [BK7]. */
const readPage = (store: Looking, school: SchoolId, page: Seqs) =>
  store.snapshot(async (db) => ({
    facts: await readFacts(db, school, page),
    leaves: await readLeaves(db, school, page),
  }));

async function auditSchool(store: Looking, school: SchoolId): Promise<boolean> {
  const checkpoints = await store.read
    .selectFrom("log_checkpoint")
    .select(["size", "root"])
    .where("school", "=", school)
    .execute();
  const rootsOf = grouped(checkpoints, ({ size }) => size);
  const tree = new GrowingTree(0, []);
  for (;;) {
    const page = { from: tree.size + 1, to: tree.size + PAGE_SIZE };
    const { facts, leaves } = await readPage(store, school, page);
    if (facts.length !== leaves.length) return false;
    if (leaves.length === 0) return checkpoints.every(({ size }) => size <= tree.size);
    for (const [index, leaf] of leaves.entries()) {
      if (!fits(tree, facts[index], leaf)) return false;
      for (const { root } of rootsOf.get(leaf.seq) ?? [])
        if (!equalBytes(tree.root, new Uint8Array(root))) return false;
    }
  }
}

/**
 * Recomputes every entry from the rows of its journal, every node, and the root of every checkpoint ever signed: a row that
 * somebody changed past the triggers is found, because what was signed cannot be changed with it [M14].
 */
export async function auditLogs(store: Looking): Promise<readonly SchoolId[]> {
  const schools = await store.read.selectFrom("school").select("id").execute();
  const broken: SchoolId[] = [];
  for (const { id } of schools) if (!(await auditSchool(store, id))) broken.push(id);
  return broken;
}
