import { expect, it } from "vitest";

import { extract } from "./extract.ts";
import type { GrayImage } from "./primitives/gray-image.ts";
import { drawRidges, scatter, seeded } from "./synthetic-print.suite.ts";

/** A print with noise, a light ground and a crease, so that every stage has something to do. */
const examplePrint = (): GrayImage => {
  const area = { widthPx: 222, heightPx: 246 };
  const random = seeded(11);
  const image = drawRidges({
    ...area,
    wavelengthPx: 8.5,
    centre: { x: -90, y: 300 },
    dislocations: scatter(16, 3, { ...area, apartPx: 26 }),
  });
  const pixels = image.pixels.map((grey, i) => {
    const x = i % area.widthPx;
    const y = Math.floor(i / area.widthPx);
    const isGround = ((x - 111) / 100) ** 2 + ((y - 123) / 112) ** 2 > 1;
    const isCrease = Math.abs(y - 90 - 0.4 * x) < 1.5;
    return Math.floor((isGround || isCrease ? 205 : grey * 0.7 + 40) + 30 * random());
  });
  return { ...image, pixels };
};

type Numbers = ArrayLike<number>;

/** Mean in deviations, deviation, and where in the list the weight lies: few digits, so that only a change of method shows. */
const summary = (values: Numbers): string => {
  let [sum, squares, moment, weight] = [0, 0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    sum += value;
    squares += value * value;
    weight += Math.abs(value);
    moment += Math.abs(value) * (i / values.length);
  }
  const mean = sum / values.length;
  const deviation = Math.sqrt(Math.max(0, squares / values.length - mean * mean));
  const [place, spread] = [moment / weight, deviation.toPrecision(4)];
  return `${(mean / deviation).toFixed(3)} ${spread} ${place.toFixed(4)}`;
};

const isNumbers = (value: unknown): value is Numbers =>
  value instanceof Float32Array || value instanceof Uint8Array;

/** Every list of numbers in what a stage shows, under the path that leads to it. */
const summaries = (name: string, value: unknown): [string, string][] => {
  if (isNumbers(value)) return [[name, `${value.length}: ${summary(value)}`]];
  if (Array.isArray(value)) {
    const numbers = value.flatMap((item: object) =>
      Object.values(item).filter((field): field is number => typeof field === "number"),
    );
    return [[name, `${value.length}: ${summary(numbers)}`]];
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) => summaries(`${name}.${key}`, part));
};

const GOLDEN: readonly (readonly [path: string, expected: string])[] = [
  ["scaled.data", "54612: 3.166 54.25 0.4994"],
  ["normalised.ridges.data", "54612: -0.023 0.7641 0.5013"],
  ["normalised.contrast.data", "3472: 2.189 15.42 0.4965"],
  ["normalised.brightness.data", "3472: 5.454 31.64 0.5004"],
  ["normalised.moments.mean.data", "3472: 4.050 42.61 0.5004"],
  ["normalised.moments.meanSquare.data", "3472: 2.320 1.386e+4 0.5007"],
  ["print.cells", "3472: 2.476 0.3473 0.4995"],
  ["orientation.cos2.data", "3472: -0.133 0.3291 0.5282"],
  ["orientation.sin2.data", "3472: 1.893 0.3250 0.4841"],
  ["orientation.coherence.data", "3472: 2.126 0.3281 0.4929"],
  ["wavelength.data", "3472: 21.448 0.4154 0.4888"],
  ["enhanced.ridges.data", "54612: -0.001 0.8005 0.4985"],
  ["enhanced.reliability.data", "3472: 1.655 0.4984 0.4912"],
  ["mask.cells", "3472: 2.062 0.3926 0.4956"],
  ["ground.data", "3472: 0.349 0.4019 0.5225"],
  ["binarised.bits", "56576: 0.805 0.4885 0.4989"],
  ["skeleton.bits", "56576: 0.290 0.2678 0.5094"],
  ["candidates", "68: 0.977 84.83 0.6027"],
  ["minutiae", "15: 1.411 58.08 0.4863"],
];

it("every stage shows for the example what it showed when its numbers were last looked at", () => {
  const found: [string, string][] = [];
  extract(examplePrint(), (stage, value) => found.push(...summaries(stage, value)));
  const expected = new Map(GOLDEN);
  const changed = found.find(([path, text]) => expected.get(path) !== text);
  const message =
    changed === undefined
      ? ""
      : `the first stage that changed is "${changed[0].split(".")[0] ?? ""}": ${changed[0]} was` +
        ` ${expected.get(changed[0]) ?? "not there"}, is ${changed[1]}. If that is intended and bench:fingerprint agrees,` +
        ` the new numbers are\n${found.map((pair) => `  ${JSON.stringify(pair)},`).join("\n")}`;
  expect(changed, message).toBeUndefined();
  expect(found.map(([path]) => path)).toEqual(GOLDEN.map(([path]) => path));
});
