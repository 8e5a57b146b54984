import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** What the simulator said of a mutant. */
export type SeedVerdict = {
  readonly seedCount: number;
  readonly caughtCount: number;
  readonly firstSeed: number | null;
  /** The rule that the first catch found broken, and in what words. */
  readonly rule: string;
  readonly sentence: string;
};

export type SeedBounds = {
  readonly seedCount: number;
  /** After the first catch only this many more seeds are run, to say how often it is seen. */
  readonly afterCatch: number;
};

type SeedLine = {
  readonly seed: number;
  readonly rule: string | null;
  readonly sentence: string;
};

const CHILD = fileURLToPath(new URL("seed-child.js", import.meta.url));
/** Runs a child and hands its lines on. One that goes round in circles ends itself, which is a catch too. */
function runChild(
  args: readonly string[],
  hear: (line: SeedLine) => void,
): Promise<"ended" | "hung" | "failed"> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ["--no-warnings", CHILD, ...args], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    createInterface({ input: child.stdout }).on("line", (text) =>
      hear(JSON.parse(text) as SeedLine),
    );
    child.on("close", (code, signal) => {
      resolve(signal === "SIGKILL" ? "hung" : code === 0 ? "ended" : "failed");
    });
  });
}

/** Runs the seeds of a mutant (`none` = the product as it is) in processes of their own. */
export async function runSeeds(name: string, bounds: SeedBounds): Promise<SeedVerdict> {
  let verdict: SeedVerdict = {
    seedCount: 0,
    caughtCount: 0,
    firstSeed: null,
    rule: "",
    sentence: "",
  };
  const hear = ({ seed, rule, sentence }: SeedLine): void => {
    verdict = { ...verdict, seedCount: seed };
    if (rule === null) return;
    const caughtCount = verdict.caughtCount + 1;
    verdict =
      verdict.firstSeed === null
        ? { ...verdict, caughtCount, firstSeed: seed, rule, sentence }
        : { ...verdict, caughtCount };
  };
  const lastSeed = (): number =>
    Math.min(bounds.seedCount, (verdict.firstSeed ?? bounds.seedCount) + bounds.afterCatch);
  while (verdict.seedCount < lastSeed()) {
    const first = verdict.seedCount + 1;
    const args = [name, first, lastSeed() - verdict.seedCount, bounds.afterCatch].map(String);
    const end = await runChild(args, hear);
    if (end === "hung") hear({ seed: verdict.seedCount + 1, rule: "hang", sentence: "" });
    else if (end === "failed") hear({ seed: verdict.seedCount + 1, rule: "crash", sentence: "" });
    else if (verdict.seedCount < first) throw new Error(`No seed of ${name} was run`);
    else break;
  }
  return verdict;
}
