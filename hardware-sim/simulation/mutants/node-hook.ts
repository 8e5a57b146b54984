import { readFileSync } from "node:fs";
import type { InitializeHook, LoadHook } from "node:module";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { mutated, touches, type Mutant } from "./mutant.ts";

export type HookData = { readonly root: string; readonly mutant: Mutant };

let data: HookData | null = null;

export const initialize: InitializeHook<HookData> = (given) => {
  data = given;
};

/** The source of a compiled file, from the root of the repository; of anything else, null. */
export function sourceOf(root: string, url: string): string | null {
  if (!url.startsWith("file:")) return null;
  const path = relative(root, fileURLToPath(url)).split(sep).join("/");
  const match = /^(protocol|terminal|cloud-broker|hardware-sim)\/dist\/(.+)\.js$/.exec(path);
  return match === null ? null : `${match[1] ?? ""}/src/${match[2] ?? ""}.ts`;
}

/** Compiles one mutated source file as `tsc -b` would have. */
export function compiled(source: string, fileName: string): string {
  return ts.transpileModule(source, {
    fileName,
    compilerOptions: {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
      rewriteRelativeImportExtensions: true,
    },
  }).outputText;
}

/** Gives Node the mutated source instead of what was built; every other module is loaded as ever. */
export const load: LoadHook = (url, context, nextLoad) => {
  const file = data === null ? null : sourceOf(data.root, url);
  if (data === null || file === null || !touches(data.mutant, file)) return nextLoad(url, context);
  const source = mutated(data.mutant, file, readFileSync(join(data.root, file), "utf8"));
  return { format: "module", shortCircuit: true, source: compiled(source, file) };
};
