import { NONCE_SIZE, toBase64Url, type DeviceId, type Entropy } from "@saku/protocol";

const LIFE_MS = 120_000;
const PER_DEVICE_MAX = 8;
const TOTAL_MAX = 10_000;

/** Single-use questions for CONNECT. In memory: after a restart a terminal just asks again. */
export type Nonces = {
  issue(device: DeviceId): Uint8Array;
  /** True once, for the terminal it was made for, within two minutes. */
  redeem(device: DeviceId, nonce: Uint8Array): boolean;
  sweep(): void;
};

export function createNonces(clock: () => number, entropy: Entropy): Nonces {
  const open = new Map<string, { readonly device: DeviceId; readonly endsAtMs: number }>();
  const sweep = (): void => {
    const now = clock();
    for (const [nonce, { endsAtMs }] of open) if (endsAtMs <= now) open.delete(nonce);
  };
  return {
    sweep,
    issue: (device) => {
      const own = [...open].filter(([, each]) => each.device === device);
      for (const [nonce] of own.slice(0, Math.max(0, own.length - PER_DEVICE_MAX + 1)))
        open.delete(nonce);
      if (open.size >= TOTAL_MAX) sweep();
      // Maps keep their order: the oldest question makes room.
      const [oldest] = open.keys();
      if (open.size >= TOTAL_MAX && oldest !== undefined) open.delete(oldest);
      const nonce = entropy.bytes(NONCE_SIZE);
      open.set(toBase64Url(nonce), { device, endsAtMs: clock() + LIFE_MS });
      return nonce;
    },
    redeem: (device, nonce) => {
      const key = toBase64Url(nonce);
      const found = open.get(key);
      open.delete(key);
      return found !== undefined && found.device === device && found.endsAtMs > clock();
    },
  };
}
