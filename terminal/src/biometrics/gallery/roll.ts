import type { GalleryEntry, GalleryMemory, Template } from "../engine-api.ts";
import { placesOf, prepare, type Prepared } from "../matcher/prepared.ts";
import { sketch } from "../matcher/sketches.ts";
import { GALLERY_LIMITS } from "../parameters.ts";
import { plainSpace } from "./byte-space.ts";
import { createPackedPool, type PackedPool } from "./packed-pool.ts";
import { packTemplate, unpackTemplate } from "./packing.ts";
import { createPreparedCache, type PreparedCache } from "./prepared-cache.ts";
import { createQuickLook, type QuickLook, type SketchedProbe } from "./quick-look.ts";
import { createSketchMemory, type SketchMemory } from "./sketch-memory.ts";

/** A template as it lies in the pools. */
export type StoredTemplate = {
  readonly template: number;
  /** Slot of its sketches, null where a merged template stands for it in the first look. */
  readonly sketches: number | null;
};

/** A child of the gallery. */
export type Child = { readonly key: string; readonly templates: readonly StoredTemplate[] };

/** The enrolled children in two packed pools: templates in their stored form, and sketches for the first look. */
export type Roll = {
  readonly children: ReadonlyMap<string, Child>;
  /** Another number after every change and every search begun: a search that sees another one has lost its footing. */
  readonly revision: () => number;
  readonly beginSearch: (probes: readonly SketchedProbe[]) => number;
  readonly quickLook: QuickLook;
  readonly prepared: (stored: StoredTemplate) => Prepared;
  /** Replaces a child of the same key. */
  readonly put: (entry: GalleryEntry) => void;
  readonly drop: (key: string) => void;
  readonly memory: () => GalleryMemory;
};

type Pools = {
  readonly templates: PackedPool;
  readonly quickLook: QuickLook;
  readonly prepared: PreparedCache;
};

const placementsOf = (templates: readonly Template[]): number =>
  templates.reduce((sum, { placementCount }) => sum + placementCount, 0);

/** Singles beside exactly as many merged placements are those placements: the merged templates stand for them. */
const standsForItself = (template: Template, all: readonly Template[]): boolean => {
  const merged = all.filter(({ placementCount }) => placementCount > 1);
  return template.placementCount > 1 || all.length - merged.length !== placementsOf(merged);
};

const store = (pools: Pools, { key, templates }: GalleryEntry): Child => ({
  key,
  templates: templates.map((template): StoredTemplate => {
    const bytes = packTemplate(template);
    const isSketched = standsForItself(template, templates);
    return {
      template: pools.templates.put(bytes),
      sketches: isSketched ? pools.quickLook.add(sketch(placesOf(unpackTemplate(bytes)))) : null,
    };
  }),
});

const discard = (pools: Pools, { templates }: Child): void => {
  for (const { template, sketches } of templates) {
    pools.prepared.forget(template);
    pools.templates.drop(template);
    if (sketches !== null) pools.quickLook.remove(sketches);
  }
};

export const createRoll = (memory: SketchMemory = createSketchMemory()): Roll => {
  const space = plainSpace();
  const templates = createPackedPool(space);
  const quickLook = createQuickLook(memory);
  const prepared = createPreparedCache(GALLERY_LIMITS.preparedTemplates, (slot) =>
    prepare(unpackTemplate(templates.bytesOf(slot))),
  );
  const pools: Pools = { templates, quickLook, prepared };
  const children = new Map<string, Child>();
  let revision = 0;

  const drop = (key: string): void => {
    const child = children.get(key);
    if (child === undefined) return;
    revision++;
    children.delete(key);
    discard(pools, child);
  };
  return {
    children,
    revision: () => revision,
    beginSearch: (probes) => {
      quickLook.lookFor(probes);
      return ++revision;
    },
    quickLook,
    prepared: (stored) => prepared.get(stored.template),
    put: (entry) => {
      drop(entry.key);
      revision++;
      children.set(entry.key, store(pools, entry));
    },
    drop,
    memory: () => ({
      templateBytes: space.view().length,
      sketchBytes: quickLook.heldBytes(),
      liveBytes: templates.liveBytes() + quickLook.liveBytes(),
    }),
  };
};
