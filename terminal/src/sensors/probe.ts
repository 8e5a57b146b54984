import { openGrowSensor } from "./grow/driver.ts";
import { openExchange } from "./grow/exchange.ts";
import type { GrowModel } from "./grow/profiles.ts";
import { knock } from "./grow/session.ts";
import type { LineCounters, SensorLine } from "./line.ts";
import { SensorGoneError, type FingerSensor } from "./sensor.ts";

/** What the configuration says is wired; "auto" asks the module for its product page. */
export type SensorModel = "auto" | GrowModel;

/** The factory rate first, then the one we raise to, then the rest that the family knows. */
export const PROBE_BAUD_RATES: readonly number[] = [57_600, 115_200, 9600, 38_400, 19_200];

export type ProbedSensor = {
  readonly sensor: FingerSensor;
  counters(): LineCounters;
  /** Stops listening to the line; a flow in flight is refused with `SensorGoneError`. */
  close(): void;
};

/**
 * Finds the module on the line: which rate it speaks, which model it is. The rate the line has now is tried first, so
 * that a restart of the daemon without a power cut costs one knock. Throws `SensorGoneError` when nobody answers.
 */
export async function probeSensor(line: SensorLine, model: SensorModel): Promise<ProbedSensor> {
  const exchange = openExchange(line);
  try {
    await findBaud(line, () => knock(exchange));
    const sensor = await openGrowSensor(exchange, model);
    return {
      sensor,
      counters: () => exchange.counters(),
      close: () => {
        exchange.close();
      },
    };
  } catch (error) {
    exchange.close();
    throw error;
  }
}

async function findBaud(line: SensorLine, isHeard: () => Promise<boolean>): Promise<void> {
  const rest = PROBE_BAUD_RATES.filter((rate) => rate !== line.baudRate);
  const rates = line.canSetBaud ? [line.baudRate, ...rest] : [line.baudRate];
  for (const baudRate of rates) {
    if (line.baudRate !== baudRate) await line.setBaud(baudRate);
    if (await isHeard()) return;
  }
  throw new SensorGoneError("silent", "No sensor answers at any baud rate: check power and wires");
}
