import fc from "fast-check";
import { expect, test } from "vitest";

import { plainSpace } from "./byte-space.ts";
import { createPackedPool } from "./packed-pool.ts";

const START = 100;

/** Numbers put (true) or dropped (false), by a record's number. */
const changes = fc.array(fc.tuple(fc.nat(30), fc.nat(20_000), fc.boolean()), { maxLength: 120 });

test("records keep their bytes through every order of putting, dropping and closing of gaps", () => {
  fc.assert(
    fc.property(changes, (list) => {
      const space = plainSpace();
      const pool = createPackedPool(space, START);
      const slots = new Map<number, { readonly slot: number; readonly record: Uint8Array }>();
      for (const [name, length, isPut] of list) {
        const held = slots.get(name);
        if (held !== undefined) pool.drop(held.slot);
        slots.delete(name);
        const record = Uint8Array.from({ length }, (_, i) => (name * 31 + i * 7 + length) & 255);
        if (isPut) slots.set(name, { slot: pool.put(record), record });
      }
      let live = 0;
      for (const { slot, record } of slots.values()) {
        live += record.length;
        expect(pool.lengthOf(slot)).toBe(record.length);
        expect(Buffer.compare(pool.bytesOf(slot), record)).toBe(0);
      }
      expect(pool.liveBytes()).toBe(live);
      // A quarter of gaps at most, and what is not worth closing.
      expect(pool.endBytes() - START).toBeLessThanOrEqual(
        Math.max(live / 0.75, live + 65_536 + 20_000),
      );
      expect(
        space
          .view()
          .subarray(0, START)
          .every((byte) => byte === 0),
      ).toBe(true);
    }),
    { numRuns: 60 },
  );
});

test("putting and dropping for ever takes no more room than what is held", () => {
  const space = plainSpace();
  const pool = createPackedPool(space);
  const kept = pool.put(Uint8Array.of(1, 2, 3));
  for (let round = 0; round < 2000; round++) pool.drop(pool.put(new Uint8Array(1000)));
  expect([...pool.bytesOf(kept)]).toEqual([1, 2, 3]);
  expect(space.view().length).toBeLessThan(130_000);
});

test("a slot dropped twice is dropped once", () => {
  const pool = createPackedPool(plainSpace());
  const [first, second] = [pool.put(Uint8Array.of(1)), pool.put(Uint8Array.of(2))];
  pool.drop(first);
  pool.drop(first);
  const [third, fourth] = [pool.put(Uint8Array.of(3)), pool.put(Uint8Array.of(4))];
  expect([second, third, fourth].map((slot) => [...pool.bytesOf(slot)])).toEqual([[2], [3], [4]]);
});
