import { basename, dirname } from "node:path";
import type { DiskChange } from "./disk.ts";

/** One thing that a process did to the folder, in the order in which the calls came back. */
export type TraceStep = {
  /** When the call came back, in microseconds since 1970. */
  readonly atUs: number;
  /** How many steps there were when the call began: an fsync covers those and no more. */
  readonly begunAfter: number;
} & (
  | { readonly kind: "change"; readonly change: DiskChange }
  | { readonly kind: "sync-file"; readonly file: number }
  | { readonly kind: "sync-folder" }
);

/** The system calls that strace is asked to write down: all that can change a file or make it sure. */
export const TRACED_CALLS: readonly string[] =
  `openat creat write pwrite64 writev pwritev pwritev2 lseek fsync fdatasync sync_file_range ftruncate truncate
   fallocate unlink unlinkat rename renameat renameat2 link linkat copy_file_range`.split(/\s+/);

/** Arguments of strace that `parseTrace` can read. */
export function straceArguments(logFile: string): readonly string[] {
  const calls = TRACED_CALLS.join(",");
  // -D: the traced program stays our own child, so that kill -9 reaches it and not strace.
  const how = ["-D", "-f", "--seccomp-bpf", "-ttt", "-T", "-y", "-xx", "-s", "4000000"];
  return [...how, "-e", `trace=${calls}`, "-e", "signal=none", "-o", logFile];
}

type Call = {
  readonly name: string;
  readonly args: string;
  readonly result: number;
  readonly atUs: number;
  readonly begunAfter: number;
};

function unhex(text: string): Buffer {
  return Buffer.from(text.replaceAll("\\x", ""), "hex");
}

const pathOf = (text: string): string =>
  text.startsWith("\\x") ? unhex(text).toString("utf8") : text;

/** `<path>` behind a descriptor, or null when the descriptor is no file. */
function descriptorOf(args: string): { readonly fd: number; readonly path: string } | null {
  const found = /^(\d+)<([^>]*)>/.exec(args);
  if (found === null) return null;
  return { fd: Number(found[1]), path: pathOf(found[2] ?? "") };
}

const quoted = (args: string): readonly string[] =>
  Array.from(args.matchAll(/"((?:\\x[0-9a-f]{2})*)"/g), ([, text = ""]) => text);

/** An offset or a size: the last argument. */
function lastNumber(args: string): number {
  const text = /, (\d+)$/.exec(args)?.[1];
  if (text === undefined) throw new Error("strace wrote a call without its last argument");
  return Number(text);
}

const SHARED_MEMORY = /-shm$/;

/** Reads calls one by one, gathers what threads left unfinished, and keeps those of one folder. */
export class TraceReader {
  readonly steps: TraceStep[] = [];
  readonly #folder: string;
  readonly #unfinished = new Map<string, { readonly text: string; readonly begunAfter: number }>();
  readonly #names = new Map<string, number>();
  readonly #sizes = new Map<number, number>();
  /** Where plain writes of a descriptor go on. */
  readonly #positions = new Map<number, number>();
  #fileCount = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Another process begins: descriptors are its own, the files are the same. */
  beginProcess(): void {
    this.#unfinished.clear();
    this.#positions.clear();
  }

  line(line: string): void {
    const head = /^(\d+)\s+(\d+)\.(\d{6}) (.*)$/s.exec(line);
    if (head === null) return;
    const [, pid = "", seconds, micros, rest = ""] = head;
    const atUs = Number(seconds) * 1_000_000 + Number(micros);
    if (rest.endsWith("<unfinished ...>")) {
      const text = rest.slice(0, -"<unfinished ...>".length);
      this.#unfinished.set(pid, { text, begunAfter: this.steps.length });
      return;
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/s.exec(rest);
    const begun = resumed === null ? undefined : this.#unfinished.get(pid);
    const whole = begun === undefined ? rest : begun.text + (resumed?.[1] ?? "");
    const parts = /^(\w+)\((.*)\)\s+= (-?\d+)(?:<[^>]*>)?.*?(?:<(\d+\.\d+)>)?$/s.exec(whole);
    if (parts === null) return;
    const [, name = "", args = "", result, took] = parts;
    // A line that was written at once carries the time of its beginning, one that was resumed that of its end.
    const tookUs = begun === undefined ? Math.round(Number(took ?? 0) * 1_000_000) : 0;
    const begunAfter = begun?.begunAfter ?? this.steps.length;
    this.#call({
      name,
      args: args.trim(),
      result: Number(result),
      atUs: atUs + tookUs,
      begunAfter,
    });
  }

  #call(call: Call): void {
    if (call.result < 0) return;
    switch (call.name) {
      case "openat":
      case "creat":
        this.#open(call);
        return;
      case "unlink":
      case "unlinkat":
      case "rename":
      case "renameat":
      case "renameat2":
        this.#rename(call);
        return;
      case "lseek":
        this.#seek(call);
        return;
      default:
        this.#onDescriptor(call);
    }
  }

  #isOurs(path: string): boolean {
    return dirname(path) === this.#folder && !SHARED_MEMORY.test(path);
  }

  #step({ atUs, begunAfter }: Call, change: DiskChange): void {
    this.steps.push({ kind: "change", atUs, begunAfter, change });
  }

  #open(call: Call): void {
    const [text = ""] = quoted(call.args);
    const path = unhex(text).toString("utf8");
    if (!this.#isOurs(path)) return;
    const name = basename(path);
    let file = this.#names.get(name);
    if (file === undefined) {
      if (!/O_CREAT/.test(call.args) && call.name !== "creat") return;
      file = this.#fileCount++;
      this.#names.set(name, file);
      this.#sizes.set(file, 0);
      this.#step(call, { kind: "link", name, file });
    } else if (/O_TRUNC/.test(call.args)) {
      this.#sizes.set(file, 0);
      this.#step(call, { kind: "resize", file, size: 0 });
    }
    const isAppending = /O_APPEND/.test(call.args);
    this.#positions.set(call.result, isAppending ? (this.#sizes.get(file) ?? 0) : 0);
  }

  #rename(call: Call): void {
    const [from = "", to] = quoted(call.args).map((text) => unhex(text).toString("utf8"));
    const file = this.#isOurs(from) ? this.#names.get(basename(from)) : undefined;
    if (file === undefined) return;
    this.#names.delete(basename(from));
    if (to === undefined || !this.#isOurs(to)) {
      this.#step(call, { kind: "unlink", name: basename(from) });
      return;
    }
    this.#names.set(basename(to), file);
    this.#step(call, { kind: "rename", from: basename(from), to: basename(to), file });
  }

  #seek(call: Call): void {
    const descriptor = descriptorOf(call.args);
    if (descriptor !== null && this.#isOurs(descriptor.path))
      this.#positions.set(descriptor.fd, call.result);
  }

  #onDescriptor(call: Call): void {
    const descriptor = descriptorOf(call.args);
    if (descriptor === null) return;
    const { fd, path } = descriptor;
    if (path === this.#folder) {
      if (call.name === "fsync" || call.name === "fdatasync")
        this.steps.push({ kind: "sync-folder", atUs: call.atUs, begunAfter: call.begunAfter });
      return;
    }
    if (!this.#isOurs(path)) return;
    const file = this.#names.get(basename(path));
    // A file that was unlinked while it is open can no longer matter.
    if (file === undefined) return;
    const { atUs, begunAfter } = call;
    switch (call.name) {
      case "fsync":
      case "fdatasync":
        this.steps.push({ kind: "sync-file", atUs, begunAfter, file });
        return;
      case "ftruncate": {
        const size = lastNumber(call.args);
        this.#sizes.set(file, size);
        this.#step(call, { kind: "resize", file, size });
        return;
      }
      case "pwrite64":
        this.#write(call, file, lastNumber(call.args));
        return;
      case "write":
        this.#positions.set(fd, this.#write(call, file, this.#positions.get(fd) ?? 0));
        return;
      default:
        throw new Error(`strace saw ${call.name}, which the explorer cannot replay`);
    }
  }

  /** Answers where the write ended. */
  #write(call: Call, file: number, offset: number): number {
    const bytes = unhex(quoted(call.args)[0] ?? "").subarray(0, call.result);
    if (bytes.length !== call.result) throw new Error("strace cut a write short");
    const end = offset + bytes.length;
    this.#sizes.set(file, Math.max(this.#sizes.get(file) ?? 0, end));
    this.#step(call, { kind: "write", file, offset, bytes });
    return end;
  }
}
