import { createHash, randomBytes } from "node:crypto";
import { idText, toBase64Url } from "@saku/protocol";

/** A fresh id text of 100 bits, such as `stu-9k2m…`. */
export function newId(prefix: string): string {
  return idText(prefix, randomBytes(13)).slice(0, prefix.length + 21);
}

/** A secret to hand to a person once; only its hash is stored. */
export function newToken(): string {
  return toBase64Url(randomBytes(24));
}

export function hashToken(token: string): string {
  return createHash("sha256").update("saku-token-v1\0").update(token).digest("hex");
}
