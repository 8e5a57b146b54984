import { join } from "node:path";
import { z } from "zod";
import type { World } from "../world.ts";
import { createCounterClient, type CounterClient } from "./counter-client.ts";
import { openEnroller } from "./enroller.ts";
import { openFleet, programPath, type Fleet, type FleetOptions } from "./fleet.ts";
import type { Pupil } from "./pupils.ts";
import { foundSchool, type SchoolOffice } from "./school-office.ts";
import { until } from "./until.ts";

/** A child of the made-up school and the fingers that belong to it. */
export type SchoolChild = {
  readonly pupil: Pupil;
  readonly fingers: readonly { readonly name: string; readonly fingerId: string }[];
};

export type SchoolOptions = {
  readonly fleet: FleetOptions;
  readonly schoolName: string;
  readonly operatorCode: string;
  readonly world: World;
  readonly children: readonly SchoolChild[];
  /** Impressions at enrolment (the last also verifies); empty = the world's next. */
  readonly enrolImpressions: readonly number[];
  /** The stall whose terminal enrols: the one with the larger glass. */
  readonly enrolStall: number;
  readonly topUp: number;
  readonly dailyLimit: number | null;
  /** After the set-up, serial lines and modules take as long as real ones. */
  readonly isRealTime: boolean;
  say(line: string): void;
};

/** A school that is ready to sell: terminals claimed, children admitted, paid in and enrolled. */
export interface School {
  readonly fleet: Fleet;
  readonly office: SchoolOffice;
  readonly counters: readonly CounterClient[];
  /** Student ids, in the order of the children. */
  readonly students: readonly string[];
  close(): Promise<void>;
}

const CLAIM_TIMEOUT_MS = 30_000;
const SHARE_TIMEOUT_MS = 60_000;

async function claimStalls(
  fleet: Fleet,
  office: SchoolOffice,
  say: SchoolOptions["say"],
): Promise<void> {
  for (const stall of fleet.stalls) {
    const merchant = await office.addStall(stall.name);
    await office.claimTerminal({
      terminalUrl: stall.counterUrl,
      merchant,
      terminalName: stall.name,
    });
    say(`${stall.name}: claimed with \`saku claim\` (${stall.module.model})`);
  }
}

async function admitChildren(
  options: SchoolOptions,
  office: SchoolOffice,
): Promise<readonly string[]> {
  const students: string[] = [];
  for (const { pupil } of options.children)
    students.push(
      await office.admit(pupil, { topUp: options.topUp, dailyLimit: options.dailyLimit }),
    );
  options.say(
    `${students.length} children admitted, consent recorded, Rp ${options.topUp} paid in each`,
  );
  return students;
}

const rosterSchema = z.object({
  students: z.array(z.object({ student: z.string(), canEnrol: z.boolean() })),
});

/** Enrols every child at one terminal; the sealed templates reach the other stalls by themselves. */
async function enrolChildren(
  options: SchoolOptions,
  fleet: Fleet,
  counter: CounterClient,
  students: readonly string[],
): Promise<void> {
  const stall = fleet.stalls[options.enrolStall];
  if (stall === undefined) throw new RangeError(`No stall ${options.enrolStall}`);
  const opened = await counter.call("POST", "/enrol/open", { code: options.operatorCode });
  const { session } = z.object({ session: z.string() }).parse(opened);
  await until(
    "the terminal to know every child",
    async () => {
      const roster = rosterSchema.parse(
        await counter.call("GET", "/enrol/roster", undefined, session),
      );
      return roster.students.filter((one) => one.canEnrol).length >= students.length ? true : null;
    },
    { timeoutMs: CLAIM_TIMEOUT_MS },
  );
  const enroller = await openEnroller(counter, stall.module, options.world, options.operatorCode);
  for (const [index, child] of options.children.entries()) {
    const startMs = Date.now();
    await enroller.enrol({
      student: students[index] ?? "",
      pin: child.pupil.pin,
      fingers: child.fingers,
      impressions: options.enrolImpressions,
    });
    options.say(
      `${child.pupil.firstName}: enrolled in ${((Date.now() - startMs) / 1_000).toFixed(1)} s`,
    );
  }
  await enroller.close();
}

const READY_AGAIN_TIMEOUT_MS = 30_000;

/**
 * Sets the modules to real time. Each is switched off and on once, as after any installation: an R307 takes the rate
 * that its driver chose only at the next power-up.
 */
async function startRealTime(fleet: Fleet, counters: readonly CounterClient[]): Promise<void> {
  for (const stall of fleet.stalls) stall.module.unplug();
  fleet.keepRealTime();
  await until(
    "every stall to miss its sensor",
    async () => {
      const views = await Promise.all(counters.map((counter) => counter.view()));
      return views.every((view) => view.sensor === "away") ? true : null;
    },
    { timeoutMs: READY_AGAIN_TIMEOUT_MS },
  );
  for (const stall of fleet.stalls) stall.module.replug();
  await until(
    "every stall to have its sensor again",
    async () => {
      const views = await Promise.all(counters.map((counter) => counter.view()));
      return views.every((view) => view.sensor === "ready") ? true : null;
    },
    { timeoutMs: READY_AGAIN_TIMEOUT_MS },
  );
}

/** Opens everything; on failure nothing is left running. */
export async function openSchool(options: SchoolOptions): Promise<School> {
  const fleet = await openFleet(options.fleet);
  try {
    options.say("cloud and terminals are running");
    const office = await foundSchool({
      directory: options.fleet.directory,
      cloudUrl: fleet.cloudUrl,
      terminalCloudUrl: fleet.terminalCloudUrl,
      setupTokenFile: join(fleet.cloudDirectory, "setup-token"),
      sakuProgram: programPath("provisioning/dist/main.js"),
      schoolName: options.schoolName,
      operatorCode: options.operatorCode,
    });
    await claimStalls(fleet, office, options.say);
    const students = await admitChildren(options, office);
    const counters = fleet.stalls.map((stall) => createCounterClient(stall.counterUrl));
    const enrolling = counters[options.enrolStall];
    if (enrolling === undefined) throw new RangeError(`No stall ${options.enrolStall}`);
    await enrolChildren(options, fleet, enrolling, students);
    await until(
      "every stall to hold the templates",
      async () => {
        const views = await Promise.all(counters.map((counter) => counter.view()));
        return views.every((view) => view.fingerCount >= students.length && view.screen === "till")
          ? true
          : null;
      },
      { timeoutMs: SHARE_TIMEOUT_MS },
    );
    options.say("every stall holds the sealed templates");
    if (options.isRealTime) await startRealTime(fleet, counters);
    return { fleet, office, counters, students, close: () => fleet.close() };
  } catch (error) {
    await fleet.close();
    throw error;
  }
}
