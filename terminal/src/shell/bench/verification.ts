import type { Template } from "../../biometrics/engine-api.ts";
import { extract } from "../../biometrics/extract.ts";
import { compareTemplates } from "../../biometrics/matcher/comparison.ts";
import { prepare } from "../../biometrics/matcher/prepared.ts";
import { encodeTemplate } from "../../biometrics/templates/codec.ts";
import { errorRates, type ErrorRates } from "./error-rates.ts";
import type { Print, PrintSet } from "./print-folder.ts";

/** A print after extraction; `template` null when extraction refused it. */
export type Extracted = { readonly print: Print; readonly template: Template | null };

export type ExtractedSet = {
  readonly name: string;
  readonly extracted: readonly Extracted[];
  readonly extractMs: number;
};

const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

export const extractSet = ({ name, prints }: PrintSet): ExtractedSet => {
  const startMs = cpuMs();
  const extracted = prints.map((print): Extracted => {
    const extraction = extract(print.image);
    return { print, template: extraction.kind === "template" ? extraction.template : null };
  });
  return { name, extracted, extractMs: (cpuMs() - startMs) / Math.max(1, prints.length) };
};

export type ScoredPair = { readonly a: Print; readonly b: Print; readonly score: number };

/** Every unordered pair of a set; −1 where one side could not be extracted. */
export const scorePairs = (
  set: ExtractedSet,
): { readonly pairs: readonly ScoredPair[]; readonly perSecond: number } => {
  const startMs = cpuMs();
  const prepared = set.extracted.map(({ print, template }) => ({
    print,
    side: template === null ? null : prepare(template),
  }));
  const pairs: ScoredPair[] = [];
  for (const [i, a] of prepared.entries())
    for (const b of prepared.slice(i + 1)) {
      const score =
        a.side === null || b.side === null ? -1 : compareTemplates(a.side, b.side).score;
      pairs.push({ a: a.print, b: b.print, score });
    }
  return { pairs, perSecond: (1000 * pairs.length) / Math.max(1, cpuMs() - startMs) };
};

export type SetReport = {
  readonly name: string;
  readonly failures: readonly string[];
  readonly fvc: ErrorRates;
  readonly all: ErrorRates;
  readonly extractMs: number;
  readonly perSecond: number;
  readonly templateBytes: number;
};

/** The two impostor protocols share the genuine pairs: `fvc` compares first impressions only, `all` everything. */
export const reportSet = (
  set: ExtractedSet,
  scored: { readonly pairs: readonly ScoredPair[]; readonly perSecond: number },
): SetReport => {
  const genuine = scored.pairs.filter(({ a, b }) => a.finger === b.finger);
  const impostor = scored.pairs.filter(({ a, b }) => a.finger !== b.finger);
  const firsts = impostor.filter(({ a, b }) => a.impression === 1 && b.impression === 1);
  const scores = (pairs: readonly ScoredPair[]): number[] => pairs.map(({ score }) => score);
  const templates = set.extracted.map(({ template }) => template).filter((t) => t !== null);
  const bytes = templates.reduce((sum, template) => sum + encodeTemplate(template).length, 0);
  return {
    name: set.name,
    failures: set.extracted.filter((one) => one.template === null).map((one) => one.print.file),
    fvc: errorRates(scores(genuine), scores(firsts)),
    all: errorRates(scores(genuine), scores(impostor)),
    extractMs: set.extractMs,
    perSecond: scored.perSecond,
    templateBytes: bytes / Math.max(1, templates.length),
  };
};
