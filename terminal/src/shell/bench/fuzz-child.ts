import { openSync, readFileSync, writeSync } from "node:fs";

import type { GrayImage } from "../../biometrics/primitives/gray-image.ts";
import { REAL_ENGINE } from "./fuzz-checks.ts";
import type { FuzzOrder } from "./fuzz-shards.ts";
import { runFuzz } from "./fuzz-run.ts";
import { parsePgm } from "./pgm.ts";

/*
 * One of the processes of a fuzz run: makes the blocks it is sent, and writes the number of every run into its mark file
 * before it begins, where the parent finds it when nothing else comes any more.
 */
const [markFile = "", ...printFiles] = process.argv.slice(2);

const mark = openSync(markFile, "w");
const number = Buffer.alloc(8);
const onRun = (run: number): void => {
  number.writeDoubleBE(run);
  writeSync(mark, number, 0, number.length, 0);
};

const readPrint = (entry: string): GrayImage => {
  const [dpi = "500", ...parts] = entry.split(":");
  return parsePgm(readFileSync(parts.join(":")), Number(dpi));
};
const prints = printFiles.map(readPrint);

process.on("message", (order: FuzzOrder) => {
  process.send?.(runFuzz({ engine: REAL_ENGINE, prints, onRun }, order.block, order.bounds));
});
process.on("disconnect", () => process.exit(0));
