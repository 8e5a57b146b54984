import { describe, expect, it } from "vitest";

import type { Gallery, Template } from "./engine-api.ts";
import { createGallery, thresholdFor } from "./identify.ts";
import { placedAt, randomTemplate } from "./synthetic-print.suite.ts";

const finger = (child: number): Template => randomTemplate(40, 1000 + child * 31);

const galleryOf = (children: number): Gallery => {
  const gallery = createGallery();
  for (let child = 0; child < children; child++)
    gallery.add({ key: `child-${child}`, templates: [finger(child)] });
  return gallery;
};

/** A weak placement: only some of the minutiae. */
const glimpse = (template: Template, from: number, count: number): Template => ({
  ...placedAt(template, { turnRad: 0.2, dx: 10, dy: 5 }),
  minutiae: placedAt(template, { turnRad: 0.2, dx: 10, dy: 5 }).minutiae.slice(from, from + count),
});

describe("a gallery", () => {
  it("names the child whose finger it is, turned and shifted", () => {
    const gallery = galleryOf(12);
    for (let child = 0; child < 12; child++) {
      const probe = placedAt(finger(child), { turnRad: 0.4, dx: -30, dy: 12 });
      expect(gallery.identify(probe)).toMatchObject({ kind: "identified", key: `child-${child}` });
    }
  });

  it("finds nobody for a stranger", () => {
    const gallery = galleryOf(12);
    for (let stranger = 50; stranger < 70; stranger++)
      expect(gallery.identify(finger(stranger)).kind).toBe("not-found");
  });

  it("finds nobody when it is empty, and for a template without minutiae", () => {
    expect(createGallery().identify(finger(1))).toEqual({ kind: "not-found", bestScore: 0 });
    expect(galleryOf(3).identify({ ...finger(1), minutiae: [] }).kind).toBe("not-found");
  });

  it("never guesses between two children with the same finger", () => {
    const gallery = galleryOf(4);
    gallery.add({ key: "twin", templates: [finger(2)] });
    expect(gallery.identify(finger(2)).kind).toBe("ambiguous");
    expect(gallery.identify(finger(1)).kind).toBe("identified");
  });

  it("forgets a child that is removed and replaces one that is added again", () => {
    const gallery = galleryOf(3);
    gallery.remove("child-1");
    gallery.remove("nobody");
    expect(gallery.keyCount).toBe(2);
    expect(gallery.identify(finger(1)).kind).toBe("not-found");
    gallery.add({ key: "child-2", templates: [finger(1)] });
    expect(gallery.keyCount).toBe(2);
    expect(gallery.identify(finger(1))).toMatchObject({ kind: "identified", key: "child-2" });
    expect(gallery.identify(finger(2)).kind).toBe("not-found");
  });

  it("accepts any of a child's fingers", () => {
    const gallery = galleryOf(3);
    gallery.add({ key: "two-fingers", templates: [finger(20), finger(21)] });
    for (const one of [finger(20), finger(21)])
      expect(gallery.identify(one)).toMatchObject({ kind: "identified", key: "two-fingers" });
  });

  it("adds the evidence of an earlier placement that was not enough alone", () => {
    const gallery = galleryOf(5);
    const known = (template: Template): boolean => gallery.identify(template).kind === "identified";
    // As much of the finger as just does not suffice, twice, without a common minutia.
    const counts = [4, 5, 6, 7, 8, 9, 10, 11, 12];
    const enough = counts.find((count) => known(glimpse(finger(3), 0, count))) ?? 13;
    const first = glimpse(finger(3), 0, enough - 1);
    const second = glimpse(finger(3), 16, enough);
    expect(known(first)).toBe(false);
    expect(gallery.identify(second, [first])).toMatchObject({ kind: "identified", key: "child-3" });
  });

  it("asks for more evidence the more children there are and the more placements are added up", () => {
    expect(thresholdFor(1000, 1)).toBeGreaterThan(thresholdFor(10, 1));
    expect(thresholdFor(10, 2)).toBeGreaterThan(thresholdFor(10, 1));
  });
});
