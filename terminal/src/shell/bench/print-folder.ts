import { readdirSync, readFileSync, existsSync } from "node:fs";
import path from "node:path";

import type { GrayImage } from "../../biometrics/primitives/gray-image.ts";

/** One image of a folder of prints named `<finger>_<impression>.pgm`. */
export type Print = {
  readonly file: string;
  readonly finger: string;
  readonly impression: number;
  readonly image: GrayImage;
};

export type PrintSet = { readonly name: string; readonly prints: readonly Print[] };

const DEFAULT_DPI = 500;

/** Binary 8-bit PGM ("P5") with or without comments. */
export const parsePgm = (bytes: Uint8Array, resolutionDpi: number): GrayImage => {
  const header = /^P5\s+(?:#.*\s+)*(\d+)\s+(\d+)\s+255\s/.exec(
    Buffer.from(bytes.subarray(0, 512)).toString("latin1"),
  );
  if (header === null) throw new Error("not an 8-bit binary PGM");
  const widthPx = Number(header[1]);
  const heightPx = Number(header[2]);
  const pixels = bytes.slice(header[0].length, header[0].length + widthPx * heightPx);
  if (pixels.length !== widthPx * heightPx) throw new Error("PGM is cut short");
  return { widthPx, heightPx, resolutionDpi, pixels };
};

/** Resolution per set from the folder's MANIFEST.tsv (columns `set` and `dpi`), where there is one. */
const readResolutions = (directory: string): ReadonlyMap<string, number> => {
  const file = path.join(directory, "MANIFEST.tsv");
  if (!existsSync(file)) return new Map();
  const [head = [], ...rows] = readFileSync(file, "utf8")
    .split("\n")
    .map((line) => line.split("\t"));
  const set = head.indexOf("set");
  const dpi = head.indexOf("dpi");
  return new Map(rows.map((row) => [row[set] ?? "", Number(row[dpi]) || DEFAULT_DPI]));
};

const readPrint = (file: string, resolutionDpi: number): Print => {
  const name = path.basename(file, ".pgm");
  const split = name.lastIndexOf("_");
  return {
    file: path.basename(file),
    finger: name.slice(0, split),
    impression: Number(name.slice(split + 1)),
    image: parsePgm(readFileSync(file), resolutionDpi),
  };
};

/** Names of the sets (subfolders with prints) of a folder that match, in order. */
export const listSets = (directory: string, wanted: RegExp): string[] =>
  readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && wanted.test(entry.name))
    .map((entry) => entry.name)
    .toSorted();

export const readSet = (directory: string, name: string): PrintSet => {
  const resolutionDpi = readResolutions(directory).get(name) ?? DEFAULT_DPI;
  const prints = readdirSync(path.join(directory, name))
    .filter((file) => file.endsWith(".pgm"))
    .toSorted()
    .map((file) => readPrint(path.join(directory, name, file), resolutionDpi));
  return { name, prints };
};
