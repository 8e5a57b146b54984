import { drawFaults, NO_FAULTS } from "../fault-proxy/faults.ts";
import type { Daemon } from "../fleet/daemon.ts";
import type { Internet } from "../fleet/fleet.ts";
import type { Random } from "../random.ts";
import { pause } from "./queue.ts";

const CALM_MAX_MS = 4_000;
const STORM_MAX_MS = 5_000;
const STOP_MAX_MS = 3_000;

/** Lets the way to the cloud suffer, and the cloud itself stand still, until `isOver`; leaves everything well. */
export async function runWeather(
  parts: {
    readonly internet: Internet;
    readonly cloud: Daemon;
    readonly random: Random;
    /** How often each fault was set; counted up. */
    readonly log: Map<string, number>;
  },
  isOver: () => boolean,
): Promise<void> {
  const { internet, cloud, random, log } = parts;
  const note = (name: string): void => void log.set(name, (log.get(name) ?? 0) + 1);
  const ways = [internet.http, internet.mqtt];
  while (!isOver()) {
    await pause(random.below(CALM_MAX_MS));
    const kind = random.next();
    if (kind < 0.15) {
      note("stopped cloud");
      cloud.pause();
      await pause(random.below(STOP_MAX_MS));
      cloud.resume();
    } else if (kind < 0.35) {
      note("cut");
      for (const way of ways) way.cut();
      await pause(random.below(STORM_MAX_MS));
      for (const way of ways) way.restore();
    } else {
      const { names, faults } = drawFaults(random);
      for (const name of names) note(name);
      for (const way of ways) way.set(faults);
      await pause(random.below(STORM_MAX_MS));
      for (const way of ways) way.set(NO_FAULTS);
    }
  }
}
