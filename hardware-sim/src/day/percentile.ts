/** The nearest-rank percentile of some values, or null of none. */
export function percentile(values: readonly number[], percent: number): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? null;
}

/** `capture        p50   42 ms   p95   61 ms   (n 200)`. */
export function formatStage(name: string, values: readonly number[]): string {
  const at = (percent: number): string => {
    const value = percentile(values, percent);
    return value === null ? "–" : value < 10 ? value.toFixed(1) : value.toFixed(0);
  };
  return `${name.padEnd(20)} p50 ${at(50).padStart(6)} ms   p95 ${at(95).padStart(6)} ms   (n ${values.length})`;
}
