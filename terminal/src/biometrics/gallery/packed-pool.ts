import type { ByteSpace } from "./byte-space.ts";

/** Records of bytes one behind the other, each known by its slot until it is dropped. */
export type PackedPool = {
  readonly put: (record: Uint8Array) => number;
  readonly drop: (slot: number) => void;
  /** Address in the space; changes when another record is dropped. */
  readonly addressOf: (slot: number) => number;
  readonly lengthOf: (slot: number) => number;
  /** The record itself, not a copy: valid until the pool changes. */
  readonly bytesOf: (slot: number) => Uint8Array;
  /** Bytes of the records held, and bytes up to the end of the last one. */
  readonly liveBytes: () => number;
  readonly endBytes: () => number;
};

/** Gaps are closed when they exceed this share of the pool, and are worth the copying at all. */
const MAX_GAP_SHARE = 0.25;
const MIN_GAP_BYTES = 65_536;

/** A pool in `space` from `start` on; the bytes before are somebody else's. */
export const createPackedPool = (space: ByteSpace, start = 0): PackedPool => {
  const addresses: number[] = [];
  const lengths: number[] = [];
  const freeSlots: number[] = [];
  let end = start;
  let live = 0;

  const closeGaps = (): void => {
    const view = space.view();
    const held = Array.from(lengths.keys())
      .filter((slot) => (lengths[slot] ?? -1) >= 0)
      .toSorted((a, b) => (addresses[a] ?? 0) - (addresses[b] ?? 0));
    end = start;
    for (const slot of held) {
      const address = addresses[slot] ?? 0;
      const length = lengths[slot] ?? 0;
      view.copyWithin(end, address, address + length);
      addresses[slot] = end;
      end += length;
    }
  };

  const addressOf = (slot: number): number => addresses[slot] ?? start;
  const lengthOf = (slot: number): number => Math.max(0, lengths[slot] ?? 0);
  return {
    put: (record) => {
      space.reserve(end + record.length);
      space.view().set(record, end);
      const slot = freeSlots.pop() ?? addresses.length;
      addresses[slot] = end;
      lengths[slot] = record.length;
      end += record.length;
      live += record.length;
      return slot;
    },
    drop: (slot) => {
      const length = lengths[slot] ?? -1;
      if (length < 0) return;
      live -= length;
      lengths[slot] = -1;
      freeSlots.push(slot);
      const gaps = end - start - live;
      if (gaps >= MIN_GAP_BYTES && gaps > MAX_GAP_SHARE * (end - start)) closeGaps();
    },
    addressOf,
    lengthOf,
    bytesOf: (slot) => {
      const address = addressOf(slot);
      return space.view().subarray(address, address + lengthOf(slot));
    },
    liveBytes: () => live,
    endBytes: () => end,
  };
};
