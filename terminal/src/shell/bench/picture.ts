import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";

import { extract } from "../../biometrics/extract.ts";
import { draw } from "./picture-drawing.ts";
import { PICTURE_FORMATS } from "./picture-files.ts";
import { shapeOf, type StageShape } from "./picture-shapes.ts";
import { parsePgm } from "./pgm.ts";

const USAGE = `usage: npm run picture:fingerprint -- --image FILE.pgm --stage NAME --out FILE.(png|svg|ppm) [--dpi 500]
  draws what the engine made of an image at a stage, over the image at 500 dpi. Pictures of real prints are personal
  data: keep them out of the repository.`;

/** A picture of a print is as private as the print. */
const OWNER_ONLY = 0o600;

const complain = (line: string): number => {
  process.stderr.write(`${line}\n`);
  return 2;
};

const main = (): number => {
  const { values } = parseArgs({
    options: {
      image: { type: "string" },
      stage: { type: "string" },
      out: { type: "string" },
      dpi: { type: "string", default: "500" },
    },
  });
  const { image, stage, out } = values;
  if (image === undefined || stage === undefined || out === undefined) return complain(USAGE);
  const encode = PICTURE_FORMATS.get(path.extname(out).toLowerCase());
  if (encode === undefined)
    return complain(`${out} must end in ${[...PICTURE_FORMATS.keys()].join(", ")}`);
  const stages = new Map<string, StageShape>();
  const found = extract(parsePgm(readFileSync(image), Number(values.dpi)), (name, value) => {
    const shape = shapeOf(value);
    if (shape !== null) stages.set(name, shape);
  });
  const shape = stages.get(stage);
  const scaled = stages.get("scaled");
  if (shape === undefined || scaled?.kind !== "plane")
    return complain(`no stage ${stage}; there are ${[...stages.keys()].join(", ")}`);
  const drawing = draw(shape, scaled.plane);
  writeFileSync(out, encode(drawing), { mode: OWNER_ONLY });
  const verdict = found.kind === "poor" ? `poor (${found.reason})` : "template";
  process.stdout.write(
    `${out}: ${stage} of ${drawing.widthPx}x${drawing.heightPx} px, ${drawing.strokes.length} strokes;` +
      ` ${verdict}, quality ${found.quality}\n`,
  );
  return 0;
};

process.exitCode = main();
