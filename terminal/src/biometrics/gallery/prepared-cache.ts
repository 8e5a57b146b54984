import type { Prepared } from "../matcher/prepared.ts";

/** Prepared templates by slot, the least recently used forgotten first: a retry meets the same children again. */
export type PreparedCache = {
  readonly get: (slot: number) => Prepared;
  readonly forget: (slot: number) => void;
};

export const createPreparedCache = (
  capacity: number,
  prepareSlot: (slot: number) => Prepared,
): PreparedCache => {
  // A Map keeps the order of insertion: what is used is inserted again at its end.
  const held = new Map<number, Prepared>();
  return {
    get: (slot) => {
      const prepared = held.get(slot) ?? prepareSlot(slot);
      held.delete(slot);
      held.set(slot, prepared);
      if (held.size > capacity)
        for (const oldest of held.keys()) {
          held.delete(oldest);
          break;
        }
      return prepared;
    },
    forget: (slot) => {
      held.delete(slot);
    },
  };
};
