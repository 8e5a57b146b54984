import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRandom } from "@saku/hardware-sim/random";
import { SimulatedDisk } from "./disk.ts";

const FILE = "a.db";

type Call =
  | { readonly kind: "write"; readonly offset: number; readonly bytes: Uint8Array }
  | { readonly kind: "resize"; readonly size: number }
  | { readonly kind: "sync" };

const calls = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant("write" as const),
        offset: fc.nat(3_000),
        bytes: fc.uint8Array({ minLength: 1, maxLength: 1_500 }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant("resize" as const), size: fc.nat(4_000) }),
    },
    { weight: 1, arbitrary: fc.constant({ kind: "sync" as const }) },
  ),
  { maxLength: 30 },
);

/** A file as a plain array of bytes, which nobody made fast. */
function applied(before: readonly number[], call: Call): readonly number[] {
  if (call.kind === "sync") return before;
  if (call.kind === "resize")
    return Array.from({ length: call.size }, (_, index) => before[index] ?? 0);
  const size = Math.max(before.length, call.offset + call.bytes.length);
  return Array.from(
    { length: size },
    (_, index) => call.bytes[index - call.offset] ?? before[index] ?? 0,
  );
}

function played(
  disk: SimulatedDisk,
  list: readonly Call[],
): { now: readonly number[]; sure: readonly number[] } {
  disk.open(FILE, true);
  let now: readonly number[] = [];
  let sure: readonly number[] = [];
  for (const call of list) {
    if (call.kind === "write") disk.write(FILE, call.bytes, call.offset);
    else if (call.kind === "resize") disk.truncate(FILE, call.size);
    else disk.sync(FILE);
    now = applied(now, call);
    if (call.kind === "sync") sure = now;
  }
  return { now, sure };
}

describe("a simulated disk", () => {
  it("[Q5] shows what was written, and an image of it holds what was synced and nothing else", () => {
    fc.assert(
      fc.property(calls, (list) => {
        const disk = new SimulatedDisk(createRandom(1));
        const { now, sure } = played(disk, list);
        expect([...disk.content(FILE)]).toEqual(now);
        expect([...(disk.image().get(FILE) ?? [])]).toEqual(sure);
      }),
    );
  });

  it("[Q5] keeps after a power cut what was synced, and of the rest some calls, whole or by sectors", () => {
    fc.assert(
      fc.property(calls, fc.nat(), (list, seed) => {
        const disk = new SimulatedDisk(createRandom(seed));
        const synced: Call[] = [...list, { kind: "sync" }];
        const { now } = played(disk, synced);
        disk.write(FILE, new Uint8Array(1_024).fill(0xee), 512);
        disk.cut();
        disk.powerOn();
        const left = [...disk.content(FILE)];
        const places = left.flatMap((byte, index) => (byte === (now[index] ?? 0) ? [] : [index]));
        for (const index of places)
          expect([left[index], index >= 512 && index < 1_536]).toEqual([0xee, true]);
        const sectors = [512, 1_024].map((start) => left.slice(start, start + 512));
        for (const sector of sectors) {
          const isNew = sector.length === 512 && sector.every((byte) => byte === 0xee);
          const start = sector === sectors[0] ? 512 : 1_024;
          const old = now.slice(start, start + 512);
          const isOld = sector.every((byte, index) => byte === (old[index] ?? 0));
          expect(isNew || isOld).toBe(true);
        }
      }),
    );
  });
});
