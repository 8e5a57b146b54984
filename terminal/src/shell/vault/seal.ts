import { vaultItemAad, type VaultItem } from "@saku/protocol";
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

const NONCE_SIZE = 12;
const TAG_SIZE = 16;
const KEY_SIZE = 32;

/** AES-256-GCM as nonce(12) ‖ ciphertext ‖ tag(16). */
export function seal(key: Uint8Array, content: Uint8Array, aad: string): Uint8Array {
  const nonce = randomBytes(NONCE_SIZE);
  const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(aad));
  return new Uint8Array(
    Buffer.concat([nonce, cipher.update(content), cipher.final(), cipher.getAuthTag()]),
  );
}

/** The content, or null when the key, the place or a single bit is another. */
export function unseal(key: Uint8Array, sealed: Uint8Array, aad: string): Uint8Array | null {
  if (sealed.length < NONCE_SIZE + TAG_SIZE) return null;
  try {
    const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, NONCE_SIZE));
    decipher.setAAD(Buffer.from(aad));
    decipher.setAuthTag(sealed.subarray(sealed.length - TAG_SIZE));
    const body = sealed.subarray(NONCE_SIZE, sealed.length - TAG_SIZE);
    return new Uint8Array(Buffer.concat([decipher.update(body), decipher.final()]));
  } catch {
    return null;
  }
}

/** Seals one secret of a child under a fresh data key, and the data key under the epoch key. */
export function sealItem(
  header: Pick<VaultItem, "student" | "item" | "version" | "epoch">,
  content: Uint8Array,
  epochKey: Uint8Array,
): VaultItem {
  const aad = vaultItemAad(header);
  const dataKey = randomBytes(KEY_SIZE);
  const item = {
    ...header,
    wrap: seal(epochKey, dataKey, aad),
    sealed: seal(dataKey, content, aad),
  };
  dataKey.fill(0);
  return item;
}

export function openItem(item: VaultItem, epochKey: Uint8Array): Uint8Array | null {
  const aad = vaultItemAad(item);
  const dataKey = unseal(epochKey, item.wrap, aad);
  return dataKey === null ? null : unseal(dataKey, item.sealed, aad);
}
