import { describe, expect, it } from "vitest";
import { must } from "../primitives/assert.ts";
import { utf8 } from "../primitives/bytes.ts";
import { schoolId } from "../primitives/ids.ts";
import { signingKeyFromSeed, verifyWithTweetnacl } from "../signing/keys.ts";
import { bytesOfHex } from "../vectors.suite.ts";
import { signCheckpoint } from "./checkpoint.ts";
import { GrowingTree, hashOfRange, inclusionRanges, leafHash, type TreeHash } from "./merkle.ts";
import { encodeTlogProof, openTlogProof, parseTlogProof } from "./proof.ts";

const key = signingKeyFromSeed(bytesOfHex("11".repeat(32)));
const log = { school: schoolId("sch-melati"), term: 1 };

function proofOf(index: number, size: number): string {
  const tree = new GrowingTree(0, []);
  const nodes = new Map<string, TreeHash>();
  for (let at = 0; at < size; at++)
    for (const node of tree.append(leafHash(utf8(`entry ${at}`))))
      nodes.set(`${node.level}/${node.index}`, node.hash);
  const path = inclusionRanges(index, size).map((range) =>
    hashOfRange(range, (at) => must(nodes.get(`${at.level}/${at.index}`), "a node")),
  );
  const checkpoint = signCheckpoint({ ...log, size, root: tree.root }, key);
  return encodeTlogProof({ entry: utf8(`entry ${index}`), index, path, checkpoint });
}
const open = (text: string): ReturnType<typeof openTlogProof> =>
  openTlogProof(text, key.publicKey, verifyWithTweetnacl);

describe("an offline proof", () => {
  it("[M10] has the lines of c2sp.org/tlog-proof@v1 and opens to its entry", () => {
    const text = proofOf(4, 6);
    const lines = text.split("\n");
    expect(lines.slice(0, 3)).toEqual(["c2sp.org/tlog-proof@v1", "extra ZW50cnkgNA==", "index 4"]);
    expect(lines.slice(5, 8)).toEqual(["", "saku/sch-melati/1", "6"]);
    expect(open(text)).toMatchObject({
      ok: true,
      value: { entry: utf8("entry 4"), index: 4, checkpoint: { ...log, size: 6 } },
    });
  });

  it("[M10] refuses every single character changed to another", () => {
    const text = proofOf(2, 3);
    for (let at = 0; at < text.length; at++) {
      const changed = text[at] === "B" ? "C" : "B";
      const bent = text.slice(0, at) + changed + text.slice(at + 1);
      expect([at, open(bent).ok]).toEqual([at, false]);
    }
  });

  it("[M10] refuses what is not a proof without throwing", () => {
    const text = proofOf(1, 2);
    const bad = [
      "",
      "\n\n",
      text.replace("@v1", "@v2"),
      text.replace("extra ", "extra  "),
      text.replace("index 1", "index 01"),
      text.replace("index 1\n", ""),
      text.replace("\n\n", `${"\nAAAA"}\n\n`),
      text.replace("\n\n", `${`\n${"A".repeat(43)}=`.repeat(64)}\n\n`),
      "c2sp.org/tlog-proof@v1\n".padEnd(20_000, "x"),
    ];
    for (const other of bad)
      expect([other.slice(0, 30), parseTlogProof(other).ok && open(other).ok]).toEqual([
        other.slice(0, 30),
        false,
      ]);
  });
});
