import { describe, expect, it } from "vitest";
import { schoolId, treeHash, type Checkpoint } from "@saku/protocol";
import { judgeCheckpoint } from "./remembered.ts";

const school = schoolId("sch-a");
const at = (term: number, size: number, fill = size): Checkpoint => ({
  school,
  term,
  size,
  root: treeHash(new Uint8Array(32).fill(fill)),
});
const judge = (remembered: Checkpoint | null, offered: Checkpoint) =>
  judgeCheckpoint(remembered, offered, school);

describe("a checkpoint that the cloud has signed", () => {
  it("[M20] is remembered when it is the first, larger, or of a later lineage", () => {
    expect(judge(null, at(1, 5))).toEqual({ kind: "remember" });
    expect(judge(at(1, 5), at(1, 6))).toEqual({ kind: "remember" });
    expect(judge(at(1, 5), at(2, 3))).toEqual({ kind: "remember" });
    expect(judge(at(1, 5), at(1, 5))).toEqual({ kind: "known" });
  });

  it("[M20] is refused when it is smaller, of an earlier lineage or of another school", () => {
    expect(judge(at(1, 5), at(1, 4))).toEqual({ kind: "refused", reason: "older" });
    expect(judge(at(2, 5), at(1, 9))).toEqual({ kind: "refused", reason: "older" });
    const foreign = judgeCheckpoint(null, at(1, 1), "sch-b");
    expect(foreign).toEqual({ kind: "refused", reason: "other-school" });
  });

  it("[M20] of the same size and another root shows two ledgers", () => {
    expect(judge(at(1, 5), at(1, 5, 9))).toEqual({ kind: "refused", reason: "contradicts" });
  });
});
