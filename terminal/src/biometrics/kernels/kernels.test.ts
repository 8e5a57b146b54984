import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { expect, test } from "vitest";
import wabtModule from "wabt";
import { ASSEMBLED } from "./assembled.ts";
import { fromBase64, instantiate } from "./instantiate.ts";

const folder = new URL("./", import.meta.url);
const sources = readdirSync(folder).filter((name) => name.endsWith(".wat"));

test("the committed bytes of every kernel are what its source assembles to", async () => {
  const wabt = await wabtModule();
  const assembled = Object.fromEntries(
    sources.map((name) => {
      const source = readFileSync(new URL(name, folder), "utf8");
      const { buffer } = wabt.parseWat(name, source, { simd: true }).toBinary({});
      return [basename(name, ".wat"), Buffer.from(buffer).toString("base64")];
    }),
  );
  expect(sources.length).toBeGreaterThan(0);
  expect(ASSEMBLED, "run `npm run kernels` and commit assembled.ts").toEqual(assembled);
});

test("base64 is read as Node writes it, whatever the length", () => {
  for (let length = 0; length < 9; length++) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 77 + 200) & 255);
    expect(fromBase64(Buffer.from(bytes).toString("base64"))).toEqual(bytes);
  }
});

test("two instances of a kernel do not share memory, and an unknown export is named", () => {
  const [one, two] = [instantiate("line-filter"), instantiate("line-filter")];
  if (one === null || two === null) throw new Error("this machine has no WebAssembly SIMD");
  new Uint8Array(one.memory.buffer)[0] = 7;
  expect(new Uint8Array(two.memory.buffer)[0]).toBe(0);
  expect(() => one.call("nothing")).toThrow("kernel line-filter exports no nothing");
});

test("the line filter adds weighted pixels in the order of its taps, rounded to single precision", () => {
  const kernel = instantiate("line-filter");
  if (kernel === null) throw new Error("this machine has no WebAssembly SIMD");
  const strideBytes = 64;
  const values = new Float32Array(kernel.memory.buffer, 0, 256);
  for (let i = 0; i < values.length; i++) values[i] = Math.fround(Math.sin(i * 1.7));
  const taps = [
    { offset: -4, weight: 0.3 },
    { offset: 64, weight: -1.1 },
    { offset: 4, weight: 0.7 },
  ];
  const list = new DataView(kernel.memory.buffer, 4096);
  for (const [k, { offset, weight }] of taps.entries()) {
    list.setInt32(8 * k, offset, true);
    list.setFloat32(8 * k + 4, weight, true);
  }
  kernel.call("filterCell")(4 * 68, 8192, strideBytes, 4096, taps.length);
  const target = new Float32Array(kernel.memory.buffer, 8192, 64);
  for (let y = 0; y < 4; y++)
    for (let x = 0; x < 4; x++) {
      let sum = 0;
      for (const { offset, weight } of taps) {
        const pixel = values[68 + 16 * y + x + offset / 4] ?? 0;
        sum = Math.fround(sum + Math.fround(Math.fround(weight) * pixel));
      }
      expect(target[16 * y + x]).toBe(sum);
    }
});
