import type { Template } from "../../biometrics/engine-api.ts";
import { extract } from "../../biometrics/extract.ts";
import { compareTemplates } from "../../biometrics/matcher/comparison.ts";
import { prepare } from "../../biometrics/matcher/prepared.ts";
import { InvalidImageError } from "../../biometrics/stages/scaling.ts";
import { encodeTemplate } from "../../biometrics/templates/codec.ts";
import { cpuMs } from "./cpu-clock.ts";
import { errorRates, type ErrorRates } from "./error-rates.ts";
import { NotAPictureError } from "./pgm.ts";
import { inNumericOrder, type Print, type PrintSet } from "./print-folder.ts";

/** A print after extraction; `template` null, with the reason, when there is none. */
export type Extracted = {
  readonly print: Print;
  readonly template: Template | null;
  readonly failure: string | null;
};

export type ExtractedSet = {
  readonly name: string;
  readonly extracted: readonly Extracted[];
  /** CPU time of every extraction, ms, without reading the file. */
  readonly extractMs: readonly number[];
};

const extractPrint = (print: Print): Extracted & { readonly ms: number } => {
  let startMs = cpuMs();
  try {
    const image = print.load();
    startMs = cpuMs();
    const extraction = extract(image);
    const ms = cpuMs() - startMs;
    return extraction.kind === "template"
      ? { print, template: extraction.template, failure: null, ms }
      : { print, template: null, failure: extraction.reason, ms };
  } catch (error) {
    if (!(error instanceof NotAPictureError) && !(error instanceof InvalidImageError)) throw error;
    return { print, template: null, failure: error.message, ms: cpuMs() - startMs };
  }
};

export const extractSet = ({ name, prints }: PrintSet): ExtractedSet => {
  const done = prints.map(extractPrint);
  return { name, extracted: done, extractMs: done.map(({ ms }) => ms) };
};

export type ScoredPair = { readonly a: Print; readonly b: Print; readonly score: number };

export type ScoredPairs = {
  readonly pairs: readonly ScoredPair[];
  /** Comparisons a second of CPU, both sides prepared. */
  readonly perSecond: number;
};

/** Every unordered pair of a set; −1 where one side could not be extracted. */
export const scorePairs = (set: ExtractedSet): ScoredPairs => {
  const prepared = set.extracted.map(({ print, template }) => ({
    print,
    side: template === null ? null : prepare(template),
  }));
  const pairs: ScoredPair[] = [];
  let compared = 0;
  const startMs = cpuMs();
  for (const [i, a] of prepared.entries())
    for (let j = i + 1; j < prepared.length; j++) {
      const b = prepared[j];
      if (b === undefined) continue;
      if (a.side === null || b.side === null) {
        pairs.push({ a: a.print, b: b.print, score: -1 });
        continue;
      }
      compared++;
      pairs.push({ a: a.print, b: b.print, score: compareTemplates(a.side, b.side).score });
    }
  return { pairs, perSecond: (1000 * compared) / Math.max(1, cpuMs() - startMs) };
};

export type SetReport = {
  readonly name: string;
  readonly prints: number;
  readonly fingers: number;
  /** File names with reasons. */
  readonly failures: readonly string[];
  /** Null where a set has no genuine or no such impostor pairs. */
  readonly fvc: ErrorRates | null;
  readonly all: ErrorRates | null;
  readonly extractMs: readonly number[];
  readonly perSecond: number;
  readonly templateBytes: number;
};

/** The lowest impression of every finger that the set has. */
const firstImpressions = (prints: readonly Print[]): ReadonlySet<Print> => {
  const firsts = new Map<string, Print>();
  for (const print of prints) {
    const first = firsts.get(print.finger);
    if (first === undefined || inNumericOrder(print.impression, first.impression) < 0)
      firsts.set(print.finger, print);
  }
  return new Set(firsts.values());
};

/** The two impostor protocols share the genuine pairs: `fvc` compares first impressions only, `all` everything. */
export const reportSet = (set: ExtractedSet, scored: ScoredPairs): SetReport => {
  const prints = set.extracted.map(({ print }) => print);
  const firsts = firstImpressions(prints);
  const genuine: number[] = [];
  const impostor: number[] = [];
  const firstImpostor: number[] = [];
  for (const { a, b, score } of scored.pairs)
    if (a.finger === b.finger) genuine.push(score);
    else {
      impostor.push(score);
      if (firsts.has(a) && firsts.has(b)) firstImpostor.push(score);
    }
  const templates = set.extracted.map(({ template }) => template).filter((t) => t !== null);
  const bytes = templates.reduce((sum, template) => sum + encodeTemplate(template).length, 0);
  return {
    name: set.name,
    prints: prints.length,
    fingers: new Set(prints.map(({ finger }) => finger)).size,
    failures: set.extracted
      .filter(({ failure }) => failure !== null)
      .map(({ print, failure }) => `${print.file} (${failure})`),
    fvc: errorRates(genuine, firstImpostor),
    all: errorRates(genuine, impostor),
    extractMs: set.extractMs,
    perSecond: scored.perSecond,
    templateBytes: bytes / Math.max(1, templates.length),
  };
};
