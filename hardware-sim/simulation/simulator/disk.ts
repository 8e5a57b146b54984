import type { Random } from "@saku/hardware-sim/random";

/** What a disk writes whole or not at all. */
const SECTOR_SIZE = 512;

/** What a call wrote, and what stood there before it. */
type Change = {
  readonly kind: "write" | "resize";
  readonly offset: number;
  /** The bytes written; none for a new size. */
  readonly bytes: Uint8Array;
  /** The size of the file after the call. */
  readonly size: number;
  /** What the call wrote over or cut off, and the size before it: the way back. */
  readonly before: { readonly bytes: Uint8Array; readonly size: number };
};

const NOTHING = new Uint8Array(0);

/** Bytes that grow, with room to spare. What lies beyond the size is zero. */
class Content {
  #bytes: Uint8Array;
  #size: number;
  constructor(bytes: Uint8Array = NOTHING) {
    this.#bytes = bytes;
    this.#size = bytes.length;
  }
  get size(): number {
    return this.#size;
  }
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#size);
  }
  part(start: number, end: number): Uint8Array {
    return this.#bytes.subarray(start, Math.min(end, this.#size));
  }
  write(offset: number, bytes: Uint8Array): void {
    const end = offset + bytes.length;
    if (end > this.#size) this.resize(end);
    this.#bytes.set(bytes, offset);
  }
  resize(size: number): void {
    if (size > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(size, this.#bytes.length * 2, 16_384));
      grown.set(this.view());
      this.#bytes = grown;
    } else if (size < this.#size) this.#bytes.fill(0, size, this.#size);
    this.#size = size;
  }
  redo(change: Change): void {
    if (change.kind === "resize") this.resize(change.size);
    else this.write(change.offset, change.bytes);
  }
  undo({ offset, before }: Change): void {
    this.resize(before.size);
    if (before.bytes.length > 0) this.#bytes.set(before.bytes, offset);
  }
}

/** What the system shows, and what is not sure to be there after a power cut, oldest first. */
type DiskFile = { readonly now: Content; pending: Change[] };

export type DiskImage = ReadonlyMap<string, Uint8Array>;

/** What a failing card answers; the product must take none of it for success. */
export type DiskFault = "none" | "sync-fails" | "full";

/**
 * One card as fsync promises it and no better: what was synced stays, what was not may have arrived or not, in any order,
 * torn between sectors. Names are sure at once: the power-cut explorer looks at those.
 */
export class SimulatedDisk {
  readonly #files = new Map<string, DiskFile>();
  readonly #random: Random;
  fault: DiskFault = "none";
  /** The power goes at this many further calls that change something; null = not. */
  cutIn: number | null = null;
  onCut: () => void = () => undefined;
  #isOff = false;

  constructor(random: Random, image: DiskImage = new Map()) {
    this.#random = random;
    this.restore(image);
  }

  /** From now on every call fails, until `powerOn`. */
  cut(): void {
    if (this.#isOff) return;
    this.#isOff = true;
    this.cutIn = null;
    for (const file of this.#files.values()) this.#settle(file);
    this.onCut();
  }

  powerOn(): void {
    this.#isOff = false;
    this.fault = "none";
  }

  /** Runs what would write, against a disk that takes nothing: how a killed process closes its files. */
  sealed(work: () => void): void {
    const before = this.#isOff;
    this.#isOff = true;
    work();
    this.#isOff = before;
  }

  get isOff(): boolean {
    return this.#isOff;
  }

  #settle(file: DiskFile): void {
    const { now, pending } = file;
    for (const change of pending.toReversed()) now.undo(change);
    // A whole cache is written, none of it, or any part in any order.
    const share = [0, 1, this.#random.next()][this.#random.below(3)] ?? 0;
    for (const change of pending) {
      if (!this.#random.chance(share)) continue;
      if (change.kind === "write" && this.#random.chance(0.3)) this.#tear(now, change);
      else now.redo(change);
    }
    file.pending = [];
  }

  #tear(content: Content, { offset, bytes }: Change): void {
    for (let start = 0; start < bytes.length; start += SECTOR_SIZE)
      if (this.#random.chance(0.5))
        content.write(offset + start, bytes.subarray(start, start + SECTOR_SIZE));
  }

  /** One call that changes the disk; throws when the disk cannot. */
  #touch(): void {
    if (!this.#isOff && this.cutIn !== null) {
      this.cutIn -= 1;
      if (this.cutIn <= 0) this.cut();
    }
    if (this.#isOff) throw new Error("The power is off");
  }

  #file(name: string): DiskFile {
    const file = this.#files.get(name);
    if (file === undefined) throw Object.assign(new Error("No such file"), { code: "ENOENT" });
    return file;
  }

  has(name: string): boolean {
    return this.#files.has(name);
  }
  open(name: string, mayCreate: boolean): void {
    if (this.#isOff) throw new Error("The power is off");
    if (this.#files.has(name)) return;
    if (!mayCreate) throw Object.assign(new Error("No such file"), { code: "ENOENT" });
    this.#files.set(name, { now: new Content(), pending: [] });
  }
  content(name: string): Uint8Array {
    return this.#file(name).now.view();
  }
  size(name: string): number {
    return this.#file(name).now.size;
  }
  read(name: string, into: Uint8Array, offset: number): number {
    if (this.#isOff) throw new Error("The power is off");
    const part = this.#file(name).now.part(offset, offset + into.length);
    into.set(part);
    return part.length;
  }
  write(name: string, bytes: Uint8Array, offset: number): void {
    this.#touch();
    if (this.fault === "full") throw new Error("No space left");
    const { now, pending } = this.#file(name);
    const before = { bytes: now.part(offset, offset + bytes.length).slice(), size: now.size };
    const copy = bytes.slice();
    now.write(offset, copy);
    pending.push({ kind: "write", offset, bytes: copy, size: now.size, before });
  }
  truncate(name: string, size: number): void {
    this.#touch();
    const { now, pending } = this.#file(name);
    const before = { bytes: now.part(size, now.size).slice(), size: now.size };
    now.resize(size);
    pending.push({ kind: "resize", offset: size, bytes: NOTHING, size, before });
  }
  sync(name: string): void {
    this.#touch();
    if (this.fault === "sync-fails") throw new Error("The disk did not write");
    this.#file(name).pending = [];
  }
  remove(name: string): void {
    this.#touch();
    this.#file(name);
    this.#files.delete(name);
  }
  rename(from: string, to: string): void {
    this.#touch();
    this.#files.set(to, this.#file(from));
    this.#files.delete(from);
  }
  /** A whole file that is written and sure, in one call. */
  put(name: string, bytes: Uint8Array): void {
    this.#touch();
    if (this.fault !== "none") throw new Error("The disk did not write");
    this.#files.set(name, { now: new Content(bytes.slice()), pending: [] });
  }
  names(): readonly string[] {
    return [...this.#files.keys()];
  }

  /** Everything as it is sure to be, for an image of the card. */
  image(): DiskImage {
    return new Map(
      Array.from(this.#files, ([name, { now, pending }]) => {
        const sure = new Content(now.view().slice());
        for (const change of pending.toReversed()) sure.undo(change);
        return [name, sure.view().slice()] as const;
      }),
    );
  }
  restore(image: DiskImage): void {
    this.#files.clear();
    for (const [name, bytes] of image)
      this.#files.set(name, { now: new Content(bytes.slice()), pending: [] });
  }
}
