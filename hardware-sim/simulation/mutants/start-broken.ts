import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { mutantNamed } from "./mutants.ts";

const MUTANT = "SAKU_MUTANT";

/**
 * Runs this very program again with a mutant in it, and ends with what that said: a mutant has to be there before the
 * product is loaded. In the program that was started so it does nothing.
 */
export function startBroken(name: string): void {
  if (process.env[MUTANT] === mutantNamed(name).name) return;
  const preload = fileURLToPath(new URL("preload.js", import.meta.url));
  const args = ["--no-warnings", "--import", preload, ...process.argv.slice(1)];
  const { status } = spawnSync(process.execPath, args, {
    stdio: "inherit",
    env: { ...process.env, [MUTANT]: name },
  });
  process.exit(status ?? 1);
}
