// Checkpoints (c2sp.org/tlog-checkpoint): a signed note whose text is origin, tree size and root hash.
import { assert } from "../primitives/assert.ts";
import { ID_PATTERN, type SchoolId } from "../primitives/ids.ts";
import { err, ok, parseError, type ParseError, type Result } from "../primitives/result.ts";
import type { PublicKey, Sign, Verify } from "../signing/keys.ts";
import { fromBase64, toBase64 } from "./base64.ts";
import { treeHash, type TreeHead } from "./merkle.ts";
import { openNote, signNote, type NoteError } from "./note.ts";

/** One log: the ledger of a school in one lineage of the cloud's database. */
export type LogName = { readonly school: SchoolId; readonly term: number };

/** How large the log was, and what was in it. */
export type Checkpoint = LogName & TreeHead;

const ORIGIN_PATTERN = /^saku\/([a-z0-9-]{2,40})\/(0|[1-9]\d{0,15})$/;
const SIZE_PATTERN = /^(0|[1-9]\d{0,15})$/;

/** The first line of every checkpoint of a log, and the name of the key that signs it [M8]. */
export function logOrigin({ school, term }: LogName): string {
  return `saku/${school}/${term}`;
}

/** The log that an origin names, or null. */
export function parseLogOrigin(origin: string): LogName | null {
  const [, school, term] = ORIGIN_PATTERN.exec(origin) ?? [];
  if (school === undefined || !ID_PATTERN.test(school)) return null;
  return Number.isSafeInteger(Number(term))
    ? { school: school as SchoolId, term: Number(term) }
    : null;
}

/** The three lines that are signed. */
export function checkpointText(checkpoint: Checkpoint): string {
  const { size, root } = checkpoint;
  assert(Number.isSafeInteger(size) && size >= 0, "A tree's size is a count");
  return `${logOrigin(checkpoint)}\n${size}\n${toBase64(root)}\n`;
}

/** Extension lines are refused: ours have none, and nobody could audit them [M9]. */
export function parseCheckpointText(text: string): Result<Checkpoint, ParseError> {
  const wrong = err(parseError("checkpoint", "origin, size and root, each on its line"));
  const [origin = "", size = "", root = "", rest, ...more] = text.split("\n");
  const name = parseLogOrigin(origin);
  const hash = fromBase64(root);
  if (name === null || !SIZE_PATTERN.test(size) || hash?.length !== 32) return wrong;
  if (rest !== "" || more.length > 0 || !Number.isSafeInteger(Number(size))) return wrong;
  return ok({ ...name, size: Number(size), root: treeHash(hash) });
}

/** A checkpoint as a note, signed in the name of its origin. */
export function signCheckpoint(
  checkpoint: Checkpoint,
  key: { readonly publicKey: PublicKey; readonly sign: Sign },
): string {
  const name = logOrigin(checkpoint);
  return signNote(checkpointText(checkpoint), { name, publicKey: key.publicKey }, key.sign);
}

/** What a note says about a log, once the key has signed it in the name of the origin that it states. Never throws. */
export function openCheckpoint(
  note: string,
  publicKey: PublicKey,
  verify: Verify,
): Result<Checkpoint, NoteError> {
  const [origin = ""] = note.split("\n", 1);
  if (parseLogOrigin(origin) === null) return err(parseError("checkpoint", "an origin of ours"));
  const opened = openNote(note, { name: origin, publicKey }, verify);
  return opened.ok ? parseCheckpointText(opened.value) : opened;
}
