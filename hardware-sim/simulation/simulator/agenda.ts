import type { Cancel } from "@saku/protocol";
import type { Random } from "@saku/hardware-sim/random";

type Entry = {
  readonly atMs: number;
  /** Things due at one instant happen in an order that the seed chooses. */
  readonly tie: number;
  readonly seq: number;
  fire: (() => void) | null;
};

/** All that is still to happen, on one clock that only counts. */
export interface Agenda {
  readonly nowMs: number;
  at(atMs: number, fire: () => void): Cancel;
  /** Lets the next thing happen and waits until nothing moves any more; false when nothing is left before `untilMs`. */
  next(untilMs: number): Promise<boolean>;
  /** Waits until nothing moves any more. */
  readonly quiet: () => Promise<void>;
  readonly length: number;
}

const isBefore = (a: Entry, b: Entry): boolean =>
  a.atMs !== b.atMs ? a.atMs < b.atMs : a.tie !== b.tie ? a.tie < b.tie : a.seq < b.seq;

function push(heap: Entry[], entry: Entry): void {
  let index = heap.push(entry) - 1;
  while (index > 0) {
    const parent = (index - 1) >> 1;
    const above = heap[parent];
    if (above === undefined || !isBefore(entry, above)) break;
    heap[index] = above;
    index = parent;
  }
  heap[index] = entry;
}

function pop(heap: Entry[]): Entry | undefined {
  const top = heap[0];
  const last = heap.pop();
  if (top === undefined || last === undefined || heap.length === 0) return top;
  let index = 0;
  for (;;) {
    let child = 2 * index + 1;
    const left = heap[child];
    if (left === undefined) break;
    const right = heap[child + 1];
    let least = left;
    if (right !== undefined && isBefore(right, left)) {
      least = right;
      child += 1;
    }
    if (!isBefore(least, last)) break;
    heap[index] = least;
    index = child;
  }
  heap[index] = last;
  return top;
}

/** Node runs this only after every promise that can be settled is settled. */
export function quiet(): Promise<void> {
  return new Promise((resolve) => {
    process.nextTick(resolve);
  });
}

/** `stillness` is for a school with a part outside this process, whose answers no promise here tells of. */
export function createAgenda(random: Random, stillness: () => Promise<void> = quiet): Agenda {
  const heap: Entry[] = [];
  let nowMs = 0;
  let seq = 0;
  return {
    get nowMs() {
      return nowMs;
    },
    get length() {
      return heap.length;
    },
    quiet: stillness,
    at(atMs, fire) {
      seq += 1;
      const entry: Entry = { atMs: Math.max(nowMs, atMs), tie: random.next(), seq, fire };
      push(heap, entry);
      return () => {
        entry.fire = null;
      };
    },
    async next(untilMs) {
      for (;;) {
        const first = heap[0];
        if (first === undefined || first.atMs > untilMs) {
          nowMs = Math.max(nowMs, untilMs);
          return false;
        }
        const entry = pop(heap);
        if (entry?.fire === null || entry === undefined) continue;
        nowMs = entry.atMs;
        entry.fire();
        await stillness();
        return true;
      }
    },
  };
}

/** Lets things happen until a promise is settled. */
export async function settled<T>(agenda: Agenda, promise: Promise<T>): Promise<T> {
  let isDone = false;
  const watched = promise.finally(() => {
    isDone = true;
  });
  await agenda.quiet();
  while (!isDone && (await agenda.next(Number.MAX_SAFE_INTEGER))) await agenda.quiet();
  return watched;
}
