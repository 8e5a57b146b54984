// Signed notes (c2sp.org/signed-note): a text, a blank line, one line a signature. Ed25519 only, type 0x01.
import { assert } from "../primitives/assert.ts";
import { concatBytes, equalBytes, toHex, utf8 } from "../primitives/bytes.ts";
import { err, ok, parseError, type ParseError, type Result } from "../primitives/result.ts";
import { hashBytes } from "../signing/cose.ts";
import { parsePublicKey, type PublicKey, type Sign, type Verify } from "../signing/keys.ts";
import { fromBase64, toBase64 } from "./base64.ts";

/** Who may sign: a name without spaces and plus signs, and an Ed25519 key. */
export type NoteKey = { readonly name: string; readonly publicKey: PublicKey };

/** Why a note does not count. */
export type NoteError =
  ParseError | { readonly kind: "unknown-signer" } | { readonly kind: "bad-signature" };

const ED25519 = 1;
/** Longer than any note of ours; a note of somebody else is not read to its end. */
export const NOTE_LENGTH_MAX = 8_192;
/** The least that c2sp.org/signed-note asks of a verifier. */
const SIGNATURES_MAX = 16;
const DASH = "\u2014";
const NAME_PATTERN = /^[^\s+]+$/u;
const SIGNATURE_LINE = /^\u2014 ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/u;

/** SHA-256(name ‖ 0x0A ‖ 0x01 ‖ key), its first four bytes [M6]. */
export function noteKeyId({ name, publicKey }: NoteKey): Uint8Array {
  return hashBytes(utf8(name), Uint8Array.of(0x0a, ED25519), publicKey).subarray(0, 4);
}

function isText(text: string): boolean {
  // eslint-disable-next-line no-control-regex
  return text.endsWith("\n") && !/[\u0000-\u0009\u000b-\u001f]/.test(text);
}

/** Signs `text`, which ends in a newline. */
export function signNote(text: string, key: NoteKey, sign: Sign): string {
  assert(isText(text), "A note is lines of text without control characters");
  assert(NAME_PATTERN.test(key.name), "A signer's name has no spaces and no plus sign");
  const signature = concatBytes(noteKeyId(key), sign(utf8(text)));
  return `${text}\n${DASH} ${key.name} ${toBase64(signature)}\n`;
}

/** The text of a note that `key` signed. Lines of other signers (witnesses) are allowed and ignored [M7]. */
export function openNote(note: string, key: NoteKey, verify: Verify): Result<string, NoteError> {
  const wrong = err(parseError("note", "a signed note"));
  const end = note.lastIndexOf("\n\n");
  if (note.length > NOTE_LENGTH_MAX || end <= 0 || !isText(note)) return wrong;
  const text = note.slice(0, end + 1);
  const lines = note.slice(end + 2, -1).split("\n");
  if (lines.length > SIGNATURES_MAX) return wrong;
  const message = utf8(text);
  const keyId = noteKeyId(key);
  let isSigned = false;
  for (const line of lines) {
    const [, name, base64 = ""] = SIGNATURE_LINE.exec(line) ?? [];
    const bytes = fromBase64(base64);
    if (name === undefined || bytes === null || bytes.length < 5) return wrong;
    if (name !== key.name || !equalBytes(bytes.subarray(0, 4), keyId)) continue;
    if (!verify(key.publicKey, message, bytes.subarray(4))) return err({ kind: "bad-signature" });
    isSigned = true;
  }
  return isSigned ? ok(text) : err({ kind: "unknown-signer" });
}

/** A key as one word, `<name>+<key id>+<base64(0x01 ‖ key)>`: what tools of the Go world take. */
export function noteKeyText(key: NoteKey): string {
  const bytes = concatBytes(Uint8Array.of(ED25519), key.publicKey);
  return `${key.name}+${toHex(noteKeyId(key))}+${toBase64(bytes)}`;
}

/** The key that such a word names, or null. */
export function parseNoteKey(text: string): NoteKey | null {
  const [, name, id, base64] = /^([^\s+]+)\+([0-9a-f]{8})\+(\S+)$/u.exec(text) ?? [];
  const bytes = base64 === undefined ? null : fromBase64(base64);
  if (name === undefined || bytes?.[0] !== ED25519) return null;
  const parsed = parsePublicKey(bytes.subarray(1));
  if (!parsed.ok) return null;
  const key = { name, publicKey: parsed.value };
  return toHex(noteKeyId(key)) === id ? key : null;
}
