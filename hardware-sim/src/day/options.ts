import { parseArgs } from "node:util";

/** What `npm run day` was asked for. */
export type DayOptions = {
  /** A folder of `<finger>_<impression>.pgm`; null = fingers that the simulator makes itself. */
  readonly fingersFolder: string | null;
  readonly resolutionDpi: number;
  readonly studentCount: number;
  readonly saleCount: number;
  readonly seed: number;
  /** The serial line takes as long as the real one. */
  readonly isPaced: boolean;
};

export const USAGE = `npm run day -- [--fingers DIR] [--dpi N] [--students N] [--sales N] [--seed N] [--instant]

  A school day with real processes, real ptys and a real broker: children enrol, buy, the internet goes for a third
  of the day, and every process is killed once with -9. The last line says what the books say.

  --fingers DIR   prints named <finger>_<impression>.pgm; enrolment uses impressions 1-3, sales the others.
                  Without it the simulator makes its own prints.
  --dpi N         resolution of the prints in DIR (default 500)
  --students N    1 to 12 (default 10)       --sales N   1 to 10000 (default 200)
  --seed N        the same day again (default 1)
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

/** Throws `RangeError` or `TypeError` with a sentence for whoever typed the command. */
export function parseDayOptions(args: readonly string[]): DayOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      fingers: { type: "string" },
      dpi: { type: "string", default: "500" },
      students: { type: "string", default: "10" },
      sales: { type: "string", default: "200" },
      seed: { type: "string", default: "1" },
      instant: { type: "boolean", default: false },
    },
  });
  return {
    fingersFolder: values.fingers ?? null,
    resolutionDpi: whole(values.dpi, "dpi", { min: 250, max: 1_000 }),
    studentCount: whole(values.students, "students", { min: 1, max: 12 }),
    saleCount: whole(values.sales, "sales", { min: 1, max: 10_000 }),
    seed: whole(values.seed, "seed", { min: 0, max: 4_294_967_295 }),
    isPaced: !values.instant,
  };
}
