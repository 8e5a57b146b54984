import { deflateSync } from "node:zlib";

import type { Drawing, Stroke } from "./picture-drawing.ts";

/** Pixels of a picture for every pixel of the image: strokes need room. */
const SCALE = 3;

type Raster = { readonly widthPx: number; readonly heightPx: number; readonly rgb: Uint8Array };

const enlarge = ({ widthPx, heightPx, rgb }: Raster): Raster => {
  const wide = widthPx * SCALE;
  const result = new Uint8Array(3 * wide * heightPx * SCALE);
  for (let y = 0; y < heightPx * SCALE; y++)
    for (let x = 0; x < wide; x++) {
      const source = 3 * (Math.floor(y / SCALE) * widthPx + Math.floor(x / SCALE));
      result.set(rgb.subarray(source, source + 3), 3 * (y * wide + x));
    }
  return { widthPx: wide, heightPx: heightPx * SCALE, rgb: result };
};

const drawStroke = ({ widthPx, heightPx, rgb }: Raster, { from, to, colour }: Stroke): void => {
  const [fromX, fromY] = [(from[0] + 0.5) * SCALE, (from[1] + 0.5) * SCALE];
  const [toX, toY] = [(to[0] + 0.5) * SCALE, (to[1] + 0.5) * SCALE];
  const steps = Math.max(1, Math.ceil(Math.hypot(toX - fromX, toY - fromY) * 2));
  for (let step = 0; step <= steps; step++) {
    const x = Math.floor(fromX + ((toX - fromX) * step) / steps);
    const y = Math.floor(fromY + ((toY - fromY) * step) / steps);
    if (x >= 0 && y >= 0 && x < widthPx && y < heightPx) rgb.set(colour, 3 * (y * widthPx + x));
  }
};

const rasterise = (drawing: Drawing): Raster => {
  const raster = enlarge(drawing);
  for (const stroke of drawing.strokes) drawStroke(raster, stroke);
  return raster;
};

/** CRC-32 as PNG wants it (RFC 2083, section 3.4). */
export const crc32 = (bytes: Uint8Array): number => {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
};

const chunk = (type: string, data: Uint8Array): Buffer => {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
};

const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

const encodePng = ({ widthPx, heightPx, rgb }: Raster): Buffer => {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(widthPx, 0);
  header.writeUInt32BE(heightPx, 4);
  // 8 bits, red-green-blue, no interlacing.
  header.set([8, 2], 8);
  // Every row is preceded by its filter: 0, none.
  const rows = Buffer.alloc(heightPx * (1 + 3 * widthPx));
  for (let y = 0; y < heightPx; y++)
    rows.set(rgb.subarray(3 * y * widthPx, 3 * (y + 1) * widthPx), y * (1 + 3 * widthPx) + 1);
  return Buffer.concat([
    PNG_SIGNATURE,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
};

const encodePpm = ({ widthPx, heightPx, rgb }: Raster): Buffer =>
  Buffer.concat([Buffer.from(`P6\n${widthPx} ${heightPx}\n255\n`, "latin1"), rgb]);

const svgLine = ({ from, to, colour }: Stroke): string => {
  const [x1, y1, x2, y2] = [...from, ...to].map((value) => (value + 0.5).toFixed(2));
  return `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="rgb(${colour.join(",")})"/>`;
};

/** The pixels as an embedded picture, strokes as lines. */
const encodeSvg = (drawing: Drawing): Buffer => {
  const { widthPx, heightPx } = drawing;
  const pixels = encodePng(drawing).toString("base64");
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${widthPx} ${heightPx}" width="${widthPx * SCALE}" height="${heightPx * SCALE}">
<image width="${widthPx}" height="${heightPx}" style="image-rendering:pixelated" href="data:image/png;base64,${pixels}"/>
${drawing.strokes.map(svgLine).join("\n")}
</svg>
`,
  );
};

/** Endings of files that a drawing can be written to. */
export const PICTURE_FORMATS: ReadonlyMap<string, (drawing: Drawing) => Buffer> = new Map([
  [".svg", encodeSvg],
  [".png", (drawing: Drawing): Buffer => encodePng(rasterise(drawing))],
  [".ppm", (drawing: Drawing): Buffer => encodePpm(rasterise(drawing))],
]);
