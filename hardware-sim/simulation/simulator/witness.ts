import type { Log as TerminalLog } from "@saku/terminal/shell/log/log";
import type { Log as CloudLog } from "@saku/cloud-broker/shell/log/log";
import type { Metrics } from "@saku/cloud-broker/shell/log/metrics";
import { isRecord } from "./shapes.ts";

// What the product says of itself while it runs. Nobody reads its log here: only what it calls a fault counts.

type Heard = (level: "warn" | "error" | "fatal", facts: Readonly<Record<string, unknown>>) => void;

function listener(heard: Heard): object {
  const silent = (): void => undefined;
  const speak =
    (level: "warn" | "error" | "fatal") =>
    (facts: unknown): void => {
      if (isRecord(facts)) heard(level, facts);
    };
  return {
    level: "silent",
    trace: silent,
    debug: silent,
    info: silent,
    warn: speak("warn"),
    error: speak("error"),
    fatal: speak("fatal"),
  };
}

export const terminalLog = (heard: Heard): TerminalLog => listener(heard) as TerminalLog;
export const cloudLog = (heard: Heard): CloudLog => listener(heard) as CloudLog;

const counter = {
  inc: (): void => undefined,
  dec: (): void => undefined,
  set: (): void => undefined,
  observe: (): void => undefined,
};

/** Counts nothing. */
export const noMetrics: Metrics = new Proxy({}, { get: () => counter }) as Metrics;
