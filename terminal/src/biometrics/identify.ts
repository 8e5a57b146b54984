import type {
  Gallery,
  GalleryAddition,
  GalleryEntry,
  Identification,
  Search,
  Template,
} from "./engine-api.ts";
import { searchCascade, type PreparedProbe } from "./gallery/cascade.ts";
import { decide, thresholdFor } from "./gallery/decision.ts";
import { createRoll, type Roll } from "./gallery/roll.ts";
import { prepare } from "./matcher/prepared.ts";
import { sketch } from "./matcher/sketches.ts";
import { GALLERY_LIMITS } from "./parameters.ts";

export { mayBeDuplicate, thresholdFor } from "./gallery/decision.ts";

const toProbe = (template: Template): PreparedProbe => {
  const prepared = prepare(template);
  return { prepared, sketches: sketch(prepared.table), quality: prepared.table.quality };
};

function* searchRoll(
  roll: Roll,
  templates: readonly Template[],
  except: string | null,
): Generator<undefined, Identification, undefined> {
  const probes: PreparedProbe[] = [];
  for (const template of templates.slice(0, GALLERY_LIMITS.maxProbes)) {
    probes.push(toProbe(template));
    yield;
  }
  const threshold = thresholdFor(roll.children.size, probes.length);
  const revision = roll.beginSearch(probes);
  const steps = searchCascade(roll, { probes, threshold, except });
  for (;;) {
    if (roll.revision() !== revision)
      throw new RangeError("The gallery was changed or searched during a search");
    const step = steps.next();
    if (step.done === true) return decide(step.value, threshold);
    yield;
  }
}

const toTheEnd = (search: Search): Identification => {
  for (;;) {
    const step = search.next();
    if (step.done === true) return step.value;
  }
};

const refusal = (roll: Roll, { key, templates }: GalleryEntry): GalleryAddition | null => {
  if (templates.length > GALLERY_LIMITS.maxTemplatesPerKey)
    return { kind: "refused", reason: "too-many-templates" };
  return roll.children.size >= GALLERY_LIMITS.maxKeys && !roll.children.has(key)
    ? { kind: "refused", reason: "gallery-full" }
    : null;
};

/** An empty gallery. Its children lie in packed pools; full cylinders are computed for those a search compares. */
export const createGallery = (): Gallery => {
  const roll = createRoll();
  const search: Gallery["search"] = (probe, earlier = [], except) =>
    searchRoll(roll, [probe, ...earlier.toReversed()], except ?? null);
  return {
    get keyCount(): number {
      return roll.children.size;
    },
    add: (entry) => {
      const refused = refusal(roll, entry);
      if (refused !== null) return refused;
      roll.put(entry);
      return { kind: "added" };
    },
    remove: roll.drop,
    identify: (probe, earlier) => toTheEnd(search(probe, earlier)),
    search,
    memory: roll.memory,
  };
};
