import fc from "fast-check";
import { describe, expect, it, test } from "vitest";

import type { GalleryEntry, Identification, Template } from "../engine-api.ts";
import { createGallery } from "../identify.ts";
import { prepare } from "../matcher/prepared.ts";
import { sketch } from "../matcher/sketches.ts";
import { GALLERY_LIMITS, SHORTLIST } from "../parameters.ts";
import { placedAt, randomTemplate } from "../synthetic-print.suite.ts";
import { searchExhaustively } from "./cascade.ts";
import { decide, thresholdFor } from "./decision.ts";
import { createRoll } from "./roll.ts";

const CHILDREN = SHORTLIST.closeKeys + 40;
const finger = (child: number): Template => randomTemplate(34, 5000 + child * 13);

/** The finger once more: turned, shifted, every fifth minutia missing. */
const again = (child: number): Template => {
  const moved = placedAt(finger(child), { turnRad: 0.3, dx: 25, dy: 12 });
  return { ...moved, minutiae: moved.minutiae.filter((_, i) => i % 5 !== child % 5) };
};

const entries = Array.from({ length: CHILDREN }, (_, child): GalleryEntry => ({
  key: `child-${child}`,
  templates: child % 8 === 0 ? [finger(child), finger(child + 900)] : [finger(child)],
}));

const roll = createRoll();
for (const entry of entries) roll.put(entry);

/** Every template of every child compared in full: what the fast search must agree with. */
const exhaustive = (probes: readonly Template[]): Identification => {
  const prepared = probes.map((template) => {
    const one = prepare(template);
    return { prepared: one, sketches: sketch(one.table), quality: one.table.quality };
  });
  const steps = searchExhaustively(roll, prepared);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return decide(step.value, thresholdFor(CHILDREN, probes.length));
  }
};

const best = (found: Identification): string =>
  found.kind === "identified" ? `${found.key} ${found.score}` : found.kind;

describe("the fast search", () => {
  const gallery = createGallery();
  for (const entry of entries) gallery.add(entry);

  it("answers what comparing everybody in full answers", () => {
    for (const child of [CHILDREN - 1, CHILDREN + 5]) {
      const fast = gallery.identify(again(child));
      expect(best(fast)).toBe(best(exhaustive([again(child)])));
      expect(fast.kind).toBe(child < CHILDREN ? "identified" : "not-found");
    }
    const fast = gallery.identify(again(5), [finger(5)]);
    expect(best(fast)).toBe(best(exhaustive([again(5), finger(5)])));
  });

  it("refuses to choose between two children with one finger among many", () => {
    gallery.add({ key: "twin", templates: [finger(7)] });
    expect(gallery.identify(again(7)).kind).toBe("ambiguous");
    gallery.remove("twin");
    expect(gallery.identify(again(7))).toMatchObject({ kind: "identified", key: "child-7" });
  });

  it("stops between two steps and can be begun again", () => {
    const search = gallery.search(again(3));
    expect(search.next()).toEqual({ done: false, value: undefined });
    expect(search.next().done).toBe(false);
    expect(gallery.identify(again(3))).toMatchObject({ key: "child-3" });
    expect(() => search.next()).toThrow(RangeError);
  });
});

test("a search notices that the gallery changed under it", () => {
  const gallery = createGallery();
  for (let child = 0; child < 3; child++)
    gallery.add({ key: `child-${child}`, templates: [finger(child)] });
  const search = gallery.search(again(1));
  search.next();
  search.next();
  gallery.remove("child-2");
  expect(() => search.next()).toThrow(RangeError);
});

test("no order of adding, replacing and removing changes an answer", () => {
  const small = entries.slice(0, 40);
  const straight = createGallery();
  for (const entry of small) straight.add(entry);
  const expected = [3, 11].map((child) => straight.identify(again(child)));
  fc.assert(
    fc.property(fc.shuffledSubarray(small, { minLength: 40 }), fc.nat(39), (order, out) => {
      const gallery = createGallery();
      for (const entry of order) gallery.add({ ...entry, templates: [finger(out)] });
      for (const { key } of order.slice(0, out)) gallery.remove(key);
      for (const entry of order.toReversed()) gallery.add(entry);
      expect([3, 11].map((child) => gallery.identify(again(child)))).toEqual(expected);
      expect(gallery.memory().liveBytes).toBe(straight.memory().liveBytes);
    }),
    { numRuns: 6 },
  );
});

test("every finger of a child is looked at, beside a merged one too", () => {
  const gallery = createGallery();
  for (const entry of entries.slice(0, SHORTLIST.keys * 3)) gallery.add(entry);
  const merged = { ...finger(2000), placementCount: 3 };
  gallery.add({ key: "two", templates: [merged, finger(2001)] });
  gallery.add({
    key: "whole",
    templates: [{ ...finger(2002), placementCount: 2 }, again(2002), finger(2002)],
  });
  for (const [child, key] of [
    [2000, "two"],
    [2001, "two"],
    [2002, "whole"],
  ] as const)
    expect(gallery.identify(again(child))).toMatchObject({ kind: "identified", key });
});

test("two fingers of one child, one after the other, are evidence for that child", () => {
  const gallery = createGallery();
  for (const entry of entries.slice(0, SHORTLIST.keys * 3)) gallery.add(entry);
  gallery.add({ key: "two", templates: [finger(2000), finger(2001)] });
  const found = gallery.identify(again(2001), [again(2000)]);
  const alone = gallery.identify(again(2001));
  if (found.kind !== "identified" || alone.kind !== "identified") throw new Error(found.kind);
  expect([found.key, alone.key]).toEqual(["two", "two"]);
  expect(found.score).toBeGreaterThan(alone.score);
  // A spoilt first placement takes nothing from the second.
  expect(gallery.identify(again(2001), [{ ...finger(1), minutiae: [] }])).toEqual(alone);
});

test("a child's placements are packed, but not looked at one by one beside their merged template", () => {
  const single = createRoll();
  single.put({ key: "a", templates: [finger(1)] });
  const both = createRoll();
  both.put({ key: "a", templates: [{ ...finger(1), placementCount: 2 }, again(1), again(1)] });
  const sketched = (one: typeof both): number => one.quickLook.liveBytes();
  expect(sketched(both)).toBe(sketched(single));
  expect(both.memory().liveBytes).toBeGreaterThan(single.memory().liveBytes);
});

test("entries that are no fingers are held, found by nobody and given back", () => {
  const gallery = createGallery();
  const odd: readonly GalleryEntry[] = [
    { key: "no templates", templates: [] },
    { key: "no minutiae", templates: [{ ...finger(1), minutiae: [] }] },
    {
      key: "too many",
      templates: [
        {
          ...finger(1),
          minutiae: Array.from({ length: 900 }, (_, i) => ({
            x: i % 250,
            y: i / 4,
            angleRad: i,
            type: "ending",
            quality: 50,
          })),
        },
      ],
    },
    { key: "far away", templates: [placedAt(finger(1), { turnRad: 3, dx: -90_000, dy: 1e6 })] },
    {
      key: "no numbers",
      templates: [
        {
          ...finger(1),
          minutiae: finger(1).minutiae.map((m) => ({ ...m, x: NaN, angleRad: NaN })),
        },
      ],
    },
  ];
  for (const entry of odd) expect(gallery.add(entry)).toEqual({ kind: "added" });
  expect(gallery.identify({ ...finger(1), minutiae: [] })).toEqual({
    kind: "not-found",
    bestScore: 0,
  });
  expect(gallery.identify(finger(5)).kind).toBe("not-found");
  gallery.add({ key: "child", templates: [finger(5)] });
  expect(gallery.identify(again(5))).toMatchObject({ kind: "identified", key: "child" });
  for (const { key } of [...odd, { key: "child" }]) gallery.remove(key);
  expect(gallery.keyCount).toBe(0);
  expect(gallery.memory().liveBytes).toBe(0);
});

test("a gallery refuses more children and more templates a child than it has room for", () => {
  const gallery = createGallery();
  const many = Array.from({ length: GALLERY_LIMITS.maxTemplatesPerKey + 1 }, () => finger(1));
  expect(gallery.add({ key: "a", templates: many })).toEqual({
    kind: "refused",
    reason: "too-many-templates",
  });
  for (let child = 0; child < GALLERY_LIMITS.maxKeys; child++)
    gallery.add({ key: `child-${child}`, templates: [] });
  expect(gallery.add({ key: "one more", templates: [] })).toEqual({
    kind: "refused",
    reason: "gallery-full",
  });
  expect(gallery.add({ key: "child-7", templates: [finger(7)] })).toEqual({ kind: "added" });
  expect(gallery.keyCount).toBe(GALLERY_LIMITS.maxKeys);
});
