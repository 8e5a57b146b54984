import type { LineCounters } from "../../sensors/line.ts";
import { probeSensor, type ProbedSensor, type SensorModel } from "../../sensors/probe.ts";
import {
  SensorGoneError,
  type CaptureOutcome,
  type FingerSensor,
  type SensorInfo,
  type SensorLight,
} from "../../sensors/sensor.ts";
import { openSerialLine, type SerialLine } from "../serial/serial-link.ts";

export type AwayReason = SensorGoneError["code"];

export type SensorStatus =
  | { readonly kind: "starting" }
  | { readonly kind: "ready"; readonly info: SensorInfo }
  /** `sinceMs` is Unix time; the station keeps trying. */
  | { readonly kind: "away"; readonly reason: AwayReason; readonly sinceMs: number };

/** For the log: what the station did by itself. */
export type StationEvent =
  | { readonly kind: "ready"; readonly info: SensorInfo; readonly attemptCount: number }
  | { readonly kind: "away"; readonly reason: AwayReason; readonly message: string };

export type StationCounters = LineCounters & {
  /** Times the port was opened again after the sensor had been there. */
  readonly reopenCount: number;
};

export interface SensorStation {
  status(): SensorStatus;
  /** Called after every change of `status()`; returns the way to stop. */
  onStatus(listener: () => void): () => void;
  /** `FingerSensor.capture`; captures and waits run one after the other. Rejects with `SensorGoneError` while away. */
  capture: FingerSensor["capture"];
  waitLifted: FingerSensor["waitLifted"];
  /** Remembered while the sensor is away and shown when it is back; never rejects. */
  setLight(light: SensorLight): Promise<void>;
  counters(): StationCounters;
  close(): Promise<void>;
}

export type StationOptions = {
  readonly path: string;
  readonly model: SensorModel;
  readonly onEvent: (event: StationEvent) => void;
  /** For tests: another way to a line, another clock. */
  readonly openLine?: (path: string, baudRate: number) => Promise<SerialLine>;
  readonly after?: (delayMs: number, fire: () => void) => () => void;
  readonly unixMs?: () => number;
};

const FACTORY_BAUD_RATE = 57_600;
const BACKOFF_MIN_MS = 500;
const BACKOFF_MAX_MS = 5000;
/** An idle sensor is looked at this often, so that a hung one is known before the next child stands there. */
const HEARTBEAT_MS = 10_000;
const CALM = { aborted: false };
const NO_COUNTERS: LineCounters = {
  discardedByteCount: 0,
  silentCount: 0,
  brokenTransferCount: 0,
};

function afterReal(delayMs: number, fire: () => void): () => void {
  const timer = setTimeout(fire, delayMs);
  return () => {
    clearTimeout(timer);
  };
}

function addCounters(a: LineCounters, b: LineCounters): LineCounters {
  return {
    discardedByteCount: a.discardedByteCount + b.discardedByteCount,
    silentCount: a.silentCount + b.silentCount,
    brokenTransferCount: a.brokenTransferCount + b.brokenTransferCount,
  };
}

/** One opening of the port, from the first answer to the moment the module is gone. */
type Session = {
  readonly line: SerialLine;
  readonly probed: ProbedSensor;
  /** Ends the session; the first error counts. */
  readonly lose: (error: SensorGoneError) => void;
  readonly lost: Promise<SensorGoneError>;
};

class Station implements SensorStation {
  readonly #options: StationOptions;
  readonly #after: (delayMs: number, fire: () => void) => () => void;
  readonly #listeners = new Set<() => void>();
  #status: SensorStatus = { kind: "starting" };
  #session: Session | null = null;
  #light: SensorLight = "off";
  #baudRate = FACTORY_BAUD_RATE;
  #pastCounters: LineCounters = NO_COUNTERS;
  #sessionCount = 0;
  #flowCount = 0;
  #flows: Promise<unknown> = Promise.resolve();
  #isClosed = false;
  #wake: () => void = () => undefined;
  readonly #running: Promise<void>;

  constructor(options: StationOptions) {
    this.#options = options;
    this.#after = options.after ?? afterReal;
    this.#running = this.#run();
  }

  status(): SensorStatus {
    return this.#status;
  }

  onStatus(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  capture(options: Parameters<FingerSensor["capture"]>[0]): Promise<CaptureOutcome> {
    return this.#flow((sensor) => sensor.capture(options));
  }

  waitLifted(options: Parameters<FingerSensor["waitLifted"]>[0]): Promise<boolean> {
    return this.#flow((sensor) => sensor.waitLifted(options));
  }

  async setLight(light: SensorLight): Promise<void> {
    this.#light = light;
    const session = this.#session;
    if (session === null) return;
    try {
      await session.probed.sensor.setLight(light);
    } catch (error) {
      if (!(error instanceof SensorGoneError)) throw error;
      session.lose(error);
    }
  }

  counters(): StationCounters {
    const now = this.#session?.probed.counters() ?? NO_COUNTERS;
    return {
      ...addCounters(this.#pastCounters, now),
      reopenCount: Math.max(0, this.#sessionCount - 1),
    };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#session?.lose(new SensorGoneError("unplugged", "The station is closed"));
    this.#wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    let attemptCount = 0;
    while (!this.#isClosed) {
      attemptCount++;
      const error = await this.#attend(attemptCount).catch((reason: unknown) => {
        if (reason instanceof SensorGoneError) return reason;
        throw reason;
      });
      if (this.#session !== null) attemptCount = 0;
      await this.#leave(error);
      if (this.#isClosed) return;
      await this.#pause(
        Math.min(BACKOFF_MAX_MS, BACKOFF_MIN_MS * 2 ** Math.min(Math.max(0, attemptCount - 1), 10)),
      );
    }
  }

  /** Opens, probes, serves; returns why it ended. */
  async #attend(attemptCount: number): Promise<SensorGoneError> {
    const open = this.#options.openLine ?? openSerialLine;
    const line = await open(this.#options.path, this.#baudRate);
    try {
      const session = await this.#openSession(line);
      this.#session = session;
      this.#sessionCount++;
      this.#baudRate = session.line.baudRate;
      const { info } = session.probed.sensor;
      await this.setLight(this.#light);
      this.#become({ kind: "ready", info });
      this.#options.onEvent({ kind: "ready", info, attemptCount });
      const stopHeartbeat = this.#beat();
      const error = await session.lost;
      stopHeartbeat();
      return error;
    } finally {
      await line.close();
    }
  }

  async #openSession(line: SerialLine): Promise<Session> {
    let lose: (error: SensorGoneError) => void = () => undefined;
    const lost = new Promise<SensorGoneError>((resolve) => {
      lose = resolve;
    });
    line.onEvent((event) => {
      if (event.kind === "closed")
        lose(new SensorGoneError("unplugged", "The sensor's cable came out"));
    });
    return { line, probed: await probeSensor(line, this.#options.model), lose, lost };
  }

  async #leave(error: SensorGoneError): Promise<void> {
    const session = this.#session;
    this.#session = null;
    if (session !== null) {
      this.#pastCounters = addCounters(this.#pastCounters, session.probed.counters());
      session.probed.close();
      await session.line.close();
    }
    if (this.#isClosed) return;
    const old = this.#status;
    if (old.kind === "away" && old.reason === error.code) return;
    const sinceMs = old.kind === "away" ? old.sinceMs : (this.#options.unixMs ?? Date.now)();
    this.#become({ kind: "away", reason: error.code, sinceMs });
    this.#options.onEvent({ kind: "away", reason: error.code, message: error.message });
  }

  #become(status: SensorStatus): void {
    this.#status = status;
    for (const listener of this.#listeners) listener();
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#after(delayMs, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }

  #beat(): () => void {
    let cancel: () => void = () => undefined;
    const arm = (): void => {
      cancel = this.#after(HEARTBEAT_MS, () => {
        if (this.#flowCount === 0)
          this.waitLifted({ waitMs: 0, cancellation: CALM }).catch(() => undefined);
        arm();
      });
    };
    arm();
    return () => {
      cancel();
    };
  }

  #flow<T>(run: (sensor: FingerSensor) => Promise<T>): Promise<T> {
    this.#flowCount++;
    const turn = this.#flows.then(() => this.#flowNow(run));
    this.#flows = turn
      .catch(() => undefined)
      .finally(() => {
        this.#flowCount--;
      });
    return turn;
  }

  async #flowNow<T>(run: (sensor: FingerSensor) => Promise<T>): Promise<T> {
    const session = this.#session;
    if (session === null) {
      const reason = this.#status.kind === "away" ? this.#status.reason : "silent";
      throw new SensorGoneError(reason, "The sensor is away");
    }
    try {
      return await run(session.probed.sensor);
    } catch (error) {
      if (error instanceof SensorGoneError) session.lose(error);
      throw error;
    }
  }
}

/** Supervises the sensor on a port for ever: opens, probes, and comes back by itself after every outage. */
export function openSensorStation(options: StationOptions): SensorStation {
  return new Station(options);
}
