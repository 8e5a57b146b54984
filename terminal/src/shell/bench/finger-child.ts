import { spawn } from "node:child_process";

import type { Template } from "../../biometrics/engine-api.ts";
import { extract } from "../../biometrics/extract.ts";
import { decodeTemplate, encodeTemplate } from "../../biometrics/templates/codec.ts";
import { enrolFinger } from "./enrolled-finger.ts";
import type { FingerAnswer, FingerOrder } from "./finger-jobs.ts";
import { readPgmStream } from "./pgm-stream.ts";

/*
 * One of the processes that make galleries: runs the generator of fingers and extracts what it writes, or merges
 * placements. Templates come and go as their stored bytes.
 */

const NOTHING = new Uint8Array(0);

const draw = async (order: Extract<FingerOrder, { kind: "draw" }>): Promise<Uint8Array[]> => {
  const generator = spawn(process.execPath, [order.program, ...order.args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    generator.on("error", reject).on("close", resolve);
  });
  const templates: Uint8Array[] = [];
  for await (const image of readPgmStream(generator.stdout, order.resolutionDpi)) {
    const found = extract(image);
    templates.push(found.kind === "template" ? encodeTemplate(found.template) : NOTHING);
  }
  const code = await ended;
  if (code !== 0) throw new Error(`the generator of fingers ended with ${code}`);
  return templates;
};

const merge = (placements: readonly Uint8Array[]): Uint8Array[] => {
  const read = placements
    .map((bytes): Template | null => decodeTemplate(bytes))
    .filter((template) => template !== null);
  return enrolFinger(read).templates.map((template) => encodeTemplate(template));
};

const answer = async (order: FingerOrder): Promise<FingerAnswer> => {
  try {
    return order.kind === "draw"
      ? { kind: "done", templates: [await draw(order)] }
      : { kind: "done", templates: order.fingers.map(merge) };
  } catch (error) {
    return { kind: "failed", why: error instanceof Error ? error.message : String(error) };
  }
};

process.on("message", (order: FingerOrder) => {
  void answer(order).then((result) => process.send?.(result));
});
process.on("disconnect", () => process.exit(0));
