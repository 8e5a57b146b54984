import type { Config } from "../../config.ts";
import { matcherCrashed, sensorEvent, signalShown } from "../../events.ts";
import { SensorGoneError } from "../../sensors/sensor.ts";
import { DEFAULT_PINS, openIndicator, type Indicator } from "../indicator/indicator.ts";
import type { Log } from "../log/log.ts";
import {
  startMatchWorker,
  type MatchWorker,
  type MatchWorkerOptions,
} from "../match-worker/match-worker.ts";
import {
  openSensorStation,
  type SensorStation,
  type StationEvent,
} from "../sensor-station/sensor-station.ts";
import type { Health } from "./health.ts";

/** A terminal without a sensor wired to it: always away, so that the counter goes by PIN. */
function unwiredStation(): SensorStation {
  const gone = (): Promise<never> =>
    Promise.reject(new SensorGoneError("unplugged", "No sensor is wired to this terminal"));
  return {
    status: () => ({ kind: "away", reason: "unplugged", sinceMs: 0 }),
    onStatus: () => () => undefined,
    capture: gone,
    waitLifted: gone,
    setLight: () => Promise.resolve(),
    counters: () => ({
      discardedByteCount: 0,
      silentCount: 0,
      brokenTransferCount: 0,
      reopenCount: 0,
    }),
    close: () => Promise.resolve(),
  };
}

function logged(log: Log): (event: StationEvent) => void {
  return (event) => {
    if (event.kind === "ready")
      sensorEvent(log, { kind: "ready", model: event.info.model, attempts: event.attemptCount });
    else sensorEvent(log, { kind: "away", reason: event.reason });
  };
}

export function openStation(config: Config, log: Log): SensorStation {
  if (config.sensorPort === null) return unwiredStation();
  const { sensorPort: path, sensorModel: model } = config;
  return openSensorStation({ path, model, onEvent: logged(log) });
}

/** The matcher's thread; that it crashed is logged, starting it again is its own affair, the till goes by PIN meanwhile. */
export function openMatcher(log: Log, options: MatchWorkerOptions = {}): MatchWorker {
  const onCrash = (sentence: string): void => matcherCrashed(log, { sentence });
  return startMatchWorker({ ...options, onCrash });
}

export function openLamps(config: Config, log: Log): Promise<Indicator> {
  return openIndicator({
    backend: config.gpio,
    pins: DEFAULT_PINS,
    onSignal: (signal) => {
      signalShown(log, { signal });
    },
  });
}

export function sensorHealth(station: SensorStation): Health["sensor"] {
  const status = station.status();
  return {
    state: status.kind,
    model: status.kind === "ready" ? status.info.model : null,
    baudRate: status.kind === "ready" ? status.info.baudRate : null,
    counters: { ...station.counters() },
  };
}

/** What `hello` tells the cloud of this terminal's parts. */
export function helloMetrics(
  station: SensorStation,
  matcher: MatchWorker,
): () => Readonly<Record<string, number>> {
  return () => {
    const sensor = station.counters();
    const { enrolledCount, restartCount } = matcher.status();
    return {
      sensor_reopens: sensor.reopenCount,
      sensor_silences: sensor.silentCount,
      sensor_broken_transfers: sensor.brokenTransferCount,
      matcher_children: enrolledCount,
      matcher_restarts: restartCount,
      up_seconds: Math.round(process.uptime()),
    };
  };
}
