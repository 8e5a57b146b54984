import { createRandom, type Random } from "@saku/hardware-sim/random";
import { must, schoolDayAt, unixMs, type StudentId } from "@saku/protocol";
import { auditAgreement } from "./agreement.ts";
import { createAgenda, settled, type Agenda } from "./agenda.ts";
import { auditLedger, auditMarks, auditPromises } from "./audit.ts";
import { CloudHost } from "./cloud-host.ts";
import { retireTwin } from "./copied-card.ts";
import { unmountAll } from "./wasm-sqlite.ts";
import { FAIR, Line, type Weather } from "./network.ts";
import { sqliteFooting, type Footing } from "./ground.ts";
import { SchoolLan } from "./lan.ts";
import { Oracle } from "./oracle.ts";
import { planDay } from "./plan.ts";
import { CHILDREN, SLOT_KEYS, START_MS, ZONE, type SchoolSize } from "./school.ts";
import { createStory, type Story } from "./story.ts";
import { freshCard, Till } from "./till.ts";
import { setTrap } from "./trap.ts";
import type { World } from "./world.ts";

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** Three retry periods, the longest of which is two minutes (I18). */
const DRAIN_MAX_MS = 3 * 120_000;
const QUIET_MS = 120_000;
const EVENTS_BETWEEN_AUDITS = 100;

export type SeedOutcome = {
  readonly seed: number;
  readonly purchases: number;
  readonly faults: number;
  readonly physicallyLost: number;
  readonly refused: number;
  readonly digest: string;
  /** What did not hold; null = everything did. */
  readonly broken: { readonly rule: string; readonly sentence: string } | null;
  readonly lastHappenings: readonly string[];
};

/** One school of one run. */
export class SchoolRun {
  readonly world: World;
  readonly agenda: Agenda;
  readonly random: Random;
  readonly story: Story;
  readonly oracle: Oracle = new Oracle();
  readonly size: SchoolSize;
  readonly dayCount: number;
  readonly tills: Till[] = [];
  cloud: CloudHost;
  readonly lan: SchoolLan;
  faultCount = 0;
  refusedCount = 0;
  broken: SeedOutcome["broken"] = null;
  isCalm = false;
  /** One terminal holds the leases of all, in half of the schools. */
  hasHub = false;
  /** Nobody switches a terminal on at night. */
  isNight = false;
  orderCount = 0;
  /** Two terminals with one card's past. */
  copied: { readonly original: Till; readonly twin: Till } | null = null;
  /** A terminal that nobody finds. */
  gone: Till | null = null;
  /** The daily limit of every child as the office last had it. */
  readonly limitOf: Map<StudentId, number | null> = new Map();

  constructor(seed: number, footing: Footing, size: SchoolSize, listen: (line: string) => void) {
    this.random = createRandom(seed).fork("school");
    this.agenda = createAgenda(this.random.fork("agenda"), footing.stillness);
    const { agenda } = this;
    this.story = createStory(() => agenda.nowMs + 5 * 3_600_000, listen);
    this.size = size;
    this.hasHub = this.random.chance(0.5);
    this.dayCount = this.random.chance(0.3) ? 2 : 1;
    this.world = {
      random: this.random,
      agenda,
      story: this.story,
      wallMs: () => START_MS + Math.floor(agenda.nowMs),
      backupEveryMs: 45_000 + this.random.below(120_000),
      broken: (rule, sentence) => {
        this.story.tell(`BROKEN ${rule}: ${sentence}`);
        this.broken ??= { rule, sentence };
      },
      fault: (sentence) => {
        this.faultCount += 1;
        this.story.tell(`fault: ${sentence}`);
      },
    };
    this.cloud = new CloudHost(this.world, footing);
    this.lan = new SchoolLan(new Line(agenda, this.random.fork("lan"), this.weather()));
  }

  weather(): Weather {
    const { random } = this;
    if (random.chance(0.3)) return FAIR;
    return { loss: 0.2 * random.next(), doubled: 0.2 * random.next(), late: 0.2 * random.next() };
  }

  children(): typeof CHILDREN {
    return CHILDREN.slice(0, this.size.children);
  }

  /** A promised sale whose card is gone: only the cloud can still have it. */
  loseDiskCopy(saleId: string): void {
    this.oracle.atRisk.add(saleId);
    void this.judgeRisks();
  }

  /** Which of those the cloud does not have either; asked whenever one of the two lost something. */
  async judgeRisks(): Promise<void> {
    const store = this.cloud.parts?.store;
    if (store === undefined || this.oracle.atRisk.size === 0) return;
    const rows = await store.read.selectFrom("device_event").select("id").execute();
    const known = new Set(rows.map(({ id }) => String(id)));
    for (const id of this.oracle.atRisk) if (!known.has(id)) this.oracle.physicallyLost.add(id);
  }

  async bootCloud(): Promise<void> {
    await this.cloud.boot();
    await this.judgeRisks();
    await this.readLimits();
  }

  /** A ledger that was set back has forgotten the newest orders from home: what it knows is in force until somebody orders anew. */
  async readLimits(): Promise<void> {
    const store = this.cloud.parts?.store;
    if (store === undefined || !this.oracle.hasRestored) return;
    const rows = await store.read.selectFrom("student").select(["id", "daily_limit"]).execute();
    const today = schoolDayAt(unixMs(this.world.wallMs()), ZONE);
    for (const { id, daily_limit: limit } of rows) {
      this.limitOf.set(id, limit);
      this.oracle.noteLimit(id, today, limit);
    }
  }

  /** Lets virtual time run; audits as it goes. */
  async run(untilMs: number, isEnough: () => boolean = () => false): Promise<void> {
    let count = 0;
    while (this.broken === null && !isEnough() && (await this.agenda.next(untilMs))) {
      count += 1;
      if (count % EVENTS_BETWEEN_AUDITS === 0) await auditMarks(this.world, this.cloud, this.tills);
    }
  }
}

async function calm(run: SchoolRun): Promise<void> {
  run.isCalm = true;
  run.gone = null;
  run.isNight = false;
  run.story.tell("the faults stop");
  const { cloud, lan } = run;
  lan.line.weather = FAIR;
  lan.line.isCut = false;
  if (!cloud.isUp) {
    cloud.kill("process");
    await settled(run.agenda, run.bootCloud());
  }
  // A frame that is lost on a living connection exists in no TCP: here it does, and what was lost is heard of at the next hello.
  cloud.hangUp();
  for (const till of run.tills) {
    till.line.weather = FAIR;
    till.line.isCut = false;
    till.disk.cutIn = null;
    till.disk.fault = "none";
    if (till.isWorking && !till.isDiskBad) continue;
    till.stop("process");
    void till.boot();
  }
}

function isDrainedAt(run: SchoolRun, till: Till): boolean {
  const facts = till.duty?.loop.facts();
  if (facts === undefined || facts.unsentCount > 0) return false;
  // One that was declared lost hears `stop` and leaves when all is delivered [D3].
  return facts.link === "online" || run.oracle.wereLost.has(till.name.slice(0, 2));
}

async function drain(run: SchoolRun): Promise<void> {
  const { agenda, tills, cloud } = run;
  await retireTwin(run, (till) => isDrainedAt(run, till), DRAIN_MAX_MS);
  const startMs = agenda.nowMs;
  const isDrained = (): boolean => tills.every((till) => isDrainedAt(run, till));
  // A terminal hears of its broken connection before it is asked whether it is connected.
  await run.run(startMs + 1_000);
  await run.run(startMs + DRAIN_MAX_MS, isDrained);
  if (run.broken === null && !isDrained()) {
    const waiting = tills
      .filter((till) => (till.duty?.loop.facts().unsentCount ?? 1) > 0)
      .map((till) => `${till.name} (${till.duty?.loop.facts().unsentCount ?? "down"})`);
    if (waiting.length > 0)
      run.world.broken("stuck", `I18: not drained in time: ${waiting.join(", ")}`);
  }
  // What the last events brought on, as far as the terminals.
  if (run.broken === null) await run.run(agenda.nowMs + QUIET_MS);
  if (run.broken !== null) return;
  await settled(run.agenda, auditLedger(run.world, cloud, run.oracle));
  await settled(run.agenda, auditAgreement(run.world, cloud, tills, run.oracle));
}

export async function runSeed(
  seed: number,
  listen: (line: string) => void = () => undefined,
  foot: (size: SchoolSize) => Promise<Footing> = sqliteFooting,
): Promise<SeedOutcome> {
  const shape = createRandom(seed).fork("shape");
  const size = { terminals: 2 + shape.below(3), children: 4 + shape.below(5) };
  const footing = await foot(size);
  const card = await freshCard();
  const run = new SchoolRun(seed, footing, size, listen);
  const release = setTrap();
  let physicallyLost = 0;
  try {
    physicallyLost = await runDays(run, card);
  } finally {
    release();
    for (const till of run.tills) till.stop("process");
    run.cloud.kill("process");
    await footing.leave();
    unmountAll();
  }
  return {
    seed,
    purchases: run.oracle.purchaseCount,
    faults: run.faultCount + run.tills.reduce((sum, till) => sum + till.line.faultCount, 0),
    physicallyLost,
    refused: run.refusedCount,
    digest: run.story.digest(),
    broken: run.broken,
    lastHappenings: [...run.story.last],
  };
}

async function runDays(
  run: SchoolRun,
  card: Awaited<ReturnType<typeof freshCard>>,
): Promise<number> {
  const { world, agenda, cloud, tills } = run;
  for (let slot = 0; slot < run.size.terminals; slot++) {
    const name = `T${slot}`;
    const keys = must(SLOT_KEYS[slot] ?? null, "A key for every slot");
    const line = new Line(agenda, run.random.fork(`line-${slot}`), run.weather());
    const till = new Till(world, { name, slot, keys, cloud, lan: run.lan, line, image: card });
    till.hasNtp = run.random.chance(0.3);
    tills.push(till);
  }
  await settled(agenda, cloud.boot());
  for (let day = 0; day < run.dayCount; day++) {
    planDay(run, day);
    await run.run(day * DAY_MS + 120 * MINUTE_MS);
    if (run.broken !== null) return 0;
    await settled(agenda, auditLedger(world, cloud, run.oracle));
  }
  await calm(run);
  await drain(run);
  if (run.broken !== null) return 0;
  return settled(agenda, auditPromises(world, cloud, run.oracle));
}
