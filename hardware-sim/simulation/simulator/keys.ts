import {
  deviceIdOfKey,
  must,
  toHex,
  type DeviceId,
  type PublicKey,
  type Sign,
  type Verify,
} from "@saku/protocol";
import { nodeSigningKey, verifyWithNode } from "@saku/cloud-broker/shell/keys/ed25519";
import type { DeviceKeys } from "@saku/terminal/shell/keys/device-keys";

// Real Ed25519. What was signed here once need not be checked again byte for byte the same: the signature is known good.

const known = new Set<string>();
const KNOWN_MAX = 20_000;

const nameOf = (key: Uint8Array, message: Uint8Array, signature: Uint8Array): string =>
  `${Buffer.from(key).toString("latin1")}${Buffer.from(signature).toString("latin1")}${Buffer.from(message).toString("latin1")}`;

export type SimulatedKey = { readonly publicKey: PublicKey; readonly sign: Sign };

export function simulatedKey(seed: Uint8Array): SimulatedKey {
  const { publicKey, sign } = nodeSigningKey(seed);
  return {
    publicKey,
    sign: (message) => {
      const signature = sign(message);
      if (known.size >= KNOWN_MAX) known.clear();
      known.add(nameOf(publicKey, message, signature));
      return signature;
    },
  };
}

export const verifyKnown: Verify = (publicKey, message, signature) =>
  known.has(nameOf(publicKey, message, signature)) || verifyWithNode(publicKey, message, signature);

export const seedBytes = (first: number, second = 0): Uint8Array =>
  Uint8Array.from({ length: 32 }, (_, index) => (index === 0 ? first : index === 1 ? second : 7));

/** A terminal's keys as its card holds them. */
export function deviceKeys(slot: number): DeviceKeys {
  const { publicKey, sign } = simulatedKey(seedBytes(100 + slot));
  const device: DeviceId = deviceIdOfKey(publicKey);
  return {
    device,
    signKey: publicKey,
    boxKey: seedBytes(150 + slot),
    phrase: toHex(publicKey).slice(0, 8),
    protection: "file",
    sign,
    openBox: () => null,
    deriveKey: (purpose) => must(seedBytes(200, purpose.length), "A key"),
  } as DeviceKeys;
}
