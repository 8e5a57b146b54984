import { parseArgs } from "node:util";

/** What `npm run chaos` was asked for. */
export type ChaosOptions = {
  readonly killCount: number;
  readonly stallCount: number;
  readonly studentCount: number;
  readonly seed: number;
  /** Half-way the cloud's database is deleted and a finished backup put in its place. */
  readonly destroysLedger: boolean;
  /** After this long nothing is killed any more, however many are still to come. */
  readonly minutesMax: number;
};

export const USAGE = `npm run chaos -- [--kills N] [--stalls N] [--students N] [--seed N] [--minutes N] [--destroy-ledger]

  A school of real processes sells by PIN through the counters' own HTTP while processes are killed with -9 at random
  moments and started again, and while the terminals' way to the cloud is slow, silent, sliced, reset, limited or cut and the
  cloud is stopped for a while. Then the faults stop, everything drains, and all files are read by an auditor of our own.
  The last line: kills N sales S lost 0 doubled 0 negative 0 imbalance 0

  --kills N          1 to 100000 (default 60)
  --stalls N         1 to 4 (default 3)        --students N  1 to 12 (default 6)
  --seed N           the same order of kills and faults again, as far as real processes allow (default 1)
  --minutes N        no kill later than this (default 25)
  --destroy-ledger   half-way the cloud's database is deleted and rebuilt from its newest backup and the terminals
`;

function whole(text: string, name: string, range: readonly [min: number, max: number]): number {
  const value = Number(text);
  const [min, max] = range;
  if (!Number.isInteger(value) || value < min || value > max)
    throw new RangeError(`--${name} takes a whole number from ${min} to ${max}, not "${text}"`);
  return value;
}

/** Throws `RangeError` or `TypeError` with a sentence for whoever typed the command. */
export function parseChaosOptions(args: readonly string[]): ChaosOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      kills: { type: "string", default: "60" },
      stalls: { type: "string", default: "3" },
      students: { type: "string", default: "6" },
      seed: { type: "string", default: "1" },
      minutes: { type: "string", default: "25" },
      "destroy-ledger": { type: "boolean", default: false },
    },
  });
  return {
    killCount: whole(values.kills, "kills", [1, 100_000]),
    stallCount: whole(values.stalls, "stalls", [1, 4]),
    studentCount: whole(values.students, "students", [1, 12]),
    seed: whole(values.seed, "seed", [0, 4_294_967_295]),
    destroysLedger: values["destroy-ledger"],
    minutesMax: whole(values.minutes, "minutes", [1, 10_000]),
  };
}
