import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type FingersOptions, parseFingersOptions, USAGE } from "./options.ts";
import { picturesOf, prepareFolder } from "./pictures.ts";

async function run(options: FingersOptions): Promise<void> {
  const { folder } = options;
  if (folder !== null) prepareFolder(options, folder);
  for (const { name, bytes } of picturesOf(options)) {
    if (folder !== null) writeFileSync(join(folder, name), bytes);
    else if (!process.stdout.write(bytes)) await once(process.stdout, "drain");
  }
}

async function main(): Promise<number> {
  if (process.argv.includes("--help")) {
    process.stdout.write(USAGE);
    return 0;
  }
  try {
    await run(parseFingersOptions(process.argv.slice(2)));
    return 0;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    // A reader that has seen enough closes the pipe: no failure of this program.
    if ("code" in error && error.code === "EPIPE") return 0;
    process.stderr.write(`fingers: ${error.message}\n--help explains the options\n`);
    return 2;
  }
}

process.exitCode = await main();
