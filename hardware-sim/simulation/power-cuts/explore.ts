import { createHash } from "node:crypto";
import { createRandom } from "@saku/hardware-sim/random";
import { createDisk, survivals, type Disk, type DiskChange, type DiskImage } from "./disk.ts";
import { keyOf, type Opened } from "./opening.ts";
import type { Promised, Recording } from "./recording.ts";

export type ExploreOptions = {
  readonly seed: number;
  /** At most this many images after each system call. */
  readonly perPoint: number;
  /** Explores the calls whose number leaves this remainder. */
  readonly share: { readonly index: number; readonly count: number };
  readonly endMs: number;
  readonly open: (image: DiskImage) => Promise<Opened>;
};

export type Explored = {
  /** System calls after which the power was cut. */
  readonly points: number;
  /** Calls left out because time was over. */
  readonly skipped: number;
  readonly images: number;
  readonly opened: number;
  /** Digests of the images that were opened. */
  readonly digests: readonly string[];
  readonly corrupt: number;
  /** Images in which something promised was missing. */
  readonly lost: number;
  /** Most promises that one image had lost. */
  readonly worst: number;
  readonly findings: readonly string[];
};

const FINDINGS_MAX = 5;

function digestOf(image: DiskImage): string {
  const hash = createHash("sha1");
  for (const [name, bytes] of [...image].toSorted(([a], [b]) => (a < b ? -1 : 1)))
    hash.update(`${name} ${bytes.length}\n`).update(bytes);
  return hash.digest("hex");
}

/** Takes one step; an fsync covers what there was when it began. */
function takeStep(
  disk: Disk,
  takenAt: Map<DiskChange, number>,
  step: Recording["steps"][number],
  index: number,
): void {
  if (step.kind === "change") {
    disk.change(step.change);
    takenAt.set(step.change, index);
    return;
  }
  const later = disk.pending.findIndex((one) => (takenAt.get(one) ?? 0) >= step.begunAfter);
  const upTo = later === -1 ? disk.pending.length : later;
  if (step.kind === "sync-file") disk.syncFile(step.file, upTo);
  else disk.syncFolder(upTo);
}

/** What of the promises the image and its opened store do not hold. */
function missing(
  promises: readonly Promised[],
  image: DiskImage,
  opened: Opened,
): readonly string[] {
  return promises
    .filter((one) =>
      one.kind === "file"
        ? Buffer.from(image.get(one.name) ?? []).toString("hex") !== one.hex
        : !opened.holds.has(keyOf(one)),
    )
    .map((one) => (one.kind === "file" ? `file ${one.name}` : keyOf(one)));
}

/** Whether this call is to be left out so that the rest, each as dear as those before, is done in time. */
function isLeftOut(run: {
  readonly spentMs: number;
  readonly done: number;
  readonly left: number;
  readonly endMs: number;
  readonly chance: number;
}): boolean {
  const eachMs = run.spentMs / Math.max(1, run.done);
  const neededMs = eachMs * run.left;
  const leftMs = run.endMs - Date.now();
  return leftMs <= 0 || (neededMs > leftMs && run.chance > leftMs / neededMs);
}

/** Cuts the power after every system call of the share and opens what may then be on the disk. */
export async function explore(recording: Recording, options: ExploreOptions): Promise<Explored> {
  const disk = createDisk();
  const takenAt = new Map<DiskChange, number>();
  const known = new Map<string, Opened>();
  const findings: string[] = [];
  const counts = { points: 0, skipped: 0, images: 0, corrupt: 0, lost: 0, worst: 0 };
  const { steps, promises } = recording;
  const startMs = Date.now();

  async function look(image: DiskImage, due: readonly Promised[], index: number): Promise<void> {
    counts.images += 1;
    const digest = digestOf(image);
    const earlier = known.get(digest);
    const opened = earlier ?? (await options.open(image));
    known.set(digest, opened);
    const lost = missing(due, image, opened);
    if (opened.fault !== null) counts.corrupt += 1;
    if (lost.length > 0) counts.lost += 1;
    counts.worst = Math.max(counts.worst, lost.length);
    const words =
      opened.fault ?? (lost.length > 0 ? `${lost.length} lost, first ${lost[0]}` : null);
    if (words !== null && findings.length < FINDINGS_MAX)
      findings.push(`after call ${index} of ${recording.name}: ${words}`);
  }

  for (const [index, step] of steps.entries()) {
    takeStep(disk, takenAt, step, index);
    if (index % options.share.count !== options.share.index) continue;
    const random = createRandom(options.seed).fork(`${recording.name} ${index}`);
    const left = (steps.length - index) / options.share.count;
    const spentMs = Date.now() - startMs;
    const run = { spentMs, done: counts.points, left, endMs: options.endMs, chance: random.next() };
    if (isLeftOut(run)) {
      counts.skipped += 1;
      continue;
    }
    counts.points += 1;
    const nextUs = steps[index + 1]?.atUs ?? Infinity;
    const due = promises.filter(({ atUs }) => atUs < nextUs);
    for (const kept of survivals(disk.pending, random, options.perPoint))
      await look(disk.image(kept), due, index);
  }
  return { ...counts, opened: known.size, digests: [...known.keys()], findings };
}
