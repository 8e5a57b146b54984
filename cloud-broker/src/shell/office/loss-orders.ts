import { schoolDayAt, type DeviceId, type SchoolId } from "@saku/protocol";
import { nextDeviceState } from "../../core/devices/device.ts";
import { confirmRefusal, decideWriteOffOrder, isWriteOffDue } from "../../core/devices/loss.ts";
import type { Order, OrderOutcome, Writing } from "../http/office.ts";
import { appendAudit } from "../store/audit.ts";
import type { Work } from "../store/committer.ts";
import { tellHub } from "../store/hubs.ts";
import { lossOfRow, markLeasesLost, readLoss, writeOffDevice } from "../store/losses.ts";
import { spreadIfLastAwaited } from "./answered-for.ts";
import { schoolToday } from "./child-orders.ts";
import type { Cloud } from "./cloud.ts";
import { done, isAdminOf, orderOnce, refused } from "./orders.ts";

type Lost = { readonly school: SchoolId; readonly device: DeviceId };

const notFound = refused("not-found", "no such terminal");
const samePerson = refused("not-allowed", "another person must agree");

/** The terminal, if the actor runs its school. */
async function lostFor(work: Work, order: Order, device: string): Promise<Lost | null> {
  const row = await work.db
    .selectFrom("device")
    .select(["id", "school"])
    .where("id", "=", device as DeviceId)
    .executeTakeFirst();
  if (row === undefined || !(await isAdminOf(work, order, row.school))) return null;
  return { school: row.school, device: row.id };
}

async function told(cloud: Cloud, work: Work, order: Order, what: Lost & { action: string }) {
  await appendAudit(work, what.school, {
    actor: order.actor.person,
    action: what.action,
    object: what.device,
    detail: {},
  });
  work.afterCommit(() => cloud.changes.schoolChanged(what.school));
}

/** From this moment it gets no money, no secrets and no names; what it holds stays reserved [G11]. */
async function declareLost(cloud: Cloud, order: Order, id: string): Promise<OrderOutcome> {
  return orderOnce(cloud, order, { action: "declare-lost", device: id }, async (work) => {
    const lost = await lostFor(work, order, id);
    if (lost === null) return notFound;
    if ((await readLoss(work, lost)) !== null) return refused("already-exists", "declared before");
    const { state } = await work.db
      .selectFrom("device")
      .select("state")
      .where("id", "=", lost.device)
      .executeTakeFirstOrThrow();
    await spreadIfLastAwaited(cloud, work, lost);
    await work.db
      .updateTable("device")
      .set({ state: nextDeviceState(state, "lost") })
      .where("id", "=", lost.device)
      .execute();
    await work.db
      .insertInto("loss")
      .values({
        ...lost,
        declared_by: order.actor.person,
        declared_at: work.now,
        declared_day: await schoolToday(work, lost.school),
      })
      .execute();
    await markLeasesLost(work, lost);
    await tellHub(work, cloud.outbox, lost.school);
    await told(cloud, work, order, { ...lost, action: "declare-lost" });
    work.afterCommit(() => cloud.stop(lost.device));
    return done(null);
  });
}

async function confirmLost(cloud: Cloud, order: Order, id: string): Promise<OrderOutcome> {
  return orderOnce(cloud, order, { action: "confirm-lost", device: id }, async (work) => {
    const lost = await lostFor(work, order, id);
    const loss = lost === null ? null : await readLoss(work, lost);
    if (lost === null || loss === null) return notFound;
    const refusal = confirmRefusal(loss, order.actor.person);
    if (refusal === "same-person") return samePerson;
    if (refusal !== null) return refused("already-exists", refusal);
    await work.db
      .updateTable("loss")
      .set({
        confirmed_by: order.actor.person,
        confirmed_day: await schoolToday(work, lost.school),
      })
      .where("school", "=", lost.school)
      .where("device", "=", lost.device)
      .execute();
    await told(cloud, work, order, { ...lost, action: "confirm-lost" });
    return done(null);
  });
}

/** Before the days are over: the first person asks, another one's order does it [G11]. */
async function orderWriteOff(cloud: Cloud, order: Order, id: string): Promise<OrderOutcome> {
  return orderOnce(cloud, order, { action: "order-write-off", device: id }, async (work) => {
    const lost = await lostFor(work, order, id);
    const loss = lost === null ? null : await readLoss(work, lost);
    if (lost === null || loss === null) return notFound;
    const decision = decideWriteOffOrder(loss, order.actor.person);
    if (decision === "same-person") return samePerson;
    if (decision === "not-confirmed" || decision === "already-done")
      return refused("invalid", decision);
    if (decision === "ask")
      await work.db
        .updateTable("loss")
        .set({ ordered_by: order.actor.person })
        .where("school", "=", lost.school)
        .where("device", "=", lost.device)
        .execute();
    else {
      const day = await schoolToday(work, lost.school);
      await writeOffDevice(work, { ...lost, day, actor: order.actor.person });
    }
    await told(cloud, work, order, { ...lost, action: `write-off-${decision}` });
    return done(null);
  });
}

/** The nightly half: what two persons declared lost long enough ago is written off [G11]. */
export async function writeOffDue(cloud: Cloud): Promise<number> {
  const rows = await cloud.store.read
    .selectFrom("loss")
    .innerJoin("school", "school.id", "loss.school")
    .selectAll("loss")
    .select(["school.zone", "school.lost_after_days"])
    .where("loss.written_off_at", "is", null)
    .where("loss.confirmed_by", "is not", null)
    .execute();
  let count = 0;
  for (const row of rows) {
    const written = await cloud.store.commit(async (work) => {
      const { school, device } = row;
      const day = schoolDayAt(work.now, row.zone);
      const now = await readLoss(work, { school, device });
      if (now === null || !isWriteOffDue(now, day, row.lost_after_days)) return false;
      const actor = lossOfRow(row).confirmedBy ?? row.declared_by;
      await writeOffDevice(work, { school, device, day, actor });
      work.afterCommit(() => cloud.changes.schoolChanged(school));
      return true;
    });
    if (written) count += 1;
  }
  return count;
}

export function lossOrders(
  cloud: Cloud,
): Pick<Writing, "declareLost" | "confirmLost" | "orderWriteOff"> {
  return {
    declareLost: (order, device) => declareLost(cloud, order, device),
    confirmLost: (order, device) => confirmLost(cloud, order, device),
    orderWriteOff: (order, device) => orderWriteOff(cloud, order, device),
  };
}
