import { rupiah, type DeviceId, type SchoolId } from "@saku/protocol";
import { mayReceive } from "../../core/devices/device.ts";
import type { Order, OrderOutcome, Writing } from "../http/office.ts";
import { EMERGENCY_MAX } from "../../core/leases/limits.ts";
import { appendAudit } from "../store/audit.ts";
import { queueForAll } from "../store/commands.ts";
import { emergencyCommand, recallAll, tellHub } from "../store/hubs.ts";
import { grantSchool } from "../jobs/morning-grant.ts";
import type { Cloud } from "./cloud.ts";
import { done, isAdminOf, orderOnce, refused } from "./orders.ts";

/**
 * Names the school's hub, or none. The old one is asked for what it holds; free money goes to the new one at once, and what
 * comes back follows [G9].
 */
async function setHub(
  cloud: Cloud,
  order: Order,
  school: SchoolId,
  hub: string | null,
): Promise<OrderOutcome> {
  return orderOnce(cloud, order, { action: "set-hub", school, hub }, async (work) => {
    if (!(await isAdminOf(work, order, school))) return refused("not-found", "no such school");
    const device = hub === null ? null : await askedHub(work.db, school, hub);
    if (hub !== null && device === null)
      return refused("invalid", "the hub must be a working terminal of the school");
    const { hub: before } = await work.db
      .selectFrom("school")
      .select("hub")
      .where("id", "=", school)
      .executeTakeFirstOrThrow();
    if (before === device) return done(null);
    await work.db.updateTable("school").set({ hub: device }).where("id", "=", school).execute();
    await tellHub(work, cloud.outbox, school);
    if (before !== null) await recallAll(work, cloud.outbox, { school, device: before });
    await appendAudit(work, school, {
      actor: order.actor.person,
      action: "set-hub",
      object: device ?? "",
      detail: { before },
    });
    work.afterCommit(() => {
      cloud.changes.schoolChanged(school);
      // One child after the other, as in the morning; a cloud that dies meanwhile catches up with the next grant.
      void grantSchool(cloud, school).catch(() => undefined);
    });
    return done(null);
  });
}

async function askedHub(
  db: Parameters<typeof tellHub>[0]["db"],
  school: SchoolId,
  hub: string,
): Promise<DeviceId | null> {
  const row = await db
    .selectFrom("device")
    .select(["id", "state"])
    .where("school", "=", school)
    .where("id", "=", hub as DeviceId)
    .executeTakeFirst();
  return row !== undefined && mayReceive(row.state) ? row.id : null;
}

/** Sets what each terminal may draw from the reserve for hungry children [G12]. */
async function setEmergency(
  cloud: Cloud,
  order: Order,
  school: SchoolId,
  allowance: { readonly perSale: number; readonly perDay: number },
): Promise<OrderOutcome> {
  const { perSale, perDay } = allowance;
  const isWithin = (amount: number, max: number): boolean =>
    Number.isSafeInteger(amount) && amount >= 0 && amount <= max;
  const body = { action: "set-emergency", school, perSale, perDay };
  return orderOnce(cloud, order, body, async (work) => {
    if (!(await isAdminOf(work, order, school))) return refused("not-found", "no such school");
    if (!isWithin(perSale, EMERGENCY_MAX.perSale) || !isWithin(perDay, EMERGENCY_MAX.perDay))
      return refused("invalid", "whole rupiah within the school's bounds");
    await work.db
      .updateTable("school")
      .set({ emergency_per_sale: rupiah(perSale), emergency_per_day: rupiah(perDay) })
      .where("id", "=", school)
      .execute();
    await queueForAll(work, cloud.outbox, { school }, await emergencyCommand(work, school));
    await appendAudit(work, school, {
      actor: order.actor.person,
      action: "set-emergency",
      object: school,
      detail: { perSale, perDay },
    });
    work.afterCommit(() => cloud.changes.schoolChanged(school));
    return done(null);
  });
}

export function hubOrders(cloud: Cloud): Pick<Writing, "setHub" | "setEmergency"> {
  return {
    setHub: (order, school, hub) => setHub(cloud, order, school, hub),
    setEmergency: (order, school, allowance) => setEmergency(cloud, order, school, allowance),
  };
}
