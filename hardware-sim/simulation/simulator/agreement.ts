import { sql } from "kysely";
import type { CloudHost } from "./cloud-host.ts";
import type { Oracle } from "./oracle.ts";
import type { Till } from "./till.ts";
import type { World } from "./world.ts";

type Row = Readonly<Record<string, unknown>>;

const MONEY = ["amount", "spent", "returned"] as const;

type Ask = (text: string) => Promise<readonly Row[]>;

/** When everything has arrived: what must hold of events and leases, and between the two sides. */
export async function auditAgreement(
  world: World,
  cloud: CloudHost,
  tills: readonly Till[],
  oracle: Oracle,
): Promise<void> {
  const store = cloud.parts?.store;
  if (store === undefined) return;
  const ask: Ask = async (text) => (await sql.raw<Row>(text).execute(store.read)).rows;
  await auditDays(world, ask, tills);
  // What a lost terminal holds was given back without it: there the two sides differ, and the reserve stands between them [G11].
  const kept = tills.filter(({ name }) => !oracle.wereLost.has(name));
  if (!oracle.hasRestored) await auditHonest(world, ask, kept);
}

/** True whatever was set back: days, forks. */
async function auditDays(world: World, ask: Ask, tills: readonly Till[]): Promise<void> {
  for (const { device, day } of await ask(
    `SELECT a.device, b.day FROM device_event a JOIN device_event b
       ON b.device = a.device AND b.inc = a.inc AND b.n = a.n + 1 WHERE b.day < a.day`,
  ))
    world.broken("W12", `${String(device)} went back to the school day ${String(day)}`);
  for (const { id, day } of await ask(
    `SELECT s.event AS id, l.day FROM sale s JOIN sale_spend p ON p.sale = s.event JOIN lease l ON l.id = p.lease
     WHERE l.day <> s.day`,
  ))
    world.broken("W6", `${String(id).slice(0, 8)} was paid by a lease of ${String(day)}`);
  for (const { name, state } of await ask(
    `SELECT DISTINCT d.name, d.state FROM device_event e JOIN device d ON d.id = e.device
     WHERE d.state = 'active' OR NOT EXISTS (SELECT 1 FROM fork_evidence f WHERE f.device = d.id)
     GROUP BY e.device, e.parent, d.name, d.state HAVING count(*) > 1`,
  ))
    world.broken("N4", `${String(name)} has two histories and is ${String(state)}`);
  for (const till of tills) {
    const [old] =
      till.peek(
        "SELECT lease FROM lease WHERE state = 'active' AND day < (SELECT day FROM head)",
      ) ?? [];
    if (old !== undefined)
      world.broken("W12", `${till.name} keeps ${String(old["lease"])} of a day that is over`);
  }
}

/**
 * Where nothing was ever restored from an older copy the two sides must say the same: no event contradicts the books, no
 * history has split, and every lease stands at its terminal as it stands in the ledger.
 */
async function auditHonest(world: World, ask: Ask, tills: readonly Till[]): Promise<void> {
  for (const { type, verdict, anomaly } of await ask(
    // A lost terminal's late word about money that went back without it is for a person to read.
    // A hub's sale that it took back before it lent the money on may be heard after the loan: its void sets the books right.
    `SELECT type, verdict, anomaly FROM device_event e WHERE verdict IN ('suspense', 'anomaly')
       AND NOT EXISTS (SELECT 1 FROM sale s WHERE s.event = e.id AND s.voided_by IS NOT NULL)
       AND NOT EXISTS (SELECT 1 FROM loss l WHERE l.device = e.device)`,
  ))
    world.broken(
      "honest",
      `an honest ${String(type)} is booked as ${String(verdict)}: ${String(anomaly)}`,
    );
  for (const { device, reason } of await ask("SELECT device, reason FROM fork_evidence"))
    world.broken("honest", `${String(device)} is taken for two terminals: ${String(reason)}`);
  for (const { id } of await ask("SELECT id FROM student WHERE is_frozen = 1"))
    for (const till of tills) {
      const [kept] =
        till.peek(`SELECT lease FROM lease WHERE state = 'active' AND student = '${String(id)}'`) ??
        [];
      if (kept !== undefined)
        world.broken("W11", `${till.name} keeps ${String(kept["lease"])} of a frozen child`);
    }
  const ledger = await ask(
    `SELECT d.name AS till, l.id, l.amount, l.spent, l.returned FROM lease l JOIN device d ON d.id = l.device`,
  );
  for (const till of tills)
    compare(
      world,
      till,
      ledger.filter((row) => row["till"] === till.name),
    );
}

function compare(world: World, till: Till, ledger: readonly Row[]): void {
  const own = till.peek("SELECT lease, amount, spent, returned FROM lease");
  if (own === null) return;
  const held = new Map(own.map((row) => [String(row["lease"]), row]));
  for (const lease of ledger) {
    const id = String(lease["id"]);
    const here = held.get(id);
    held.delete(id);
    const [there, mine] = [lease, here].map((row) => MONEY.map((name) => Number(row?.[name] ?? 0)));
    const isOpen = Number(lease["amount"]) > Number(lease["spent"]) + Number(lease["returned"]);
    // What is closed may be forgotten there.
    if (here === undefined && !isOpen) continue;
    if (here === undefined)
      world.broken("agreement", `${till.name} never heard of its lease ${id} (${String(there)})`);
    else if (String(there) !== String(mine))
      world.broken(
        "agreement",
        `${id} is ${String(mine)} at ${till.name} and ${String(there)} in the ledger`,
      );
  }
  for (const id of held.keys())
    world.broken("agreement", `${till.name} holds ${id}, which the ledger does not know`);
}
