import { parseArgs } from "node:util";

import { FEATURE_NAMES } from "../../biometrics/matcher/features.ts";
import { exitCodeOf, oneOf, patternFrom, UsageError } from "./arguments.ts";
import { fitWeights, leaveOneFamilyOut, measure, type Part, type Measured } from "./fit-model.ts";
import { collectSamples, type SampleSet } from "./fit-samples.ts";
import type { Coefficients } from "./logistic.ts";
import { listSets, readSet, type PrintSet } from "./print-folder.ts";
import { STRESSES, stressSet } from "./stress.ts";
import { extractSet } from "./verification.ts";

const USAGE = `usage: npm run fit:fingerprint -- --data DIR [--sets REGEX] [--synthetic DIR] [--stress fit|show] [--leave-one-family-out]
  Fits the weights of a score (LOG_ODDS in biometrics/parameters.ts) on all pairs within each set and prints them.
  --synthetic DIR   made-up fingers, 15 % of the weight
  --stress          every set also warped, scaled, turned, cut, dried and faded: measured (show), or fitted on as well (fit)
  --leave-one-family-out   measures every set with weights fitted on the other sensors' sets`;

/** Shares of the weight, where there are such prints; plain prints have the rest. Cross-validation is flat around them. */
const SYNTHETIC_SHARE = 0.15;
const STRESS_SHARE = 0.3;

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const percent = (share: number): string => (100 * share).toFixed(2);

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

const showRates = (title: string, held: readonly Measured[]): void => {
  print(title);
  for (const { name, rates } of held)
    print(
      `${name.padEnd(36)} EER ${percent(rates.eer)} FMR100 ${percent(rates.fmr100)}` +
        ` FMR1000 ${percent(rates.fmr1000)} ZeroFMR ${percent(rates.zeroFmr)}`,
    );
  const eer = percent(mean(held.map(({ rates }) => rates.eer)));
  const fmr1000 = percent(mean(held.map(({ rates }) => rates.fmr1000)));
  print(`sets ${held.length} mean EER ${eer} FMR1000 ${fmr1000}`);
};

const showWeights = (coefficients: Coefficients): void => {
  print("export const LOG_ODDS = {");
  print(`  bias: ${(coefficients[0] ?? 0).toFixed(3)},`);
  for (const [k, name] of FEATURE_NAMES.entries())
    print(`  ${name}: ${(coefficients[k + 1] ?? 0).toFixed(3)},`);
  print("} as const;");
};

const collect = (set: PrintSet): SampleSet => {
  process.stderr.write(`${set.name}\n`);
  return collectSamples(extractSet(set));
};

const readSamples = (directory: string, wanted: RegExp, stress: boolean): SampleSet[] =>
  listSets(directory, wanted)
    .map((place) => readSet(place))
    .flatMap((set) => [
      collect(set),
      ...(stress && !set.name.startsWith("sim_")
        ? STRESSES.map((kind) => collect(stressSet(set, kind)))
        : []),
    ]);

const run = (): undefined => {
  const { values } = parseArgs({
    options: {
      data: { type: "string" },
      sets: { type: "string", default: "." },
      synthetic: { type: "string" },
      stress: { type: "string" },
      "leave-one-family-out": { type: "boolean", default: false },
    },
  });
  if (values.data === undefined) throw new UsageError("--data is missing");
  if (values.stress !== undefined) oneOf(values.stress, "stress", ["fit", "show"]);
  const samples = readSamples(
    values.data,
    patternFrom(values.sets, "sets"),
    values.stress !== undefined,
  );
  const stressed = samples.filter(({ name }) => name.startsWith("stress-"));
  const plain = samples.filter((set) => !stressed.includes(set));
  const synthetic = values.synthetic === undefined ? [] : readSamples(values.synthetic, /./, false);
  const added: readonly Part[] = [
    { sets: values.stress === "fit" ? stressed : [], share: STRESS_SHARE },
    { sets: synthetic, share: SYNTHETIC_SHARE },
  ].filter(({ sets }) => sets.length > 0);
  const rest = added.reduce((share, part) => share - part.share, 1);
  const parts: readonly Part[] = [{ sets: plain, share: rest }, ...added];
  const coefficients = fitWeights(parts);
  showWeights(coefficients);
  showRates("fitted and measured on the same prints", measure(plain, coefficients));
  if (stressed.length > 0) showRates("the same under stress", measure(stressed, coefficients));
  if (!values["leave-one-family-out"]) return;
  showRates("fitted on all other families", leaveOneFamilyOut(parts, plain));
  if (stressed.length > 0) showRates("the same under stress", leaveOneFamilyOut(parts, stressed));
};

process.exitCode = await exitCodeOf(run, USAGE);
