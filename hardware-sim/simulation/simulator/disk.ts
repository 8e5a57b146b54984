import type { Random } from "@saku/hardware-sim/random";

/** What a disk writes whole or not at all. */
const SECTOR_SIZE = 512;

type Change =
  | { readonly kind: "write"; readonly offset: number; readonly bytes: Uint8Array }
  | { readonly kind: "resize"; readonly size: number };

/** Bytes that grow, with room to spare. */
class Content {
  #bytes: Uint8Array;
  #size: number;
  constructor(bytes: Uint8Array = new Uint8Array(0)) {
    this.#bytes = bytes;
    this.#size = bytes.length;
  }
  get size(): number {
    return this.#size;
  }
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#size);
  }
  apply(change: Change): void {
    if (change.kind === "resize") this.#resize(change.size);
    else {
      const end = change.offset + change.bytes.length;
      if (end > this.#size) this.#resize(end);
      this.#bytes.set(change.bytes, change.offset);
    }
  }
  #resize(size: number): void {
    if (size > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(size, this.#bytes.length * 2, 16_384));
      grown.set(this.view());
      this.#bytes = grown;
    } else if (size < this.#size) this.#bytes.fill(0, size, this.#size);
    this.#size = size;
  }
}

/** What the system shows, and what is sure to be there after a power cut. */
type DiskFile = { now: Content; sure: Content; pending: Change[] };

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
    // A whole cache is written, none of it, or any part in any order.
    const share = [0, 1, this.#random.next()][this.#random.below(3)] ?? 0;
    for (const change of file.pending) {
      if (!this.#random.chance(share)) continue;
      if (change.kind === "write" && this.#random.chance(0.3)) this.#tear(file.sure, change);
      else file.sure.apply(change);
    }
    file.pending = [];
    file.now = new Content(file.sure.view().slice());
  }

  #tear(content: Content, { offset, bytes }: Extract<Change, { kind: "write" }>): void {
    for (let start = 0; start < bytes.length; start += SECTOR_SIZE)
      if (this.#random.chance(0.5))
        content.apply({
          kind: "write",
          offset: offset + start,
          bytes: bytes.subarray(start, start + SECTOR_SIZE),
        });
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
    this.#files.set(name, { now: new Content(), sure: new Content(), pending: [] });
  }
  content(name: string): Uint8Array {
    return this.#file(name).now.view();
  }
  size(name: string): number {
    return this.#file(name).now.size;
  }
  read(name: string, into: Uint8Array, offset: number): number {
    if (this.#isOff) throw new Error("The power is off");
    const part = this.#file(name)
      .now.view()
      .subarray(offset, offset + into.length);
    into.set(part);
    return part.length;
  }
  write(name: string, bytes: Uint8Array, offset: number): void {
    this.#touch();
    if (this.fault === "full") throw new Error("No space left");
    const change: Change = { kind: "write", offset, bytes: bytes.slice() };
    const file = this.#file(name);
    file.now.apply(change);
    file.pending.push(change);
  }
  truncate(name: string, size: number): void {
    this.#touch();
    const change: Change = { kind: "resize", size };
    const file = this.#file(name);
    file.now.apply(change);
    file.pending.push(change);
  }
  sync(name: string): void {
    this.#touch();
    if (this.fault === "sync-fails") throw new Error("The disk did not write");
    const file = this.#file(name);
    for (const change of file.pending) file.sure.apply(change);
    file.pending = [];
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
  /** Takes a whole file away, as it is shown. */
  take(name: string): Uint8Array | null {
    const file = this.#files.get(name);
    this.#files.delete(name);
    return file === undefined ? null : file.now.view().slice();
  }
  names(): readonly string[] {
    return [...this.#files.keys()];
  }

  /** Everything as it is sure to be, for an image of the card. */
  image(): DiskImage {
    return new Map(
      Array.from(this.#files, ([name, file]) => [name, file.sure.view().slice()] as const),
    );
  }
  restore(image: DiskImage): void {
    this.#files.clear();
    for (const [name, bytes] of image)
      this.#files.set(name, {
        now: new Content(bytes.slice()),
        sure: new Content(bytes.slice()),
        pending: [],
      });
  }
}
