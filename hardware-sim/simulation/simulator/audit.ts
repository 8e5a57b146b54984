import { sql } from "kysely";
import { failedChecks } from "@saku/cloud-broker/shell/store/checks";
import type { Store } from "@saku/cloud-broker/shell/store/store";
import type { CloudHost } from "./cloud-host.ts";
import type { Oracle } from "./oracle.ts";
import type { Till } from "./till.ts";
import type { World } from "./world.ts";

// The rules of the money, recomputed from rows by questions of our own.

type Row = Readonly<Record<string, unknown>>;

async function rows(store: Store, text: string): Promise<readonly Row[]> {
  return (await sql.raw<Row>(text).execute(store.read)).rows;
}

/** What must hold at every moment, asked often and while nothing moves. */
export async function auditMarks(
  world: World,
  cloud: CloudHost,
  tills: readonly Till[],
): Promise<void> {
  const marks = await cloud.peek("SELECT inc, ack, safe FROM incarnation");
  const committed = new Map<string, number>();
  for (const { inc, ack, safe } of marks ?? []) {
    committed.set(String(inc), Number(ack));
    if (Number(safe) > Number(ack))
      world.broken("I17", `the cloud is safe to ${String(safe)} of ${String(ack)}`);
    if (Number(safe) > (cloud.safeTruth.get(String(inc)) ?? 0))
      world.broken(
        "I17",
        `the cloud calls ${String(safe)} of ${String(inc)} safe; no finished copy has it`,
      );
  }
  for (const till of tills) auditTill(world, cloud, till, marks === null ? null : committed);
}

function auditTill(
  world: World,
  cloud: CloudHost,
  till: Till,
  committed: ReadonlyMap<string, number> | null,
): void {
  const term = till.peek("SELECT term FROM head")?.[0]?.["term"];
  for (const { inc, last_n, ack, safe } of till.peek(
    "SELECT inc, last_n, ack, safe FROM incarnation",
  ) ?? []) {
    if (!(Number(safe) <= Number(ack) && Number(ack) <= Number(last_n)))
      world.broken(
        "I17",
        `${till.name}: safe ${String(safe)}, ack ${String(ack)}, last ${String(last_n)}`,
      );
    if (Number(safe) > (cloud.safeTruth.get(String(inc)) ?? 0))
      world.broken(
        "I17",
        `${till.name} believes ${String(safe)} of ${String(inc)} safe; no finished copy has it`,
      );
    const isSameTerm = term === cloud.parts?.store.term;
    if (committed !== null && isSameTerm && Number(ack) > (committed.get(String(inc)) ?? 0))
      world.broken("I17", `${till.name} believes ${String(ack)} of ${String(inc)} committed`);
  }
}

/** The whole ledger: the product's nightly questions, and ours. */
export async function auditLedger(world: World, cloud: CloudHost, oracle: Oracle): Promise<void> {
  const store = cloud.parts?.store;
  if (store === undefined) return;
  for (const rule of await failedChecks(store.read))
    if (oracle.isLimitJudged || !rule.startsWith("I4 "))
      world.broken(rule.split(" ")[0] ?? rule, rule);
  const balances = await rows(
    store,
    `SELECT a.kind, a.id, sum(CASE p.side WHEN 'credit' THEN p.amount ELSE -p.amount END) AS credit
     FROM account a JOIN posting p ON p.account = a.id AND p.school = a.school GROUP BY a.kind, a.id`,
  );
  let sum = 0;
  for (const { kind, id, credit } of balances) {
    sum += Number(credit);
    if ((kind === "student" || kind === "escrow") && Number(credit) < 0)
      world.broken("I2", `negative: ${String(id)} stands at ${String(credit)}`);
  }
  if (sum !== 0) world.broken("I1", `imbalance: the postings add up to ${sum}`);
  await auditLimits(world, store, oracle);
  await auditVerdicts(world, store, oracle);
}

async function auditLimits(world: World, store: Store, oracle: Oracle): Promise<void> {
  if (!oracle.isLimitJudged) return;
  const used = await rows(
    store,
    `SELECT student, day, sum(amount - returned - passed) AS used FROM lease
     WHERE purse = 'snack' GROUP BY student, day`,
  );
  for (const { student, day, used: amount } of used) {
    const limit = oracle.limits.get(`${String(student)}/${String(day)}`);
    if (limit !== undefined && limit !== null && Number(amount) > limit)
      world.broken(
        "I4",
        `${String(student)} may spend ${limit} on ${String(day)}; leases hold ${String(amount)}`,
      );
  }
}

async function auditVerdicts(world: World, store: Store, oracle: Oracle): Promise<void> {
  for (const { id, verdict } of await rows(store, "SELECT id, verdict FROM device_event")) {
    const before = oracle.verdicts.get(String(id));
    if (before !== undefined && before !== verdict)
      world.broken("I6", `event ${String(id).slice(0, 8)} was ${before} and is ${String(verdict)}`);
    oracle.verdicts.set(String(id), String(verdict));
  }
}

export type Verdict = {
  lost: number;
  doubled: number;
  negative: number;
  imbalance: number;
  physicallyLost: number;
};

/** At the end: every promise is in the books once, and the books hold nothing that nobody ordered. */
export async function auditPromises(
  world: World,
  cloud: CloudHost,
  oracle: Oracle,
): Promise<number> {
  const store = cloud.parts?.store;
  if (store === undefined) {
    world.broken("Q-end", "the cloud is down at the end");
    return 0;
  }
  const sales = await rows(
    store,
    `SELECT s.event, s.student, s.amount, s.covered, s.voided_by, d.name AS till,
       (SELECT count(*) FROM journal j WHERE j.cause_kind = 'event' AND j.cause_id = s.event) AS journals
     FROM sale s JOIN device d ON d.id = s.device`,
  );
  const booked = new Map(sales.map((sale) => [String(sale["event"]), sale]));
  let physicallyLost = 0;
  for (const promise of oracle.promised.values()) {
    const sale = booked.get(promise.saleId);
    if (sale === undefined) {
      if (oracle.physicallyLost.has(promise.saleId)) physicallyLost += 1;
      else
        world.broken(
          "lost",
          `${promise.till} promised ${promise.saleId.slice(0, 8)} (${promise.amount}) and the ledger has it not`,
        );
      continue;
    }
    if (Number(sale["journals"]) !== 1)
      world.broken(
        "doubled",
        `${promise.saleId.slice(0, 8)} is booked ${String(sale["journals"])} times`,
      );
    if (Number(sale["amount"]) !== promise.amount || sale["student"] !== promise.student)
      world.broken("I7", `${promise.saleId.slice(0, 8)} is booked as another sale`);
    if (
      oracle.voided.has(promise.saleId) !== (sale["voided_by"] !== null) &&
      !oracle.voidsUnanswered.has(promise.saleId)
    )
      world.broken(
        "void",
        `${promise.saleId.slice(0, 8)}: the counter and the ledger disagree over its void`,
      );
  }
  physicallyLost += await auditDeeds(world, store, oracle);
  const open = [...oracle.unanswered];
  for (const sale of sales) {
    if (oracle.promised.has(String(sale["event"]))) continue;
    const index = open.findIndex(
      (each) =>
        each.till.slice(0, 2) === sale["till"] &&
        each.student === sale["student"] &&
        each.amount === Number(sale["amount"]),
    );
    if (index < 0)
      world.broken(
        "invented",
        `the ledger has a sale of ${String(sale["amount"])} at ${String(sale["till"])} that nobody ordered`,
      );
    else open.splice(index, 1);
  }
  return physicallyLost;
}

/** Refunds and cash of the counters: each is in the books, once; how many are physically lost. */
async function auditDeeds(world: World, store: Store, oracle: Oracle): Promise<number> {
  const found = await rows(
    store,
    `SELECT e.id, e.type,
       (SELECT count(*) FROM journal j WHERE j.cause_kind = 'event' AND j.cause_id = e.id) AS journals
     FROM device_event e WHERE e.type IN ('refund', 'cash-in')`,
  );
  const booked = new Map(found.map((row) => [String(row["id"]), row]));
  for (const { id, type, journals } of found)
    if (Number(journals) > 1 || (type === "cash-in" && Number(journals) !== 1))
      world.broken(
        "doubled",
        `${String(id).slice(0, 8)}, a ${String(type)}, is booked ${String(journals)} times`,
      );
  let physicallyLost = 0;
  for (const [id, till] of oracle.deeds)
    if (booked.has(id)) continue;
    else if (oracle.physicallyLost.has(id)) physicallyLost += 1;
    else world.broken("lost", `${till} wrote ${id.slice(0, 8)} and the ledger has it not`);
  return physicallyLost;
}
