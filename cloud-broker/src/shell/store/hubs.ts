import { rupiah, type CommandBody, type DeviceId, type SchoolId } from "@saku/protocol";
import { OPEN_STATES } from "../../core/leases/lease-state.ts";
import { queueCommands, queueForAll, type Outbox } from "./commands.ts";
import type { Work } from "./committer.ts";

/** Who the hub is and where; null while there is none, or while nobody knows where it answers [G9]. */
export async function hubCommand({ db }: Work, school: SchoolId): Promise<CommandBody> {
  const row = await db
    .selectFrom("school")
    .innerJoin("device", "device.id", "school.hub")
    .select(["device.id", "device.lan"])
    .where("school.id", "=", school)
    .where("device.state", "=", "active")
    .executeTakeFirst();
  const isPlaced = row !== undefined && row.lan !== null;
  return { kind: "hub", hub: isPlaced ? { device: row.id, url: row.lan ?? "" } : null };
}

/** Tells every terminal of the school who the hub is now. */
export async function tellHub(work: Work, outbox: Outbox, school: SchoolId): Promise<void> {
  await queueForAll(work, outbox, { school }, await hubCommand(work, school));
}

/** Keeps where a terminal says that it answers; when it is the hub and has moved, all hear of it. */
export async function noteLan(
  work: Work,
  outbox: Outbox,
  of: { readonly school: SchoolId; readonly device: DeviceId },
  lan: string | null,
): Promise<void> {
  const before = await work.db
    .selectFrom("device")
    .innerJoin("school", "school.id", "device.school")
    .select(["device.lan", "school.hub"])
    .where("device.id", "=", of.device)
    .executeTakeFirstOrThrow();
  if (before.lan === lan) return;
  await work.db.updateTable("device").set({ lan }).where("id", "=", of.device).execute();
  if (before.hub === of.device) await tellHub(work, outbox, of.school);
}

/** Asks one terminal for everything it holds: a hub that is a hub no longer. */
export async function recallAll(
  work: Work,
  outbox: Outbox,
  from: { readonly school: SchoolId; readonly device: DeviceId },
): Promise<number> {
  const rows = await work.db
    .selectFrom("lease")
    .select("student")
    .distinct()
    .where("school", "=", from.school)
    .where("device", "=", from.device)
    .where("state", "in", OPEN_STATES)
    .orderBy("student")
    .execute();
  const bodies = rows.map(({ student }) => ({ kind: "return-request", student }) as const);
  await queueCommands(work, outbox, from, bodies);
  return bodies.length;
}

/** What a terminal may draw from the reserve [G12]. */
export async function emergencyCommand({ db }: Work, school: SchoolId): Promise<CommandBody> {
  const row = await db
    .selectFrom("school")
    .select(["emergency_per_sale", "emergency_per_day"])
    .where("id", "=", school)
    .executeTakeFirstOrThrow();
  return {
    kind: "emergency",
    perSale: rupiah(row.emergency_per_sale),
    perDay: rupiah(row.emergency_per_day),
  };
}
