import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runChaos } from "./chaos.ts";
import { parseChaosOptions, USAGE, type ChaosOptions } from "./options.ts";

const startMs = Date.now();
function say(line: string): void {
  process.stdout.write(`${((Date.now() - startMs) / 1_000).toFixed(1).padStart(7)} s  ${line}\n`);
}

async function main(): Promise<number> {
  if (process.argv.includes("--help")) {
    process.stdout.write(USAGE);
    return 0;
  }
  let options: ChaosOptions;
  try {
    options = parseChaosOptions(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    return 2;
  }
  const directory = await mkdtemp(join(tmpdir(), "saku-chaos-"));
  try {
    const { kills, verdict, lines } = await runChaos(options, directory, say);
    const { sales, lost, doubled, negative, imbalance, findings } = verdict;
    const isGood = lost + doubled + negative + imbalance === 0;
    if (isGood) await rm(directory, { recursive: true, force: true });
    process.stdout.write(
      [
        "",
        ...lines,
        ...findings,
        ...(isGood ? [] : [`Databases and logs are kept in ${directory}`]),
        `kills ${kills} sales ${sales} lost ${lost} doubled ${doubled} negative ${negative} imbalance ${imbalance}`,
        "",
      ].join("\n"),
    );
    return isGood ? 0 : 1;
  } catch (error) {
    process.stderr.write(
      `The run broke off: ${error instanceof Error ? error.message : String(error)}\nLogs are kept in ${directory}\n`,
    );
    return 1;
  }
}

// A pty or a cut connection may linger; the run is over.
process.exit(await main());
