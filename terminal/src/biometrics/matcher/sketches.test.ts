import { describe, expect, it } from "vitest";

import { createGallery } from "../identify.ts";
import { SHORTLIST } from "../parameters.ts";
import { placedAt, randomTemplate } from "../synthetic-print.suite.ts";
import { prepare } from "./prepared.ts";
import { quickLikeness } from "./sketches.ts";

const CHILDREN = SHORTLIST.exhaustiveKeys * 3;
const finger = (child: number): ReturnType<typeof randomTemplate> =>
  randomTemplate(34, 5000 + child * 13);

describe("the quick look at a large gallery", () => {
  it("puts the right finger before strangers, turned and shifted", () => {
    const probe = prepare(placedAt(finger(0), { turnRad: 0.5, dx: 30, dy: -20 }));
    const own = quickLikeness(probe.sketches, prepare(finger(0)).sketches);
    for (let stranger = 1; stranger < 40; stranger++)
      expect(quickLikeness(probe.sketches, prepare(finger(stranger)).sketches)).toBeLessThan(own);
  });

  it("finds nothing in common with a template without cylinders", () => {
    const empty = prepare({ ...finger(0), minutiae: [] });
    expect(quickLikeness(prepare(finger(0)).sketches, empty.sketches)).toBe(0);
    expect(quickLikeness(empty.sketches, prepare(finger(0)).sketches)).toBe(0);
  });

  it("loses nobody on the way to the full comparison, and lets no stranger through", () => {
    const gallery = createGallery();
    for (let child = 0; child < CHILDREN; child++)
      gallery.add({ key: `child-${child}`, templates: [finger(child)] });
    for (let child = 0; child < CHILDREN; child += 9) {
      const probe = placedAt(finger(child), { turnRad: -0.4, dx: 12, dy: 25 });
      expect(gallery.identify(probe)).toMatchObject({ kind: "identified", key: `child-${child}` });
    }
    for (let stranger = 0; stranger < 5; stranger++)
      expect(gallery.identify(finger(CHILDREN + stranger)).kind).toBe("not-found");
  });

  it("still refuses to choose between two children with one finger", () => {
    const gallery = createGallery();
    for (let child = 0; child < CHILDREN; child++)
      gallery.add({ key: `child-${child}`, templates: [finger(child)] });
    gallery.add({ key: "twin", templates: [finger(7)] });
    expect(gallery.identify(finger(7)).kind).toBe("ambiguous");
  });
});
