import { errorRates, type ErrorRates } from "./error-rates.ts";
import type { SampleSet } from "./fit-samples.ts";
import { fitLogistic, oddsOf, type Coefficients, type Examples } from "./logistic.ts";

/** Strength of the prior on standardised coefficients: enough to keep features that overlap from fighting each other. */
const RIDGE = 1e-5;

/** What is fitted on, with the share of the weight that falls to the second part where there is one. */
export type Material = {
  readonly real: readonly SampleSet[];
  readonly synthetic: readonly SampleSet[];
  readonly syntheticShare: number;
};

type Growing = { rows: Float64Array[]; labels: boolean[]; weights: number[] };

/** Adds sets so that their genuine pairs weigh `share` together and their impostors as much. */
const addPart = (into: Growing, sets: readonly SampleSet[], share: number): void => {
  const all = sets.flatMap(({ samples }) => samples).filter(({ row }) => row !== null);
  const genuine = all.filter((sample) => sample.genuine).length;
  for (const { row, genuine: own } of all) {
    if (row === null) continue;
    into.rows.push(row);
    into.labels.push(own);
    into.weights.push(share / Math.max(1, own ? genuine : all.length - genuine));
  }
};

export const fitWeights = ({ real, synthetic, syntheticShare }: Material): Coefficients => {
  const examples: Growing = { rows: [], labels: [], weights: [] };
  addPart(examples, real, synthetic.length === 0 ? 1 : 1 - syntheticShare);
  if (synthetic.length > 0) addPart(examples, synthetic, syntheticShare);
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

/** Every set measured with weights fitted on all other families. */
export const leaveOneFamilyOut = (material: Material): readonly Measured[] => {
  const families = [...new Set(material.real.map(({ family }) => family))];
  return families.flatMap((family) => {
    const others = material.real.filter((set) => set.family !== family);
    if (others.length === 0) return [];
    const coefficients = fitWeights({ ...material, real: others });
    const held = material.real.filter((set) => set.family === family);
    return measure(held, coefficients);
  });
};
