import { defineConfig } from "vitest/config";

// `source` makes workspace packages resolve to their TypeScript, so unit tests need no build.
const resolve = { conditions: ["source", "import", "module", "default"] };

export default defineConfig({
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
