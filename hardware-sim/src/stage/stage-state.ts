import type { RingState } from "../devices/grow/state.ts";
import type { FaultName } from "../faults.ts";
import type { StageFleet, StageTerminal } from "./fleet-port.ts";

/** What the page shows of the machines; sent whole on every change. */
export type StageState = {
  readonly isInternetUp: boolean;
  readonly isCloudRunning: boolean;
  readonly terminals: readonly TerminalState[];
};

export type TerminalState = {
  readonly isRunning: boolean;
  readonly isPlugged: boolean;
  readonly isFingerOn: boolean;
  readonly isNoisy: boolean;
  readonly ring: RingState;
  /** Counts placements, so that the page knows when there is another picture. */
  readonly glassSerial: number;
  readonly spoiltBytes: number;
};

/** A cable beside a fluorescent lamp: enough that about every third picture needs another transfer. */
export const noiseRates: readonly (readonly [FaultName, number])[] = [
  ["corrupted-bytes", 0.00001],
  ["dropped-bytes", 0.000004],
  ["stray-bytes", 0.001],
];

export function setNoise(terminal: StageTerminal, isOn: boolean): void {
  for (const [name, rate] of noiseRates) terminal.module.faults.set(name, isOn ? rate : 0);
}

export function readStageState(fleet: StageFleet, glassSerials: readonly number[]): StageState {
  return {
    isInternetUp: fleet.isInternetUp,
    isCloudRunning: fleet.cloud.isRunning,
    terminals: fleet.terminals.map(({ module, process }, index) => {
      const { counters, faults } = module;
      return {
        isRunning: process.isRunning,
        isPlugged: module.isPlugged,
        isFingerOn: module.isFingerOn,
        isNoisy: faults.rate("corrupted-bytes") > 0,
        ring: module.ring,
        glassSerial: glassSerials[index] ?? 0,
        spoiltBytes: counters.faults["corrupted-bytes"] + counters.faults["dropped-bytes"],
      };
    }),
  };
}
