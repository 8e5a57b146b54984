import { spawnSync } from "node:child_process";
import { createPublicKey, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { verifyCheckpoint } from "@sigstore/verify/dist/tlog/checkpoint.js";
import { verifyMerkleInclusion } from "@sigstore/verify/dist/tlog/merkle.js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  encodeTlogProof,
  GrowingTree,
  leafHash,
  must,
  nodeHash,
  noteKeyId,
  openTlogProof,
  parseTlogProof,
  rupiah,
  schoolId,
  signCheckpoint,
  toBase64,
  treeHash,
  type PublicKey,
  type TlogProof,
  type TreeHash,
} from "@saku/protocol";
import { commitmentOf } from "../../core/log/commitment.ts";
import { changeFor } from "../../core/log/receipt.ts";
import { leaseGrant, sale, topUpCash, voidSale } from "../../core/ledger/recipes.ts";
import { leaseId } from "@saku/protocol";
import { nodeSigningKey, verifyWithNode } from "../keys/ed25519.ts";
import { paperCloud, type PaperCloud } from "../mqtt/paper-link.suite.ts";
import { SCHOOL, TODAY } from "../paper-school.suite.ts";
import { describeOnBoth } from "../store/databases.suite.ts";
import { postJournals } from "../store/journals.ts";
import { readReceipt } from "./receipt-view.ts";

let paper: PaperCloud;
let folder: string;
beforeEach(async () => {
  paper = await paperCloud({ terminals: 1, students: 2 });
  folder = mkdtempSync(join(tmpdir(), "saku-receipt-"));
});
afterEach(async () => {
  rmSync(folder, { recursive: true, force: true });
  await paper.close();
});

const child = (index = 0) => must(paper.school.students[index], "a child");

/** A top-up, a grant, a sale of it and its void. */
async function oneMorning(name = "1"): Promise<readonly string[]> {
  const { device, merchant } = must(paper.school.terminals[0], "a terminal");
  const move = { device, student: child(), merchant, day: TODAY, actor: "per-admin" };
  const amount = rupiah(5_000);
  const sold = {
    ...move,
    event: randomBytes(32).toString("hex"),
    covered: amount,
    uncovered: rupiah(0),
    uncoveredBy: "suspense" as const,
  };
  return paper.school.store.commit((work) =>
    postJournals(work, SCHOOL, [
      topUpCash({ ...move, order: `ord-x${name}`, amount }),
      leaseGrant({ ...move, lease: leaseId(`lea-x${name}`), amount }),
      sale(sold),
      voidSale({ ...sold, event: randomBytes(32).toString("hex") }),
    ]),
  );
}
const receiptOf = (journal: string, student = child()) =>
  readReceipt(paper.cloud, { school: SCHOOL, student, journal });

describeOnBoth("a receipt", () => {
  it("[M17] says what the child paid or got, and proves it with a checkpoint of its own", async () => {
    const [topUp = "", grant = "", sold = "", undone = ""] = await oneMorning();
    expect(await receiptOf(grant)).toBeNull();
    expect(await receiptOf("jnl-nobody")).toBeNull();
    const receipts = [await receiptOf(topUp), await receiptOf(sold), await receiptOf(undone)];
    expect(receipts).toMatchObject([
      { recipe: "top-up-cash", amount: 5_000, sign: "plus", merchantName: null, place: 1, size: 4 },
      { recipe: "sale", amount: 5_000, sign: "minus", merchantName: "Kantin 0", place: 3, size: 4 },
      { recipe: "void", amount: 5_000, sign: "plus", merchantName: "Kantin 0", place: 4, size: 4 },
    ]);
    for (const receipt of receipts) {
      const { proof, place } = must(receipt, "a receipt");
      const opened = openTlogProof(proof, paper.school.cloudKey.publicKey, verifyWithNode);
      expect(opened).toMatchObject({
        ok: true,
        value: { index: place - 1, checkpoint: { size: 4 } },
      });
    }
    await paper.school.topUp(child(1), 700);
    expect(await receiptOf(sold)).toMatchObject({ size: 4 });
  });

  it("[M17] is never of another child's money", async () => {
    const [topUp = "", , sold = ""] = await oneMorning();
    for (const journal of [topUp, sold]) expect(await receiptOf(journal, child(1))).toBeNull();
    const two = [
      { kind: "student", owner: "stu-a", side: "debit", amount: 5 },
      { kind: "student", owner: "stu-b", side: "credit", amount: 5 },
    ] as const;
    expect(changeFor("stu-a", two)).toBeNull();
  });

  it("[M18] is at most 2,048 bytes in a log of a billion entries", () => {
    const key = nodeSigningKey(randomBytes(32));
    const id = (prefix: string): string => `${prefix}-${"9k2m".repeat(5)}1`;
    const school = schoolId(id("sch"));
    const entry = commitmentOf(
      {
        school,
        seq: 1_000_000_000,
        causeKind: "event",
        causeId: "ab".repeat(32),
        recipe: "sale",
        day: 20261123,
        postedAt: 1_795_000_000_000,
        actor: id("trm"),
        postings: [
          { account: `escrow:${id("trm")}:${id("stu")}`, side: "debit", amount: 14_000 },
          { account: `merchant:${id("mer")}`, side: "credit", amount: 14_000 },
        ],
      },
      randomBytes(32),
    );
    // An even place in a full tree of 2^30: thirty hashes, the most that a billion entries need.
    let root: TreeHash = leafHash(entry);
    const path = Array.from({ length: 30 }, () => treeHash(randomBytes(32)));
    for (const sibling of path) root = nodeHash(root, sibling);
    const checkpoint = signCheckpoint({ school, term: 1_795_000_000, size: 2 ** 30, root }, key);
    const text = encodeTlogProof({ entry, index: 0, path, checkpoint });
    expect(openTlogProof(text, key.publicKey, verifyWithNode).ok).toBe(true);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(2_048);
    expect(Buffer.byteLength(text)).toBeGreaterThan(1_800);
  });
});

/** What sigstore's verifier, written against Rekor's logs by others, makes of a proof of ours. */
function sigstoreAccepts(text: string, proof: TlogProof, publicKey: Uint8Array): boolean {
  const der = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), publicKey]);
  const [name = ""] = proof.checkpoint.split("\n");
  const entry = {
    canonicalizedBody: Buffer.from(proof.entry),
    inclusionProof: {
      logIndex: String(proof.index),
      hashes: proof.path.map((hash) => Buffer.from(hash)),
      checkpoint: { envelope: text.slice(text.indexOf("\n\n") + 2) },
    },
  } as never;
  const log = {
    logID: Buffer.from(noteKeyId({ name, publicKey: publicKey as PublicKey })),
    publicKey: createPublicKey({ key: der, format: "der", type: "spki" }),
    baseURL: name,
  } as never;
  try {
    verifyMerkleInclusion(entry, verifyCheckpoint(entry, [log]));
    return true;
  } catch {
    return false;
  }
}

describe("a public library for transparency logs", () => {
  it("[M19] accepts every receipt of ours and refuses a bent one", async () => {
    const journals = await oneMorning();
    for (let index = 0; index < 9; index++) await paper.school.topUp(child(1), 100 + index);
    await oneMorning("2");
    const { publicKey } = paper.school.cloudKey;
    for (const journal of journals.filter((_, index) => index !== 1)) {
      const { proof } = must(await receiptOf(journal), "a receipt");
      const parsed = parseTlogProof(proof);
      const good = must(parsed.ok ? parsed.value : null, "a proof");
      expect(sigstoreAccepts(proof, good, publicKey)).toBe(true);
      expect(sigstoreAccepts(proof, { ...good, index: good.index + 1 }, publicKey)).toBe(false);
      const entry = good.entry.map((byte, at) => (at === 40 ? byte ^ 1 : byte));
      expect(sigstoreAccepts(proof, { ...good, entry }, publicKey)).toBe(false);
      const bent = proof.replace(/^\d+$/m, "11");
      expect(sigstoreAccepts(bent, good, publicKey)).toBe(false);
    }
  });
});

describe("docs/verify-receipt.sh, which shares no code with us", () => {
  const script = join(import.meta.dirname, "../../../../docs/verify-receipt.sh");
  function verify(
    proof: string,
    key: string,
  ): { readonly isProven: boolean; readonly text: string } {
    const file = join(folder, "receipt.tlog-proof");
    writeFileSync(file, proof);
    const { status, stdout, stderr } = spawnSync("bash", [script, file, key], { encoding: "utf8" });
    return { isProven: status === 0, text: stdout + stderr };
  }
  const flipped = (base64: string): string => {
    const bytes = Buffer.from(base64, "base64");
    bytes[Math.floor(bytes.length / 2)] = (bytes[Math.floor(bytes.length / 2)] ?? 0) ^ 1;
    return toBase64(bytes);
  };

  it("[M19] proves a receipt of the cloud and says what is in it", async () => {
    for (let index = 0; index < 6; index++) await paper.school.topUp(child(1), 100 + index);
    const [, , sold = ""] = await oneMorning();
    const receipt = must(await receiptOf(sold), "a receipt");
    const { isProven, text } = verify(receipt.proof, receipt.key);
    expect(isProven).toBe(true);
    expect(text).toContain(`PROVEN: entry 9 of 10 in saku/${SCHOOL}/${paper.cloud.store.term}`);
    expect(text).toMatch(/transaction +sale/);
    expect(text).toMatch(/merchant:mer-0 +-5000/);
  });

  it("[M19] refuses a flipped bit in every field, another key and another place", async () => {
    for (let index = 0; index < 6; index++) await paper.school.topUp(child(1), 100 + index);
    const [, , sold = ""] = await oneMorning();
    const { proof, key } = must(await receiptOf(sold), "a receipt");
    const lines = proof.split("\n");
    const bent = (at: number, change: (line: string) => string): string =>
      lines.map((line, index) => (index === at ? change(line) : line)).join("\n");
    const end = lines.indexOf("");
    const forgeries = {
      version: bent(0, () => "c2sp.org/tlog-proof@v2"),
      entry: bent(1, (line) => `extra ${flipped(line.slice(6))}`),
      index: bent(2, () => "index 7"),
      "first hash": bent(3, flipped),
      "last hash": bent(end - 1, flipped),
      "one hash less": lines.filter((_, at) => at !== 3).join("\n"),
      "one hash more": bent(3, (line) => `${line}\n${line}`),
      origin: bent(end + 1, (line) => line.replace("sch-paper", "sch-qaper")),
      size: bent(end + 2, () => "11"),
      root: bent(end + 3, flipped),
      "signer's name": bent(end + 5, (line) => line.replace("sch-paper", "sch-qaper")),
      signature: bent(end + 5, (line) => {
        const at = line.lastIndexOf(" ") + 1;
        return line.slice(0, at) + flipped(line.slice(at));
      }),
      "no signature": `${lines.slice(0, end + 5).join("\n")}\n`,
    };
    for (const [field, forged] of Object.entries(forgeries))
      expect([field, verify(forged, key).isProven]).toEqual([field, false]);
    const stranger = new GrowingTree(0, []).root;
    const [name = "", id = "", publicKey = ""] = key.split("+");
    for (const other of [
      `${name}+${id}+${flipped(publicKey)}`,
      `${name}+00000000+${publicKey}`,
      `${name}+${id}+${toBase64(stranger)}`,
      "",
    ])
      expect(verify(proof, other).isProven).toBe(false);
    expect(verify(proof, key).isProven).toBe(true);
  });
});
