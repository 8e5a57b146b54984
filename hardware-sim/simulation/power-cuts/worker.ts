import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deserialize } from "node:v8";
import { explore } from "./explore.ts";
import { openImage } from "./opening.ts";
import type { Recording } from "./recording.ts";

// One share of one recording, in a process of its own: file, share, shares, images a point, seed, end.
const [file = "", ...numbers] = process.argv.slice(2);
const [index = 0, count = 1, perPoint = 1, seed = 1, endMs = 0] = numbers.map(Number);
const recording = deserialize(await readFile(file)) as Recording;
// In memory where there is any: what is opened here has had its power cut already.
const folder = await mkdtemp(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "saku-cut-"));
try {
  const explored = await explore(recording, {
    seed,
    perPoint,
    endMs,
    share: { index, count },
    open: (image) => openImage(recording.store, image, join(folder, "image")),
  });
  process.stdout.write(JSON.stringify(explored));
} finally {
  await rm(folder, { recursive: true, force: true });
}
