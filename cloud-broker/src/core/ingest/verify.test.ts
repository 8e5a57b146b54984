import { describe, expect, it } from "vitest";
import {
  deviceIdOfKey,
  encodeEvent,
  incarnation,
  schoolDay,
  schoolId,
  signingKeyFromSeed,
  signObject,
  unixMs,
  ZERO_ID,
} from "@saku/protocol";
import { openEvent } from "./verify.ts";

const key = signingKeyFromSeed(new Uint8Array(32).fill(1));
const stranger = deviceIdOfKey(signingKeyFromSeed(new Uint8Array(32).fill(2)).publicKey);
const owner = {
  school: schoolId("sch-paper"),
  device: deviceIdOfKey(key.publicKey),
  inc: incarnation("0123456789abcdef"),
};
const n = 1;
const payload = encodeEvent({
  v: 1,
  ...owner,
  n,
  parent: ZERO_ID,
  at: unixMs(1_795_400_000_000),
  trust: "ntp",
  day: schoolDay(20261123),
  zone: 420,
  have: 0,
  body: { type: "day-open" },
});
const bytes = signObject("saku.event.v1", owner.device, payload, key.sign);

describe("an event of a frame", () => {
  it("[N8] opens when it is canonical, by its sender and about its sender", () => {
    expect(openEvent(owner, n, bytes).ok).toBe(true);
  });

  it.each([
    ["of another terminal", { ...owner, device: stranger }, n, "wrong-signer"],
    ["of another school", { ...owner, school: schoolId("sch-other") }, n, "wrong-place"],
    ["of another incarnation", { ...owner, inc: incarnation("0".repeat(16)) }, n, "wrong-place"],
    ["of another number", owner, n + 1, "wrong-place"],
  ] as const)("[N8] is refused when it is %s", (_name, claimed, number, reason) => {
    expect(openEvent(claimed, number, bytes)).toEqual({ ok: false, error: { n: number, reason } });
  });

  it("[N8] is refused when a byte too much or a bit too few makes it not canonical", () => {
    const longer = new Uint8Array([...bytes, 0]);
    expect(openEvent(owner, n, longer)).toMatchObject({ error: { reason: "not-canonical" } });
    expect(openEvent(owner, n, bytes.subarray(1))).toMatchObject({
      error: { reason: "not-canonical" },
    });
  });
});
