import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import timersPromises from "node:timers/promises";

// While a seed runs, nothing may come from the machine: a run that cannot be repeated proves nothing.

function forbidden(name: string): () => never {
  return () => {
    throw new Error(`${name} of the machine was used in a simulated run`);
  };
}

/** Makes every real timer, clock and source of chance throw; returns the way back. */
export function setTrap(): () => void {
  const global = {
    setTimeout: globalThis.setTimeout,
    setInterval: globalThis.setInterval,
    setImmediate: globalThis.setImmediate,
  };
  const { now } = Date;
  const { random } = Math;
  const { randomBytes, randomUUID, randomFillSync } = crypto;
  const { setTimeout: sleep } = timersPromises;
  Object.assign(globalThis, {
    setTimeout: forbidden("setTimeout"),
    setInterval: forbidden("setInterval"),
    setImmediate: forbidden("setImmediate"),
  });
  Object.assign(Date, { now: forbidden("Date.now") });
  Object.assign(Math, { random: forbidden("Math.random") });
  Object.assign(crypto, {
    randomBytes: forbidden("randomBytes"),
    randomUUID: forbidden("randomUUID"),
    randomFillSync: forbidden("randomFillSync"),
  });
  Object.assign(timersPromises, { setTimeout: forbidden("timers/promises setTimeout") });
  syncBuiltinESMExports();
  return () => {
    Object.assign(globalThis, global);
    Object.assign(Date, { now });
    Object.assign(Math, { random });
    Object.assign(crypto, { randomBytes, randomUUID, randomFillSync });
    Object.assign(timersPromises, { setTimeout: sleep });
    syncBuiltinESMExports();
  };
}
