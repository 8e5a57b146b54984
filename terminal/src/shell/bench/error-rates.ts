/** Error rates of a set of comparisons, shares of 1 (ISO/IEC 19795-1; the EER interval of the FVC competitions). */
export type ErrorRates = {
  readonly eer: number;
  /** Lowest FNMR with FMR ≤ 1 %. */
  readonly fmr100: number;
  /** Lowest FNMR with FMR ≤ 0.1 %. */
  readonly fmr1000: number;
  /** Lowest FNMR without any false match. */
  readonly zeroFmr: number;
};

type Point = { readonly fnmr: number; readonly fmr: number };

const ascending = (scores: readonly number[]): Float64Array => Float64Array.from(scores).sort();

/** FNMR and FMR of "accept from this score on" at every distinct score, lowest score first, and at infinity. */
const operatingPoints = (genuine: readonly number[], impostor: readonly number[]): Point[] => {
  const genuineUp = ascending(genuine);
  const impostorUp = ascending(impostor);
  const thresholds = ascending([...new Set([...genuine, ...impostor])]);
  const points: Point[] = [];
  let rejected = 0;
  let refused = 0;
  for (const threshold of [...thresholds, Infinity]) {
    while (rejected < genuineUp.length && (genuineUp[rejected] ?? 0) < threshold) rejected++;
    while (refused < impostorUp.length && (impostorUp[refused] ?? 0) < threshold) refused++;
    points.push({
      fnmr: rejected / genuineUp.length,
      fmr: (impostorUp.length - refused) / impostorUp.length,
    });
  }
  return points;
};

/** A failure to extract is a score of −1. Null without genuine or without impostor scores. */
export const errorRates = (
  genuine: readonly number[],
  impostor: readonly number[],
): ErrorRates | null => {
  if (genuine.length === 0 || impostor.length === 0) return null;
  const points = operatingPoints(genuine, impostor);
  const before = points.findLast(({ fnmr, fmr }) => fnmr <= fmr);
  const after = points.find(({ fnmr, fmr }) => fnmr >= fmr);
  const middles = [before, after]
    .filter((point) => point !== undefined)
    .map(({ fnmr, fmr }) => (fnmr + fmr) / 2);
  const lowestFnmr = (maxFmr: number): number => points.find(({ fmr }) => fmr <= maxFmr)?.fnmr ?? 1;
  return {
    eer: Math.min(...middles),
    fmr100: lowestFnmr(0.01),
    fmr1000: lowestFnmr(0.001),
    zeroFmr: lowestFnmr(0),
  };
};
