import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readVectors, type Vector } from "../vectors.suite.ts";
import {
  addSchoolDays,
  advanceSchoolDay,
  isSchoolDay,
  schoolDay,
  schoolDayAt,
  startOfSchoolDay,
  ZONE_BY_NAME,
  type ZoneMinutes,
} from "./school-day.ts";
import { unixMs } from "./time.ts";

const vectors = readVectors<{
  readonly days: readonly (Vector & {
    readonly at: string;
    readonly zone: keyof typeof ZONE_BY_NAME;
    readonly day: number;
  })[];
  readonly sums: readonly (Vector & {
    readonly day: number;
    readonly count: number;
    readonly result: number;
  })[];
  readonly bad: readonly (Vector & { readonly value: unknown })[];
}>("school-days");

const zones = fc.constantFrom<ZoneMinutes>(420, 480, 540);
const instants = fc.integer({ min: 0, max: 32_503_600_000_000 }).map(unixMs);
const days = fc
  .integer({ min: Date.UTC(2000, 0, 2), max: Date.UTC(2999, 11, 30) })
  .map((at) => schoolDayAt(unixMs(at), 420));

describe("a school day", () => {
  it.each(vectors.bad.map((vector) => [vector.comment, vector.value] as const))(
    "[P40] is not %s",
    (_comment, value) => {
      expect(isSchoolDay(value)).toBe(false);
      expect(() => schoolDay(value as number)).toThrow();
    },
  );
  it.each(vectors.days.map(({ at, zone, day, comment }) => [at, zone, day, comment] as const))(
    "[P41] [P44] at %s in %s is %i: %s",
    (at, zone, day) => {
      const instant = Date.parse(at);
      expect(schoolDayAt(unixMs(instant), ZONE_BY_NAME[zone])).toBe(day);
    },
  );
  it("[P41] is the date that Intl shows on the wall clock", () => {
    const names: Readonly<Record<ZoneMinutes, string>> = {
      420: "Asia/Jakarta",
      480: "Asia/Makassar",
      540: "Asia/Jayapura",
    };
    fc.assert(
      fc.property(
        fc.integer({ min: 946_700_000_000, max: 32_500_000_000_000 }),
        zones,
        (at, zone) => {
          const wall = new Intl.DateTimeFormat("en-CA", {
            timeZone: names[zone],
            year: "numeric",
            month: "2-digit",
            day: "2-digit",
          }).format(at);
          expect(String(schoolDayAt(unixMs(at), zone))).toBe(wall.replaceAll("-", ""));
        },
      ),
    );
  });
  it("[P42] begins at the first instant that has it", () => {
    fc.assert(
      fc.property(days, zones, (day, zone) => {
        const start = startOfSchoolDay(day, zone);
        expect(schoolDayAt(start, zone)).toBe(day);
        expect(schoolDayAt(unixMs(start - 1), zone)).toBe(addSchoolDays(day, -1));
      }),
    );
  });
  it.each(vectors.sums.map(({ day, count, result }) => [day, count, result] as const))(
    "[P42] %i plus %i is %i",
    (day, count, result) => {
      expect(addSchoolDays(schoolDay(day), count)).toBe(result);
    },
  );
  it("[P42] plus a and then b is plus a + b", () => {
    const counts = fc.integer({ min: -400, max: 400 });
    const middle = days.filter((day) => day > 20_100_000 && day < 29_900_000);
    fc.assert(
      fc.property(middle, counts, counts, (day, a, b) => {
        expect(addSchoolDays(addSchoolDays(day, a), b)).toBe(addSchoolDays(day, a + b));
      }),
    );
  });
  it("[P43] never moves backwards over any sequence of clocks", () => {
    fc.assert(
      fc.property(fc.array(instants, { minLength: 1, maxLength: 20 }), zones, (clocks, zone) => {
        let current = advanceSchoolDay(null, schoolDayAt(clocks[0] ?? unixMs(0), zone));
        for (const clock of clocks) {
          const next = advanceSchoolDay(current, schoolDayAt(clock, zone));
          expect(next).toBeGreaterThanOrEqual(current);
          expect(next).toBeGreaterThanOrEqual(schoolDayAt(clock, zone));
          current = next;
        }
      }),
    );
  });
  it("[P44] exists for any clock at all", () => {
    for (const at of [0, 8.64e15, 8.64e15 + 1, Number.MAX_SAFE_INTEGER])
      for (const zone of Object.values(ZONE_BY_NAME))
        expect(isSchoolDay(schoolDayAt(unixMs(at), zone))).toBe(true);
  });
});
