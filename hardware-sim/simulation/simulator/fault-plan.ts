import { must } from "@saku/protocol";
import { copyCard } from "./copied-card.ts";
import type { DiskImage } from "./disk.ts";
import { loseTerminal } from "./lost-terminal.ts";
import { nameHub } from "./office-orders.ts";
import type { SchoolRun } from "./seed-run.ts";
import type { Till } from "./till.ts";

const SECOND_MS = 1_000;

type Fault = (run: SchoolRun) => void;

const later = (run: SchoolRun, ms: number, work: () => void): void => {
  run.agenda.at(run.agenda.nowMs + ms, () => {
    if (!run.isCalm && !run.isNight) work();
  });
};

const someTill = (run: SchoolRun): Till =>
  must(run.tills[run.random.below(run.tills.length)] ?? null, "A till");

function restart(run: SchoolRun, till: Till, how: "power" | "process"): void {
  later(run, SECOND_MS * (1 + run.random.below(40)), () => {
    if (till.isWorking || till === run.gone) return;
    till.stop(how);
    void till.boot();
  });
}

const powerCut: Fault = (run) => {
  const till = someTill(run);
  if (!till.isWorking) return;
  if (run.random.chance(0.3)) {
    run.world.fault(`${till.name} loses power`);
    till.stop("power");
  } else {
    run.world.fault(`${till.name} will lose power in the middle of a write`);
    till.disk.cutIn = 1 + run.random.below(60);
  }
  const check = (): void => {
    if (till.isOn && !till.isWorking) restart(run, till, "power");
    else if (till.disk.cutIn !== null) later(run, 20 * SECOND_MS, check);
    else if (!till.isOn) restart(run, till, "power");
  };
  check();
};

const killDaemon: Fault = (run) => {
  const till = someTill(run);
  if (!till.isWorking) return;
  run.world.fault(`${till.name} is killed`);
  till.stop("process");
  restart(run, till, "process");
};

const partition: Fault = (run) => {
  const till = someTill(run);
  run.world.fault(`${till.name} has no way to the cloud`);
  till.line.isCut = true;
  later(run, SECOND_MS * (5 + run.random.below(120)), () => {
    till.line.isCut = false;
    run.story.tell(`${till.name} has its line again`);
  });
};

const internetDown: Fault = (run) => {
  run.world.fault("the school has no internet");
  for (const till of run.tills) till.line.isCut = true;
  later(run, SECOND_MS * (20 + run.random.below(180)), () => {
    for (const till of run.tills) till.line.isCut = false;
    run.story.tell("the school has internet again");
  });
};

const storm: Fault = (run) => {
  const till = someTill(run);
  run.world.fault(`${till.name}'s line is bad`);
  till.line.weather = { loss: 0.4, doubled: 0.4, late: 0.5 };
  later(run, SECOND_MS * (10 + run.random.below(100)), () => {
    till.line.weather = run.weather();
  });
};

const disconnect: Fault = (run) => {
  run.world.fault("connections drop");
  run.cloud.hangUp();
};

function rebootCloud(run: SchoolRun): void {
  run.agenda.at(run.agenda.nowMs + SECOND_MS * (1 + run.random.below(20)), () => {
    if (run.cloud.isUp) return;
    run.cloud.kill("process");
    void run.bootCloud();
  });
}

const cloudCrash: Fault = (run) => {
  const { cloud, random } = run;
  if (!cloud.isUp) return;
  const how = random.chance(0.5) ? "power" : "process";
  run.world.fault(`the cloud dies (${how})`);
  cloud.kill(how);
  if (random.chance(0.5)) cloud.hangUp();
  rebootCloud(run);
};

const cloudRestore: Fault = (run) => {
  const { cloud } = run;
  if (!cloud.hasCopy) return;
  run.world.fault("the cloud's disk is destroyed and its newest copy restored");
  cloud.kill("power");
  cloud.restore();
  run.oracle.hasRestored = true;
  run.oracle.hasLostLedger = true;
  // Another lineage: what it never heard, it judges anew.
  run.oracle.verdicts.clear();
  rebootCloud(run);
};

const clockJump: Fault = (run) => {
  const till = someTill(run);
  const jumps = [-3_600_000, 3_600_000, -86_400_000, 86_400_000, 40 * 86_400_000, -90_000, 45_000];
  const jump = must(jumps[run.random.below(jumps.length)] ?? null, "A jump");
  run.world.fault(`${till.name}'s clock jumps by ${jump / 1000} s`);
  till.clockOffMs += jump;
};

type Saved = { readonly image: DiskImage; readonly sales: number; readonly deeds: number };
const images = new WeakMap<Till, Saved>();

const cardImage: Fault = (run) => {
  const till = someTill(run);
  const saved = images.get(till);
  const own = [...run.oracle.promised.values()].filter((sale) => sale.till === till.name);
  if (saved === undefined) {
    const deeds = run.oracle.deedsAt(till.name).length;
    images.set(till, { image: till.disk.image(), sales: own.length, deeds });
    run.story.tell(`somebody copies the card of ${till.name}`);
    return;
  }
  run.world.fault(`${till.name} gets an old image of its card`);
  till.stop("power");
  // What was sold since the image lies in the cloud or nowhere.
  for (const sale of own.slice(saved.sales)) run.loseDiskCopy(sale.saleId);
  for (const deed of run.oracle.deedsAt(till.name).slice(saved.deeds)) run.loseDiskCopy(deed);
  for (const sale of own) run.oracle.voidsUnanswered.add(sale.saleId);
  till.insertCard(saved.image);
  run.oracle.hasRestored = true;
  restart(run, till, "power");
};

const badCard: Fault = (run) => {
  const till = someTill(run);
  if (!till.isWorking) return;
  run.world.fault(`${till.name}'s card refuses writes`);
  till.isDiskBad = true;
  till.disk.fault = run.random.chance(0.5) ? "sync-fails" : "full";
  later(run, SECOND_MS * (20 + run.random.below(100)), () => {
    till.stop("process");
    restart(run, till, "process");
  });
};

const rehome: Fault = (run) => {
  if (!run.hasHub) return;
  run.world.fault("the school gives the hub to another stall");
  void nameHub(run, run.random.chance(0.2) ? null : someTill(run));
};

const lanDown: Fault = (run) => {
  run.world.fault("the stalls cannot reach each other");
  run.lan.line.isCut = true;
  later(run, SECOND_MS * (5 + run.random.below(90)), () => {
    run.lan.line.isCut = false;
  });
};

const twin: Fault = (run) => copyCard(run, someTill(run));

const theft: Fault = (run) => loseTerminal(run, someTill(run));

const FAULTS: readonly (readonly [weight: number, fault: Fault])[] = [
  [5, powerCut],
  [3, killDaemon],
  [4, partition],
  [1, internetDown],
  [2, storm],
  [3, disconnect],
  [2, cloudCrash],
  [1, cloudRestore],
  [1, clockJump],
  [1, cardImage],
  [1, badCard],
  [1, rehome],
  [1, theft],
  [1, twin],
  [1, lanDown],
];
const WEIGHT = FAULTS.reduce((sum, [weight]) => sum + weight, 0);

export function planFaults(
  run: SchoolRun,
  span: { readonly fromMs: number; readonly toMs: number },
): void {
  const count = 6 + run.random.below(14);
  for (let index = 0; index < count; index++) {
    const atMs = span.fromMs + (span.toMs - span.fromMs) * run.random.next();
    run.agenda.at(atMs, () => {
      let left = run.random.below(WEIGHT);
      for (const [weight, fault] of FAULTS) {
        left -= weight;
        if (left < 0) {
          fault(run);
          return;
        }
      }
    });
  }
}
