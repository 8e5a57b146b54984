import { hashBytes } from "../signing/cose.ts";

// 256 two-syllable words that are easy to say in Indonesian and to compare aloud; eight bits a word.
const FIRST = "ba be da do ga ja ka ko la ma me na pa ra sa ta".split(" ");
const SECOND = "lo ri ma nu so wa di ko ra mi to na lu ya ro sa".split(" ");
const WORD_COUNT = 6;

/**
 * Six words that name a terminal's two public keys. The terminal shows them on its screen, the technician's tool makes
 * them from the keys that it received: if they are equal, nobody sits between.
 */
export function hardwarePhrase(signKey: Uint8Array, boxKey: Uint8Array): string {
  const hash = hashBytes(signKey, boxKey);
  return Array.from(hash.subarray(0, WORD_COUNT), (byte) => {
    const first = FIRST[byte >> 4] ?? "";
    return first + (SECOND[byte & 15] ?? "");
  }).join(" ");
}
