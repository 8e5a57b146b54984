import { merchantId, rupiah, studentId, unixMs, type Rupiah, type StudentId } from "@saku/protocol";
import type { StallEntry, StudentEntry } from "../../core/directory/directory.ts";
import type { FingerRecord, SaveOutcome, Vault } from "../../core/vault/vault.ts";
import type {
  LinkStatus,
  RecentSale,
  SaleOrder,
  SaleRefusal,
} from "../../core/wallet/sale-desk.ts";
import type { CaptureOutcome, SensorLight } from "../../sensors/sensor.ts";
import {
  MatcherFailedError,
  type IdentifyReport,
  type MatchWorker,
} from "../match-worker/match-worker.ts";
import { createCounter, type Counter } from "./counter.ts";
import { fakeOperatorDesk, type FakeOperatorDesk } from "./operator.suite.ts";
import type { CounterDeps, CounterSignal, CounterStation, CounterStationStatus } from "./ports.ts";

/**
 * The counter among fakes of its ports. A finger is one byte: what lies on the glass is written into the image's first
 * pixel, and the fake engine's template is that byte. 0 is nobody's print, 200 and above cannot be read.
 */
export const OPERATOR_CODE = "482913";
export const POOR_FINGER = 200;
/** Fingers that end the matcher's thread, and whose search takes longer than it may. */
export const CRASHING_FINGER = 150;
export const SLOW_FINGER = 151;

export class FakeStation implements CounterStation {
  finger: number | null = null;
  light: SensorLight = "off";
  #status: CounterStationStatus = { kind: "ready", info: { enrolPlacementCount: 3 } };
  #listeners = new Set<() => void>();
  #changes = new Set<() => void>();

  status(): CounterStationStatus {
    return this.#status;
  }

  onStatus(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  become(kind: "ready" | "away", enrolPlacementCount = 3): void {
    this.#status = kind === "ready" ? { kind, info: { enrolPlacementCount } } : { kind };
    for (const listener of this.#listeners) listener();
    this.#tell();
  }

  put(finger: number | null): void {
    this.finger = finger;
    this.#tell();
  }

  async capture(options: { cancellation: { aborted: boolean } }): Promise<CaptureOutcome> {
    await this.#until(() => this.finger !== null, options.cancellation);
    if (options.cancellation.aborted) return { kind: "cancelled" };
    const pixels = new Uint8Array(100 * 100).fill(this.finger ?? 0);
    return {
      kind: "image",
      image: { widthPx: 100, heightPx: 100, resolutionDpi: 500, pixels },
      timings: { captureMs: 200, transferMs: 900, transferRetryCount: 0 },
    };
  }

  async waitLifted(options: { cancellation: { aborted: boolean } }): Promise<boolean> {
    await this.#until(() => this.finger === null, options.cancellation);
    return this.finger === null;
  }

  async setLight(light: SensorLight): Promise<void> {
    this.light = light;
  }

  #tell(): void {
    for (const change of this.#changes) change();
  }

  /** Settles when the glass is as wanted; a cancelled wait is noticed at the next change, or soon. */
  async #until(isSo: () => boolean, cancellation: { aborted: boolean }): Promise<void> {
    if (this.#status.kind !== "ready") throw new Error("The sensor is away");
    while (!isSo() && !cancellation.aborted)
      await new Promise<void>((resolve) => {
        const done = (): void => {
          clearTimeout(timer);
          this.#changes.delete(done);
          resolve();
        };
        const timer = setTimeout(done, 20);
        this.#changes.add(done);
      });
  }
}

/** The fake engine's gallery: one byte a finger. */
function createFakeMatcher(): MatchWorker {
  const owners = new Map<number, StudentId>();
  const hold = ({ student, fingers }: FingerRecord): void => {
    for (const { template } of fingers) owners.set(template[0] ?? 0, student);
  };
  const report = async (): Promise<{ keyCount: number; skippedCount: number }> => ({
    keyCount: owners.size,
    skippedCount: 0,
  });
  return {
    load: (records) => {
      owners.clear();
      records.forEach(hold);
      return report();
    },
    put: (record) => {
      hold(record);
      return report();
    },
    remove: (student) => {
      for (const [finger, owner] of owners) if (owner === student) owners.delete(finger);
      return report();
    },
    extract: async (image) => {
      const finger = image.pixels[0] ?? 0;
      return finger >= POOR_FINGER
        ? { kind: "poor", reason: "too-wet", quality: 5, extractMs: 1 }
        : { kind: "template", template: Uint8Array.of(finger), quality: 80, extractMs: 1 };
    },
    identify: async (probe): Promise<IdentifyReport> => {
      const finger = (probe instanceof Uint8Array ? probe[0] : probe.pixels[0]) ?? 0;
      if (finger >= POOR_FINGER)
        return { kind: "poor", reason: "too-wet", extractMs: 1, identifyMs: 0 };
      if (finger === CRASHING_FINGER)
        throw new MatcherFailedError("crashed", "The match worker ended with code 3");
      if (finger === SLOW_FINGER)
        return { kind: "stopped", reason: "out-of-time", extractMs: 120, identifyMs: 3_001 };
      const owner = owners.get(finger);
      return {
        kind: "searched",
        identification:
          owner === undefined
            ? { kind: "not-found", bestScore: 1 }
            : { kind: "identified", key: owner, score: 90, runnerUpScore: 3 },
        template: Uint8Array.of(finger),
        extractMs: 120,
        identifyMs: 8,
      };
    },
    consolidate: async (placements) => {
      const [first] = placements;
      const odd = placements.findIndex((placement) => placement[0] !== first?.[0]);
      return odd === -1
        ? { kind: "merged", template: first ?? new Uint8Array() }
        : { kind: "inconsistent", placementIndex: odd };
    },
    verify: async (template, probe) => template[0] === probe[0],
    findDuplicate: async (probes, except) => {
      const owner = owners.get(probes[0]?.[0] ?? 0);
      return owner !== undefined && owner !== except;
    },
    status: () => ({ enrolledCount: owners.size, restartCount: 0, pendingCount: 0 }),
    close: async () => undefined,
  };
}

export type Bench = {
  readonly counter: Counter;
  readonly station: FakeStation;
  readonly signals: CounterSignal[];
  readonly sold: SaleOrder[];
  readonly shownSales: string[];
  readonly operatorDesk: FakeOperatorDesk;
  readonly saved: FingerRecord[];
  readonly pins: Map<string, string>;
  readonly logLines: string[];
  /** What the desk answers next instead of selling. */
  refuse(reason: SaleRefusal | "throws" | null): void;
  setLink(link: Partial<LinkStatus>): void;
  setNow(ms: number): void;
  ack(saleIds: readonly string[]): void;
  /** Another terminal enrolled the child, or the erasure of the fingers was ordered (null). */
  changeFinger(student: StudentId, finger: number | null): void;
};

const STALL: StallEntry = {
  merchant: merchantId("mer-sri"),
  merchantName: "Kantin Bu Sri",
  schoolName: "SDN Melati 01",
  zone: 420,
  perSale: rupiah(50_000),
  quickKeys: [
    { label: "Nasi goreng", amount: rupiah(10_000) },
    { label: "Bakso", amount: rupiah(10_000) },
    { label: "Mi ayam", amount: rupiah(9_000) },
    { label: "Soto", amount: rupiah(9_000) },
    { label: "Gorengan", amount: rupiah(1_000) },
    { label: "Es teh", amount: rupiah(2_000) },
    { label: "Air", amount: rupiah(3_000) },
    { label: "Susu", amount: rupiah(4_000) },
  ],
};

const NAMES = ["Aisyah", "Budi", "Citra", "Dewi", "Eko", "Fajar", "Gita", "Hana"];

function child(index: number): StudentEntry {
  return {
    student: studentId(`stu-${index}`),
    number: String(101 + index),
    firstName: NAMES[index] ?? `Siswa ${index}`,
    className: `${1 + (index % 6)}A`,
    isActive: true,
    isFrozen: false,
    consent: { state: index === 3 ? "none" : "granted", version: 1 },
    hasFingers: index < 2,
    hasPin: index < 3,
  };
}

export type BenchOptions = {
  /** A sale that the last life of the daemon left on the disk. */
  readonly unconfirmed?: RecentSale;
  /** Comes from another stall after the records were read and before they are in the gallery. */
  readonly enrolledWhileLoading?: { readonly student: StudentId; readonly finger: number };
};

/** Eight children; 0 and 1 have fingers 10 and 11, 0 to 2 have the PIN 1234, 3 has no consent. 10.05 WIB. */
export function openBench(options: BenchOptions = {}): Bench {
  let nowMs = Date.UTC(2026, 10, 23, 3, 5);
  let refusal: SaleRefusal | "throws" | null = null;
  let link: LinkStatus = {
    isOnline: true,
    isStopped: false,
    unsentCount: 0,
    oldestUnsentAtMs: null,
    mode: "green",
  };
  let unconfirmed: RecentSale | null = options.unconfirmed ?? null;
  let sales: readonly RecentSale[] = unconfirmed === null ? [] : [unconfirmed];
  const station = new FakeStation();
  const children = NAMES.map((_, index) => child(index));
  const [signals, sold, shownSales, saved, logLines]: [
    CounterSignal[],
    SaleOrder[],
    string[],
    FingerRecord[],
    string[],
  ] = [[], [], [], [], []];
  const pins = new Map(children.slice(0, 3).map(({ student }) => [String(student), "1234"]));
  const changed = new Map<StudentId, number | null>();
  const fingerListeners = new Set<(student: StudentId) => void>();
  const changeFinger: Bench["changeFinger"] = (student, value) => {
    changed.set(student, value);
    for (const listener of fingerListeners) listener(student);
  };
  const linkListeners = new Set<() => void>();
  const ackListeners = new Set<(ids: readonly string[]) => void>();
  const log = (fields: object, sentence: string): void => {
    logLines.push(JSON.stringify({ ...fields, sentence }));
  };

  function book(order: SaleOrder): RecentSale {
    const sale: RecentSale = {
      saleId: String(sales.length + 1).padStart(64, "a"),
      atMs: unixMs(nowMs),
      amount: order.amount,
      firstName: children.find(({ student }) => student === order.student)?.firstName ?? "?",
      method: order.method,
      state: "recorded",
    };
    sales = [sale, ...sales];
    return sale;
  }

  const operatorDesk = fakeOperatorDesk(() => sales);
  const saleDesk: CounterDeps["saleDesk"] = {
    sell: async (order) => {
      if (refusal === "throws") {
        unconfirmed = book(order);
        throw new Error("The disk did not answer");
      }
      if (refusal !== null) return { kind: "refused", reason: refusal };
      sold.push(order);
      const sale = book(order);
      const timings = { decideMs: 0.2, askMs: 0, signMs: 1.1, commitMs: 4.2 };
      return { kind: "sold", ...sale, student: order.student, timings };
    },
    voidSale: async (saleId) => {
      const sale = sales.find((one) => one.saleId === saleId);
      if (sale === undefined) return { kind: "refused", reason: "unknown-sale" };
      sales = sales.map((one) => (one === sale ? { ...one, state: "voided" } : one));
      return { kind: "voided", amount: sale.amount };
    },
    serveEmergency: async () => ({ kind: "refused", reason: "limit" }),
    ...operatorDesk,
    emergencyRoom: async () => rupiah(0),
    recentSales: async (limit) => sales.slice(0, limit),
    lastUnconfirmedSale: async () => unconfirmed,
    markShown: async (saleId) => {
      shownSales.push(saleId);
      if (unconfirmed?.saleId === saleId) unconfirmed = null;
    },
  };

  const vault: Vault = {
    fingerRecords: async () => {
      const records = [
        { student: studentId("stu-0"), fingers: [finger(10)] },
        { student: studentId("stu-1"), fingers: [finger(11)] },
      ];
      if (options.enrolledWhileLoading !== undefined)
        changeFinger(options.enrolledWhileLoading.student, options.enrolledWhileLoading.finger);
      return records;
    },
    fingersOf: async (student) => {
      const value = changed.get(student) ?? null;
      return value === null ? null : { student, fingers: [finger(value)] };
    },
    onFingersChanged: (listener) => {
      fingerListeners.add(listener);
      return () => void fingerListeners.delete(listener);
    },
    saveFingers: async (record): Promise<SaveOutcome> => {
      saved.push(record);
      return { kind: "saved" };
    },
    savePin: async (student, pin): Promise<SaveOutcome> => {
      pins.set(student, pin);
      return { kind: "saved" };
    },
    checkPin: async (student, pin) => pins.get(student) === pin,
  };

  const counter = createCounter({
    saleDesk,
    vault,
    station,
    matcher: createFakeMatcher(),
    directory: {
      stall: async () => STALL,
      student: async (student) => children.find((one) => one.student === student) ?? null,
      studentByNumber: async (number) => children.find((one) => one.number === number) ?? null,
      students: async () => children,
    },
    indicator: { show: (signal) => void signals.push(signal) },
    link: {
      status: () => link,
      onChange: (listener) => {
        linkListeners.add(listener);
        return () => void linkListeners.delete(listener);
      },
    },
    operator: { check: (code) => code === OPERATOR_CODE },
    onAcked: (listener) => {
      ackListeners.add(listener);
      return () => void ackListeners.delete(listener);
    },
    now: () => unixMs(nowMs),
    frameAncestors: ["http://127.0.0.1:4100"],
    log: { info: log, warn: log, error: log },
  });

  return {
    counter,
    station,
    signals,
    sold,
    shownSales,
    operatorDesk,
    saved,
    pins,
    logLines,
    refuse: (reason) => void (refusal = reason),
    setNow: (ms) => void (nowMs = ms),
    setLink: (next) => {
      link = { ...link, ...next };
      for (const listener of linkListeners) listener();
    },
    changeFinger,
    ack: (ids) => {
      for (const listener of ackListeners) listener(ids);
    },
  };
}

function finger(value: number): FingerRecord["fingers"][number] {
  return { finger: "right-index", template: Uint8Array.of(value) };
}

/** A sale as it may be found on the disk after a crash. */
export function leftSale(amount: Rupiah): RecentSale {
  return {
    saleId: "c".repeat(64),
    atMs: unixMs(Date.UTC(2026, 10, 23, 3, 4)),
    amount,
    firstName: "Budi",
    method: "finger",
    state: "recorded",
  };
}
