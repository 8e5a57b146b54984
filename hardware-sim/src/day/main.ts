import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type GrowModel, growProfiles } from "../devices/grow/profiles.ts";
import { fingersFromFolder } from "../finger/pgm.ts";
import { createSyntheticFinger } from "../finger/synthetic-finger.ts";
import { cloudLedgerFile, terminalJournalFile } from "../fleet/fleet.ts";
import { freeFleetPorts } from "../fleet/free-port.ts";
import { openSchool, type School, type SchoolChild } from "../fleet/open-school.ts";
import { madeUpPupils } from "../fleet/pupils.ts";
import { until } from "../fleet/until.ts";
import { createRandom } from "../random.ts";
import { createWorld, type Finger, type World } from "../world.ts";
import { auditDay, type Audit } from "./audit.ts";
import { collectJourneys, runLane, type DayState } from "./lane.ts";
import { dayStalls, enrolImpressions, ENROL_STALL, moduleOfSize, type DayStall } from "./stalls.ts";
import { parseDayOptions, USAGE, type DayOptions } from "./options.ts";
import { planDay } from "./plan.ts";
import { emptyTally, saleCountOf, stageLines, transferLines, type Tally } from "./tally.ts";

const TOP_UP_RUPIAH = 300_000;
const DAILY_LIMIT_RUPIAH = 250_000;
const DRAIN_TIMEOUT_MS = 120_000;

/** Public print sets, unless --dpi says otherwise. */
const USUAL_DPI = 500;

const startMs = Date.now();
function say(line: string): void {
  process.stdout.write(`${((Date.now() - startMs) / 1_000).toFixed(1).padStart(7)} s  ${line}\n`);
}

function fingersOf(options: DayOptions): readonly Finger[] {
  if (options.fingersFolder === null)
    return madeUpPupils(options.studentCount).map((_, index) =>
      createSyntheticFinger({
        fingerId: `finger-${index + 1}`,
        seed: options.seed * 1_000 + index,
      }),
    );
  const fingers = fingersFromFolder(options.fingersFolder, options.resolutionDpi ?? USUAL_DPI);
  if (fingers.length < options.studentCount)
    throw new Error(
      `${options.fingersFolder} has ${fingers.length} fingers, but --students is ${options.studentCount}`,
    );
  return fingers.slice(0, options.studentCount);
}

/** The module whose own pictures the folder holds; null where they must first be laid on a module's glass. */
function moduleOf(options: DayOptions, fingers: readonly Finger[]): GrowModel | null {
  const picture = options.fingersFolder === null ? null : fingers[0]?.impression(0, "normal");
  return picture === null || picture === undefined ? null : moduleOfSize(picture);
}

/** A module's own pictures have its resolution, so that they come through its simulation pixel by pixel. */
function atModule(options: DayOptions, pictures: GrowModel | null): DayOptions {
  if (pictures === null || options.resolutionDpi !== null) return options;
  return { ...options, resolutionDpi: growProfiles[pictures].resolutionDpi };
}

type DayFingers = { readonly fingers: readonly Finger[]; readonly stalls: readonly DayStall[] };

function equip(options: DayOptions): DayFingers {
  const looked = fingersOf(options);
  const pictures = moduleOf(options, looked);
  const stalls = dayStalls(options.models, pictures);
  return { fingers: pictures === null ? looked : fingersOf(atModule(options, pictures)), stalls };
}

async function openDaySchool(
  options: DayOptions,
  directory: string,
  world: World,
  day: { readonly children: readonly SchoolChild[]; readonly stalls: readonly DayStall[] },
): Promise<School> {
  const { children, stalls } = day;
  return openSchool({
    fleet: {
      directory,
      ports: await freeFleetPorts(2),
      stalls,
      seed: options.seed,
      frameAncestors: [],
      backupEverySeconds: 15,
    },
    schoolName: "SD Melati",
    operatorCode: "482913",
    world,
    children,
    enrolImpressions: enrolImpressions(stalls),
    enrolStall: ENROL_STALL,
    topUp: TOP_UP_RUPIAH,
    dailyLimit: DAILY_LIMIT_RUPIAH,
    isRealTime: options.isPaced,
    say,
  });
}

/** Every terminal has sent everything, and the cloud has acknowledged it. */
async function drain(school: School): Promise<void> {
  await until(
    "every outbox to be empty",
    async () => {
      const views = await Promise.all(school.counters.map((counter) => counter.view()));
      return views.every((view) => view.isOnline && view.unsentCount === 0) ? true : null;
    },
    { timeoutMs: DRAIN_TIMEOUT_MS, everyMs: 200 },
  );
}

async function sellAllDay(
  options: DayOptions,
  state: DayState,
  probes: readonly number[],
): Promise<void> {
  const plan = planDay({
    childCount: options.studentCount,
    stallCount: state.tills.length,
    saleCount: options.saleCount,
    probeImpressions: probes,
    seed: options.seed,
  });
  state.incidents.push(...plan.incidents);
  await Promise.all(
    state.tills.map((_, stall) =>
      runLane(
        state,
        stall,
        plan.sales.filter((sale) => sale.stall === stall),
      ),
    ),
  );
}

function report(tally: Tally, audit: Audit, stalls: readonly DayStall[]): void {
  const { bought } = tally;
  const saleCount = saleCountOf(tally);
  const refusals = [...tally.refusals].map(([reason, count]) => `${reason} ${count}`).join(", ");
  const lines = [
    "",
    `identified: first placement ${bought.finger}, second ${bought.retry}, third ${bought["third-try"]}, PIN ${bought.pin}, recorded through a crash ${bought["after-crash"]}`,
    `wrong children ${tally.wrongChildren}`,
    `refused ${refusals === "" ? "0" : refusals}`,
    `suspense ${audit.suspense} forks ${audit.forks}`,
    ...transferLines(
      tally.journeys,
      stalls.map(({ model }) => model),
    ),
    ...stageLines(tally.journeys.values()),
    `sales ${saleCount} booked ${audit.booked} lost ${audit.lost} doubled ${audit.doubled} negative ${audit.negative} imbalance ${audit.imbalance}`,
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}

async function runDay(options: DayOptions, directory: string): Promise<boolean> {
  const { fingers, stalls } = equip(options);
  const shownAtEnrolment = enrolImpressions(stalls);
  const world = createWorld(fingers);
  // Growing a print takes a second of this process, which also plays the sensors: all grow before the day begins.
  for (const finger of fingers) finger.impression(0, "normal");
  const pupils = madeUpPupils(options.studentCount);
  const children = pupils.map((pupil, index) => ({
    pupil,
    fingers: [{ name: "right-index", fingerId: fingers[index]?.fingerId ?? "" }],
  }));
  const impressionCount = Math.min(...fingers.map((finger) => finger.impressionCount));
  const probes = Array.from({ length: impressionCount }, (_, index) => index).filter(
    (index) => !shownAtEnrolment.includes(index),
  );
  if (probes.length === 0)
    throw new Error(
      `a finger has ${impressionCount} impressions, and enrolment takes ${shownAtEnrolment.length}: none is left for sales`,
    );
  say(
    `stalls with ${stalls.map(({ model }) => model).join(" and ")}; ${shownAtEnrolment.length} placements enrolled, ${probes.length} for sales`,
  );
  const school = await openDaySchool(options, directory, world, { children, stalls });
  const tally = emptyTally();
  try {
    const tills = school.fleet.stalls.map((stall, index) => {
      const counter = school.counters[index];
      if (counter === undefined) throw new RangeError(`No counter ${index}`);
      return { counter, module: stall.module };
    });
    const state: DayState = {
      fleet: school.fleet,
      tills,
      customers: children.map((child, index) => ({
        pupil: child.pupil,
        student: school.students[index] ?? "",
        fingerId: child.fingers[0]?.fingerId ?? "",
      })),
      world,
      tally,
      random: createRandom(options.seed + 1),
      saleCount: options.saleCount,
      incidents: [],
      starts: stalls.map(() => 1),
      say,
    };
    await sellAllDay(options, state, probes);
    if (!school.fleet.isInternetUp) school.fleet.restoreInternet();
    say(`${saleCountOf(tally)} sales made; waiting for the outboxes`);
    await drain(school);
    for (const index of stalls.keys()) await collectJourneys(state, index);
  } finally {
    await school.close();
  }
  const audit = await auditDay({
    cloudFile: cloudLedgerFile(school.fleet.cloudDirectory),
    terminalFiles: school.fleet.stalls.map((stall) => terminalJournalFile(stall.directory)),
    promised: tally.promised,
  });
  report(tally, audit, stalls);
  const faults =
    audit.lost + audit.doubled + audit.negative + audit.imbalance + tally.wrongChildren;
  return faults === 0 && audit.booked === saleCountOf(tally);
}

async function main(): Promise<number> {
  if (process.argv.includes("--help")) {
    process.stdout.write(USAGE);
    return 0;
  }
  let options: DayOptions;
  try {
    options = parseDayOptions(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    return 2;
  }
  const directory = await mkdtemp(join(tmpdir(), "saku-day-"));
  try {
    const isGood = await runDay(options, directory);
    await rm(directory, { recursive: true, force: true });
    return isGood ? 0 : 1;
  } catch (error) {
    process.stderr.write(
      `The day broke off: ${error instanceof Error ? error.message : String(error)}\nLogs are kept in ${directory}\n`,
    );
    return 1;
  }
}

// A pty or a cut connection may linger; the day is over.
process.exit(await main());
