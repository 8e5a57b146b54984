import type { Gallery, GalleryEntry, Template } from "../../biometrics/engine-api.ts";
import { cpuMs } from "./cpu-clock.ts";

/** A placement to search for and the enrolled finger it belongs to. */
export type Probe = { readonly own: GalleryEntry; readonly template: Template | null };

/** Searches of one gallery size: the finger enrolled (mated) and taken out (stranger), every probe once each. */
export type SearchReport = {
  readonly probes: number;
  readonly right: number;
  /** Mated probes for which another finger was named. */
  readonly wrong: number;
  readonly strangersNamed: number;
  /** Every false name, as "probe's key -> named key": the first thing to look at is whether they are one finger. */
  readonly falseNames: readonly string[];
  readonly searchMs: readonly number[];
  readonly cpuMs: number;
};

/** The value below which `share` of the values lie (nearest rank); 0 of nothing. */
export const quantile = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
};

/** Searches for every probe with its finger in the gallery and without it. A failure to extract names nobody. */
export const searchAll = (gallery: Gallery, probes: readonly Probe[]): SearchReport => {
  const tally = { right: 0, wrong: 0, strangersNamed: 0, cpuMs: 0 };
  const searchMs: number[] = [];
  const falseNames: string[] = [];
  const nameOf = (template: Template | null): string | null => {
    if (template === null) return null;
    const [startMs, startCpuMs] = [performance.now(), cpuMs()];
    const found = gallery.identify(template);
    searchMs.push(performance.now() - startMs);
    tally.cpuMs += cpuMs() - startCpuMs;
    return found.kind === "identified" ? found.key : null;
  };
  for (const { own, template } of probes) {
    const named = nameOf(template);
    if (named === own.key) tally.right++;
    else if (named !== null) tally.wrong++;
    gallery.remove(own.key);
    const stranger = nameOf(template);
    gallery.add(own);
    if (stranger !== null) tally.strangersNamed++;
    for (const name of [named, stranger])
      if (name !== null && name !== own.key) falseNames.push(`${own.key} -> ${name}`);
  }
  return { ...tally, probes: probes.length, falseNames, searchMs };
};
