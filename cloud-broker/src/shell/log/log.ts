import { pino, type DestinationStream, type Logger } from "pino";

/** JSON lines; what may be in them is decided in `events.ts`. */
export type Log = Logger;

export function createLog(level = "info", destination?: DestinationStream): Log {
  const options = {
    level,
    base: null,
    timestamp: () => `,"at":${Date.now()}`,
    messageKey: "sentence",
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}
