import { founderAt, type Founder } from "./databases.ts";
import { errorText } from "./shapes.ts";
import { runSeed, type SeedOutcome } from "./seed-run.ts";
import { count, emptyTally, type Tally } from "./tally.ts";

/** Seeds that one process is to run. */
export type Block = {
  readonly first: number;
  readonly size: number;
  /** Where the PostgreSQL server is; null = the ledger stands on SQLite. */
  readonly server: string | null;
};
export type BlockOutcome = {
  readonly block: Block;
  readonly tally: Tally;
  readonly failed: readonly SeedOutcome[];
};

/** A seed that throws has found something too. */
async function safely(seed: number, { foot }: Founder): Promise<SeedOutcome> {
  try {
    return await runSeed(seed, undefined, foot);
  } catch (error) {
    return {
      seed,
      purchases: 0,
      faults: 0,
      physicallyLost: 0,
      refused: 0,
      digest: "",
      broken: { rule: "Q-throw", sentence: errorText(error) },
      lastHappenings: [],
    };
  }
}

let founder: Promise<Founder> | null = null;

async function runBlock(block: Block): Promise<BlockOutcome> {
  founder ??= founderAt(block.server);
  const tally = emptyTally();
  const failed: SeedOutcome[] = [];
  const before = process.cpuUsage();
  for (let seed = block.first; seed < block.first + block.size; seed++) {
    const outcome = await safely(seed, await founder);
    count(tally, outcome);
    if (outcome.broken !== null) failed.push(outcome);
  }
  const used = process.cpuUsage(before);
  tally.cpuSeconds = (used.user + used.system) / 1_000_000;
  return { block, tally, failed };
}

process.on("message", (message) => {
  void runBlock(message as Block).then((outcome) => process.send?.(outcome));
});
