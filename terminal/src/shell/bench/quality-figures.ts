/** Two placements of one finger: the lower of their qualities, and how alike they were found. */
export type JudgedPair = { readonly quality: number; readonly score: number };

/** Ranks from 0, equal values sharing their mean rank. */
const ranksOf = (values: readonly number[]): number[] => {
  const order = [...values.keys()].toSorted((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const ranks = Array.from(values, () => 0);
  for (let start = 0; start < order.length;) {
    let end = start;
    while (end < order.length && values[order[end] ?? 0] === values[order[start] ?? 0]) end++;
    for (const index of order.slice(start, end)) ranks[index] = (start + end - 1) / 2;
    start = end;
  }
  return ranks;
};

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

/** Spearman's: 1 where the better pair always scores higher, 0 where quality says nothing or never differs. */
export const rankCorrelation = (pairs: readonly JudgedPair[]): number => {
  const qualities = ranksOf(pairs.map(({ quality }) => quality));
  const scores = ranksOf(pairs.map(({ score }) => score));
  const [meanQuality, meanScore] = [mean(qualities), mean(scores)];
  let [both, ofQuality, ofScore] = [0, 0, 0];
  for (const [i, rank] of qualities.entries()) {
    const [a, b] = [rank - meanQuality, (scores[i] ?? 0) - meanScore];
    both += a * b;
    ofQuality += a * a;
    ofScore += b * b;
  }
  return ofQuality * ofScore === 0 ? 0 : both / Math.sqrt(ofQuality * ofScore);
};

/** Share of pairs below the threshold in the worst, the middle and the best third of the qualities. */
export const missesByTercile = (
  pairs: readonly JudgedPair[],
  threshold: number,
): readonly number[] => {
  const sorted = pairs.toSorted((a, b) => a.quality - b.quality);
  return [0, 1, 2].map((third) => {
    const part = sorted.slice(
      Math.floor((third * sorted.length) / 3),
      Math.floor(((third + 1) * sorted.length) / 3),
    );
    return mean(part.map(({ score }) => Number(score < threshold)));
  });
};
