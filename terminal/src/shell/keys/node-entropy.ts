import type { Entropy } from "@saku/protocol";
import { randomBytes } from "node:crypto";

/** The kernel's randomness. */
export const nodeEntropy: Entropy = {
  random: () => Math.random(),
  bytes: (count) => new Uint8Array(randomBytes(count)),
};
