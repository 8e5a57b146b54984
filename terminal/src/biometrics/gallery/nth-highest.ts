/** The `n`-th highest of whole numbers from 0 (`n` at least 1), by counting; 0 when there are fewer. */
export const nthHighest = (values: readonly number[], n: number): number => {
  const highest = values.reduce((most, value) => Math.max(most, value), 0);
  const counts = new Uint32Array(highest + 1);
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  let above = 0;
  for (let value = highest; value > 0; value--) {
    above += counts[value] ?? 0;
    if (above >= n) return value;
  }
  return 0;
};
