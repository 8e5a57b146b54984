import {
  concatBytes,
  GrowingTree,
  must,
  placesOf,
  treeHash,
  type LeafRange,
  type NodeAt,
  type NodePlace,
  type TreeHash,
} from "@saku/protocol";

/** One row a leaf: its own hash, and the perfect subtrees that it completes, from pairs upwards, one after the other. */
export type LeafRow = {
  /** The journal's number: the leaf's index plus one. */
  readonly seq: number;
  readonly hash: Uint8Array;
  readonly nodes: Uint8Array;
};

const HASH_BYTES = 32;

/** The row that completed a perfect subtree [M12]. */
export function rowOf({ level, index }: NodePlace): number {
  return (index + 1) * 2 ** level;
}

/** The rows that hold the parts of these subtrees: at most log₂ of the size each. */
export function rowsOf(ranges: readonly LeafRange[]): readonly number[] {
  return [...new Set(ranges.flatMap((range) => placesOf(range).map(rowOf)))];
}

/** Looks subtrees up in rows that were fetched. */
export function nodesIn(rows: readonly LeafRow[]): NodeAt {
  const bySeq = new Map(rows.map((row) => [row.seq, row]));
  return (place) => {
    const row = must(bySeq.get(rowOf(place)), "The row of a node was fetched");
    if (place.level === 0) return treeHash(new Uint8Array(row.hash));
    const from = (place.level - 1) * HASH_BYTES;
    return treeHash(new Uint8Array(row.nodes.subarray(from, from + HASH_BYTES)));
  };
}

/** The tree of `size` leaves, ready to grow, from the rows of its edge. */
export function treeOf(size: number, rows: readonly LeafRow[]): GrowingTree {
  return new GrowingTree(size, placesOf({ from: 0, to: size }).map(nodesIn(rows)));
}

/** Adds the next leaf and returns its row. */
export function growBy(tree: GrowingTree, leaf: TreeHash): LeafRow {
  const [, ...nodes] = tree.append(leaf);
  return { seq: tree.size, hash: leaf, nodes: concatBytes(...nodes.map(({ hash }) => hash)) };
}
