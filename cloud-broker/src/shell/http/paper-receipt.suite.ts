// A receipt out of a small log that nobody keeps: signed and provable like a real one.
import {
  encodeTlogProof,
  GrowingTree,
  hashOfRange,
  inclusionRanges,
  leafHash,
  must,
  noteKeyText,
  logOrigin,
  schoolId,
  signCheckpoint,
  signingKeyFromSeed,
  utf8,
  type TreeHash,
} from "@saku/protocol";
import { commitmentOf } from "../../core/log/commitment.ts";
import type { ReceiptView } from "../../core/log/receipt.ts";
import type { ActivityLine } from "../../core/reports/views.ts";

const PLACE = 12;
const SIZE = 340;
const LOG = { school: schoolId("sch-melati"), term: 1 };

export function paperReceipt(line: ActivityLine): ReceiptView {
  const key = signingKeyFromSeed(new Uint8Array(32).fill(5));
  const entry = commitmentOf(
    {
      school: LOG.school,
      seq: PLACE,
      causeKind: "event",
      causeId: "ab".repeat(32),
      recipe: line.kind === "top-up" ? "top-up-cash" : line.kind,
      day: line.day,
      postedAt: line.receivedAtMs,
      actor: "trm-sri",
      postings: [
        { account: "escrow:trm-sri:stu-aisyah", side: "debit", amount: line.amount },
        { account: "merchant:mer-sri", side: "credit", amount: line.amount },
      ],
    },
    new Uint8Array(32).fill(9),
  );
  const tree = new GrowingTree(0, []);
  const nodes = new Map<string, TreeHash>();
  for (let seq = 1; seq <= SIZE; seq++)
    for (const node of tree.append(leafHash(seq === PLACE ? entry : utf8(`entry ${seq}`))))
      nodes.set(`${node.level}/${node.index}`, node.hash);
  const path = inclusionRanges(PLACE - 1, SIZE).map((range) =>
    hashOfRange(range, ({ level, index }) => must(nodes.get(`${level}/${index}`), "a node")),
  );
  const checkpoint = signCheckpoint({ ...LOG, size: SIZE, root: tree.root }, key);
  return {
    journal: line.journal,
    recipe: line.kind === "top-up" ? "top-up-cash" : line.kind,
    amount: line.amount,
    sign: line.kind === "sale" ? "minus" : "plus",
    merchantName: line.merchantName,
    day: line.day,
    postedAtMs: line.receivedAtMs,
    place: PLACE,
    size: SIZE,
    proof: encodeTlogProof({ entry, index: PLACE - 1, path, checkpoint }),
    key: noteKeyText({ name: logOrigin(LOG), publicKey: key.publicKey }),
  };
}
