import { createRandom } from "./random.ts";

/** What can go wrong on the cable, from the module to the host. Rates are probabilities in [0, 1]. */
export type FaultName =
  /** per byte */
  | "dropped-bytes"
  | "corrupted-bytes"
  | "duplicated-bytes"
  /** per packet: stray 0x55, 0x00 or 0xFF before it, as supply edges and wake-up bytes leave them */
  | "stray-bytes"
  /** per packet: it is cut in pieces with pauses between */
  | "split-packets"
  /** per packet: it leaves 100 … 600 ms late */
  | "late-packets"
  /** per packet: it never leaves; rate 1 is a module that hangs */
  | "silence";

export const faultNames: readonly FaultName[] = [
  "dropped-bytes",
  "corrupted-bytes",
  "duplicated-bytes",
  "stray-bytes",
  "split-packets",
  "late-packets",
  "silence",
];

export type FaultCounters = Readonly<Record<FaultName, number>>;

/** A piece of a packet and how long to wait before it goes. */
export type SentPiece = { readonly delayMs: number; readonly bytes: Uint8Array };

export interface Faults {
  set(name: FaultName, rate: number): void;
  rate(name: FaultName): number;
  clear(): void;
  readonly counters: FaultCounters;
  /** What really travels when the module sends this packet. */
  apply(packet: Uint8Array): readonly SentPiece[];
}

const strayValues: readonly number[] = [0x55, 0x00, 0xff];

export function createFaults(seed: number): Faults {
  const random = createRandom(seed).fork("faults");
  const rates = new Map<FaultName, number>();
  const counters: Record<FaultName, number> = {
    "dropped-bytes": 0,
    "corrupted-bytes": 0,
    "duplicated-bytes": 0,
    "stray-bytes": 0,
    "split-packets": 0,
    "late-packets": 0,
    silence: 0,
  };
  const strikes = (name: FaultName): boolean => {
    const rate = rates.get(name) ?? 0;
    if (rate === 0 || !random.chance(rate)) return false;
    counters[name]++;
    return true;
  };
  const damaged = (packet: Uint8Array): Uint8Array => {
    const bytes: number[] = [];
    if (strikes("stray-bytes")) bytes.push(strayValues[random.below(strayValues.length)] ?? 0);
    for (const byte of packet) {
      if (strikes("dropped-bytes")) continue;
      const sent = strikes("corrupted-bytes") ? byte ^ (1 << random.below(8)) : byte;
      bytes.push(sent);
      if (strikes("duplicated-bytes")) bytes.push(sent);
    }
    return Uint8Array.from(bytes);
  };
  return {
    set: (name, rate) => void rates.set(name, Math.min(1, Math.max(0, rate))),
    rate: (name) => rates.get(name) ?? 0,
    clear: () => rates.clear(),
    counters,
    apply: (packet) => {
      if (strikes("silence")) return [];
      const delayMs = strikes("late-packets") ? 100 + random.below(500) : 0;
      const bytes = damaged(packet);
      if (bytes.length < 2 || !strikes("split-packets")) return [{ delayMs, bytes }];
      const cut = 1 + random.below(bytes.length - 1);
      return [
        { delayMs, bytes: bytes.subarray(0, cut) },
        { delayMs: 5 + random.below(40), bytes: bytes.subarray(cut) },
      ];
    },
  };
}
