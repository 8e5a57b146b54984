import { must, rupiah, schoolDayAt, unixMs } from "@saku/protocol";
import { planFaults } from "./fault-plan.ts";
import { adminOrder, nameHub } from "./office-orders.ts";
import { allowMeals, cashOverTheCounter, mealInstead, refundLater } from "./operator-deeds.ts";
import { START_MS, ZONE } from "./school.ts";
import {
  freezeThenVoid,
  hasHeardFreeze,
  judgeSale,
  unusual,
  voidInVain,
  voidNextDay,
  type Wish,
} from "./counter-rules.ts";
import type { SchoolRun } from "./seed-run.ts";
import type { Till } from "./till.ts";

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** Minutes after 05:00 of a school day. */
const GRANT_MIN = 31;
const BOOT_MIN = 110;
const OPEN_MIN = 111;
const CLOSE_MIN = 117;

/** A day's work, drawn before it begins: who boots when, who buys what, which orders come from home. */
export function planDay(run: SchoolRun, day: number): void {
  const { agenda, random } = run;
  const startMs = day * DAY_MS;
  const at = (minute: number, work: () => void): void => {
    agenda.at(startMs + minute * MINUTE_MS, work);
  };
  noteLimits(run, day);
  at(GRANT_MIN, () => void (run.cloud.isUp ? run.cloud.grant() : undefined));
  for (const till of run.tills) {
    at(BOOT_MIN + 0.5 * random.next(), () => {
      run.isNight = false;
      if (!till.isOn && till !== run.gone) void till.boot();
    });
    // Some are switched off properly, some at the wall, some stay on.
    const evening = random.next();
    if (day + 1 < run.dayCount)
      at(CLOSE_MIN + 1 + random.next(), () => {
        run.isNight = true;
        till.stop(evening < 0.5 ? "power" : "process");
      });
  }
  if (run.hasHub) at(BOOT_MIN + 0.6, () => void nameHub(run, must(run.tills[0] ?? null, "A till")));
  at(BOOT_MIN + 0.65, () => void allowMeals(run));
  for (let count = 0; count < 2; count++)
    at(OPEN_MIN + 1 + 2 * count, () => cashOverTheCounter(run, count));
  const purchaseCount = Math.ceil((30 + random.below(40)) / run.dayCount);
  for (let count = 0; count < purchaseCount; count++)
    at(OPEN_MIN + (CLOSE_MIN - OPEN_MIN) * random.next(), () => buy(run));
  const orderCount = 3 + random.below(8);
  for (let count = 0; count < orderCount; count++)
    at(OPEN_MIN - 2 + 8 * random.next(), () => void orderFromHome(run));
  planFaults(run, {
    fromMs: startMs + (BOOT_MIN + 0.7) * MINUTE_MS,
    toMs: startMs + CLOSE_MIN * MINUTE_MS,
  });
}

function noteLimits(run: SchoolRun, day: number): void {
  for (const [index, child] of run.children().entries()) {
    const known = run.limitOf.get(child);
    const limit =
      known === undefined ? (index % 3 === 0 ? null : 20_000 + 5_000 * (index % 4)) : known;
    run.limitOf.set(child, limit);
    run.oracle.noteLimit(child, schoolDayAt(unixMs(START_MS + day * DAY_MS), ZONE), limit);
  }
}

function pick<T>(run: SchoolRun, items: readonly T[]): T {
  return must(items[run.random.below(items.length)] ?? null, "One of several");
}

/** A child at a stall; some press twice. */
function buy(run: SchoolRun): void {
  const { random } = run;
  const till = pick(run, run.tills);
  const student = pick(run, run.children());
  const wish = unusual(run, { student, amount: 1_000 + 500 * random.below(16) });
  press(run, till, wish);
  if (random.chance(0.1))
    run.agenda.at(run.agenda.nowMs + random.below(80), () => press(run, till, wish));
}

function press(run: SchoolRun, till: Till, wish: Wish): void {
  const { oracle, story, random, agenda } = run;
  const { student, amount, purse } = wish;
  const wasFrozen = hasHeardFreeze(till, student);
  const answer = till.sell({ student, amount: rupiah(amount), purse, method: "finger" });
  if (answer === null) return;
  const attempt = oracle.order({ till: till.name, student, amount });
  answer.then(
    (outcome) => {
      if (outcome.kind === "refused") {
        // A disk that failed says nothing: the sale may be found at the next start, and the operator asked about it.
        if (outcome.reason !== "disk-failed") oracle.refused(attempt);
        run.refusedCount += 1;
        story.tell(`${till.name} refuses ${student} ${amount}: ${outcome.reason}`);
        void mealInstead(run, till, wish, outcome.reason);
        return;
      }
      oracle.sold(attempt, outcome.saleId);
      judgeSale(run, till, wish, wasFrozen);
      voidNextDay(run, till, outcome.saleId, amount);
      freezeThenVoid(run, till, outcome.saleId, wish);
      refundLater(run, till, outcome.saleId, amount);
      story.tell(`${till.name} sells ${student} ${amount} (${outcome.saleId.slice(0, 8)})`);
      agenda.at(
        agenda.nowMs + 200,
        () => void till.duty?.desk.markShown(outcome.saleId).catch(() => undefined),
      );
      if (random.chance(0.12))
        agenda.at(
          agenda.nowMs + 500 + random.below(50_000),
          () => void takeBack(run, till, outcome.saleId, amount),
        );
    },
    (error: unknown) =>
      run.world.broken("Q-sell", `${till.name} failed at a sale: ${String(error)}`),
  );
}

async function takeBack(run: SchoolRun, till: Till, saleId: string, amount: number): Promise<void> {
  if (!till.isWorking || till.duty === null) return;
  run.oracle.voidsUnanswered.add(saleId);
  const outcome = await till.duty.desk.voidSale(saleId, "wrong-amount");
  if (outcome.kind !== "refused" || outcome.reason !== "disk-failed")
    run.oracle.voidsUnanswered.delete(saleId);
  if (outcome.kind === "voided") run.oracle.voided.set(saleId, amount);
  await voidInVain(run, till, saleId, outcome.kind);
  run.story.tell(`${till.name} void of ${saleId.slice(0, 8)}: ${outcome.kind}`);
}

async function orderFromHome(run: SchoolRun): Promise<void> {
  const { random, cloud, oracle, story } = run;
  const { parts } = cloud;
  if (!cloud.isUp || parts === null) return;
  const order = adminOrder(run);
  const student = pick(run, run.children());
  const { writing } = parts.office;
  const choice = random.below(4);
  const day = schoolDayAt(unixMs(run.world.wallMs()), ZONE);
  const repeat = random.chance(0.2) ? 2 : 1;
  for (let count = 0; count < repeat; count++) {
    if (choice === 0) {
      const limit = random.chance(0.2) ? null : 5_000 * (1 + random.below(8));
      if (count === 0) {
        run.limitOf.set(student, limit);
        oracle.noteLimit(student, day, limit);
      }
      story.tell(`home: limit of ${student} ${limit}`);
      await writing.setDailyLimit(order, student, limit === null ? null : rupiah(limit));
    } else if (choice === 1) {
      const isFrozen = random.chance(0.5);
      story.tell(`home: ${isFrozen ? "freeze" : "thaw"} ${student}`);
      await writing.setFrozen(order, student, isFrozen);
    } else {
      const amount = 5_000 * (1 + random.below(6));
      story.tell(`school: ${student} brings ${amount}`);
      await writing.topUpCash(order, student, rupiah(amount));
    }
  }
}
