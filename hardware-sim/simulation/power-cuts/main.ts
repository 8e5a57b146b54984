import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { serialize } from "node:v8";
import type { Explored } from "./explore.ts";
import { record, whyNoTrace, type Recording, type RecordingOptions } from "./recording.ts";

const USAGE = `npm run explore:power-cuts -- [--images N] [--sales N] [--stalls N] [--minutes N] [--seed N]

  Records every system call with which the real processes (cloud, stalls) write their SQLite files while they sell, builds
  the disks that a power cut could have left after each call, and starts the product's own stores on them. A second run
  has synchronous=NORMAL behind the product's back, to show that losses are found.
  The last line: images N corrupt 0 lost 0 | NORMAL images N corrupt N lost N

  --images N    about how many disk images to look at with FULL; a quarter of it with NORMAL (default 24000)
  --sales N     sales to record (default 48)       --stalls N   1 to 4 (default 2)
  --minutes N   stop exploring a run after this long (default 2)      --seed N   other subsets (default 1)
`;

type Words = {
  readonly images: number;
  readonly sales: number;
  readonly stalls: number;
  readonly minutes: number;
  readonly seed: number;
};

function parseWords(args: readonly string[]): Words {
  const { values } = parseArgs({
    args: [...args],
    options: {
      images: { type: "string", default: "24000" },
      sales: { type: "string", default: "48" },
      stalls: { type: "string", default: "2" },
      minutes: { type: "string", default: "2" },
      seed: { type: "string", default: "1" },
    },
  });
  const whole = (name: keyof typeof values, min: number, max: number): number => {
    const value = Number(values[name]);
    if (!Number.isInteger(value) || value < min || value > max)
      throw new RangeError(`--${name} takes a whole number from ${min} to ${max}`);
    return value;
  };
  return {
    images: whole("images", 10, 100_000_000),
    sales: whole("sales", 4, 10_000),
    stalls: whole("stalls", 1, 4),
    minutes: whole("minutes", 1, 10_000),
    seed: whole("seed", 0, 4_294_967_295),
  };
}

const startMs = Date.now();
function say(line: string): void {
  process.stdout.write(`${((Date.now() - startMs) / 1_000).toFixed(1).padStart(7)} s  ${line}\n`);
}

function exploreShare(args: readonly string[]): Promise<Explored> {
  return new Promise((resolve, reject) => {
    const program = fileURLToPath(new URL("worker.js", import.meta.url));
    const child = spawn(process.execPath, ["--enable-source-maps", program, ...args], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString("utf8");
    });
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) resolve(JSON.parse(output) as Explored);
      else reject(new Error(`A worker ended with ${code}`));
    });
  });
}

/** One recording, its calls dealt out to as many processes as there are cores. */
async function exploreAll(
  recording: Recording,
  file: string,
  perPoint: number,
  run: { readonly seed: number; readonly endMs: number },
): Promise<readonly Explored[]> {
  await writeFile(file, serialize(recording), { mode: 0o600 });
  const count = Math.max(1, availableParallelism());
  return Promise.all(
    Array.from({ length: count }, (_, index) =>
      exploreShare([file, ...[index, count, perPoint, run.seed, run.endMs].map(String)]),
    ),
  );
}

const FINDINGS_MAX = 3;

type Totals = { images: number; corrupt: number; lost: number };

const sum = (
  shares: readonly Explored[],
  name: "points" | "skipped" | "images" | "corrupt" | "lost",
): number => shares.reduce((total, share) => total + share[name], 0);

/** `12 sale, 3 top-up, 1 file` */
function promised({ promises }: Recording): string {
  const counts = new Map<string, number>();
  for (const { kind } of promises) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return `promised ${[...counts].map(([kind, count]) => `${count} ${kind}`).join(", ")}`;
}

function report(recording: Recording, shares: readonly Explored[], synchronous: string): Totals {
  const opened = new Set(shares.flatMap(({ digests }) => digests)).size;
  const [corrupt, lost, skipped] = [
    sum(shares, "corrupt"),
    sum(shares, "lost"),
    sum(shares, "skipped"),
  ];
  const worst = Math.max(...shares.map((share) => share.worst));
  const left = skipped === 0 ? "" : ` (${skipped} calls left out: time was over)`;
  say(
    `${recording.name} ${synchronous}: ${recording.steps.length} system calls, ${promised(recording)}; ` +
      `${sum(shares, "images")} disk images, ${opened} different ones opened${left}; ` +
      `corrupt ${corrupt}, promised rows lost ${lost} (at most ${worst} in one image)`,
  );
  for (const finding of shares.flatMap(({ findings }) => findings).slice(0, FINDINGS_MAX))
    say(`  for example ${finding}`);
  return { images: opened, corrupt, lost };
}

async function exploreRun(
  words: Words,
  synchronous: RecordingOptions["synchronous"],
  directory: string,
): Promise<Totals> {
  const saleCount = synchronous === "FULL" ? words.sales : Math.max(4, Math.floor(words.sales / 3));
  const recordings = await record({
    directory: join(directory, synchronous),
    saleCount,
    stallCount: synchronous === "FULL" ? words.stalls : 1,
    synchronous,
    say: () => undefined,
  });
  say(`${synchronous}: ${saleCount} sales recorded from ${recordings.length} processes`);
  const images = synchronous === "FULL" ? words.images : Math.ceil(words.images / 4);
  const calls = recordings.reduce((total, { steps }) => total + steps.length, 0);
  const perPoint = Math.max(1, Math.round(images / calls));
  const totals: Totals = { images: 0, corrupt: 0, lost: 0 };
  const runMs = words.minutes * 60_000;
  for (const [index, recording] of recordings.entries()) {
    const endMs = Date.now() + runMs / recordings.length;
    const file = join(directory, `${synchronous}-${index}.bin`);
    const shares = await exploreAll(recording, file, perPoint, { seed: words.seed, endMs });
    const found = report(recording, shares, synchronous);
    totals.images += found.images;
    totals.corrupt += found.corrupt;
    totals.lost += found.lost;
  }
  return totals;
}

async function main(): Promise<number> {
  if (process.argv.includes("--help")) {
    process.stdout.write(USAGE);
    return 0;
  }
  const missing = whyNoTrace();
  if (missing !== null) {
    process.stderr.write(`${missing}\n`);
    return 2;
  }
  const words = parseWords(process.argv.slice(2));
  const directory = await mkdtemp(join(tmpdir(), "saku-power-cuts-"));
  try {
    const full = await exploreRun(words, "FULL", directory);
    const normal = await exploreRun(words, "NORMAL", directory);
    process.stdout.write(
      `images ${full.images} corrupt ${full.corrupt} lost ${full.lost} | NORMAL images ${normal.images} corrupt ${normal.corrupt} lost ${normal.lost}\n`,
    );
    return full.corrupt + full.lost === 0 && normal.lost > 0 ? 0 : 1;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

// Sockets of a fleet that is gone may linger; the run is over.
process.exit(await main());
