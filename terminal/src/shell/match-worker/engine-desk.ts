import type {
  Consolidate,
  DecodeTemplate,
  EncodeTemplate,
  Extract,
  Gallery,
  Template,
} from "../../biometrics/engine-api.ts";
import { mayBeDuplicate } from "../../biometrics/identify.ts";
import type {
  AnswerTo,
  Ask,
  ConsolidateReport,
  ExtractReport,
  GalleryRecord,
  IdentifyReport,
  LoadReport,
  QuestionName,
} from "./messages.ts";
import { contrastOf, isResidual, type PlacementTrace } from "../../biometrics/residual.ts";
import { runSearch, type SearchRun } from "./search-run.ts";

/** The engine's functions, handed in so that the desk can be tested without images. */
export type Engine = {
  readonly extract: Extract;
  readonly consolidate: Consolidate;
  readonly createGallery: () => Gallery;
  readonly encodeTemplate: EncodeTemplate;
  readonly decodeTemplate: DecodeTemplate;
  readonly nowMs: () => number;
  /** Lets the thread read its messages during a search. */
  readonly breathe: () => Promise<void>;
  readonly searchBudgetMs: number;
};

/** What a question knows of the one who waits for its answer. */
export type Patience = { readonly isCancelled: () => boolean };

/** Questions that let the thread breathe. */
type SearchName = "identify" | "find-duplicate";

export type EngineDesk = {
  readonly [Name in Exclude<QuestionName, SearchName>]: (ask: Ask<Name>) => AnswerTo<Name>;
} & {
  readonly [Name in SearchName]: (ask: Ask<Name>, patience: Patience) => Promise<AnswerTo<Name>>;
};

/** Answers the worker's questions, one at a time, and holds the school's gallery. */
export function createEngineDesk(engine: Engine): EngineDesk {
  const held = createHeldGallery(engine);
  const readTouch = createTouchReader(engine);
  return {
    load: held.load,
    put: held.put,
    remove: held.remove,
    extract: (image) => extract(engine, image),
    identify: (ask, patience) => identify({ ...engine, readTouch }, held.gallery(), ask, patience),
    consolidate: (placements) => consolidate(engine, placements),
    verify: ({ template, probe }) => {
      const one = engine.createGallery();
      one.add({ key: "candidate", templates: [decode(engine, template)] });
      return one.identify(decode(engine, probe)).kind === "identified";
    },
    "find-duplicate": held["find-duplicate"],
  };
}

/** The school's gallery. */
type HeldGallery = Pick<EngineDesk, "load" | "put" | "remove" | "find-duplicate"> & {
  readonly gallery: () => Gallery;
};

function createHeldGallery(engine: Engine): HeldGallery {
  let gallery = engine.createGallery();

  /** Answers how many templates were skipped. A child without a readable template is nobody. */
  const hold = ({ key, templates }: GalleryRecord): number => {
    const decoded = templates.map(engine.decodeTemplate).filter((template) => template !== null);
    gallery.remove(key);
    if (decoded.length === 0) return templates.length;
    const isAdded = gallery.add({ key, templates: decoded }).kind === "added";
    return templates.length - (isAdded ? decoded.length : 0);
  };
  const report = (skippedCount: number): LoadReport => ({
    keyCount: gallery.keyCount,
    skippedCount,
  });

  return {
    gallery: () => gallery,
    load: (records) => {
      gallery = engine.createGallery();
      return report(records.reduce((skipped, record) => skipped + hold(record), 0));
    },
    put: (record) => report(hold(record)),
    remove: (key) => {
      gallery.remove(key);
      return report(0);
    },
    "find-duplicate": async ({ probes, except }, patience) => {
      const [first, ...others] = probes.map((probe) => decode(engine, probe));
      if (first === undefined) return false;
      // Nobody waits at a till for this answer, and half a search must not let a child be enrolled twice.
      const run = { ...runOf(engine, patience), budgetMs: Infinity };
      const end = await runSearch(gallery.search(first, others, except), run);
      if (end.kind === "stopped") throw new RangeError("The search for a duplicate was cancelled");
      return mayBeDuplicate(end.identification, gallery.keyCount, probes.length);
    },
  };
}

function runOf(engine: Engine, { isCancelled }: Patience): SearchRun {
  const { nowMs, breathe, searchBudgetMs: budgetMs } = engine;
  return { nowMs, breathe, budgetMs, isCancelled };
}

function decode(engine: Engine, bytes: Uint8Array): Template {
  const template = engine.decodeTemplate(bytes);
  if (template === null) throw new RangeError("A template of ours cannot be decoded");
  return template;
}

function extract(engine: Engine, image: Ask<"extract">): ExtractReport {
  const startMs = engine.nowMs();
  const found = engine.extract(image);
  const extractMs = engine.nowMs() - startMs;
  const { quality } = found;
  return found.kind === "poor"
    ? { kind: "poor", reason: found.reason, quality, extractMs }
    : { kind: "template", template: engine.encodeTemplate(found.template), quality, extractMs };
}

/** Reads the touches of a till, and refuses what the touch before only left on the glass: nobody pays with a former print. */
function createTouchReader(engine: Engine): (image: Ask<"extract">) => ExtractReport {
  let previous: PlacementTrace | null = null;
  return (image) => {
    const report = extract(engine, image);
    if (report.kind === "poor") return report;
    const { quality, extractMs } = report;
    const now = { template: decode(engine, report.template), contrast: contrastOf(image) };
    if (previous !== null && isResidual(now, previous))
      return { kind: "poor", reason: "residual-print", quality, extractMs };
    previous = now;
    return report;
  };
}

async function identify(
  engine: Engine & { readonly readTouch: (image: Ask<"extract">) => ExtractReport },
  gallery: Gallery,
  { probe, earlier }: Ask<"identify">,
  patience: Patience,
): Promise<IdentifyReport> {
  if (patience.isCancelled())
    return { kind: "stopped", reason: "cancelled", extractMs: 0, identifyMs: 0 };
  const read = probe.kind === "image" ? engine.readTouch(probe.image) : remembered(probe.template);
  const { extractMs } = read;
  if (read.kind === "poor") return { kind: "poor", reason: read.reason, extractMs, identifyMs: 0 };
  const startMs = engine.nowMs();
  // Searched as it will be remembered, so that a probe scores the same now and as evidence later.
  const search = gallery.search(
    decode(engine, read.template),
    earlier.map((bytes) => decode(engine, bytes)),
  );
  const end = await runSearch(search, runOf(engine, patience));
  const identifyMs = engine.nowMs() - startMs;
  if (end.kind === "stopped") return { ...end, extractMs, identifyMs };
  const { identification } = end;
  return { kind: "searched", identification, template: read.template, extractMs, identifyMs };
}

function remembered(template: Uint8Array): ExtractReport {
  return { kind: "template", template, quality: 100, extractMs: 0 };
}

function consolidate(engine: Engine, placements: Ask<"consolidate">): ConsolidateReport {
  const merged = engine.consolidate(placements.map((bytes) => decode(engine, bytes)));
  return merged.kind === "inconsistent"
    ? merged
    : { kind: "merged", template: engine.encodeTemplate(merged.template) };
}
