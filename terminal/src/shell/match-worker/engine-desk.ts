import type {
  Consolidate,
  DecodeTemplate,
  EncodeTemplate,
  Extract,
  Gallery,
  Template,
} from "../../biometrics/engine-api.ts";
import type {
  AnswerTo,
  Ask,
  ConsolidateReport,
  ExtractReport,
  GalleryRecord,
  IdentifyReport,
  LoadReport,
  Probe,
  QuestionName,
} from "./messages.ts";

/** The engine's functions, handed in so that the desk can be tested without images. */
export type Engine = {
  readonly extract: Extract;
  readonly consolidate: Consolidate;
  readonly createGallery: () => Gallery;
  readonly encodeTemplate: EncodeTemplate;
  readonly decodeTemplate: DecodeTemplate;
  readonly nowMs: () => number;
};

export type EngineDesk = {
  readonly [Name in QuestionName]: (ask: Ask<Name>) => AnswerTo<Name>;
};

/** Answers the worker's questions, one at a time, and holds the school's gallery. */
export function createEngineDesk(engine: Engine): EngineDesk {
  const held = createHeldGallery(engine);
  return {
    load: held.load,
    put: held.put,
    remove: held.remove,
    extract: (image) => extract(engine, image),
    identify: (ask) => identify(engine, held.gallery(), ask),
    consolidate: (placements) => consolidate(engine, placements),
    verify: ({ template, probe }) => {
      const one = engine.createGallery();
      one.add({ key: "candidate", templates: [decode(engine, template)] });
      return one.identify(decode(engine, probe)).kind === "identified";
    },
    "find-duplicate": (ask) => held.findDuplicate(ask),
  };
}

/** The engine's gallery with what is needed to take a child out for a moment. */
type HeldGallery = Pick<EngineDesk, "load" | "put" | "remove"> & {
  readonly gallery: () => Gallery;
  readonly findDuplicate: EngineDesk["find-duplicate"];
};

function createHeldGallery(engine: Engine): HeldGallery {
  let gallery = engine.createGallery();
  const known = new Map<string, readonly Template[]>();

  const drop = (key: string): void => {
    if (known.delete(key)) gallery.remove(key);
  };
  const hold = ({ key, templates }: GalleryRecord): number => {
    const decoded = templates.map(engine.decodeTemplate).filter((template) => template !== null);
    drop(key);
    if (decoded.length > 0) {
      known.set(key, decoded);
      gallery.add({ key, templates: decoded });
    }
    return templates.length - decoded.length;
  };
  const report = (skippedCount: number): LoadReport => ({ keyCount: known.size, skippedCount });

  return {
    gallery: () => gallery,
    load: (records) => {
      gallery = engine.createGallery();
      known.clear();
      return report(records.reduce((skipped, record) => skipped + hold(record), 0));
    },
    put: (record) => report(hold(record)),
    remove: (key) => {
      drop(key);
      return report(0);
    },
    findDuplicate: ({ probes, except }) => {
      const own = known.get(except);
      const [first, ...others] = probes.map((probe) => decode(engine, probe));
      if (first === undefined) return false;
      gallery.remove(except);
      try {
        // Ambiguous means that it looks like two of the others: reason enough to ask a person.
        return gallery.identify(first, others).kind !== "not-found";
      } finally {
        if (own !== undefined) gallery.add({ key: except, templates: own });
      }
    },
  };
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

function identify(
  engine: Engine,
  gallery: Gallery,
  { probe, earlier }: Ask<"identify">,
): IdentifyReport {
  const read = probeOf(engine, probe);
  const { extractMs } = read;
  if (read.kind === "poor") return { kind: "poor", reason: read.reason, extractMs, identifyMs: 0 };
  const startMs = engine.nowMs();
  // Searched as it will be remembered, so that a probe scores the same now and as evidence later.
  const identification = gallery.identify(
    decode(engine, read.template),
    earlier.map((bytes) => decode(engine, bytes)),
  );
  const identifyMs = engine.nowMs() - startMs;
  return { kind: "searched", identification, template: read.template, extractMs, identifyMs };
}

function probeOf(engine: Engine, probe: Probe): ExtractReport {
  return probe.kind === "image"
    ? extract(engine, probe.image)
    : { kind: "template", template: probe.template, quality: 100, extractMs: 0 };
}

function consolidate(engine: Engine, placements: Ask<"consolidate">): ConsolidateReport {
  const merged = engine.consolidate(placements.map((bytes) => decode(engine, bytes)));
  return merged.kind === "inconsistent"
    ? merged
    : { kind: "merged", template: engine.encodeTemplate(merged.template) };
}
