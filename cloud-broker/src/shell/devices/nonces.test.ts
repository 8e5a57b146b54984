import { describe, expect, it } from "vitest";
import { deviceId } from "@saku/protocol";
import { nodeEntropy } from "../keys/node-entropy.ts";
import { createNonces } from "./nonces.ts";

const a = deviceId("trm-a");
const b = deviceId("trm-b");

describe("a question at CONNECT", () => {
  it("is answered once, by the terminal it was for, within two minutes", () => {
    let nowMs = 0;
    const nonces = createNonces(() => nowMs, nodeEntropy);
    const first = nonces.issue(a);
    expect(nonces.redeem(a, first)).toBe(true);
    expect(nonces.redeem(a, first)).toBe(false);
    const foreign = nonces.issue(a);
    expect(nonces.redeem(b, foreign)).toBe(false);
    expect(nonces.redeem(a, foreign)).toBe(false);
    const late = nonces.issue(a);
    nowMs += 120_000;
    expect(nonces.redeem(a, late)).toBe(false);
  });

  it("is one of eight at most per terminal: the oldest makes room", () => {
    const nonces = createNonces(() => 0, nodeEntropy);
    const all = Array.from({ length: 10 }, () => nonces.issue(a));
    expect(all.map((nonce) => nonces.redeem(a, nonce))).toEqual([
      false,
      false,
      ...Array.from({ length: 8 }, () => true),
    ]);
  });
});
