import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toHex } from "../primitives/bytes.ts";
import { bytesOfHex, readVectors, tagsOf, type Vector } from "../vectors.suite.ts";
import {
  consistencyRanges,
  EMPTY_ROOT,
  GrowingTree,
  hashOfRange,
  inclusionRanges,
  leafHash,
  nodeHash,
  placesOf,
  treeHash,
  verifyConsistency,
  verifyInclusion,
  type NodeAt,
  type TreeHash,
} from "./merkle.ts";

type File = {
  readonly leaves: readonly string[];
  readonly roots: readonly (Vector & { size: number; root: string })[];
  readonly inclusions: readonly (Vector & { index: number; size: number; path: string[] })[];
  readonly consistencies: readonly (Vector & { first: number; second: number; path: string[] })[];
};
const vectors = readVectors<File>("tlog");

/** RFC 6962 §2.1 read aloud: slow, recursive, and sharing nothing with the code but the two hashes. */
function naiveRoot(leaves: readonly TreeHash[]): TreeHash {
  const [only] = leaves;
  if (only === undefined) return EMPTY_ROOT;
  if (leaves.length === 1) return only;
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return nodeHash(naiveRoot(leaves.slice(0, k)), naiveRoot(leaves.slice(k)));
}

/** PATH of RFC 6962 §2.1.1. */
function naivePath(index: number, leaves: readonly TreeHash[]): readonly TreeHash[] {
  if (leaves.length === 1) return [];
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return index < k
    ? [...naivePath(index, leaves.slice(0, k)), naiveRoot(leaves.slice(k))]
    : [...naivePath(index - k, leaves.slice(k)), naiveRoot(leaves.slice(0, k))];
}

/** SUBPROOF of RFC 6962 §2.1.2. */
function naiveProof(first: number, leaves: readonly TreeHash[], isWhole = true): TreeHash[] {
  if (first === leaves.length) return isWhole ? [] : [naiveRoot(leaves)];
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return first <= k
    ? [...naiveProof(first, leaves.slice(0, k), isWhole), naiveRoot(leaves.slice(k))]
    : [...naiveProof(first - k, leaves.slice(k), false), naiveRoot(leaves.slice(0, k))];
}

/** A tree that remembers every perfect subtree, as the cloud's store does. */
function grown(leaves: readonly TreeHash[]): { tree: GrowingTree; nodeAt: NodeAt } {
  const tree = new GrowingTree(0, []);
  const nodes = new Map<string, TreeHash>();
  for (const leaf of leaves)
    for (const { level, index, hash } of tree.append(leaf)) nodes.set(`${level}/${index}`, hash);
  const nodeAt: NodeAt = ({ level, index }) => {
    const hash = nodes.get(`${level}/${index}`);
    if (hash === undefined) throw new Error(`No node ${level}/${index}`);
    return hash;
  };
  return { tree, nodeAt };
}

const someLeaves = (count: number): readonly TreeHash[] =>
  Array.from({ length: count }, (_, index) =>
    leafHash(bytesOfHex(index.toString(16).padStart(4, "0"))),
  );
const flipped = (hash: TreeHash): TreeHash =>
  treeHash(hash.map((byte, index) => (index === 7 ? byte ^ 1 : byte)));
const reference = vectors.leaves.map((hex) => leafHash(bytesOfHex(hex)));

describe("golden vectors", () => {
  it("hold roots, inclusion and consistency proofs", () => {
    const all = [...vectors.roots, ...vectors.inclusions, ...vectors.consistencies];
    expect(tagsOf(all)).toEqual(["consistency", "inclusion", "root"]);
  });

  it.each(vectors.roots)("[M1] $comment", ({ size, root }) => {
    expect(toHex(naiveRoot(reference.slice(0, size)))).toBe(root);
    expect(toHex(grown(reference.slice(0, size)).tree.root)).toBe(root);
  });

  it.each(vectors.inclusions)("[M3] $comment", ({ index, size, path }) => {
    const { nodeAt } = grown(reference);
    const made = inclusionRanges(index, size).map((range) => hashOfRange(range, nodeAt));
    expect(made.map(toHex)).toEqual(path);
  });

  it.each(vectors.consistencies)("[M4] $comment", ({ first, second, path }) => {
    const { nodeAt } = grown(reference);
    const made = consistencyRanges(first, second).map((range) => hashOfRange(range, nodeAt));
    expect(made.map(toHex)).toEqual(path);
  });
});

describe("a tree that grows", () => {
  it("[M2] keeps the same root as a naive tree, from its edge alone, and stores each node once", () => {
    const leaves = someLeaves(70);
    const tree = new GrowingTree(0, []);
    const seen = new Set<string>();
    for (const [count, leaf] of leaves.entries()) {
      for (const { level, index } of tree.append(leaf)) seen.add(`${level}/${index}`);
      expect(toHex(tree.root)).toBe(toHex(naiveRoot(leaves.slice(0, count + 1))));
    }
    const perfect = [70, 35, 17, 8, 4, 2, 1];
    expect(seen.size).toBe(perfect.reduce((sum, each) => sum + each));
  });

  it("[M2] goes on from its stored edge, whatever its size", () => {
    const sizes = fc.integer({ min: 0, max: 60 });
    fc.assert(
      fc.property(sizes, sizes, (first, more) => {
        const leaves = someLeaves(first + more);
        const { nodeAt } = grown(leaves.slice(0, first));
        const again = new GrowingTree(first, placesOf({ from: 0, to: first }).map(nodeAt));
        for (const leaf of leaves.slice(first)) again.append(leaf);
        expect(toHex(again.root)).toBe(toHex(naiveRoot(leaves)));
      }),
    );
  });

  it("[M2] has at most one part a size, also beyond 2^32 leaves", () => {
    const size = 2 ** 45 + 2 ** 33 + 5;
    expect(placesOf({ from: 0, to: size })).toEqual([
      { level: 45, index: 0 },
      { level: 33, index: 2 ** 12 },
      { level: 2, index: (2 ** 45 + 2 ** 33) / 4 },
      { level: 0, index: size - 1 },
    ]);
    expect(inclusionRanges(size - 1, size)).toHaveLength(3);
    expect(inclusionRanges(0, size)).toHaveLength(46);
  });
});

const pairs = fc
  .integer({ min: 1, max: 90 })
  .chain((size) =>
    fc.record({ size: fc.constant(size), index: fc.integer({ min: 0, max: size - 1 }) }),
  );

describe("an inclusion proof", () => {
  it("[M3] is the one of RFC 6962 and verifies; with anything changed it does not", () => {
    fc.assert(
      fc.property(pairs, fc.nat(), ({ size, index }, pick) => {
        const leaves = someLeaves(size);
        const { tree, nodeAt } = grown(leaves);
        const path = inclusionRanges(index, size).map((range) => hashOfRange(range, nodeAt));
        expect(path.map(toHex)).toEqual(naivePath(index, leaves).map(toHex));
        const leaf = leaves[index] ?? EMPTY_ROOT;
        const proof = { index, size, path };
        expect(verifyInclusion(leaf, proof, tree.root)).toBe(true);
        expect(verifyInclusion(flipped(leaf), proof, tree.root)).toBe(false);
        expect(verifyInclusion(leaf, proof, flipped(tree.root))).toBe(false);
        expect(verifyInclusion(leaf, { ...proof, path: [...path, leaf] }, tree.root)).toBe(false);
        if (path.length === 0) return;
        expect(verifyInclusion(leaf, { ...proof, path: path.slice(1) }, tree.root)).toBe(false);
        const at = pick % path.length;
        const bent = path.map((hash, place) => (place === at ? flipped(hash) : hash));
        expect(verifyInclusion(leaf, { ...proof, path: bent }, tree.root)).toBe(false);
        const elsewhere = (index + 1 + (pick % (size - 1))) % size;
        expect(verifyInclusion(leaf, { ...proof, index: elsewhere }, tree.root)).toBe(false);
      }),
    );
  });

  it("[M3] of a place outside the tree, a negative or a broken number is none", () => {
    const [leaf = EMPTY_ROOT] = reference;
    for (const [index, size] of [
      [1, 1],
      [-1, 1],
      [0.5, 1],
      [0, 0],
      [Number.NaN, 1],
      [0, 2 ** 60],
    ] as const)
      expect(verifyInclusion(leaf, { index, size, path: [] }, leaf)).toBe(false);
  });
});

describe("a consistency proof", () => {
  it("[M4] is the one of RFC 6962 and verifies; with anything changed it does not", () => {
    fc.assert(
      fc.property(pairs, fc.nat(), ({ size, index }, pick) => {
        const leaves = someLeaves(size);
        const { tree, nodeAt } = grown(leaves);
        const first = { size: index + 1, root: naiveRoot(leaves.slice(0, index + 1)) };
        const second = { size, root: tree.root };
        const path = consistencyRanges(first.size, size).map((range) => hashOfRange(range, nodeAt));
        expect(path.map(toHex)).toEqual(naiveProof(first.size, leaves).map(toHex));
        expect(verifyConsistency(first, second, path)).toBe(true);
        const bentFirst = { ...first, root: flipped(first.root) };
        expect(verifyConsistency(bentFirst, second, path)).toBe(false);
        expect(verifyConsistency(first, { ...second, root: flipped(tree.root) }, path)).toBe(false);
        expect(verifyConsistency(first, second, [...path, tree.root])).toBe(false);
        if (path.length === 0) return;
        expect(verifyConsistency(first, second, path.slice(1))).toBe(false);
        const bent = path.map((hash, at) => (at === pick % path.length ? flipped(hash) : hash));
        expect(verifyConsistency(first, second, bent)).toBe(false);
      }),
    );
  });

  it("[M4] of the empty tree is empty, and a tree never shrinks", () => {
    const { tree } = grown(reference);
    const empty = { size: 0, root: EMPTY_ROOT };
    const whole = { size: 8, root: tree.root };
    expect(verifyConsistency(empty, whole, [])).toBe(true);
    expect(verifyConsistency({ ...empty, root: tree.root }, whole, [])).toBe(false);
    expect(verifyConsistency(whole, { size: 7, root: tree.root }, [])).toBe(false);
    expect(() => consistencyRanges(8, 7)).toThrow("larger ones only");
  });
});
