import { join } from "node:path";
import { createSyntheticFinger } from "../finger/synthetic-finger.ts";
import { cloudLedgerFile, terminalJournalFile } from "../fleet/fleet.ts";
import { freeFleetPorts } from "../fleet/free-port.ts";
import { openSchool, type School } from "../fleet/open-school.ts";
import { madeUpPupils, type Pupil } from "../fleet/pupils.ts";
import { until } from "../fleet/until.ts";
import { createRandom, type Random } from "../random.ts";
import { createWorld } from "../world.ts";
import { readJournal, readLedger, sqliteQuery, type Ledger } from "./books.ts";
import { createIntentions, type Intentions } from "./intention.ts";
import { createKiller, type Killer } from "./killer.ts";
import { destroyLedger, nextBackup, settledTrial } from "./noon.ts";
import { createPayDesk, type PayDesk } from "./office.ts";
import type { ChaosOptions } from "./options.ts";
import { pause, runQueue, settleTill, type Queue } from "./queue.ts";
import { judge, type Verdict } from "./verdict.ts";
import { runWeather } from "./weather.ts";

const TOP_UP_RUPIAH = 5_000_000;
/** Paid in before there is a hub, and therefore dealt out to the stalls; the rest lies with the hub. */
const FIRST_RUPIAH = 3_000;
const DRAIN_TIMEOUT_MS = 180_000;
/** Between two kills, on average; a process that starts takes about as long. */
const KILL_EVERY_MS = 700;
const NEWS_EVERY_MS = 30_000;
const BACKUP_EVERY_SECONDS = 5;
/** With --destroy-ledger: long enough that the newest backup misses sales. */
const RARE_BACKUP_EVERY_SECONDS = 20;
const MORNING_AFTER_BACKUP_MS = 6_000;

export type ChaosReport = {
  readonly kills: number;
  readonly verdict: Verdict;
  readonly ledger: Ledger;
  /** Sentences for people: how many of what. */
  readonly lines: readonly string[];
};

/** The last stall's terminal is the hub of the others, where there are others. */
const HUB = "hub";
const nameOfStall = (index: number, count: number): string =>
  count > 1 && index === count - 1 ? HUB : `stall ${index + 1}`;

type Say = (line: string) => void;

async function openChaosSchool(
  options: ChaosOptions,
  directory: string,
  say: Say,
): Promise<{ readonly school: School; readonly pupils: readonly Pupil[] }> {
  const pupils = madeUpPupils(options.studentCount);
  const fingers = pupils.map((_, index) =>
    createSyntheticFinger({ fingerId: `finger-${index}`, seed: 7_000 + index }),
  );
  const school = await openSchool({
    fleet: {
      directory,
      ports: await freeFleetPorts(options.stallCount),
      stalls: Array.from({ length: options.stallCount }, (_, index) => ({
        name: nameOfStall(index, options.stallCount),
        model: "R307" as const,
      })),
      seed: options.seed,
      frameAncestors: [],
      backupEverySeconds: options.destroysLedger ? RARE_BACKUP_EVERY_SECONDS : BACKUP_EVERY_SECONDS,
    },
    schoolName: "SD Melati",
    operatorCode: "482913",
    world: createWorld(fingers),
    children: pupils.map((pupil, index) => ({
      pupil,
      fingers: [{ name: "right-index", fingerId: `finger-${index}` }],
    })),
    enrolImpressions: [],
    enrolStall: 0,
    topUp: FIRST_RUPIAH,
    dailyLimit: null,
    isRealTime: false,
    say,
  });
  const { office, students } = school;
  if (options.stallCount > 1) await office.nameHub(HUB);
  for (const [index, student] of students.entries()) {
    const body = { amount: TOP_UP_RUPIAH - FIRST_RUPIAH };
    await office.client.post(`/v1/students/${student}/topups`, body, `chaos-first-${index}`);
  }
  return { school, pupils };
}

/** Every terminal has sent everything, and the cloud has acknowledged it. */
export async function drain(school: School): Promise<void> {
  await until(
    "every outbox to be empty",
    async () => {
      const views = await Promise.all(school.counters.map((counter) => counter.view()));
      return views.every((view) => view.isOnline && view.unsentCount === 0) ? true : null;
    },
    { timeoutMs: DRAIN_TIMEOUT_MS, everyMs: 200 },
  );
}

type Parts = {
  readonly school: School;
  readonly intentions: Intentions;
  readonly queues: readonly Queue[];
  readonly desk: PayDesk;
  readonly killer: Killer;
  readonly random: Random;
  readonly say: Say;
  readonly faults: Map<string, number>;
  isOver: boolean;
  /** Rupiah by which a rebuilt ledger differs from the one that was destroyed. */
  difference: number;
};

function createParts(
  options: ChaosOptions,
  { school, pupils }: { readonly school: School; readonly pupils: readonly Pupil[] },
  say: Say,
): Parts {
  const random = createRandom(options.seed);
  const { fleet, office, students } = school;
  const intentions = createIntentions(pupils.map(({ firstName }) => firstName));
  const parts: Parts = {
    school,
    intentions,
    queues: school.counters.map((counter, index) => ({
      counter,
      pupils,
      intentions,
      random: random.fork(`queue ${index}`),
      refusals: new Map<string, number>(),
      isOpen: () => !parts.isOver,
    })),
    desk: createPayDesk({
      cloudUrl: fleet.cloudUrl,
      login: office.adminLogin,
      password: office.adminPassword,
      students,
      topUp: TOP_UP_RUPIAH,
      random: random.fork("office"),
    }),
    killer: createKiller({
      targets: [fleet.cloud, ...fleet.stalls.map(({ daemon }) => daemon)],
      random: random.fork("killer"),
      everyMs: KILL_EVERY_MS,
    }),
    random,
    say,
    faults: new Map(),
    isOver: false,
    difference: 0,
  };
  return parts;
}

/** Sells, pays in, kills and spoils the lines until `killCount` kills; then all is well again and drained. */
async function storm(parts: Parts, killCount: number, endMs: number): Promise<void> {
  const { school, queues, desk, killer, random, faults, say } = parts;
  parts.isOver = false;
  const isOver = (): boolean => parts.isOver;
  const news = setInterval(() => {
    const { outcomes } = parts.intentions;
    const confirmed = outcomes.filter(({ knowledge }) => knowledge === "confirmed").length;
    say(`${killer.killCount} kills, ${outcomes.length} purchases tried, ${confirmed} confirmed`);
  }, NEWS_EVERY_MS);
  const everything = [...queues.map(runQueue), desk.run(isOver)];
  const { internet, cloud } = school.fleet;
  const weatherRandom = random.fork(`weather ${killer.killCount}`);
  const weather = runWeather({ internet, cloud, random: weatherRandom, log: faults }, isOver);
  try {
    await killer.run(killCount, () => Date.now() > endMs);
  } finally {
    parts.isOver = true;
    clearInterval(news);
  }
  await weather;
  await killer.settle();
  await Promise.all(everything);
  for (const queue of queues) await settleTill(queue);
  await drain(school);
}

/** Sales that the newest backup misses, then the database is destroyed and rebuilt. */
async function noon(parts: Parts, directory: string): Promise<readonly string[]> {
  const { school, queues, say } = parts;
  const backups = join(directory, "backup");
  parts.isOver = false;
  say("noon: waiting for a backup, selling on, then the ledger is destroyed");
  const selling = queues.map(runQueue);
  try {
    await nextBackup(backups);
    await pause(MORNING_AFTER_BACKUP_MS);
  } finally {
    parts.isOver = true;
  }
  await Promise.all(selling);
  for (const queue of queues) await settleTill(queue);
  await drain(school);
  const { before, after, recoveredSales, difference } = await destroyLedger(school.fleet, backups);
  await drain(school);
  parts.difference += difference;
  const balance = (ledger: Ledger): string =>
    [...settledTrial(ledger)].map(([kind, amount]) => `${kind} ${amount}`).join(", ");
  return [
    `ledger destroyed at noon with ${before.sales.size} sales; the newest backup missed ${recoveredSales}, the terminals gave them back`,
    `trial balance before: ${balance(before)}`,
    `trial balance after:  ${balance(after)} (difference Rp ${difference})`,
  ];
}

function counted(values: Iterable<string>): string {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].map(([name, count]) => `${name} ${count}`).join(", ");
}

async function audit(parts: Parts): Promise<{
  readonly ledger: Ledger;
  readonly verdict: Verdict;
  readonly subGrantCount: number;
}> {
  const { school, intentions, desk } = parts;
  const { fleet, students } = school;
  const journals = [];
  for (const stall of fleet.stalls)
    journals.push(await readJournal(sqliteQuery(terminalJournalFile(stall.directory))));
  const ledger = await readLedger(sqliteQuery(cloudLedgerFile(fleet.cloudDirectory)));
  const witness = { outcomes: intentions.outcomes, students, paidIn: desk.paidIn };
  return {
    ledger,
    verdict: judge(witness, journals, ledger),
    subGrantCount: journals.reduce((sum, { given }) => sum + given.size, 0),
  };
}

/** The whole run; everything that it started is gone when it returns or throws. */
export async function runChaos(
  options: ChaosOptions,
  directory: string,
  say: Say,
): Promise<ChaosReport> {
  const opened = await openChaosSchool(options, directory, say);
  const { school } = opened;
  const parts = createParts(options, opened, say);
  const endMs = Date.now() + options.minutesMax * 60_000;
  const rebuilt: string[] = [];
  const morning = options.destroysLedger ? Math.floor(options.killCount / 2) : 0;
  try {
    if (options.destroysLedger) {
      await storm(parts, morning, endMs);
      rebuilt.push(...(await noon(parts, directory)));
    }
    await storm(parts, options.killCount - morning, endMs);
  } finally {
    await school.close();
  }
  const { ledger, verdict, subGrantCount } = await audit(parts);
  const { intentions, desk, killer, queues } = parts;
  const named = (counts: ReadonlyMap<string, number>): string =>
    [...counts].map(([name, count]) => `${name} ${count}`).join(", ") || "none";
  const refusals = new Map<string, number>();
  for (const queue of queues)
    for (const [reason, count] of queue.refusals)
      refusals.set(reason, (refusals.get(reason) ?? 0) + count);
  return {
    kills: killer.killCount,
    verdict: { ...verdict, imbalance: verdict.imbalance + parts.difference },
    ledger,
    lines: [
      `purchases tried ${intentions.outcomes.length}: ${counted(intentions.outcomes.map(({ knowledge }) => knowledge))}`,
      `refused: ${named(refusals)}`,
      `killed: ${named(killer.kills)}`,
      `faults: ${named(parts.faults)}`,
      `paid in at the office ${desk.orderCount} times; sent again for: ${named(desk.repeats)}`,
      `trial balance: ${named(ledger.trial)}`,
      ...rebuilt,
      `sub-grants of the hub ${subGrantCount} suspense ${ledger.suspenseCount} forks ${ledger.forkCount}`,
    ],
  };
}
