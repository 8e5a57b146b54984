import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { repositoryRoot } from "./apply-mutant.ts";
import { countOf, mutated } from "./mutant.ts";
import { UNIT_MUTANTS, MUTANTS } from "./mutants.ts";
import { compiled, sourceOf } from "./node-hook.ts";

const ALL = [...MUTANTS, ...UNIT_MUTANTS];
const root = repositoryRoot();
const textOf = (file: string): string => readFileSync(join(root, file), "utf8");

describe("the mutants", () => {
  it("are at least forty, each with a name of its own", () => {
    const names = ALL.map(({ name }) => name);
    expect(MUTANTS.length).toBeGreaterThanOrEqual(40);
    expect(new Set(names).size).toBe(names.length);
  });

  it.each(ALL)("$name fits its source exactly once an edit, and still compiles", (mutant) => {
    for (const { file, find } of mutant.edits)
      expect([file, find, countOf(textOf(file), find)]).toEqual([file, find, 1]);
    for (const file of new Set(mutant.edits.map((edit) => edit.file))) {
      const text = mutated(mutant, file, textOf(file));
      expect(text).not.toBe(textOf(file));
      expect(compiled(text, file)).not.toBe(compiled(textOf(file), file));
    }
  });

  it.each(ALL)("$name names a unit test that exists", ({ unitTest }) => {
    expect(existsSync(join(root, unitTest.file))).toBe(true);
    expect([unitTest.title, textOf(unitTest.file).includes(unitTest.title)]).toEqual([
      unitTest.title,
      true,
    ]);
  });
});

describe("the hook of a mutated process", () => {
  it("knows the source of what was built, and of nothing else", () => {
    const url = (path: string): string => new URL(path, `file://${root}/`).href;
    expect(sourceOf(root, url("terminal/dist/core/wallet/wallet.js"))).toBe(
      "terminal/src/core/wallet/wallet.ts",
    );
    expect(sourceOf(root, url("node_modules/zod/index.js"))).toBeNull();
    expect(sourceOf(root, "node:fs")).toBeNull();
  });
});
