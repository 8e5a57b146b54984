import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { compileFunction } from "node:vm";
import { must } from "@saku/protocol";
import type { SimulatedDisk } from "./disk.ts";

// SQLite itself, compiled to WebAssembly, over a file system of ours. The package's own VFS calls `node:fs`; it is given
// another one. All of it is synchronous: a run is a function of its seed.

type Value = number | string | Uint8Array | null;
export type WasmRow = Record<string, Value>;

export interface WasmStatement {
  run(values: readonly Value[]): { readonly changes: number };
  all(values: readonly Value[]): WasmRow[];
  finalize(): void;
  /** Answers the last error a second time; what counts is that the statement is ready again. */
  _reset(): boolean;
  _bindArray(values: readonly Value[]): void;
  _step(): boolean;
  _getColumnNames(): readonly string[];
  _getRow(names: readonly string[], expand: boolean): WasmRow;
}
export interface WasmDatabase {
  readonly inTransaction: boolean;
  exec(sql: string): void;
  prepare(sql: string): WasmStatement;
  close(): void;
}
type WasmModule = {
  readonly Database: new (path: string, options?: { readOnly?: boolean }) => WasmDatabase;
};

const PREFIX = "/simulated/";
const disks = new Map<string, SimulatedDisk>();
let diskCount = 0;

/** Gives a disk its place in the simulated file system. */
export function mount(disk: SimulatedDisk): string {
  diskCount += 1;
  const name = String(diskCount);
  disks.set(name, disk);
  return PREFIX + name;
}

export function unmountAll(): void {
  disks.clear();
  handles.clear();
  locks.clear();
  diskCount = 0;
  handleCount = 0;
}

function locate(path: string): { readonly disk: SimulatedDisk; readonly name: string } {
  const [mountName = "", ...rest] = path.slice(PREFIX.length).split("/");
  const disk = must(disks.get(mountName) ?? null, `A path on no disk: ${path}`);
  return { disk, name: rest.join("/") };
}

/** Copies a database and its log, as they are shown, to another place. */
export function copyDatabase(from: string, to: string): void {
  for (const suffix of ["", "-wal"]) {
    const source = locate(from + suffix);
    const target = locate(to + suffix);
    if (!source.disk.has(source.name)) continue;
    target.disk.put(target.name, source.disk.content(source.name));
  }
}

const handles = new Map<number, { readonly disk: SimulatedDisk; readonly name: string }>();
const locks = new Set<string>();
let handleCount = 0;
const at = (handle: number): { readonly disk: SimulatedDisk; readonly name: string } =>
  must(handles.get(handle) ?? null, "A closed file");
// Made once: SQLite asks often for files that are not there.
const ABSENT = Object.assign(new Error("ENOENT"), { code: "ENOENT" });
const PRESENT = Object.assign(new Error("EEXIST"), { code: "EEXIST" });
const O_CREAT = 64;
/** Where in the buffer, how much, and where in the file. */
type Span = readonly [start: number, length: number, offset: bigint | number];

const fakeFs = {
  constants: { F_OK: 0, R_OK: 4, W_OK: 2, O_CREAT, O_EXCL: 128, O_RDONLY: 0, O_RDWR: 2 },
  accessSync(path: string): void {
    if (locks.has(path)) return;
    const { disk, name } = locate(path);
    if (!disk.has(name)) throw ABSENT;
  },
  openSync(path: string, flags: number | string): number {
    const place = locate(path);
    if (flags !== "r") place.disk.open(place.name, (Number(flags) & O_CREAT) !== 0);
    handleCount += 1;
    handles.set(handleCount, place);
    return handleCount;
  },
  closeSync: (handle: number): void => void handles.delete(handle),
  fstatSync: (handle: number): { readonly size: number } => ({
    size: at(handle).disk.size(at(handle).name),
  }),
  fsyncSync(handle: number): void {
    const { disk, name } = at(handle);
    if (name !== "") disk.sync(name);
  },
  ftruncateSync(handle: number, size: number): void {
    at(handle).disk.truncate(at(handle).name, size);
  },
  readSync(handle: number, into: Uint8Array, ...[, length, offset]: Span): number {
    const { disk, name } = at(handle);
    return disk.read(name, into.subarray(0, length), Number(offset));
  },
  writeSync(handle: number, from: Uint8Array, ...[, length, offset]: Span): number {
    const { disk, name } = at(handle);
    disk.write(name, from.subarray(0, length), Number(offset));
    return length;
  },
  unlinkSync(path: string): void {
    const { disk, name } = locate(path);
    if (!disk.has(name)) throw ABSENT;
    disk.remove(name);
  },
  // The package locks a file by a folder beside it.
  mkdirSync(path: string): void {
    if (locks.has(path)) throw PRESENT;
    locks.add(path);
  },
  rmdirSync: (path: string): void => void locks.delete(path),
  readFileSync,
};

/** SQLite's own chance (salts of the log, names of temporary files) decides nothing; the same bytes always. */
const fakeCrypto = {
  randomFillSync: (bytes: Uint8Array): Uint8Array => bytes.fill(0x5a),
};

function load(): WasmModule {
  const require = createRequire(import.meta.url);
  const file = require.resolve("node-sqlite3-wasm");
  const wrapped = compileFunction(
    readFileSync(file, "utf8"),
    ["module", "exports", "require", "__filename", "__dirname"],
    { filename: file },
  ) as (...parts: readonly unknown[]) => void;
  const loaded = { exports: {} };
  const given = (name: string): unknown => {
    if (name === "node:fs" || name === "fs") return fakeFs;
    if (name === "node:crypto" || name === "crypto") return fakeCrypto;
    return require(name);
  };
  wrapped(loaded, loaded.exports, given, file, dirname(file));
  return loaded.exports as WasmModule;
}

let module: WasmModule | null = null;

export function openWasm(path: string): WasmDatabase {
  module ??= load();
  return new module.Database(path);
}
