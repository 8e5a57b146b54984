import { createVitest, type Vitest } from "vitest/node";
import type { Mutant } from "./mutant.ts";

/** What the named unit test said of the mutant; `missing` when no test has that title (any more). */
export type UnitVerdict = "red" | "green" | "missing";

/** The unit tests, opened once: a mutant costs a test run and not a start of the test runner. */
export interface UnitTests {
  verdictOf(mutant: Mutant): Promise<UnitVerdict>;
  close(): Promise<void>;
}

function escaped(title: string): RegExp {
  return new RegExp(title.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
}

async function runNamed(vitest: Vitest, mutant: Mutant): Promise<UnitVerdict> {
  const { file, title } = mutant.unitTest;
  const specifications = await vitest.globTestSpecifications([file]);
  vitest.setGlobalTestNamePattern(escaped(title));
  for (const edit of mutant.edits) vitest.invalidateFile(`${vitest.config.root}/${edit.file}`);
  const { testModules } = await vitest.runTestSpecifications(specifications);
  const tests = testModules
    .flatMap((module) => Array.from(module.children.allTests()))
    .filter((test) => test.name.includes(title));
  if (tests.some((test) => test.result().state === "failed")) return "red";
  return tests.some((test) => test.result().state === "passed") ? "green" : "missing";
}

export async function openUnitTests(root: string): Promise<UnitTests> {
  const vitest = await createVitest("test", {
    root,
    watch: false,
    project: "unit",
    reporters: [{}],
    maxWorkers: 1,
  });
  return {
    async verdictOf(mutant) {
      process.env["SAKU_MUTANT"] = mutant.name;
      try {
        return await runNamed(vitest, mutant);
      } finally {
        delete process.env["SAKU_MUTANT"];
        for (const edit of mutant.edits) vitest.invalidateFile(`${root}/${edit.file}`);
      }
    },
    close: () => vitest.close(),
  };
}
