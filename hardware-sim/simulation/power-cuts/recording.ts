import { spawnSync } from "node:child_process";
import { createReadStream } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { readJournal, sqliteQuery } from "@saku/hardware-sim/chaos/books";
import { createSyntheticFinger } from "@saku/hardware-sim/finger/synthetic-finger";
import type { CounterClient } from "@saku/hardware-sim/fleet/counter-client";
import { terminalJournalFile } from "@saku/hardware-sim/fleet/fleet";
import { freeFleetPorts } from "@saku/hardware-sim/fleet/free-port";
import { openSchool, type School } from "@saku/hardware-sim/fleet/open-school";
import { madeUpPupils, type Pupil } from "@saku/hardware-sim/fleet/pupils";
import { until } from "@saku/hardware-sim/fleet/until";
import { createWorld } from "@saku/hardware-sim/world";
import { straceArguments, TraceReader, type TraceStep } from "./trace.ts";

/** What somebody was told, and when: from then on no power cut may undo it. */
export type Promised = { readonly atUs: number } & (
  | { readonly kind: "sale"; readonly id: string }
  /** Of the hub: a stall has sold from it. */
  | { readonly kind: "sub-grant"; readonly lease: string }
  | { readonly kind: "top-up"; readonly amount: number }
  /** A file of keys that others rely on: every byte of it. */
  | { readonly kind: "file"; readonly name: string; readonly hex: string }
);

/** One process's folder: what was done to it, and what was promised of it. */
export type Recording = {
  readonly name: string;
  readonly store: "terminal" | "cloud";
  readonly steps: readonly TraceStep[];
  readonly promises: readonly Promised[];
};

export type RecordingOptions = {
  readonly directory: string;
  readonly saleCount: number;
  readonly stallCount: number;
  /** `NORMAL` shows that the explorer finds losses. */
  readonly synchronous: "FULL" | "NORMAL";
  say(line: string): void;
};

/** The last terminal is the hub of the others, where there are others. */
const HUB = "hub";
const nameOfStall = (index: number, count: number): string =>
  count > 1 && index === count - 1 ? HUB : `stall ${index + 1}`;

/** So little that stalls soon ask the hub, which holds what is paid in later. */
const TOP_UP_RUPIAH = 2_000;
const MORE_RUPIAH = 400_000;
/** So much that what the cloud lends a stall for one sale does not last for many. */
const AMOUNT_FIRST = 2_500;
const WAIT = { timeoutMs: 60_000 };

/** Null when system calls can be recorded here, otherwise the sentence that says what is missing. */
export function whyNoTrace(): string | null {
  const probe = spawnSync("strace", ["-f", "--seccomp-bpf", "-o", "/dev/null", "true"]);
  if (probe.error !== undefined)
    return "strace is not installed (Debian: apt install strace); power cuts cannot be explored.";
  return probe.status === 0
    ? null
    : "strace may not trace processes here; power cuts cannot be explored.";
}

/** Promises carry the clock's millisecond, rounded up: never earlier than the screen showed it. */
const nowUs = (): number => (Date.now() + 1) * 1_000;

type Ledger = Map<string, Promised[]>;

function promise(ledger: Ledger, folder: string, promised: Promised): void {
  ledger.set(folder, [...(ledger.get(folder) ?? []), promised]);
}

async function typed(counter: CounterClient, digits: string): Promise<void> {
  for (const digit of digits) await counter.press({ kind: "digit", digit });
  await counter.press({ kind: "enter" });
}

/** One sale by PIN; resolves when the screen says approved. */
async function sell(counter: CounterClient, pupil: Pupil, amount: number): Promise<string> {
  await until(
    "a free till",
    async () => {
      const { screen } = await counter.view();
      if (screen === "till") return true;
      if (screen !== "starting") await counter.press({ kind: "cancel" });
      return null;
    },
    WAIT,
  );
  await counter.press({ kind: "amount", amount });
  await counter.press({ kind: "charge" });
  await counter.press({ kind: "pin-start" });
  await typed(counter, pupil.number);
  const at = (isIt: (view: Awaited<ReturnType<CounterClient["view"]>>) => boolean): Promise<true> =>
    until("the counter", async () => (isIt(await counter.view()) ? true : null), WAIT);
  await at(({ pin }) => pin?.step === "code");
  await typed(counter, pupil.pin);
  await at(({ screen }) => screen === "approved");
  return (await counter.journeys()).at(-1)?.saleId ?? "";
}

async function drained(counters: readonly CounterClient[]): Promise<void> {
  await until(
    "every outbox to be empty",
    async () => {
      const views = await Promise.all(counters.map((counter) => counter.view()));
      return views.every((view) => view.isOnline && view.unsentCount === 0) ? true : null;
    },
    WAIT,
  );
}

async function promiseFile(ledger: Ledger, folder: string, name: string): Promise<void> {
  const hex = (await readFile(join(folder, name))).toString("hex");
  promise(ledger, folder, { kind: "file", atUs: nowUs(), name, hex });
}

/** Sells, pays in, stops every process in order once and kills every one once. */
async function work(
  school: School,
  pupils: readonly Pupil[],
  options: RecordingOptions,
): Promise<Ledger> {
  const ledger: Ledger = new Map();
  const { fleet, counters, students, office } = school;
  for (const { directory } of fleet.stalls)
    await promiseFile(ledger, directory, "device-keys.json");
  await promiseFile(ledger, fleet.cloudDirectory, "cloud-key");
  let unbooked: string[] = [];
  for (let index = 0; index < options.saleCount; index++) {
    const at = index % fleet.stalls.length;
    const [stall, counter] = [fleet.stalls[at], counters[at]];
    const pupil = pupils[index % pupils.length];
    if (stall === undefined || counter === undefined || pupil === undefined) break;
    const id = await sell(counter, pupil, AMOUNT_FIRST + index);
    promise(ledger, stall.directory, { kind: "sale", atUs: nowUs(), id });
    unbooked.push(id);
    if (index % 3 === 2) {
      await drained(counters);
      const atUs = nowUs();
      for (const booked of unbooked)
        promise(ledger, fleet.cloudDirectory, { kind: "sale", atUs, id: booked });
      unbooked = [];
      const amount = 10_000 + index;
      const student = students[index % students.length] ?? "";
      await office.client.post(`/v1/students/${student}/topups`, { amount }, `power-cut-${index}`);
      promise(ledger, fleet.cloudDirectory, { kind: "top-up", atUs: nowUs(), amount });
    }
    const daemons = [fleet.cloud, stall.daemon];
    if (index === Math.floor(options.saleCount / 2))
      for (const daemon of daemons) {
        await daemon.stop();
        await daemon.start();
      }
    if (index === Math.floor((options.saleCount * 3) / 4))
      for (const daemon of daemons) {
        await daemon.kill();
        await daemon.start();
      }
  }
  return ledger;
}

/** A stall that sold from the hub's sub-grant has shown it to a child: the hub may not forget it either. */
async function promiseSubGrants(ledger: Ledger, { stalls }: School["fleet"]): Promise<void> {
  const hub = stalls.find(({ name }) => name === HUB);
  if (hub === undefined) return;
  for (const { directory } of stalls) {
    const { sales, taken } = await readJournal(sqliteQuery(terminalJournalFile(directory)));
    const told = new Map(
      (ledger.get(directory) ?? []).flatMap((one) =>
        one.kind === "sale" ? [[one.id, one.atUs] as const] : [],
      ),
    );
    for (const { id, leases } of sales)
      for (const lease of leases)
        if (taken.has(lease)) {
          const atUs = told.get(id) ?? Infinity;
          promise(ledger, hub.directory, { kind: "sub-grant", lease, atUs });
        }
  }
}

/** Everything that every start of a process wrote, in order. */
async function readTrace(folder: string, logs: readonly string[]): Promise<readonly TraceStep[]> {
  const reader = new TraceReader(folder);
  for (const log of logs) {
    reader.beginProcess();
    for await (const line of createInterface({ input: createReadStream(log) })) reader.line(line);
  }
  return reader.steps;
}

type Opening = RecordingOptions & {
  readonly pupils: readonly Pupil[];
  readonly launcher: (folder: string) => readonly string[];
};

/** A school whose money lies with the hub, where there is one. */
async function openTracedSchool(options: Opening): Promise<School> {
  const { directory, stallCount, pupils, launcher } = options;
  const school = await openSchool({
    fleet: {
      directory,
      ports: await freeFleetPorts(stallCount),
      stalls: Array.from({ length: stallCount }, (_, index) => ({
        name: nameOfStall(index, stallCount),
        model: "R307" as const,
      })),
      seed: 1,
      frameAncestors: [],
      backupEverySeconds: 3_600,
      launcher,
    },
    schoolName: "SD Melati",
    operatorCode: "482913",
    world: createWorld(
      pupils.map((_, index) => createSyntheticFinger({ fingerId: `f${index}`, seed: 90 + index })),
    ),
    children: pupils.map((pupil, index) => ({
      pupil,
      fingers: [{ name: "right-index", fingerId: `f${index}` }],
    })),
    enrolImpressions: [],
    enrolStall: 0,
    topUp: TOP_UP_RUPIAH,
    dailyLimit: null,
    isRealTime: false,
    say: options.say,
  });
  if (stallCount > 1) await school.office.nameHub(HUB);
  const { client } = school.office;
  for (const [index, student] of school.students.entries()) {
    const key = `power-cut-more-${index}`;
    await client.post(`/v1/students/${student}/topups`, { amount: MORE_RUPIAH }, key);
  }
  return school;
}

/** Runs the real school under strace and gives back what each of its processes did to its folder. */
export async function record(options: RecordingOptions): Promise<readonly Recording[]> {
  const { directory, synchronous } = options;
  await mkdir(directory, { recursive: true });
  const logs = new Map<string, string[]>();
  const launcher = (folder: string): readonly string[] => {
    const ours = logs.get(folder) ?? [];
    const log = join(directory, `strace-${basename(folder)}-${ours.length}`);
    logs.set(folder, [...ours, log]);
    return ["strace", ...straceArguments(log)];
  };
  const pupils = madeUpPupils(2);
  const before = process.env["NODE_OPTIONS"];
  const patch = fileURLToPath(import.meta.resolve("./normal-sync.js"));
  if (synchronous === "NORMAL") process.env["NODE_OPTIONS"] = `--import ${patch}`;
  let promises: Ledger = new Map();
  let fleet: School["fleet"];
  try {
    const school = await openTracedSchool({ ...options, pupils, launcher });
    fleet = school.fleet;
    try {
      promises = await work(school, pupils, options);
    } finally {
      await school.close();
    }
  } finally {
    if (before === undefined) delete process.env["NODE_OPTIONS"];
    else process.env["NODE_OPTIONS"] = before;
  }
  await promiseSubGrants(promises, fleet);
  const recordings: Recording[] = [];
  for (const [folder, ours] of logs)
    recordings.push({
      name: fleet.stalls.find((stall) => stall.directory === folder)?.name ?? "cloud",
      store: folder === fleet.cloudDirectory ? "cloud" : "terminal",
      steps: await readTrace(folder, ours),
      promises: promises.get(folder) ?? [],
    });
  return recordings;
}
