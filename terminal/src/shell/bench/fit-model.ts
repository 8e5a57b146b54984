import { errorRates, type ErrorRates } from "./error-rates.ts";
import type { SampleSet } from "./fit-samples.ts";
import { fitLogistic, oddsOf, type Coefficients, type Examples } from "./logistic.ts";

/** Strength of the prior on standardised coefficients: enough to keep features that overlap from fighting each other. */
const RIDGE = 1e-5;

/** Sets that have a share of the weight together, however many pairs they hold. */
export type Part = { readonly sets: readonly SampleSet[]; readonly share: number };

type Growing = { rows: Float64Array[]; labels: boolean[]; weights: number[] };

/** Adds a part so that its genuine pairs weigh its share together and its impostors as much. */
const addPart = (into: Growing, { sets, share }: Part): void => {
  const all = sets.flatMap(({ samples }) => samples).filter(({ row }) => row !== null);
  const genuine = all.filter((sample) => sample.genuine).length;
  for (const { row, genuine: own } of all) {
    if (row === null) continue;
    into.rows.push(row);
    into.labels.push(own);
    into.weights.push(share / Math.max(1, own ? genuine : all.length - genuine));
  }
};

export const fitWeights = (parts: readonly Part[]): Coefficients => {
  const examples: Growing = { rows: [], labels: [], weights: [] };
  for (const part of parts) addPart(examples, part);
  return fitLogistic(examples satisfies Examples, RIDGE);
};

/** Pairs that could not be aligned are as far from one finger as can be. */
const NOTHING = -99;

/** Null for a set without genuine pairs or without impostors. */
const ratesOf = ({ samples }: SampleSet, coefficients: Coefficients): ErrorRates | null => {
  const odds = samples.map(({ genuine, row }) => ({
    genuine,
    value: row === null ? NOTHING : oddsOf(coefficients, row),
  }));
  const values = (own: boolean): number[] =>
    odds.filter(({ genuine }) => genuine === own).map(({ value }) => value);
  return errorRates(values(true), values(false));
};

export type Measured = { readonly name: string; readonly rates: ErrorRates };

export const measure = (
  sets: readonly SampleSet[],
  coefficients: Coefficients,
): readonly Measured[] =>
  sets.flatMap((set) => {
    const rates = ratesOf(set, coefficients);
    return rates === null ? [] : [{ name: set.name, rates }];
  });

/** Every one of `held` measured with weights fitted on the sets of all other families. */
export const leaveOneFamilyOut = (
  parts: readonly Part[],
  held: readonly SampleSet[],
): readonly Measured[] => {
  const families = [...new Set(held.map(({ family }) => family))];
  return families.flatMap((family) => {
    const others = parts.map(({ sets, share }) => ({
      sets: sets.filter((set) => set.family !== family),
      share,
    }));
    const coefficients = fitWeights(others);
    return measure(
      held.filter((set) => set.family === family),
      coefficients,
    );
  });
};
