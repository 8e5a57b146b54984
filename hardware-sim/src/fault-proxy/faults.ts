import type { Random } from "../random.ts";

/** What is wrong with a line. Read anew for every piece of data, so a change also meets connections that are open. */
export type Faults = {
  /** Every piece arrives this much later, plus up to `jitterMs`; order is kept, as TCP keeps it. */
  readonly latencyMs: number;
  readonly jitterMs: number;
  /**
   * From now on nothing arrives any more in this direction, and nobody is told: a cable pulled out of a switch. A
   * connection that has lost a byte never delivers a later one, also when the fault is gone, because TCP would not.
   */
  readonly drop: "none" | "up" | "down" | "both";
  /** Pieces are cut to at most this many bytes, each sent on its own; 0 = as they come. */
  readonly sliceBytes: number;
  /** Resets a connection (RST) once it has carried this many bytes; 0 = never. */
  readonly resetAfterBytes: number;
  /** Closes a connection politely (FIN) once it has carried this many bytes; 0 = never. */
  readonly closeAfterBytes: number;
  /** At most this many bytes a second in each direction of a connection; 0 = as fast as it goes. */
  readonly bytesPerSecond: number;
};

export const NO_FAULTS: Faults = {
  latencyMs: 0,
  jitterMs: 0,
  drop: "none",
  sliceBytes: 0,
  resetAfterBytes: 0,
  closeAfterBytes: 0,
  bytesPerSecond: 0,
};

type Draw = (random: Random) => Partial<Faults>;

const DRAWS: Readonly<Record<string, Draw>> = {
  latency: (random) => ({ latencyMs: 20 + random.below(400), jitterMs: random.below(300) }),
  drop: (random) => ({ drop: (["up", "down", "both"] as const)[random.below(3)] ?? "both" }),
  slice: (random) => ({ sliceBytes: 1 + random.below(40) }),
  reset: (random) => ({ resetAfterBytes: 1 + random.below(6_000) }),
  close: (random) => ({ closeAfterBytes: 1 + random.below(6_000) }),
  limit: (random) => ({ bytesPerSecond: 500 + random.below(20_000) }),
};

export const FAULT_NAMES: readonly string[] = Object.keys(DRAWS);

/** One or two faults at once, by seed. */
export function drawFaults(random: Random): {
  readonly names: readonly string[];
  readonly faults: Faults;
} {
  const count = 1 + random.below(2);
  let faults = NO_FAULTS;
  const names = new Set<string>();
  while (names.size < count) {
    const name = FAULT_NAMES[random.below(FAULT_NAMES.length)] ?? "latency";
    names.add(name);
    faults = { ...faults, ...DRAWS[name]?.(random) };
  }
  return { names: [...names], faults };
}
