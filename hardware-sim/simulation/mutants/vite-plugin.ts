import { relative, sep } from "node:path";
import type { Plugin } from "vitest/config";
import { mutated, touches, type Mutant } from "./mutant.ts";

/** Puts a mutant into the sources as vitest reads them. `current` is asked for every file. */
export function mutantPlugin(root: string, current: () => Mutant | null): Plugin {
  return {
    name: "saku-mutant",
    enforce: "pre",
    transform(code, id) {
      const mutant = current();
      const file = relative(root, id.split("?")[0] ?? id)
        .split(sep)
        .join("/");
      if (mutant === null || !touches(mutant, file)) return null;
      return { code: mutated(mutant, file, code), map: null };
    },
  };
}
