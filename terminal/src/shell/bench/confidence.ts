/** Log of the binomial coefficient, summed term by term: exact enough up to some million trials. */
const logChoose = (n: number, k: number): number => {
  let sum = 0;
  for (let i = 1; i <= k; i++) sum += Math.log(n - k + i) - Math.log(i);
  return sum;
};

/** P(at most `events` of `trials`) at `rate`; the terms are summed from the largest exponent down. */
const atMost = (events: number, trials: number, rate: number): number => {
  if (rate <= 0) return 1;
  if (rate >= 1) return events >= trials ? 1 : 0;
  const odds = Math.log(rate) - Math.log1p(-rate);
  let term = trials * Math.log1p(-rate);
  let sum = Math.exp(term);
  for (let k = 1; k <= events; k++) {
    term += Math.log(trials - k + 1) - Math.log(k) + odds;
    sum += Math.exp(term);
  }
  if (sum > 0) return Math.min(1, sum);
  // All terms were too small for a number: only the largest matters.
  return Math.exp(logChoose(trials, events) + events * odds + trials * Math.log1p(-rate));
};

const BISECTIONS = 60;

/** The rate at which a falling function crosses `level`. */
const crossing = (falling: (rate: number) => number, level: number): number => {
  let [low, high] = [0, 1];
  for (let i = 0; i < BISECTIONS; i++) {
    const middle = (low + high) / 2;
    if (falling(middle) > level) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
};

export type Interval = { readonly low: number; readonly high: number };

/** Exact 95 % interval of a rate after `events` in `trials` independent trials (Clopper, Pearson, Biometrika 26, 1934). */
export const interval95 = (events: number, trials: number): Interval => ({
  low: events === 0 ? 0 : crossing((rate) => atMost(events - 1, trials, rate), 0.975),
  high: events >= trials ? 1 : crossing((rate) => atMost(events, trials, rate), 0.025),
});
