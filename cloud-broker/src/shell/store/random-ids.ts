import { createHash } from "node:crypto";
import { idText, toBase64Url, type Entropy } from "@saku/protocol";
import { nodeEntropy } from "../keys/node-entropy.ts";

/** A fresh id text of 100 bits, such as `stu-9k2m…`. Inside a unit of work its own chance is given. */
export function newId(prefix: string, entropy: Entropy = nodeEntropy): string {
  return idText(prefix, entropy.bytes(13)).slice(0, prefix.length + 21);
}

/** A secret to hand to a person once; only its hash is stored. */
export function newToken(): string {
  return toBase64Url(nodeEntropy.bytes(24));
}

export function hashToken(token: string): string {
  return createHash("sha256").update("saku-token-v1\0").update(token).digest("hex");
}
