import { schoolDay } from "@saku/protocol";
import { describe, expect, it } from "vitest";
import { nextSchoolDay, type DayFacts } from "./day.ts";

const day = (offset: number) => schoolDay(20261123 + offset);
const facts = (changes: Partial<DayFacts>): DayFacts => ({
  open: day(0),
  trusted: day(0),
  clock: day(0),
  trust: "file",
  ...changes,
});

describe("the school day", () => {
  it.each([
    [
      "follows a trusted clock wherever it goes",
      { clock: schoolDay(20991231), trust: "ntp" },
      20991231,
    ],
    ["goes one day ahead without one", { clock: day(1) }, 20261124],
    ["goes no further without one", { clock: schoolDay(20991231) }, 20261124],
    [
      "stays there, however often it is asked",
      { open: day(1), clock: schoolDay(20991231) },
      20261124,
    ],
    ["never falls back", { open: day(3), clock: day(0), trust: "server" }, 20261126],
    [
      "begins with what the clock says",
      { open: null, trusted: null, clock: day(2), trust: "none" },
      20261125,
    ],
  ] as const)("[W16] %s", (_, changes, expected) => {
    expect(nextSchoolDay(facts(changes))).toBe(expected);
  });
});
