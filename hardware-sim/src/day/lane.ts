import type { CounterView } from "../fleet/counter-client.ts";
import { terminalJournalFile, type Fleet, type Stall } from "../fleet/fleet.ts";
import { until } from "../fleet/until.ts";
import type { Random } from "../random.ts";
import type { World } from "../world.ts";
import { journaledSaleCount } from "./audit.ts";
import { buy, type Customer, type Purchase, type Till } from "./customer.ts";
import type { Incident, PlannedSale } from "./plan.ts";
import { saleCountOf, type Tally } from "./tally.ts";

/** Everything that the stalls' queues share. */
export type DayState = {
  readonly fleet: Fleet;
  readonly tills: readonly Till[];
  readonly customers: readonly Customer[];
  readonly world: World;
  readonly tally: Tally;
  readonly random: Random;
  readonly saleCount: number;
  /** Still to come, in order. */
  readonly incidents: Incident[];
  /** How often each stall's daemon has been started. */
  readonly starts: number[];
  say(line: string): void;
};

/** A killed daemon is back in a moment: systemd's RestartSec=2. */
const RESTART_DELAY_MS = 2_000;
/** How long after the charge the power may go: before, within and after the sale's one transaction. */
const KILL_WITHIN_MS = 6_000;
const REFUSED_TRIES_MAX = 20;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Keeps what the terminal timed; an acknowledgement arrives after its sale. */
export async function collectJourneys(day: DayState, stall: number): Promise<void> {
  const till = day.tills[stall];
  if (till === undefined) return;
  for (const journey of await till.counter.journeys())
    day.tally.journeys.set(`${stall}/${day.starts[stall] ?? 0}/${journey.id}`, journey);
}

function note(day: DayState, customer: Customer, purchase: Purchase): void {
  const { tally } = day;
  if (purchase.kind === "refused") {
    tally.refusals.set(purchase.reason, (tally.refusals.get(purchase.reason) ?? 0) + 1);
    return;
  }
  tally.bought[purchase.how] += 1;
  const { journey, firstName } = purchase;
  if (typeof journey?.saleId === "string") tally.promised.add(journey.saleId);
  const isOther = typeof journey?.student === "string" && journey.student !== customer.student;
  if (isOther || firstName !== customer.pupil.firstName) tally.wrongChildren += 1;
}

async function runIncident(day: DayState, incident: Incident): Promise<void> {
  switch (incident.kind) {
    case "cut-internet":
      day.fleet.cutInternet();
      day.say(`sale ${saleCountOf(day.tally)}: the internet is gone`);
      return;
    case "restore-internet":
      day.fleet.restoreInternet();
      day.say(`sale ${saleCountOf(day.tally)}: the internet is back`);
      return;
    case "kill-cloud":
      await day.fleet.cloud.kill();
      day.say(`sale ${saleCountOf(day.tally)}: kill -9 of the cloud`);
      await pause(RESTART_DELAY_MS);
      await day.fleet.cloud.start();
      return;
    case "kill-terminal":
      return;
  }
}

/** Runs what is due; a terminal is killed by its own lane, in the middle of a sale. */
async function runDueIncidents(day: DayState): Promise<void> {
  for (;;) {
    const index = day.incidents.findIndex(
      (one) => one.kind !== "kill-terminal" && one.atSale <= saleCountOf(day.tally),
    );
    const [incident] = index < 0 ? [] : day.incidents.splice(index, 1);
    if (incident === undefined) return;
    await runIncident(day, incident);
  }
}

function takeKill(day: DayState, stall: number): boolean {
  const index = day.incidents.findIndex(
    (one) =>
      one.kind === "kill-terminal" && one.stall === stall && one.atSale <= saleCountOf(day.tally),
  );
  if (index < 0) return false;
  day.incidents.splice(index, 1);
  return true;
}

type Served = { readonly till: Till; readonly stall: Stall; readonly index: number };

/** Back to a till that sells; a recorded sale that no screen confirmed is handed over. */
async function reviveTill(day: DayState, { till, stall, index }: Served): Promise<CounterView> {
  await stall.daemon.start();
  day.starts[index] = (day.starts[index] ?? 0) + 1;
  const view = await until(
    `${stall.name} to be back`,
    async () => {
      const now = await till.counter.view();
      return now.screen === "till" || now.screen === "unconfirmed" ? now : null;
    },
    { timeoutMs: 30_000 },
  );
  if (view.screen === "unconfirmed") await till.counter.press({ kind: "hand-over" });
  return view;
}

/**
 * Serves one customer while the power goes. Afterwards the sale is on the terminal's disk, or it never was and the
 * customer tries again. True when it was made.
 */
async function buyThroughCrash(
  day: DayState,
  served: Served,
  customer: Customer,
  sale: PlannedSale,
): Promise<boolean> {
  const { till, stall } = served;
  await collectJourneys(day, served.index);
  const countBefore = await journaledSaleCount(terminalJournalFile(stall.directory));
  const purchase = buy(till, day.world, customer, sale).catch(() => null);
  await Promise.race([purchase, pause(day.random.below(KILL_WITHIN_MS))]);
  await stall.daemon.kill();
  till.module.lift();
  day.say(`sale ${saleCountOf(day.tally)}: kill -9 of ${stall.name}`);
  const seen = await purchase;
  await pause(RESTART_DELAY_MS);
  const view = await reviveTill(day, served);
  const count = (await journaledSaleCount(terminalJournalFile(stall.directory))) - countBefore;
  if (seen !== null) note(day, customer, seen);
  else if (count > 0) {
    day.tally.bought["after-crash"] += 1;
    const isOther = view.screen === "unconfirmed" && view.firstName !== customer.pupil.firstName;
    if (isOther) day.tally.wrongChildren += 1;
  }
  day.say(
    `${stall.name} is back: ${view.screen === "unconfirmed" ? "it asks about the recorded sale" : count > 0 ? "the sale is recorded" : "no sale was made"}`,
  );
  return count > 0;
}

/** One stall's queue, one customer after another, until every planned sale is made. */
export async function runLane(
  day: DayState,
  index: number,
  sales: readonly PlannedSale[],
): Promise<void> {
  const till = day.tills[index];
  const stall = day.fleet.stalls[index];
  if (till === undefined || stall === undefined) throw new RangeError(`No stall ${index}`);
  const served = { till, stall, index };
  for (const sale of sales) {
    let customer = day.customers[sale.child];
    for (let tries = 0; ; tries++) {
      if (customer === undefined) throw new RangeError(`No child ${sale.child}`);
      if (tries > REFUSED_TRIES_MAX)
        throw new Error(`${stall.name} refused ${tries} customers in a row`);
      await runDueIncidents(day);
      if (takeKill(day, index)) {
        if (await buyThroughCrash(day, served, customer, sale)) break;
        continue;
      }
      const purchase = await buy(till, day.world, customer, sale);
      note(day, customer, purchase);
      await collectJourneys(day, index);
      if (purchase.kind === "bought") break;
      // A refusal is an honest answer: the next child in the queue takes the turn.
      customer = day.customers[(day.customers.indexOf(customer) + 1) % day.customers.length];
    }
  }
}
