import type { Brand } from "../primitives/brand.ts";
import { assert, must } from "../primitives/assert.ts";
import { equalBytes } from "../primitives/bytes.ts";
import { hashBytes } from "../signing/cose.ts";

/** A SHA-256 of a leaf or of a node. */
export type TreeHash = Brand<Uint8Array, "TreeHash">;

/** The place of a perfect subtree: its leaves are `index`·2^`level` up to (`index` + 1)·2^`level`, exclusive. */
export type NodePlace = { readonly level: number; readonly index: number };

/** Leaves `from` up to `to`, exclusive: one subtree of RFC 6962, perfect or not. */
export type LeafRange = { readonly from: number; readonly to: number };

/** Looks a perfect subtree up. */
export type NodeAt = (place: NodePlace) => TreeHash;

const LEAF_PREFIX = Uint8Array.of(0);
const NODE_PREFIX = Uint8Array.of(1);

/** MTH({}) of RFC 6962 §2.1: the root of a tree without leaves. */
export const EMPTY_ROOT: TreeHash = hashBytes() as TreeHash;

/** MTH({d}) of RFC 6962 §2.1: SHA-256(0x00 ‖ entry). */
export function leafHash(entry: Uint8Array): TreeHash {
  return hashBytes(LEAF_PREFIX, entry) as TreeHash;
}

/** RFC 6962 §2.1: SHA-256(0x01 ‖ left ‖ right). */
export function nodeHash(left: TreeHash, right: TreeHash): TreeHash {
  return hashBytes(NODE_PREFIX, left, right) as TreeHash;
}

/** 32 bytes from outside, taken as a hash. */
export function treeHash(bytes: Uint8Array): TreeHash {
  assert(bytes.length === 32, "A tree hash has 32 bytes");
  return bytes as TreeHash;
}

/** k of RFC 6962 §2.1: the largest power of two below `count`. Divisions, because bit shifts end at 2³². */
function splitOf(count: number): number {
  let split = 1;
  while (split * 2 < count) split *= 2;
  return split;
}

/** The perfect subtrees that make up a subtree of RFC 6962, left to right: at most one of each size. */
export function placesOf({ from, to }: LeafRange): readonly NodePlace[] {
  const places: NodePlace[] = [];
  for (let start = from; start < to;) {
    let size = 1;
    let level = 0;
    while (start % (size * 2) === 0 && start + size * 2 <= to) {
      size *= 2;
      level += 1;
    }
    places.push({ level, index: start / size });
    start += size;
  }
  return places;
}

/** MTH of a subtree out of its perfect parts; of no leaves, `EMPTY_ROOT`. */
export function hashOfRange(range: LeafRange, nodeAt: NodeAt): TreeHash {
  const parts = placesOf(range).map(nodeAt);
  return (
    parts.reduceRight<TreeHash | null>(
      (right, left) => (right === null ? left : nodeHash(left, right)),
      null,
    ) ?? EMPTY_ROOT
  );
}

/** PATH(index, D[size]) of RFC 6962 §2.1.1 as subtrees, from the leaf's sibling to the root's child [M3]. */
export function inclusionRanges(index: number, size: number): readonly LeafRange[] {
  assert(index >= 0 && index < size, "A leaf outside the tree has no inclusion proof");
  const path: LeafRange[] = [];
  let from = 0;
  let to = size;
  while (to - from > 1) {
    const middle = from + splitOf(to - from);
    if (index < middle) {
      path.push({ from: middle, to });
      to = middle;
    } else {
      path.push({ from, to: middle });
      from = middle;
    }
  }
  return path.toReversed();
}

/** PROOF(first, D[second]) of RFC 6962 §2.1.2 as subtrees [M4]. */
export function consistencyRanges(first: number, second: number): readonly LeafRange[] {
  assert(first >= 0 && first <= second, "A tree is consistent with larger ones only");
  if (first === 0 || first === second) return [];
  const path: LeafRange[] = [];
  let from = 0;
  let to = second;
  // SUBPROOF stops where what is left is the whole of the first tree's last part.
  while (first < to) {
    const middle = from + splitOf(to - from);
    if (first <= middle) {
      path.push({ from: middle, to });
      to = middle;
    } else {
      path.push({ from, to: middle });
      from = middle;
    }
  }
  if (from > 0) path.push({ from, to });
  return path.toReversed();
}

/** A perfect subtree that an append completed. */
export type NewNode = NodePlace & { readonly hash: TreeHash };

/** A tree that only grows, known by the perfect subtrees at its right edge: log₂(size) hashes, whatever its size. */
export class GrowingTree {
  #size: number;
  readonly #edge: TreeHash[];

  /** `edge` are the hashes of `placesOf({from: 0, to: size})`. */
  constructor(size: number, edge: readonly TreeHash[]) {
    assert(edge.length === placesOf({ from: 0, to: size }).length, "An edge fits its tree's size");
    this.#size = size;
    this.#edge = [...edge];
  }

  get size(): number {
    return this.#size;
  }

  get root(): TreeHash {
    return (
      this.#edge.reduceRight<TreeHash | null>(
        (right, left) => (right === null ? left : nodeHash(left, right)),
        null,
      ) ?? EMPTY_ROOT
    );
  }

  /** Adds one leaf and returns the perfect subtrees that end with it, the leaf itself first. */
  append(leaf: TreeHash): readonly NewNode[] {
    let node: NewNode = { level: 0, index: this.#size, hash: leaf };
    const made: NewNode[] = [node];
    while (node.index % 2 === 1) {
      const left = must(this.#edge.pop(), "An odd node has a left neighbour at the edge");
      node = {
        level: node.level + 1,
        index: (node.index - 1) / 2,
        hash: nodeHash(left, node.hash),
      };
      made.push(node);
    }
    this.#edge.push(node.hash);
    this.#size += 1;
    return made;
  }
}

/** Where an entry stands, and the hashes that lead from it to the root. */
export type InclusionProof = {
  readonly index: number;
  readonly size: number;
  /** From the leaf's sibling to the root's child. */
  readonly path: readonly TreeHash[];
};

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;

/** RFC 9162 §2.1.3.2. True only when `leaf` is entry `index` of the tree of `size` entries with this root. */
export function verifyInclusion(leaf: TreeHash, proof: InclusionProof, root: TreeHash): boolean {
  const { index, size, path } = proof;
  if (!isCount(index) || !isCount(size) || index >= size) return false;
  let at = index;
  let last = size - 1;
  let hash = leaf;
  for (const sibling of path) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      hash = nodeHash(sibling, hash);
      while (at % 2 === 0 && at !== 0) {
        at /= 2;
        last = Math.floor(last / 2);
      }
    } else hash = nodeHash(hash, sibling);
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && equalBytes(hash, root);
}

/** A tree by its size and root. */
export type TreeHead = { readonly size: number; readonly root: TreeHash };

/** RFC 9162 §2.1.4.2. True only when the tree of `second` begins with all entries of the tree of `first`. */
export function verifyConsistency(
  first: TreeHead,
  second: TreeHead,
  proof: readonly TreeHash[],
): boolean {
  if (!isCount(first.size) || !isCount(second.size) || first.size > second.size) return false;
  if (first.size === second.size) return proof.length === 0 && equalBytes(first.root, second.root);
  if (first.size === 0) return proof.length === 0 && equalBytes(first.root, EMPTY_ROOT);
  return growsInto(first, second, proof);
}

function growsInto(first: TreeHead, second: TreeHead, proof: readonly TreeHash[]): boolean {
  let at = first.size - 1;
  let last = second.size - 1;
  while (at % 2 === 1) {
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  // A first tree of 2^n leaves is a node of the second: its root need not be sent.
  const path = at === 0 ? [first.root, ...proof] : proof;
  const [start] = path;
  if (start === undefined) return false;
  let ofFirst = start;
  let ofSecond = start;
  for (const hash of path.slice(1)) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      ofFirst = nodeHash(hash, ofFirst);
      ofSecond = nodeHash(hash, ofSecond);
      while (at % 2 === 0 && at !== 0) {
        at /= 2;
        last = Math.floor(last / 2);
      }
    } else ofSecond = nodeHash(ofSecond, hash);
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && equalBytes(ofFirst, first.root) && equalBytes(ofSecond, second.root);
}
