// `npm run sim:mutants`: is every deliberate bug seen by the simulator, and by the unit test that it names?
import { availableParallelism } from "node:os";
import { typed } from "../command-line.ts";
import { repositoryRoot } from "./apply-mutant.ts";
import type { Mutant } from "./mutant.ts";
import { UNIT_MUTANTS, MUTANTS, mutantNamed } from "./mutants.ts";
import { runSeeds, type SeedVerdict } from "./seed-verdict.ts";
import { openUnitTests, type UnitVerdict } from "./unit-run.ts";

const USAGE = `npm run sim:mutants -- [--seeds N] [--only NAME,NAME] [--unit | --unit-only] [--list] [--after N] [--jobs J]

  Puts each deliberate bug into the product's sources and looks who notices: the simulator, and the unit test that it names.`;

const values = typed(USAGE, {
  options: {
    /** Seeds within which a mutant must be caught. */
    seeds: { type: "string", default: "200" },
    /** Names, with commas between them. */
    only: { type: "string" },
    /** Also runs the unit test that each mutant names. */
    unit: { type: "boolean", default: false },
    /** Runs the unit tests alone. */
    "unit-only": { type: "boolean", default: false },
    /** Says what there is, and runs nothing. */
    list: { type: "boolean", default: false },
    /** Seeds to run after the first catch, to say how often it is seen. */
    after: { type: "string", default: "3" },
    jobs: { type: "string", default: String(availableParallelism()) },
  },
});

const NAME_WIDTH = 32;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

type Row = { readonly seeds: SeedVerdict | null; readonly unit: UnitVerdict | null };

function rowLine(mutant: Mutant, { seeds, unit }: Row): string {
  const cells = [mutant.name.padEnd(NAME_WIDTH)];
  if (seeds !== null) {
    const where =
      seeds.firstSeed === null
        ? `NOT CAUGHT in ${seeds.seedCount} seeds`
        : `${seeds.caughtCount} of ${seeds.seedCount} seeds, first ${seeds.firstSeed}, by ${seeds.rule}`;
    cells.push(where.padEnd(44));
  }
  if (unit !== null) cells.push(`unit ${unit}`);
  return cells.join("");
}

const isCaught = ({ seeds, unit }: Row): boolean =>
  (seeds === null || seeds.firstSeed !== null) && (unit === null || unit === "red");

/** Runs the work on each item, `width` at a time; the results come back in order, each as soon as it can. */
function pooled<T, R>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<R>,
): readonly Promise<R>[] {
  const lanes: Promise<unknown>[] = Array.from({ length: width }, () => Promise.resolve());
  return items.map((item, index) => {
    const lane = index % width;
    const result = (lanes[lane] ?? Promise.resolve()).then(() => work(item));
    lanes[lane] = result.catch(() => undefined);
    return result;
  });
}

async function run(chosen: readonly Mutant[]): Promise<boolean> {
  const bounds = { seedCount: Number(values.seeds), afterCatch: Number(values.after) };
  const hasUnit = values.unit || values["unit-only"];
  const seeds = values["unit-only"]
    ? null
    : pooled(chosen, Number(values.jobs), ({ name }) => runSeeds(name, bounds));
  const tests = hasUnit ? await openUnitTests(repositoryRoot()) : null;
  let caughtCount = 0;
  let lastSeed = 0;
  for (const [index, mutant] of chosen.entries()) {
    const unit = tests === null ? null : await tests.verdictOf(mutant);
    const row: Row = { seeds: (await seeds?.[index]) ?? null, unit };
    say(rowLine(mutant, row));
    lastSeed = Math.max(lastSeed, row.seeds?.firstSeed ?? 0);
    if (isCaught(row)) caughtCount += 1;
  }
  await tests?.close();
  const isWhole = lastSeed === 0 || (await isProductWhole(lastSeed));
  say(`mutants ${chosen.length} caught ${caughtCount}`);
  return isWhole && caughtCount === chosen.length;
}

/** The control: the same seeds without a mutant break nothing, or the catches would prove nothing. */
async function isProductWhole(seedCount: number): Promise<boolean> {
  const { firstSeed, rule, sentence } = await runSeeds("none", { seedCount, afterCatch: 0 });
  if (firstSeed === null) say(`without a mutant nothing is caught in ${seedCount} seeds`);
  else say(`WITHOUT A MUTANT seed ${firstSeed} breaks ${rule}: ${sentence}`);
  return firstSeed === null;
}

/** The unit tests alone, over what the simulator does not reach. */
async function runDesk(): Promise<boolean> {
  const tests = await openUnitTests(repositoryRoot());
  let redCount = 0;
  for (const mutant of UNIT_MUTANTS) {
    const unit = await tests.verdictOf(mutant);
    say(rowLine(mutant, { seeds: null, unit }));
    if (unit === "red") redCount += 1;
  }
  await tests.close();
  say(`beyond the simulator: mutants ${UNIT_MUTANTS.length} seen by their unit tests ${redCount}`);
  return redCount === UNIT_MUTANTS.length;
}

const isAll = values.only === undefined;
const chosen = values.only === undefined ? MUTANTS : values.only.split(",").map(mutantNamed);
if (values.list)
  for (const { name, rules, bug } of isAll ? [...MUTANTS, ...UNIT_MUTANTS] : chosen)
    say(`${name.padEnd(NAME_WIDTH)}${rules.padEnd(12)}${bug}`);
else {
  const hasUnit = values.unit || values["unit-only"];
  const isDeskSeen = !isAll || !hasUnit || (await runDesk());
  process.exitCode = (await run(chosen)) && isDeskSeen ? 0 : 1;
}
