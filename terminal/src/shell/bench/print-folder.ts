import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";

import { LIMITS } from "../../biometrics/parameters.ts";
import type { GrayImage } from "../../biometrics/primitives/gray-image.ts";
import { parsePgm } from "./pgm.ts";

/** One image of a folder of prints named `<finger>_<impression>.pgm`; both parts may be any text. */
export type Print = {
  readonly file: string;
  readonly finger: string;
  readonly impression: string;
  /** Reads the file. @throws NotAPictureError or the file system's error. */
  readonly load: () => GrayImage;
};

export type PrintSet = {
  readonly name: string;
  /** By finger and impression, numbers by value. */
  readonly prints: readonly Print[];
  readonly resolutionDpi: number;
  /** What whoever reads the figures should know, as sentences. */
  readonly remarks: readonly string[];
};

/** A folder that holds nothing to read; the message is a sentence. */
export class NoPrintsError extends Error {
  override readonly name = "NoPrintsError";
}

const DEFAULT_DPI = 500;
const MANIFEST = "MANIFEST.tsv";
const PRINT_NAME = /^(.+)_([^_]+)\.pgm$/i;
const DPI_COLUMN = /^(dpi|ppi|resolution(_?(dpi|ppi))?)$/i;

/** `1_2` before `1_10` before `a_1`. */
export const inNumericOrder = (a: string, b: string): number =>
  a.localeCompare(b, "en", { numeric: true }) || (a < b ? -1 : Number(a > b));

/**
 * Resolution of a set by the folder's MANIFEST.tsv: the column called dpi (or ppi, resolution) of the row in which any
 * other column holds the set's name. Null when there is no such file, column or row.
 */
const manifestDpi = (directory: string, name: string): string | null => {
  const file = path.join(directory, MANIFEST);
  if (!existsSync(file)) return null;
  const [head = [], ...rows] = readFileSync(file, "utf8")
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .map((line) => line.split("\t").map((cell) => cell.trim()));
  const column = head.findIndex((title) => DPI_COLUMN.test(title));
  return rows.find((row) => column >= 0 && row.includes(name))?.[column] ?? null;
};

type Resolution = { readonly resolutionDpi: number; readonly remarks: readonly string[] };

const resolutionOf = (directory: string, name: string, given: number | null): Resolution => {
  if (given !== null) return { resolutionDpi: given, remarks: [] };
  const cell = manifestDpi(directory, name);
  const dpi = Number.parseFloat(cell ?? "");
  if (dpi >= LIMITS.minDpi && dpi <= LIMITS.maxDpi) return { resolutionDpi: dpi, remarks: [] };
  const why =
    cell === null ? `${MANIFEST} does not tell its resolution` : `${MANIFEST} says "${cell}" dpi`;
  return {
    resolutionDpi: DEFAULT_DPI,
    remarks: [`${name}: ${why}; ${DEFAULT_DPI} dpi is assumed`],
  };
};

const isFolder = (place: string): boolean =>
  statSync(place, { throwIfNoEntry: false })?.isDirectory() === true;

const hasPrints = (folder: string): boolean =>
  readdirSync(folder).some((file) => PRINT_NAME.test(file));

/** A set as found: its name and the folder of its prints. */
export type SetPlace = { readonly name: string; readonly folder: string };

/**
 * Subfolders of `directory` with prints whose names match, in order; a folder that holds prints itself is one set.
 * @throws NoPrintsError when there are none.
 */
export const listSets = (directory: string, wanted: RegExp): readonly SetPlace[] => {
  if (!isFolder(directory)) throw new NoPrintsError(`${directory} is no folder`);
  const subfolders = readdirSync(directory)
    .map((name) => ({ name, folder: path.join(directory, name) }))
    .filter(({ folder }) => isFolder(folder) && hasPrints(folder));
  const itself = { name: path.basename(path.resolve(directory)), folder: directory };
  const found = subfolders.length === 0 && hasPrints(directory) ? [itself] : subfolders;
  if (found.length === 0)
    throw new NoPrintsError(`${directory} holds no folder with prints <finger>_<impression>.pgm`);
  const matching = found.filter(({ name }) => wanted.test(name));
  if (matching.length === 0)
    throw new NoPrintsError(
      `no set matches ${wanted.source}; there are ${found.map(({ name }) => name).join(", ")}`,
    );
  return matching.toSorted((a, b) => inNumericOrder(a.name, b.name));
};

/** The prints of a set, not yet read; `resolutionDpi` overrules the manifest. */
export const readSet = (
  { name, folder }: SetPlace,
  given: { readonly resolutionDpi: number | null } = { resolutionDpi: null },
): PrintSet => {
  const { resolutionDpi, remarks } = resolutionOf(path.dirname(folder), name, given.resolutionDpi);
  const prints: Print[] = [];
  const misnamed: string[] = [];
  for (const file of readdirSync(folder).toSorted(inNumericOrder)) {
    const [, finger, impression] = PRINT_NAME.exec(file) ?? [];
    if (finger === undefined || impression === undefined) {
      if (/\.pgm$/i.test(file)) misnamed.push(file);
      continue;
    }
    const load = (): GrayImage => parsePgm(readFileSync(path.join(folder, file)), resolutionDpi);
    prints.push({ file, finger, impression, load });
  }
  const left =
    misnamed.length === 0
      ? []
      : [`${name}: left out, not named <finger>_<impression>.pgm: ${misnamed.join(" ")}`];
  return { name, prints, resolutionDpi, remarks: [...remarks, ...left] };
};
