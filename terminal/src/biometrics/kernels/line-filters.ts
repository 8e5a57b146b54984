import { CELL_PX } from "../parameters.ts";
import { instantiate, type Kernel } from "./instantiate.ts";

/** A filter along a line: offsets in samples of one plane width, and their weights. */
export type LineFilter = { readonly offsets: Int32Array; readonly weights: Float32Array };

/** All filters of one plane width, tap after tap, as the kernel reads them: an i32 offset in bytes, then an f32 weight. */
export type FilterBank = {
  /** Samples per row of the planes the filters were made for. */
  readonly stride: number;
  readonly offsets: Int32Array;
  /** The same memory as `offsets`, read as weights. */
  readonly weights: Float32Array;
  /** First tap of every filter, and the number of all taps at the end. */
  readonly starts: Int32Array;
};

/** Cells to filter: for each the position of its first sample and the number of its filter. */
export type FilterPass = {
  readonly positions: Int32Array;
  readonly filters: Int32Array;
  readonly count: number;
};

const SAMPLE_BYTES = 4;
const TAP_BYTES = 8;
const JOB_BYTES = 12;
const PAGE_BYTES = 65_536;

export const packFilters = (stride: number, filters: readonly LineFilter[]): FilterBank => {
  const starts = new Int32Array(filters.length + 1);
  for (const [i, filter] of filters.entries())
    starts[i + 1] = (starts[i] ?? 0) + filter.weights.filter((weight) => weight !== 0).length;
  const offsets = new Int32Array(2 * (starts.at(-1) ?? 0));
  const weights = new Float32Array(offsets.buffer);
  let at = 0;
  for (const filter of filters)
    for (const [k, weight] of filter.weights.entries()) {
      if (weight === 0) continue;
      offsets[at] = (filter.offsets[k] ?? 0) * SAMPLE_BYTES;
      weights[at + 1] = weight;
      at += 2;
    }
  return { stride, offsets, weights, starts };
};

/** One cell in plain TypeScript, rounded to single precision after every step as the kernel's vectors are. */
const filterCell = (
  source: Float32Array,
  target: Float32Array,
  bank: FilterBank,
  job: { readonly at: number; readonly filter: number },
): void => {
  const { stride, offsets, weights, starts } = bank;
  const first = 2 * (starts[job.filter] ?? 0);
  const end = 2 * (starts[job.filter + 1] ?? 0);
  for (let y = 0; y < CELL_PX; y++)
    for (let x = 0; x < CELL_PX; x++) {
      const at = job.at + y * stride + x;
      let sum = 0;
      for (let k = first; k < end; k += 2)
        sum = Math.fround(
          sum + Math.fround((weights[k + 1] ?? 0) * (source[at + ((offsets[k] ?? 0) >> 2)] ?? 0)),
        );
      target[at] = sum;
    }
};

/** The witness and fallback of `filterInPasses`, without any kernel. */
export const filterInPassesPlainly = (
  source: Float32Array,
  bank: FilterBank,
  passes: readonly FilterPass[],
): Float32Array =>
  passes.reduce((from, { positions, filters, count }) => {
    const target = new Float32Array(from.length);
    for (let i = 0; i < count; i++)
      filterCell(from, target, bank, { at: positions[i] ?? 0, filter: filters[i] ?? 0 });
    return target;
  }, source);

type Workspace = { readonly kernel: Kernel; bank: FilterBank | null };
const kernel = instantiate("line-filter");
const workspace: Workspace | null = kernel === null ? null : { kernel, bank: null };

const makeRoom = ({ memory }: Kernel, bytes: number): void => {
  const missing = bytes - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES));
};

/** The filters stay at the beginning of the memory until another width needs others. */
const loadBank = (space: Workspace, bank: FilterBank): void => {
  if (space.bank === bank) return;
  new Int32Array(space.kernel.memory.buffer, 0, bank.offsets.length).set(bank.offsets);
  space.bank = bank;
};

const writeJobs = (
  jobs: Int32Array,
  { positions, filters, count }: FilterPass,
  starts: Int32Array,
): void => {
  for (let i = 0; i < count; i++) {
    const filter = filters[i] ?? 0;
    const first = starts[filter] ?? 0;
    jobs[3 * i] = (positions[i] ?? 0) * SAMPLE_BYTES;
    jobs[3 * i + 1] = first * TAP_BYTES;
    jobs[3 * i + 2] = (starts[filter + 1] ?? 0) - first;
  }
};

const filterWithKernel = (
  space: Workspace,
  source: Float32Array,
  bank: FilterBank,
  passes: readonly FilterPass[],
): Float32Array => {
  const { memory, call } = space.kernel;
  const planeBytes = source.byteLength;
  const planesAt = bank.offsets.byteLength;
  const jobsAt = planesAt + (passes.length + 1) * planeBytes;
  const most = passes.reduce((count, pass) => Math.max(count, pass.count), 0);
  makeRoom(space.kernel, jobsAt + most * JOB_BYTES);
  loadBank(space, bank);
  const planes = new Float32Array(memory.buffer, planesAt, source.length * (passes.length + 1));
  planes.set(source);
  planes.fill(0, source.length);
  const run = call("filterCells");
  for (const [i, pass] of passes.entries()) {
    writeJobs(new Int32Array(memory.buffer, jobsAt, 3 * pass.count), pass, bank.starts);
    const from = planesAt + i * planeBytes;
    run(from, from + planeBytes, bank.stride * SAMPLE_BYTES, jobsAt, pass.count);
  }
  return planes.subarray(source.length * passes.length);
};

/**
 * The plane after all passes, each reading what the one before wrote; 0 where the last pass has no cell. Cells must lie so far
 * inside that their filters stay in the plane. The answer is the engine's own memory: valid until the next call.
 */
export const filterInPasses = (
  source: Float32Array,
  bank: FilterBank,
  passes: readonly FilterPass[],
): Float32Array =>
  workspace === null
    ? filterInPassesPlainly(source, bank, passes)
    : filterWithKernel(workspace, source, bank, passes);
