import { randomBytes } from "node:crypto";
import { nodeSigningKey, type NodeSigningKey } from "./ed25519.ts";
import { loadOrMakeSecret } from "./secret-file.ts";

/** `kid` of everything that the cloud signs. */
export const CLOUD_KID = "cloud";

/** The key that signs acknowledgements and commands; made at the first start, then only read. */
export function loadCloudKey(file: string): NodeSigningKey {
  const seed = loadOrMakeSecret(file, () => randomBytes(32));
  if (seed.length !== 32) throw new Error("The cloud key file is damaged: it must hold 32 bytes");
  return nodeSigningKey(seed);
}
