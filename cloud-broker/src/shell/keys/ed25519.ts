import { createPrivateKey, createPublicKey, sign, verify, type KeyObject } from "node:crypto";
import { must, parsePublicKey, type PublicKey, type Sign, type Verify } from "@saku/protocol";

// DER wrappings of RFC 8410 for a bare seed and a bare public key.
const PKCS8 = Buffer.from("302e020100300506032b657004220420", "hex");
const SPKI = Buffer.from("302a300506032b6570032100", "hex");

const KNOWN_KEYS_MAX = 5_000;
const knownKeys = new Map<string, KeyObject>();

/** Making a key object costs more than a check with it, so they are kept by their bytes. */
function keyObject(publicKey: Uint8Array): KeyObject {
  const name = Buffer.from(publicKey).toString("base64");
  const known = knownKeys.get(name);
  if (known !== undefined) return known;
  if (knownKeys.size >= KNOWN_KEYS_MAX) knownKeys.clear();
  const made = createPublicKey({
    key: Buffer.concat([SPKI, publicKey]),
    format: "der",
    type: "spki",
  });
  knownKeys.set(name, made);
  return made;
}

export const verifyWithNode: Verify = (publicKey, message, signature) =>
  signature.length === 64 && verify(null, message, keyObject(publicKey), signature);

/** The same check on the thread pool: 200 signatures of a batch must not hold up everybody else. */
export function verifyOnThreads(
  publicKey: PublicKey,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  if (signature.length !== 64) return Promise.resolve(false);
  return new Promise((resolve, reject) => {
    verify(null, message, keyObject(publicKey), signature, (error, isGood) => {
      if (error === null) resolve(isGood);
      else reject(error);
    });
  });
}

export type NodeSigningKey = { readonly publicKey: PublicKey; readonly sign: Sign };

/** The node:crypto signer of a 32-byte seed. */
export function nodeSigningKey(seed: Uint8Array): NodeSigningKey {
  const privateKey = createPrivateKey({
    key: Buffer.concat([PKCS8, seed]),
    format: "der",
    type: "pkcs8",
  });
  const spki = createPublicKey(privateKey).export({ format: "der", type: "spki" });
  const parsed = parsePublicKey(new Uint8Array(spki.subarray(-32)));
  return {
    publicKey: must(parsed.ok ? parsed.value : null, "A seed makes a usable public key"),
    sign: (message) => new Uint8Array(sign(null, message, privateKey)),
  };
}
