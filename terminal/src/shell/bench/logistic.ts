/** Rows of features with labels and weights, all of one length. */
export type Examples = {
  readonly rows: readonly Float64Array[];
  readonly labels: readonly boolean[];
  readonly weights: readonly number[];
};

/** Bias first, then one coefficient a feature. */
export type Coefficients = Float64Array;

type Scale = { readonly mean: Float64Array; readonly deviation: Float64Array };

const scaleOf = ({ rows, weights }: Examples, width: number): Scale => {
  const mean = new Float64Array(width);
  const square = new Float64Array(width);
  let total = 0;
  for (const [r, row] of rows.entries()) {
    const weight = weights[r] ?? 0;
    total += weight;
    for (let k = 0; k < width; k++) {
      mean[k] = (mean[k] ?? 0) + weight * (row[k] ?? 0);
      square[k] = (square[k] ?? 0) + weight * (row[k] ?? 0) ** 2;
    }
  }
  const deviation = square.map((sum, k) => {
    const variance = sum / total - ((mean[k] ?? 0) / total) ** 2;
    return variance > 1e-12 ? Math.sqrt(variance) : 1;
  });
  return { mean: mean.map((sum) => sum / total), deviation };
};

/** Solves the symmetric positive definite system in place (Cholesky), n by n row by row. */
export const solve = (matrix: Float64Array, right: Float64Array): Float64Array => {
  const n = right.length;
  const at = (i: number, j: number): number => matrix[i * n + j] ?? 0;
  for (let j = 0; j < n; j++)
    for (let i = j; i < n; i++) {
      let sum = at(i, j);
      for (let k = 0; k < j; k++) sum -= at(i, k) * at(j, k);
      matrix[i * n + j] = i === j ? Math.sqrt(Math.max(sum, 1e-300)) : sum / at(j, j);
    }
  const result = Float64Array.from(right);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) result[i] = (result[i] ?? 0) - at(i, k) * (result[k] ?? 0);
    result[i] = (result[i] ?? 0) / at(i, i);
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) result[i] = (result[i] ?? 0) - at(k, i) * (result[k] ?? 0);
    result[i] = (result[i] ?? 0) / at(i, i);
  }
  return result;
};

const ROUNDS = 40;

/**
 * Logistic regression by Newton's method with a Gaussian prior (`ridge` per unit of weight) on the coefficients of the
 * standardised features; the bias is free. The same answer on every machine: no randomness, fixed order.
 */
export const fitLogistic = (examples: Examples, ridge: number): Coefficients => {
  const { rows, labels, weights } = examples;
  const width = rows[0]?.length ?? 0;
  const n = width + 1;
  const { mean, deviation } = scaleOf(examples, width);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let found = new Float64Array(n);
  const x = new Float64Array(n);
  for (let round = 0; round < ROUNDS; round++) {
    const hessian = new Float64Array(n * n);
    const gradient = new Float64Array(n);
    for (const [r, row] of rows.entries()) {
      x[0] = 1;
      for (let k = 0; k < width; k++)
        x[k + 1] = ((row[k] ?? 0) - (mean[k] ?? 0)) / (deviation[k] ?? 1);
      let sum = 0;
      for (let k = 0; k < n; k++) sum += (found[k] ?? 0) * (x[k] ?? 0);
      const likely = 1 / (1 + Math.exp(-sum));
      const weight = (weights[r] ?? 0) / total;
      const pull = weight * ((labels[r] === true ? 1 : 0) - likely);
      const curve = weight * Math.max(likely * (1 - likely), 1e-12);
      for (let i = 0; i < n; i++) {
        gradient[i] = (gradient[i] ?? 0) + pull * (x[i] ?? 0);
        const scaled = curve * (x[i] ?? 0);
        for (let j = 0; j <= i; j++)
          hessian[i * n + j] = (hessian[i * n + j] ?? 0) + scaled * (x[j] ?? 0);
      }
    }
    for (let i = 1; i < n; i++) {
      gradient[i] = (gradient[i] ?? 0) - ridge * (found[i] ?? 0);
      hessian[i * n + i] = (hessian[i * n + i] ?? 0) + ridge;
    }
    const step = solve(hessian, gradient);
    // A long first step on separable data would overshoot.
    const longest = Math.max(...step.map(Math.abs));
    const share = Math.min(1, 4 / Math.max(longest, 1e-12));
    found = found.map((value, k) => value + share * (step[k] ?? 0));
    if (longest < 1e-9) break;
  }
  const raw = Float64Array.from(found);
  for (let k = 0; k < width; k++) {
    raw[k + 1] = (found[k + 1] ?? 0) / (deviation[k] ?? 1);
    raw[0] = (raw[0] ?? 0) - (raw[k + 1] ?? 0) * (mean[k] ?? 0);
  }
  return raw;
};

/** Log-odds of one row. */
export const oddsOf = (coefficients: Coefficients, row: Float64Array): number => {
  let sum = coefficients[0] ?? 0;
  for (let k = 0; k < row.length; k++) sum += (coefficients[k + 1] ?? 0) * (row[k] ?? 0);
  return sum;
};
