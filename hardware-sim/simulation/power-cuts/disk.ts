import type { Random } from "@saku/hardware-sim/random";

/** What a disk writes whole or not at all. */
export const SECTOR_SIZE = 512;

/** A change that the system has taken and the disk may not have: of a file's bytes, or of the folder's names. */
export type DiskChange =
  | {
      readonly kind: "write";
      readonly file: number;
      readonly offset: number;
      readonly bytes: Uint8Array;
      /** Sectors that did not reach the disk, counted from the write's first byte; absent = all did. */
      readonly missing?: ReadonlySet<number>;
    }
  | { readonly kind: "resize"; readonly file: number; readonly size: number }
  | { readonly kind: "link"; readonly name: string; readonly file: number }
  | { readonly kind: "unlink"; readonly name: string }
  | {
      readonly kind: "rename";
      readonly from: string;
      readonly to: string;
      readonly file: number;
    };

/** What is in the folder after the power is back. */
export type DiskImage = ReadonlyMap<string, Uint8Array>;

/**
 * One folder on a disk as POSIX promises it and no better: a file's bytes are sure after fsync of the file, its name
 * after fsync of the folder. Everything since may have happened or not, in any combination.
 */
export interface Disk {
  readonly pending: readonly DiskChange[];
  /** Rises whenever something became sure. */
  readonly version: number;
  change(change: DiskChange): void;
  /** fsync of one file: its bytes as of the first `upTo` pending changes are on disk. */
  syncFile(file: number, upTo?: number): void;
  syncFolder(upTo?: number): void;
  /** The folder if of all pending changes exactly these reached the disk. */
  image(kept: readonly DiskChange[]): DiskImage;
}

/** A file that grows in leaps, so that a log of many appends is not copied for each. */
type Content = { space: Buffer; size: number };

const emptyContent = (): Content => ({ space: Buffer.alloc(0), size: 0 });
const bytesOf = ({ space, size }: Content): Buffer => space.subarray(0, size);

function copyOf(content: Content | undefined): Content {
  return content === undefined
    ? emptyContent()
    : { space: Buffer.from(bytesOf(content)), size: content.size };
}

function resize(content: Content, size: number): void {
  if (size > content.space.length) {
    const space = Buffer.alloc(Math.max(size, 2 * content.space.length));
    content.space.copy(space, 0, 0, content.size);
    content.space = space;
  }
  // What was cut off must not come back when the file grows again.
  if (size < content.size) content.space.fill(0, size, content.size);
  content.size = size;
}

function writeInto(content: Content, change: Extract<DiskChange, { kind: "write" }>): void {
  const { offset, bytes, missing } = change;
  const end = offset + bytes.length;
  if (end > content.size) resize(content, end);
  if (missing === undefined) {
    content.space.set(bytes, offset);
    return;
  }
  for (let start = 0, sector = 0; start < bytes.length; start += SECTOR_SIZE, sector++)
    if (!missing.has(sector))
      content.space.set(bytes.subarray(start, start + SECTOR_SIZE), offset + start);
}

const isOfFolder = ({ kind }: DiskChange): boolean =>
  kind === "link" || kind === "unlink" || kind === "rename";

function applyToFolder(names: Map<string, number>, change: DiskChange): void {
  if (change.kind === "link") names.set(change.name, change.file);
  else if (change.kind === "unlink") names.delete(change.name);
  else if (change.kind === "rename") {
    names.delete(change.from);
    names.set(change.to, change.file);
  }
}

function applyToFile(content: Content, change: DiskChange): void {
  if (change.kind === "write") writeInto(content, change);
  else if (change.kind === "resize") resize(content, change.size);
}

export function createDisk(): Disk {
  const names = new Map<string, number>();
  const files = new Map<number, Content>();
  let pending: DiskChange[] = [];
  let version = 0;

  const contentOf = (file: number): Content => {
    const content = files.get(file) ?? emptyContent();
    files.set(file, content);
    return content;
  };
  const settle = (isSure: (change: DiskChange) => boolean, upTo: number): void => {
    pending = pending.filter((change, index) => {
      if (index >= upTo || !isSure(change)) return true;
      if (isOfFolder(change)) applyToFolder(names, change);
      else if ("file" in change) applyToFile(contentOf(change.file), change);
      version += 1;
      return false;
    });
  };

  return {
    get pending() {
      return pending;
    },
    get version() {
      return version;
    },
    change: (change) => {
      pending.push(change);
    },
    syncFile: (file, upTo = pending.length) =>
      settle((change) => !isOfFolder(change) && "file" in change && change.file === file, upTo),
    syncFolder: (upTo = pending.length) => settle(isOfFolder, upTo),
    image: (kept) => {
      const folder = new Map(names);
      const touched = new Map<number, Content>();
      for (const change of kept) {
        if (isOfFolder(change)) applyToFolder(folder, change);
        else if ("file" in change) {
          const content = touched.get(change.file) ?? copyOf(files.get(change.file));
          touched.set(change.file, content);
          applyToFile(content, change);
        }
      }
      return new Map(
        [...folder].map(([name, file]) => [
          name,
          bytesOf(touched.get(file) ?? files.get(file) ?? emptyContent()),
        ]),
      );
    },
  };
}

/** The write with some of its sectors missing; other changes cannot be torn. */
function torn(change: DiskChange, random: Random): DiskChange {
  if (change.kind !== "write") return change;
  const count = Math.ceil(change.bytes.length / SECTOR_SIZE);
  if (count < 2) return change;
  const missing = new Set<number>();
  if (random.chance(0.5)) {
    const from = 1 + random.below(count - 1);
    for (let sector = from; sector < count; sector++) missing.add(sector);
  } else {
    for (let sector = 0; sector < count; sector++) if (random.chance(0.5)) missing.add(sector);
  }
  return { ...change, missing };
}

const TORN_CHANCE = 0.3;

/**
 * At most `limit` of the ways in which the pending changes may have reached the disk: none, all, the newest lost or torn,
 * each single one lost, and seeded subsets with torn writes.
 */
export function survivals(
  pending: readonly DiskChange[],
  random: Random,
  limit: number,
): readonly (readonly DiskChange[])[] {
  const ways: (readonly DiskChange[])[] = [[]];
  const last = pending.at(-1);
  if (last === undefined) return ways;
  const before = pending.slice(0, -1);
  ways.push(pending, before, [...before, torn(last, random)]);
  const singles = pending.map((_, index) => index).filter((index) => index < pending.length - 1);
  const share = Math.max(0, Math.floor((limit - ways.length) / 2));
  while (singles.length > 0 && ways.length < 4 + share) {
    const [index] = singles.splice(random.below(singles.length), 1);
    ways.push(pending.filter((_, at) => at !== index));
  }
  while (ways.length < limit && pending.length > 1) {
    const keep = random.next();
    ways.push(
      pending.flatMap((change) => {
        if (!random.chance(keep)) return [];
        return [random.chance(TORN_CHANCE) ? torn(change, random) : change];
      }),
    );
  }
  return ways.slice(0, Math.max(1, limit));
}
