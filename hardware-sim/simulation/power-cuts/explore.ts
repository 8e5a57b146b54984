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

/** Which call made a change. A torn write is another change with the same bytes. */
type TakenAt = Map<object, number>;
const markOf = (change: DiskChange): object => (change.kind === "write" ? change.bytes : change);

/** Takes one step; an fsync covers what there was when it began. */
function takeStep(
  disk: Disk,
  takenAt: TakenAt,
  step: Recording["steps"][number],
  index: number,
): void {
  if (step.kind === "change") {
    disk.change(step.change);
    takenAt.set(markOf(step.change), index);
    return;
  }
  const later = disk.pending.findIndex((one) => (takenAt.get(markOf(one)) ?? 0) >= step.begunAfter);
  const upTo = later === -1 ? disk.pending.length : later;
  if (step.kind === "sync-file") disk.syncFile(step.file, upTo);
  else disk.syncFolder(upTo);
}

/** A promised file is held by the image itself, byte for byte. */
function withFiles(opened: Opened, image: DiskImage, promises: readonly Promised[]): Opened {
  const whole = promises.filter(
    (one) =>
      one.kind === "file" && Buffer.from(image.get(one.name) ?? []).toString("hex") === one.hex,
  );
  return { ...opened, holds: new Set([...opened.holds, ...whole.map(keyOf)]) };
}

/** For people: never the bytes of a key. */
const labelOf = (promised: Promised): string =>
  promised.kind === "file" ? `file ${promised.name}` : keyOf(promised);

/** A change by the call that made it, and what of it is missing. */
function nameOf(change: DiskChange, takenAt: TakenAt): string {
  const call = takenAt.get(markOf(change)) ?? -1;
  if (change.kind !== "write" || change.missing === undefined) return String(call);
  return `${call}-${[...change.missing].join(".")}`;
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
  const takenAt = new Map<object, number>();
  const known = new Map<string, Opened>();
  const findings: string[] = [];
  const counts = { points: 0, skipped: 0, images: 0, corrupt: 0, lost: 0, worst: 0 };
  const { steps, promises } = recording;
  const startMs = Date.now();

  /** The digest of what is sure plus these changes; built and hashed once, however often it comes again. */
  const digests = new Map<string, string>();
  async function look(
    kept: readonly DiskChange[],
    due: readonly Promised[],
    index: number,
  ): Promise<void> {
    counts.images += 1;
    const key = `${disk.version}:${kept.map((change) => nameOf(change, takenAt)).join()}`;
    let digest = digests.get(key);
    let opened = digest === undefined ? undefined : known.get(digest);
    if (digest === undefined || opened === undefined) {
      const image = disk.image(kept);
      digest = digestOf(image);
      digests.set(key, digest);
      opened = known.get(digest) ?? withFiles(await options.open(image), image, promises);
      known.set(digest, opened);
    }
    const { holds } = opened;
    const lost = due.filter((one) => !holds.has(keyOf(one))).map(labelOf);
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
      await look(kept, due, index);
  }
  return { ...counts, opened: known.size, digests: [...known.keys()], findings };
}
