import { existsSync } from "node:fs";
import { register } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { HookData } from "./node-hook.ts";
import { mutantNamed } from "./mutants.ts";

/** The root of the repository, from wherever this file was built to. */
export function repositoryRoot(): string {
  let directory = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(directory, "tsconfig.test.json"))) {
    const above = dirname(directory);
    if (above === directory) throw new Error("Not inside the repository");
    directory = above;
  }
  return directory;
}

/**
 * Breaks the product in this process from now on. Call it before the first import of the product, and import that
 * with `import()`: what is loaded already stays as it is.
 */
export function applyMutant(name: string): void {
  const data: HookData = { root: repositoryRoot(), mutant: mutantNamed(name) };
  register("./node-hook.js", { parentURL: import.meta.url, data });
}
