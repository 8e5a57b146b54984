/** Seeded randomness: the simulator repeats itself exactly for the same seed. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Whole number in [0, bound). */
  below(bound: number): number;
  /** Normal, mean 0, deviation 1. */
  gaussian(): number;
  /** True with the given probability. */
  chance(probability: number): boolean;
  /** An independent stream, named so that adding one does not shift the others. */
  fork(name: string): Random;
}

/** FNV-1a over UTF-16 units, 32 bits: turns names and pixels into seeds and keys. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

export function hashBytes(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** SplitMix-style 32-bit generator: small state, good enough spread for images and fault schedules. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return ((z ^ (z >>> 15)) >>> 0) / 0x1_0000_0000;
  };
  return {
    next,
    below: (bound) => Math.floor(next() * bound),
    gaussian: () => {
      const radius = Math.sqrt(-2 * Math.log(1 - next()));
      return radius * Math.cos(2 * Math.PI * next());
    },
    chance: (probability) => next() < probability,
    fork: (name) => createRandom((seed ^ hashText(name)) >>> 0),
  };
}
