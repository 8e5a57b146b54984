import type { ChargeAnswer, StageFleet, StageProcess, StageTerminal } from "../stage/fleet-port.ts";
import type { CounterClient } from "./counter-client.ts";
import type { Daemon } from "./daemon.ts";
import type { DemoPeople } from "./demo-children.ts";
import type { Stall } from "./fleet.ts";
import type { School } from "./open-school.ts";
import type { CloudClient } from "./cloud-client.ts";
import { followChildren } from "./second-phone.ts";

export type StageFleetOptions = {
  readonly school: School;
  readonly people: DemoPeople;
  /** Pages of the guardian who is signed in; the first `followedCount` children are hers. */
  readonly parentUrlOf: (student: string) => string;
  readonly followedCount: number;
  /** That guardian, signed in once more: tells when a sale can be seen on the phone. */
  readonly guardian: CloudClient;
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

/** Screens on which a new charge may begin, and screens that wait for a finger already. */
const FREE_SCREENS = new Set(["till", "approved", "not-this-time"]);
const FINGER_SCREENS = new Set(["waiting", "retry"]);

async function charge(counter: CounterClient, amountRupiah: number): Promise<ChargeAnswer> {
  try {
    const { screen } = await counter.view();
    if (FINGER_SCREENS.has(screen)) return "finger-awaited";
    if (!FREE_SCREENS.has(screen)) return "till-busy";
    if (screen !== "till") await counter.press({ kind: "cancel" });
    await counter.press({ kind: "amount", amount: amountRupiah });
    await counter.press({ kind: "charge" });
    return "finger-awaited";
  } catch {
    // The terminal is off or restarting: the visitor sees that on its own screen.
    return "till-away";
  }
}

function terminalOf(stall: Stall, counter: CounterClient | undefined): StageTerminal {
  return {
    name: stall.name,
    counterUrl: stall.counterUrl,
    module: stall.module,
    process: processOf(stall.daemon),
    charge: async (amountRupiah) =>
      counter === undefined ? "till-away" : charge(counter, amountRupiah),
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
        byPin: { number: child.pupil.number, pin: child.pupil.pin },
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
    onChange: (listener) => {
      const daemons = [school.fleet.cloud, ...school.fleet.stalls.map(({ daemon }) => daemon)];
      const stops = daemons.map((daemon) => daemon.onChange(listener));
      return () => stops.forEach((stop) => stop());
    },
    onParentNews: (listener) =>
      followChildren(
        {
          cloudUrl: school.fleet.cloudUrl,
          guardian: options.guardian,
          students: school.students.slice(0, options.followedCount),
        },
        listener,
      ),
  };
}
