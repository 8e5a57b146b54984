import { parseArgs } from "node:util";
import { repositoryRoot } from "./apply-mutant.ts";
import { MUTANTS, mutantNamed } from "./mutants.ts";
import { openUnitTests } from "./unit-run.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "200" },
    only: { type: "string" },
    unit: { type: "boolean", default: false },
    list: { type: "boolean", default: false },
  },
});

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const chosen = values.only === undefined ? MUTANTS : values.only.split(",").map(mutantNamed);

if (values.list) {
  for (const { name, rules, bug } of chosen) say(`${name.padEnd(30)} ${rules.padEnd(12)} ${bug}`);
} else {
  const unit = await openUnitTests(repositoryRoot());
  for (const mutant of chosen) {
    const startMs = performance.now();
    const verdict = await unit.verdictOf(mutant);
    const ms = Math.round(performance.now() - startMs);
    say(`${mutant.name.padEnd(30)} ${verdict.padEnd(8)} ${ms} ms  ${mutant.unitTest.title}`);
  }
  await unit.close();
}
