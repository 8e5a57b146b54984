import { describe, expect, it } from "vitest";
import {
  GrowingTree,
  hashOfRange,
  inclusionRanges,
  leafHash,
  schoolId,
  toHex,
  utf8,
} from "@saku/protocol";
import { commitmentOf, type JournalFacts } from "./commitment.ts";
import { growBy, nodesIn, rowsOf, treeOf } from "./stored-nodes.ts";

const facts: JournalFacts = {
  school: schoolId("sch-melati"),
  seq: 7,
  causeKind: "event",
  causeId: "ab".repeat(32),
  recipe: "sale",
  day: 20261123,
  postedAt: 1_795_000_000_000,
  actor: "trm-a",
  postings: [
    { account: "escrow:trm-a:stu-a", side: "debit", amount: 5_000 },
    { account: "merchant:mer-a", side: "credit", amount: 5_000 },
  ],
};
const salt = new Uint8Array(32).fill(7);

describe("the entry of a journal", () => {
  it("[M11] changes with every single fact of the journal and with the salt", () => {
    const [first, second] = facts.postings;
    const others: readonly JournalFacts[] = [
      { ...facts, school: schoolId("sch-mawar") },
      { ...facts, seq: 8 },
      { ...facts, causeKind: "order" },
      { ...facts, causeId: "ac".repeat(32) },
      { ...facts, causeId: "top-up-1" },
      { ...facts, recipe: "void" },
      { ...facts, day: 20261124 },
      { ...facts, postedAt: 1 },
      { ...facts, actor: "trm-b" },
      { ...facts, postings: facts.postings.toReversed() },
      { ...facts, postings: facts.postings.map((each) => ({ ...each, amount: 5_001 })) },
      {
        ...facts,
        postings: first === undefined || second === undefined ? [] : [first, second, second],
      },
    ];
    const entries = [commitmentOf(facts, salt), ...others.map((each) => commitmentOf(each, salt))];
    entries.push(commitmentOf(facts, new Uint8Array(32).fill(8)));
    expect(new Set(entries.map(toHex)).size).toBe(entries.length);
  });

  it("[M11] never says who answered for it", () => {
    const text = String.fromCharCode(...commitmentOf({ ...facts, actor: "per-kepala" }, salt));
    expect(text).not.toContain("per-kepala");
    expect(text).toContain("merchant:mer-a");
  });
});

describe("stored nodes", () => {
  it("[M12] one row a leaf is enough to grow and to prove, reading log₂ of the size", () => {
    const tree = new GrowingTree(0, []);
    const rows = Array.from({ length: 1_000 }, (_, at) => growBy(tree, leafHash(utf8(`e${at}`))));
    const fetched = (seqs: readonly number[]) => rows.filter(({ seq }) => seqs.includes(seq));
    const edge = rowsOf([{ from: 0, to: 1_000 }]);
    expect(edge.length).toBeLessThanOrEqual(10);
    expect(toHex(treeOf(1_000, fetched(edge)).root)).toBe(toHex(tree.root));
    const ranges = inclusionRanges(321, 1_000);
    const wanted = rowsOf(ranges);
    expect(wanted.length).toBeLessThanOrEqual(20);
    const path = ranges.map((range) => hashOfRange(range, nodesIn(fetched(wanted))));
    expect(path).toHaveLength(10);
  });
});
