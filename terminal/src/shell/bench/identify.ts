import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

import type { Gallery, GalleryEntry } from "../../biometrics/engine-api.ts";
import { createGallery } from "../../biometrics/identify.ts";
import { growFinger } from "./identify-fingers.ts";
import { readPrints, type Prints } from "./identify-prints.ts";
import { quantile, searchAll, type Probe } from "./identify-searches.ts";
import { seeded } from "./seeded.ts";

const USAGE = `usage: npm run bench:identify -- --n 100,1000 [--seed S] [--probes P] [--enrol E] [--data DIR [--sets REGEX]]
  --n       gallery sizes (keys), ascending
  --data    real prints, one folder a set, <finger>_<impression>.pgm; sets must not share fingers
  --enrol   placements enrolled of every finger (3); the later ones are the probes
  --probes  probes searched for at every size, drawn by the seed (60)
  What the real prints leave of N is filled with seeded synthetic minutiae, never with drawn prints.`;

const MIB = 1024 * 1024;
const MAX_KEYS = 20_000;
const SIZES_PATTERN = /^\d+(,\d+)*$/;

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const collectGarbage = (): void => {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
};

const usedBytes = (): number => {
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
};

const syntheticEntry = (seed: number, index: number, enrol: number): GalleryEntry => {
  const { merged, placements } = growFinger(seed, index, enrol);
  return { key: `synthetic/${index}`, templates: enrol > 1 ? [merged, ...placements] : placements };
};

/** Without real prints: fingers that are searched for by one more placement of theirs. */
const syntheticPrints = (seed: number, count: number, enrol: number): Prints => {
  const probes = Array.from({ length: count }, (_, i): Probe => {
    const { merged, placements } = growFinger(seed + 1, i, enrol + 1);
    const enrolled = placements.slice(0, enrol);
    const templates = enrol > 1 ? [{ ...merged, placementCount: enrol }, ...enrolled] : enrolled;
    return { own: { key: `synthetic-probe/${i}`, templates }, template: placements[enrol] ?? null };
  });
  return { entries: probes.map(({ own }) => own), probes };
};

const sample = (probes: readonly Probe[], count: number, seed: number): Probe[] => {
  const random = seeded(seed);
  return probes
    .map((probe) => ({ probe, at: random() }))
    .toSorted((a, b) => a.at - b.at)
    .slice(0, count)
    .map(({ probe }) => probe);
};

type Size = { readonly n: number; readonly seed: number; readonly enrol: number };

type Figures = Readonly<Record<string, number>>;

const round = (value: number, digits: number): number => Number(value.toFixed(digits));

/** One gallery size from an empty gallery: real fingers first, then synthetic ones up to N. */
const measure = ({ n, seed, enrol }: Size, prints: Prints, probes: readonly Probe[]): Figures => {
  const fillers = Array.from({ length: Math.max(0, n - prints.entries.length) }, (_, i) =>
    syntheticEntry(seed, i, enrol),
  );
  const before = usedBytes();
  const startMs = performance.now();
  const gallery: Gallery = createGallery();
  for (const entry of [...prints.entries, ...fillers]) gallery.add(entry);
  const loadMs = performance.now() - startMs;
  const bytesPerKey = (usedBytes() - before) / gallery.keyCount;
  const report = searchAll(gallery, probes);
  for (const names of new Set(report.falseNames)) print(`named falsely: ${names}`);
  const searches = Math.max(1, report.searchMs.length);
  return {
    keys: gallery.keyCount,
    real: prints.entries.length,
    probes: report.probes,
    searchP50Ms: round(quantile(report.searchMs, 0.5), 1),
    searchP95Ms: round(quantile(report.searchMs, 0.95), 1),
    searchCpuMs: round(report.cpuMs / searches, 1),
    loadMs: round(loadMs, 0),
    loadMsPerKey: round(loadMs / gallery.keyCount, 2),
    bytesPerKey: round(bytesPerKey, 0),
    right: report.right,
    wrong: report.wrong,
    strangersNamed: report.strangersNamed,
    fnir: round(1 - report.right / Math.max(1, report.probes), 4),
    fpir: round(report.strangersNamed / Math.max(1, report.probes), 4),
  };
};

const describe = (figures: Figures): string => {
  const { keys, real, probes, searchP50Ms, searchP95Ms, searchCpuMs, loadMs } = figures;
  const { loadMsPerKey, bytesPerKey = 0, wrong, strangersNamed, fnir = 0, fpir = 0 } = figures;
  return (
    `${keys} keys (${real} with probes): search p50 ${searchP50Ms} p95 ${searchP95Ms} ms (mean cpu ${searchCpuMs});` +
    ` load ${loadMs} ms, ${loadMsPerKey} a key; ${(bytesPerKey / 1024).toFixed(0)} KiB a key,` +
    ` ${((bytesPerKey * (keys ?? 0)) / MIB).toFixed(0)} MiB;` +
    ` ${probes} probes: FNIR ${(100 * fnir).toFixed(2)} % (named another ${wrong}),` +
    ` taken out: FPIR ${(100 * fpir).toFixed(2)} % (${strangersNamed})`
  );
};

const main = (): number => {
  const { values } = parseArgs({
    options: {
      n: { type: "string", default: "100,1000" },
      seed: { type: "string", default: "1" },
      probes: { type: "string", default: "60" },
      enrol: { type: "string", default: "3" },
      data: { type: "string" },
      sets: { type: "string", default: "." },
    },
  });
  const sizes = values.n.split(",").map(Number);
  const [seed, count, enrol] = [Number(values.seed), Number(values.probes), Number(values.enrol)];
  const numbersOk = Number.isInteger(seed) && count >= 1 && enrol >= 1 && enrol <= 7;
  const sizesOk = SIZES_PATTERN.test(values.n) && sizes.every((n) => n >= 1 && n <= MAX_KEYS);
  if (!numbersOk || !sizesOk) {
    process.stderr.write(`${USAGE}\n`);
    return 2;
  }
  const prints =
    values.data === undefined
      ? syntheticPrints(seed, Math.min(count, ...sizes), enrol)
      : readPrints(values.data, new RegExp(values.sets), enrol);
  const probes = sample(prints.probes, count, seed);
  if (probes.length === 0) {
    process.stderr.write(`no probes beyond impression ${enrol} in sets matching ${values.sets}\n`);
    return 2;
  }
  print(
    values.data === undefined
      ? "synthetic minutiae only, probes too: speed and memory are meant, the error rates say nothing about fingers"
      : `${prints.entries.length} real fingers are searched for; the rest of N are synthetic minutiae templates`,
  );
  const results = sizes.map((n) => {
    const figures = measure({ n, seed, enrol }, prints, probes);
    print(describe(figures));
    return figures;
  });
  print(JSON.stringify({ bench: "identify", seed, enrol, results }));
  return 0;
};

process.exitCode = main();
