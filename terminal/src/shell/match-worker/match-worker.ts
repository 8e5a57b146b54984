import type { StudentId } from "@saku/protocol";
import type { FingerRecord } from "../../core/vault/vault.ts";
import type { SensorImage } from "../../sensors/sensor.ts";
import type {
  ConsolidateReport,
  ExtractReport,
  GalleryRecord,
  IdentifyReport,
  LoadReport,
  Probe,
} from "./messages.ts";
import { startThread, type Thread } from "./thread.ts";

export { MatcherFailedError } from "./thread.ts";
export type { ConsolidateReport, ExtractReport, IdentifyReport, LoadReport } from "./messages.ts";

/**
 * The engine in its own thread, so that reading a finger never holds up the sensor or the till. Templates are the
 * engine's bytes. Every method rejects with `MatcherFailedError` when the thread is busy, hung, dead or refused.
 */
export interface MatchWorker {
  /** Replaces the gallery. */
  load(records: readonly FingerRecord[]): Promise<LoadReport>;
  put(record: FingerRecord): Promise<LoadReport>;
  remove(student: StudentId): Promise<LoadReport>;
  extract(image: SensorImage): Promise<ExtractReport>;
  /**
   * 1:N search of an image or of an extracted template; `earlier` are templates of the same charge, oldest first. Answers
   * `stopped` when the signal was aborted or the search took longer than its budget: then nothing is known.
   */
  identify(
    probe: SensorImage | Uint8Array,
    earlier?: readonly Uint8Array[],
    signal?: AbortSignal,
  ): Promise<IdentifyReport>;
  consolidate(placements: readonly Uint8Array[]): Promise<ConsolidateReport>;
  /** True when the probe is surely the template's finger. */
  verify(template: Uint8Array, probe: Uint8Array): Promise<boolean>;
  /** True when the finger of these placements may be that of anybody in the gallery but `except`. */
  findDuplicate(probes: readonly Uint8Array[], except: StudentId): Promise<boolean>;
  status(): MatchWorkerStatus;
  close(): Promise<void>;
}

export type MatchWorkerStatus = {
  readonly enrolledCount: number;
  readonly restartCount: number;
  readonly pendingCount: number;
};

export type MatchWorkerOptions = {
  /** For tests: another thread that speaks `messages.ts`. */
  readonly workerUrl?: URL;
  readonly requestTimeoutMs?: number;
  readonly pendingMax?: number;
  readonly restartPauseMs?: number;
  /** Time a 1:N search may take. */
  readonly searchBudgetMs?: number;
  readonly onCrash?: (sentence: string) => void;
};

const REQUEST_TIMEOUT_MS = 15_000;
const PENDING_MAX = 32;
const RESTART_PAUSE_MS = 1_000;
/** A child waits no longer for a machine that is too slow; the PIN is quicker. */
const SEARCH_BUDGET_MS = 3_000;

/** Beside this file in `dist`; from the sources (tests) the built one. */
export function defaultWorkerUrl(): URL {
  return import.meta.url.endsWith(".ts")
    ? new URL("../../../dist/shell/match-worker/worker.js", import.meta.url)
    : new URL("./worker.js", import.meta.url);
}

function toGallery(record: FingerRecord): GalleryRecord {
  return { key: record.student, templates: record.fingers.map(({ template }) => template) };
}

function toProbe(probe: SensorImage | Uint8Array): Probe {
  return probe instanceof Uint8Array
    ? { kind: "template", template: probe }
    : { kind: "image", image: probe };
}

/** Starts the thread with an empty gallery; a thread that had to be restarted is loaded again by itself. */
export function startMatchWorker(options: MatchWorkerOptions = {}): MatchWorker {
  const records = new Map<string, GalleryRecord>();
  const thread: Thread = startThread({
    workerUrl: options.workerUrl ?? defaultWorkerUrl(),
    requestTimeoutMs: options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
    pendingMax: options.pendingMax ?? PENDING_MAX,
    restartPauseMs: options.restartPauseMs ?? RESTART_PAUSE_MS,
    settings: { searchBudgetMs: options.searchBudgetMs ?? SEARCH_BUDGET_MS },
    onCrash: options.onCrash ?? (() => undefined),
    onStart: () => {
      // Empty at the first start; a failure later is the thread's next crash, which reports itself.
      if (records.size > 0) thread.ask("load", [...records.values()]).catch(() => undefined);
    },
  });

  return {
    load: (list) => {
      records.clear();
      for (const record of list) records.set(record.student, toGallery(record));
      return thread.ask("load", [...records.values()]);
    },
    put: (record) => {
      records.set(record.student, toGallery(record));
      return thread.ask("put", toGallery(record));
    },
    remove: (student) => {
      records.delete(student);
      return thread.ask("remove", student);
    },
    extract: (image) => thread.ask("extract", image),
    identify: (probe, earlier = [], signal) =>
      thread.ask("identify", { probe: toProbe(probe), earlier }, signal),
    consolidate: (placements) => thread.ask("consolidate", placements),
    verify: (template, probe) => thread.ask("verify", { template, probe }),
    findDuplicate: (probes, except) => thread.ask("find-duplicate", { probes, except }),
    status: () => ({
      enrolledCount: records.size,
      restartCount: thread.restartCount(),
      pendingCount: thread.pendingCount(),
    }),
    close: () => thread.close(),
  };
}
