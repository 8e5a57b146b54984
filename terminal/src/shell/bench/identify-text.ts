import { percent } from "./accuracy-text.ts";
import { interval95 } from "./confidence.ts";
import { quantile, type FullSearch, type SearchTally } from "./identify-searches.ts";

/** What a loaded gallery costs. */
export type GalleryCost = {
  readonly keys: number;
  readonly loadMs: number;
  readonly loadCpuMs: number;
  /** Stored bytes and bytes in memory, all fingers. */
  readonly storedBytes: number;
  readonly heldBytes: number;
  /** With the room for more. */
  readonly reservedBytes: number;
};

/** `1.20 % (12 of 1000; 95 %: 0.62 … 2.09)`. */
export const rateText = (events: number, trials: number): string => {
  const { low, high } = interval95(events, trials);
  return `${percent(events / Math.max(1, trials))} % (${events} of ${trials}; 95 %: ${percent(low)} … ${percent(high)})`;
};

const KIB = 1024;

export const describeCost = (cost: GalleryCost): string => {
  const each = (bytes: number): string => (bytes / Math.max(1, cost.keys)).toFixed(0);
  return (
    `  load ${cost.loadMs.toFixed(0)} ms (cpu ${cost.loadCpuMs.toFixed(0)}) from stored bytes;` +
    ` a finger: stored ${each(cost.storedBytes)} B, in the gallery ${each(cost.heldBytes)} B;` +
    ` gallery with room for more ${(cost.reservedBytes / KIB / KIB).toFixed(1)} MiB`
  );
};

export const describeSearches = (tally: SearchTally): readonly string[] => {
  const { searchMs, mated, strangers } = tally;
  const at = (share: number): string => quantile(searchMs, share).toFixed(1);
  const meanCpu = (tally.cpuMs / Math.max(1, searchMs.length)).toFixed(1);
  return [
    `  search p50 ${at(0.5)} p95 ${at(0.95)} ms, mean cpu ${meanCpu} ms (${searchMs.length} searches)`,
    `  FNIR first placement ${rateText(mated - tally.rightFirst, mated)}, in two ${rateText(mated - tally.rightInTwo, mated)}`,
    `  FPIR first placement ${rateText(tally.namedFirst, strangers)}, in two ${rateText(tally.namedInTwo, strangers)};` +
      ` mated named as another ${tally.wrong}; highest stranger ${tally.highestStranger.toFixed(1)}`,
    `  rank 1 lost by the search at most ${rateText(tally.lost, mated)}, above the threshold ${tally.lostAboveThreshold}`,
    ...[...tally.falseNames].map((names) => `  named falsely: ${names}`),
  ];
};

export const describeFull = ({ probes, ownFirst, lost }: FullSearch): string =>
  `  compared with everybody in full: ${probes} placements, own finger first ${ownFirst}, of these lost by the search ${lost}`;
