import type { StageFleet, StageProcess, StageTerminal } from "../stage/fleet-port.ts";
import type { CounterClient } from "./counter-client.ts";
import type { Daemon } from "./daemon.ts";
import type { DemoPeople } from "./demo-children.ts";
import type { Stall } from "./fleet.ts";
import type { School } from "./open-school.ts";

export type StageFleetOptions = {
  readonly school: School;
  readonly people: DemoPeople;
  /** Pages of the guardian who is signed in; the first `followedCount` children are hers. */
  readonly parentUrlOf: (student: string) => string;
  readonly followedCount: number;
  readonly links: StageFleet["links"];
};

function processOf(daemon: Daemon): StageProcess {
  return {
    get isRunning() {
      return daemon.isRunning;
    },
    kill: () => daemon.kill(),
    start: () => daemon.start(),
  };
}

/** Screens on which a new charge may begin. */
const FREE_SCREENS = new Set(["till", "approved", "not-this-time"]);

async function charge(counter: CounterClient, amountRupiah: number): Promise<boolean> {
  try {
    const { screen } = await counter.view();
    if (!FREE_SCREENS.has(screen)) return false;
    if (screen !== "till") await counter.press({ kind: "cancel" });
    await counter.press({ kind: "amount", amount: amountRupiah });
    await counter.press({ kind: "charge" });
    return true;
  } catch {
    // The terminal is off or restarting: the visitor sees that on its own screen.
    return false;
  }
}

function terminalOf(stall: Stall, counter: CounterClient | undefined): StageTerminal {
  return {
    name: stall.name,
    counterUrl: stall.counterUrl,
    module: stall.module,
    process: processOf(stall.daemon),
    charge: async (amountRupiah) => (counter === undefined ? false : charge(counter, amountRupiah)),
  };
}

/** Shows a running school to the stage. */
export function createStageFleet(options: StageFleetOptions): StageFleet {
  const { school, people } = options;
  return {
    world: people.world,
    children: people.children.map((child, index) => {
      const student = school.students[index] ?? "";
      return {
        id: student,
        firstName: child.pupil.firstName,
        className: child.pupil.className,
        fingers: child.fingers,
        enrolled: child.enrolled,
        parentUrl: index < options.followedCount ? options.parentUrlOf(student) : null,
      };
    }),
    strangerFingerIds: people.strangerFingerIds,
    terminals: school.fleet.stalls.map((stall, index) => terminalOf(stall, school.counters[index])),
    cloud: processOf(school.fleet.cloud),
    links: options.links,
    get isInternetUp() {
      return school.fleet.isInternetUp;
    },
    cutInternet: (isCut) => {
      if (isCut) school.fleet.cutInternet();
      else school.fleet.restoreInternet();
    },
    onChange: () => () => undefined,
  };
}
