import { defineConfig } from "vitest/config";
import type { Mutant } from "./hardware-sim/simulation/mutants/mutant.ts";
import { mutantNamed } from "./hardware-sim/simulation/mutants/mutants.ts";
import { mutantPlugin } from "./hardware-sim/simulation/mutants/vite-plugin.ts";

/** One rule broken on purpose, to see whether its test notices (`npm run sim:mutants -- --unit`). */
function currentMutant(): Mutant | null {
  const name = process.env["SAKU_MUTANT"] ?? "";
  return name === "" ? null : mutantNamed(name);
}

// `source` makes workspace packages resolve to their TypeScript, so unit tests need no build.
// Not "import": Node would hand it to require() too, and a package that has both would get the wrong one.
const resolve = { conditions: ["source", "module"] };

export default defineConfig({
  plugins: [mutantPlugin(import.meta.dirname, currentMutant)],
  resolve,
  ssr: { resolve },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: [
            "*.test.ts",
            "*/src/**/*.test.{ts,tsx}",
            "hardware-sim/simulation/**/*.test.ts",
          ],
          pool: "forks",
          testTimeout: 20_000,
          // A PostgreSQL that starts when the first test asks for it.
          globalSetup: ["cloud-broker/src/shell/store/postgres-desk.suite.ts"],
          // Its ES modules import each other without extensions, which only a bundler can follow.
          server: { deps: { inline: [/@ldclabs\/cose-ts/] } },
        },
      },
      {
        extends: true,
        test: {
          name: "e2e",
          include: ["hardware-sim/e2e/**/*.test.ts"],
          pool: "forks",
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
