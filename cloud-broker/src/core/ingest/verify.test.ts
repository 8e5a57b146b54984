import { describe, expect, it } from "vitest";
import { incarnation, merchantId, schoolId } from "@saku/protocol";
import { paperTerminal, SCHOOL } from "../../shell/paper-school.suite.ts";
import { openEvent } from "./verify.ts";

const terminal = paperTerminal(merchantId("mer-a"));
const { bytes, n } = terminal.write({ type: "day-open" });
const owner = { school: SCHOOL, device: terminal.device, inc: terminal.inc };

describe("an event of a frame", () => {
  it("[N8] opens when it is canonical, by its sender and about its sender", () => {
    expect(openEvent(owner, n, bytes).ok).toBe(true);
  });

  it.each([
    [
      "of another terminal",
      { ...owner, device: paperTerminal(merchantId("mer-a")).device },
      n,
      "wrong-signer",
    ],
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
