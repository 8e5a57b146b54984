/** Bytes that can become more; `view` is made anew after `reserve`. */
export type ByteSpace = {
  readonly view: () => Uint8Array;
  /** Makes the space at least this long, keeping what it holds. */
  readonly reserve: (byteCount: number) => void;
};

/** Growth in steps of a quarter: at most so much lies idle. */
const GROWTH = 1.25;
const FIRST_BYTES = 4096;

/** A space of the language's own memory. */
export const plainSpace = (): ByteSpace => {
  let bytes = new Uint8Array(FIRST_BYTES);
  return {
    view: () => bytes,
    reserve: (byteCount) => {
      if (byteCount <= bytes.length) return;
      const longer = new Uint8Array(Math.ceil(Math.max(byteCount, bytes.length * GROWTH)));
      longer.set(bytes);
      bytes = longer;
    },
  };
};
