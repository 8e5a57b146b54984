import { expect, it } from "vitest";
import { createTurnstile } from "./turnstile.ts";

/** Frames by name, in the order in which they were let through. */
async function order(slotCount: number, frames: readonly (readonly [string, boolean])[]) {
  const turnstile = createTurnstile(slotCount);
  const passed: string[] = [];
  let inside = 0;
  let most = 0;
  await Promise.all(
    frames.map(([name, isLive]) =>
      turnstile.pass(isLive, async () => {
        inside += 1;
        most = Math.max(most, inside);
        passed.push(name);
        await Promise.resolve();
        inside -= 1;
      }),
    ),
  );
  return { passed, most, left: turnstile.waitingCount() };
}

it("[B3] today's frames and late ones take turns, each in the order in which they came", async () => {
  const late = ["a", "b", "c", "d"].map((name) => [name, false] as const);
  const live = ["1", "2"].map((name) => [name, true] as const);
  expect(await order(1, [...late, ...live])).toEqual({
    passed: ["a", "1", "b", "2", "c", "d"],
    most: 1,
    left: 0,
  });
});

it("[B3] no more pass at once than there are slots, and a frame that fails frees its slot", async () => {
  const many = Array.from({ length: 20 }, (_, index) => [`${index}`, index % 3 === 0] as const);
  expect(await order(4, many)).toMatchObject({ most: 4, left: 0 });
  const turnstile = createTurnstile(1);
  await expect(turnstile.pass(true, () => Promise.reject(new Error("x")))).rejects.toThrow("x");
  expect(await turnstile.pass(false, () => Promise.resolve("in"))).toBe("in");
});
