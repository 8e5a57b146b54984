import { studentId } from "@saku/protocol";
import { describe, expect, test } from "vitest";
import { judge, type PoorCause, type Reading } from "./judgement.ts";

const student = studentId("stu-aisyah");

function identified(over: { isActive?: boolean; hasConsent?: boolean } = {}): Reading {
  return { kind: "identified", student, isActive: true, hasConsent: true, ...over };
}

describe("judgement of one placement", () => {
  test("[I1] a sure identification is the child", () => {
    expect(judge(identified(), 1)).toEqual({ kind: "child", student });
  });

  test.each<Reading>([
    { kind: "not-found" },
    { kind: "ambiguous" },
    { kind: "unread" },
    { kind: "poor", reason: "too-wet" },
  ])("[I1] $kind is never a child", (reading) => {
    for (const attempt of [1, 2, 3]) expect(judge(reading, attempt).kind).not.toBe("child");
  });

  test.each([{ isActive: false }, { hasConsent: false }])(
    "[I2] a matching template of a child without standing %o is not an identification",
    (over) => {
      expect(judge(identified(over), 1)).toEqual({
        kind: "retry",
        coach: "wipe",
        keepsProbe: false,
      });
    },
  );

  test.each<[PoorCause, string]>([
    ["too-wet", "wet"],
    ["too-dry", "press"],
    ["partial", "press"],
    ["no-finger", "press"],
    ["off-centre", "centre"],
    ["residual-print", "wipe"],
  ])("[I3] a first placement that is %s is coached with %s", (reason, coach) => {
    expect(judge({ kind: "poor", reason }, 1)).toMatchObject({ kind: "retry", coach });
  });

  test("[I3] the second failure asks for the other finger and the third falls back", () => {
    expect(judge({ kind: "not-found" }, 2)).toMatchObject({ coach: "other-finger" });
    expect(judge({ kind: "not-found" }, 3)).toEqual({ kind: "fallback" });
  });

  test.each<[Reading, boolean]>([
    [{ kind: "not-found" }, true],
    [{ kind: "ambiguous" }, true],
    [{ kind: "poor", reason: "partial" }, false],
    [{ kind: "unread" }, false],
  ])("[I4] after %o the print is kept: %s", (reading, keepsProbe) => {
    expect(judge(reading, 1)).toMatchObject({ keepsProbe });
  });
});
