import { inflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";

import { extract } from "../../biometrics/extract.ts";
import { drawRidges, scatter } from "../../biometrics/synthetic-print.suite.ts";
import { draw, type Drawing } from "./picture-drawing.ts";
import { crc32, PICTURE_FORMATS } from "./picture-files.ts";
import { shapeOf, type StageShape } from "./picture-shapes.ts";

const SIZE = { widthPx: 160, heightPx: 180 };

const tapped = (): Map<string, StageShape | null> => {
  const stages = new Map<string, StageShape | null>();
  const print = drawRidges({
    ...SIZE,
    wavelengthPx: 9,
    centre: { x: -90, y: 300 },
    dislocations: scatter(6, 5, { ...SIZE, apartPx: 32 }),
  });
  extract(print, (stage, value) => stages.set(stage, shapeOf(value)));
  return stages;
};

const planeOf = (shape: StageShape | null | undefined): Extract<StageShape, { kind: "plane" }> => {
  if (shape?.kind !== "plane") throw new Error("not a plane");
  return shape;
};

const encode = (ending: string, drawing: Drawing): Buffer => {
  const encoder = PICTURE_FORMATS.get(ending);
  if (encoder === undefined) throw new Error(`no ${ending}`);
  return encoder(drawing);
};

describe("pictures of the stages", () => {
  it("know the shape of everything the engine taps", () => {
    const kinds = [...tapped()].map(([stage, shape]) => `${stage} ${shape?.kind}`);
    expect(kinds).toEqual(
      expect.arrayContaining([
        "scaled plane",
        "print mask",
        "orientation field",
        "wavelength plane",
        "enhanced plane",
        "skeleton bitmap",
        "minutiae points",
      ]),
    );
    expect(kinds.filter((kind) => kind.endsWith("undefined"))).toEqual([]);
  });

  it("are drawn for every stage, each different", () => {
    const stages = tapped();
    const image = planeOf(stages.get("scaled")).plane;
    const drawings = ["scaled", "print", "wavelength", "enhanced", "skeleton", "minutiae"].map(
      (stage) => {
        const shape = stages.get(stage);
        if (shape === null || shape === undefined) throw new Error(`no ${stage}`);
        return encode(".ppm", draw(shape, image)).toString("base64");
      },
    );
    expect(new Set(drawings).size).toBe(drawings.length);
  });

  it("let a minutia's tail point where its angle says, counter-clockwise with y down", () => {
    const up = shapeOf([{ x: 40, y: 50, angleRad: Math.PI / 2, type: "ending", quality: 9 }]);
    if (up === null) throw new Error("no shape");
    const image = planeOf(tapped().get("scaled")).plane;
    const tail = draw(up, image).strokes.at(-1);
    expect(tail?.from).toEqual([40, 50]);
    expect(tail?.to[0]).toBeCloseTo(40);
    expect(tail?.to[1]).toBeCloseTo(38);
  });

  it("refuse to guess at what is no stage's value", () => {
    expect(shapeOf(7)).toBeNull();
    expect(shapeOf({ widthPx: 3 })).toBeNull();
  });
});

describe("picture files", () => {
  const drawing: Drawing = {
    widthPx: 2,
    heightPx: 1,
    rgb: Uint8Array.of(1, 2, 3, 4, 5, 6),
    strokes: [{ from: [0, 0], to: [1, 0], colour: [9, 9, 9] }],
  };

  it("carry the check value of the CRC-32 standard", () => {
    expect(crc32(Buffer.from("123456789"))).toBe(0xcbf43926);
  });

  it("hold the pixels three times enlarged with the strokes over them", () => {
    const png = encode(".png", drawing);
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([6, 3]);
    const at = png.indexOf("IDAT");
    const rows = inflateSync(png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4)));
    expect([...rows.subarray(0, 7)]).toEqual([0, 1, 2, 3, 1, 2, 3]);
    // The stroke runs from the middle of the first pixel to the middle of the second.
    expect([...rows.subarray(19 + 1, 19 + 7)]).toEqual([1, 2, 3, 9, 9, 9]);
    expect(encode(".ppm", drawing).subarray(0, 11).toString("latin1")).toBe("P6\n6 3\n255\n");
  });

  it("draw strokes as lines in SVG", () => {
    const svg = encode(".svg", drawing).toString();
    expect(svg).toContain('viewBox="0 0 2 1"');
    expect(svg).toContain('<line x1="0.50" y1="0.50" x2="1.50" y2="0.50" stroke="rgb(9,9,9)"/>');
  });
});
