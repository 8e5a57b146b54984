import { fromBase64Url, toBase64Url } from "../primitives/bytes.ts";

/** RFC 4648 §4, padded: what notes and proofs are written in. */
export function toBase64(bytes: Uint8Array): string {
  const text = toBase64Url(bytes).replaceAll("-", "+").replaceAll("_", "/");
  return text + "=".repeat((4 - (text.length % 4)) % 4);
}

/** Bytes of a padded base64 text, or null when it is not the one canonical spelling of some bytes. */
export function fromBase64(text: string): Uint8Array | null {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return null;
  const bare = text.replace(/=+$/, "").replaceAll("+", "-").replaceAll("/", "_");
  const bytes = fromBase64Url(bare);
  return bytes !== null && toBase64(bytes) === text ? bytes : null;
}
