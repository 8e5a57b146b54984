// Offline proofs (c2sp.org/tlog-proof): extra data, index, inclusion path, and the checkpoint as it was signed.
import { err, ok, parseError, type ParseError, type Result } from "../primitives/result.ts";
import type { PublicKey, Verify } from "../signing/keys.ts";
import { fromBase64, toBase64 } from "./base64.ts";
import { openCheckpoint, type Checkpoint } from "./checkpoint.ts";
import { leafHash, treeHash, verifyInclusion, type TreeHash } from "./merkle.ts";
import { NOTE_LENGTH_MAX, type NoteError } from "./note.ts";

/** A proof file taken apart. */
export type TlogProof = {
  /** What was logged, byte for byte. */
  readonly entry: Uint8Array;
  readonly index: number;
  readonly path: readonly TreeHash[];
  /** The signed note, verbatim. */
  readonly checkpoint: string;
};

const FIRST_LINE = "c2sp.org/tlog-proof@v1";
/** A tree of 2⁶³ leaves has no longer path. */
const PATH_LENGTH_MAX = 63;

/** One file that proves itself: the entry is its `extra` line [M10]. */
export function encodeTlogProof({ entry, index, path, checkpoint }: TlogProof): string {
  const head = [FIRST_LINE, `extra ${toBase64(entry)}`, `index ${index}`];
  return `${[...head, ...path.map(toBase64)].join("\n")}\n\n${checkpoint}`;
}

/** Takes a proof apart without believing any of it. Never throws. */
export function parseTlogProof(text: string): Result<TlogProof, ParseError> {
  const wrong = (expected: string): Result<TlogProof, ParseError> =>
    err(parseError("proof", expected));
  const end = text.indexOf("\n\n");
  if (text.length > 2 * NOTE_LENGTH_MAX || end < 0) return wrong("a c2sp.org/tlog-proof@v1");
  const [first, extra = "", index = "", ...path] = text.slice(0, end).split("\n");
  if (first !== FIRST_LINE) return wrong("a c2sp.org/tlog-proof@v1");
  const entry = extra.startsWith("extra ") ? fromBase64(extra.slice(6)) : null;
  if (entry === null) return wrong("an entry in its extra line");
  const [, number] = /^index (0|[1-9]\d{0,15})$/.exec(index) ?? [];
  if (number === undefined) return wrong("an index");
  const hashes = path.map(fromBase64).filter((hash) => hash?.length === 32);
  if (hashes.length !== path.length || path.length > PATH_LENGTH_MAX) return wrong("hashes");
  return ok({
    entry,
    index: Number(number),
    path: hashes.flatMap((hash) => (hash === null ? [] : [treeHash(hash)])),
    checkpoint: text.slice(end + 2),
  });
}

/** The entry and its place, once the signature and the path both hold. Never throws. */
export function openTlogProof(
  text: string,
  publicKey: PublicKey,
  verify: Verify,
): Result<
  { readonly entry: Uint8Array; readonly index: number; readonly checkpoint: Checkpoint },
  NoteError | { readonly kind: "not-included" }
> {
  const proof = parseTlogProof(text);
  if (!proof.ok) return proof;
  const { entry, index, path } = proof.value;
  const checkpoint = openCheckpoint(proof.value.checkpoint, publicKey, verify);
  if (!checkpoint.ok) return checkpoint;
  const { size, root } = checkpoint.value;
  if (!verifyInclusion(leafHash(entry), { index, size, path }, root))
    return err({ kind: "not-included" });
  return ok({ entry, index, checkpoint: checkpoint.value });
}
