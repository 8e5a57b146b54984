import { parseArgs } from "node:util";
import { type GrowModel, growProfiles } from "../devices/grow/profiles.ts";

/** What `npm run day` was asked for. */
export type DayOptions = {
  /** A folder of `<finger>_<impression>.pgm`; null = fingers that the simulator makes itself. */
  readonly fingersFolder: string | null;
  /** Null: a module's own where the prints have its size, otherwise 500. */
  readonly resolutionDpi: number | null;
  readonly studentCount: number;
  readonly saleCount: number;
  readonly seed: number;
  /** The modules of the two stalls; enrolment is at the first. Null = by the size of the prints. */
  readonly models: readonly [GrowModel, GrowModel] | null;
  /** The serial line takes as long as the real one. */
  readonly isPaced: boolean;
};

export const USAGE = `npm run day -- [--fingers DIR] [--dpi N] [--students N] [--sales N] [--seed N]
                [--sensors A,B] [--instant]

  A school day with real processes, real ptys and a real broker: children enrol, buy, the internet goes for a third
  of the day, and every process is killed once with -9. The last line says what the books say.

  --fingers DIR   prints named <finger>_<impression>.pgm; enrolment uses impressions 1-3 (1-6 where the first
                  stall has a R503, whose glass is small), sales the others. Without it the simulator makes its own prints.
  --dpi N         resolution of the prints in DIR (default 500)
  --students N    1 to 12 (default 10)       --sales N   1 to 10000 (default 200)
  --seed N        the same day again (default 1)
  --sensors A,B   modules of the two stalls, R307 or R503; enrolment is at the first. Prints of exactly a module's size
                  come from two of that module, others from R307,R503
  --instant       serial lines without their real transfer time
`;

function whole(
  text: string,
  name: string,
  range: { readonly min: number; readonly max: number },
): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < range.min || value > range.max)
    throw new RangeError(
      `--${name} takes a whole number from ${range.min} to ${range.max}, not "${text}"`,
    );
  return value;
}

function isModel(text: string | undefined): text is GrowModel {
  return text !== undefined && Object.hasOwn(growProfiles, text);
}

function modelsFrom(text: string | undefined): DayOptions["models"] {
  if (text === undefined) return null;
  const [first, second, ...others] = text.split(",");
  if (!isModel(first) || !isModel(second) || others.length > 0)
    throw new RangeError(
      `--sensors takes two of ${Object.keys(growProfiles).join(", ")} with a comma, not "${text}"`,
    );
  return [first, second];
}

/** Throws `RangeError` or `TypeError` with a sentence for whoever typed the command. */
export function parseDayOptions(args: readonly string[]): DayOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      fingers: { type: "string" },
      dpi: { type: "string" },
      students: { type: "string", default: "10" },
      sales: { type: "string", default: "200" },
      seed: { type: "string", default: "1" },
      sensors: { type: "string" },
      instant: { type: "boolean", default: false },
    },
  });
  return {
    fingersFolder: values.fingers ?? null,
    resolutionDpi:
      values.dpi === undefined ? null : whole(values.dpi, "dpi", { min: 250, max: 1_000 }),
    studentCount: whole(values.students, "students", { min: 1, max: 12 }),
    saleCount: whole(values.sales, "sales", { min: 1, max: 10_000 }),
    seed: whole(values.seed, "seed", { min: 0, max: 4_294_967_295 }),
    models: modelsFrom(values.sensors),
    isPaced: !values.instant,
  };
}
