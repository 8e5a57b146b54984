import { isLabel, merchantId, studentId, type SchoolId, type StudentId } from "@saku/protocol";
import { nextDeviceState } from "../../core/devices/device.ts";
import type { Order, OrderOutcome, Writing } from "../http/office.ts";
import { appendAudit } from "../store/audit.ts";
import { queueForAll } from "../store/commands.ts";
import { hashToken, newId } from "../store/random-ids.ts";
import { spreadIfLastAwaited } from "./answered-for.ts";
import type { Cloud } from "./cloud.ts";
import { done, isAdminOf, orderOnce, orderToken, refused } from "./orders.ts";

export const CLAIM_LIFE_MS: number = 15 * 60_000;
const STUDENTS_MAX = 5_000;
const MERCHANTS_MAX = 200;

const notAllowed = refused("not-allowed", "only an admin of the school may do this");
const isTrimmedLabel = (text: string): boolean => text.trim() === text && isLabel(text);

type NewStudent = {
  readonly number: string;
  readonly firstName: string;
  readonly className: string;
};

async function addStudent(
  cloud: Cloud,
  order: Order,
  school: SchoolId,
  student: NewStudent,
): Promise<OrderOutcome<{ readonly student: StudentId }>> {
  const { number, firstName, className } = student;
  return orderOnce(cloud, order, { action: "add-student", school, ...student }, async (work) => {
    if (!(await isAdminOf(work, order, school))) return notAllowed;
    if (!/^[0-9]{1,10}$/.test(number)) return refused("invalid", "number is 1 to 10 digits");
    if (!isTrimmedLabel(firstName) || !isTrimmedLabel(className))
      return refused("invalid", "name or class");
    const { count } = await work.db
      .selectFrom("student")
      .select((eb) => eb.fn.countAll<number>().as("count"))
      .where("school", "=", school)
      .executeTakeFirstOrThrow();
    if (count >= STUDENTS_MAX) return refused("invalid", "the school is full");
    const taken = await work.db
      .selectFrom("student")
      .select("id")
      .where("school", "=", school)
      .where("number", "=", number)
      .executeTakeFirst();
    if (taken !== undefined) return refused("already-exists", "this number is taken");
    const id = studentId(newId("stu", work.entropy));
    await work.db
      .insertInto("student")
      .values({
        school,
        id,
        number,
        first_name: firstName,
        class_name: className,
        daily_limit: null,
        created_at: work.now,
      })
      .execute();
    await queueForAll(
      work,
      cloud.outbox,
      { school },
      {
        kind: "student",
        student: id,
        number,
        name: firstName,
        className,
        isActive: true,
      },
    );
    await appendAudit(work, school, {
      actor: order.actor.person,
      action: "add-student",
      object: id,
      detail: {},
    });
    work.afterCommit(() => cloud.changes.schoolChanged(school));
    return done({ student: id });
  });
}

async function addMerchant(
  cloud: Cloud,
  order: Order,
  school: SchoolId,
  name: string,
): Promise<OrderOutcome<{ readonly merchant: string }>> {
  return orderOnce(cloud, order, { action: "add-merchant", school, name }, async (work) => {
    if (!(await isAdminOf(work, order, school))) return notAllowed;
    if (!isTrimmedLabel(name)) return refused("invalid", "name");
    const rows = await work.db
      .selectFrom("merchant")
      .select("name")
      .where("school", "=", school)
      .execute();
    if (rows.some((row) => row.name === name)) return refused("already-exists", "same name");
    if (rows.length >= MERCHANTS_MAX) return refused("invalid", "too many stalls");
    const id = merchantId(newId("mer", work.entropy));
    await work.db
      .insertInto("merchant")
      .values({ school, id, name, created_at: work.now })
      .execute();
    await appendAudit(work, school, {
      actor: order.actor.person,
      action: "add-merchant",
      object: id,
      detail: {},
    });
    work.afterCommit(() => cloud.changes.schoolChanged(school));
    return done({ merchant: id });
  });
}

async function createClaim(
  cloud: Cloud,
  order: Order,
  school: SchoolId,
  claim: { readonly merchant: string; readonly terminalName: string },
): Promise<OrderOutcome<{ readonly claim: string; readonly expiresAtMs: number }>> {
  const token = orderToken(cloud, order, "claim");
  const outcome = await orderOnce(
    cloud,
    order,
    { action: "claim", school, ...claim },
    async (work) => {
      if (!(await isAdminOf(work, order, school))) return notAllowed;
      if (!isTrimmedLabel(claim.terminalName)) return refused("invalid", "terminal name");
      const merchant = await work.db
        .selectFrom("merchant")
        .select("id")
        .where("school", "=", school)
        .where("id", "=", claim.merchant as ReturnType<typeof merchantId>)
        .executeTakeFirst();
      if (merchant === undefined) return refused("not-found", "no such stall");
      const expiresAtMs = work.now + CLAIM_LIFE_MS;
      await work.db
        .insertInto("claim")
        .values({
          token_hash: hashToken(token),
          school,
          merchant: merchant.id,
          name: claim.terminalName,
          expires_at: expiresAtMs as typeof work.now,
          used_by: null,
          used_at: null,
        })
        .execute();
      await appendAudit(work, school, {
        actor: order.actor.person,
        action: "create-claim",
        object: merchant.id,
        detail: {},
      });
      return done({ expiresAtMs });
    },
  );
  if (outcome.kind === "refused") return outcome;
  return done({ claim: token, expiresAtMs: outcome.value.expiresAtMs });
}

async function revokeTerminal(cloud: Cloud, order: Order, device: string): Promise<OrderOutcome> {
  return orderOnce(cloud, order, { action: "revoke", device }, async (work) => {
    const row = await work.db
      .selectFrom("device")
      .select(["id", "school", "state"])
      .where("id", "=", device as never)
      .executeTakeFirst();
    if (row === undefined || !(await isAdminOf(work, order, row.school)))
      return refused("not-found", "no such terminal");
    await spreadIfLastAwaited(cloud, work, { school: row.school, device: row.id });
    await work.db
      .updateTable("device")
      .set({ state: nextDeviceState(row.state, "revoked") })
      .where("id", "=", row.id)
      .execute();
    await appendAudit(work, row.school, {
      actor: order.actor.person,
      action: "revoke-terminal",
      object: row.id,
      detail: {},
    });
    work.afterCommit(() => {
      cloud.stop(row.id);
      cloud.changes.schoolChanged(row.school);
    });
    return done(null);
  });
}

export function schoolOrders(
  cloud: Cloud,
): Pick<Writing, "addStudent" | "addMerchant" | "createClaim" | "revokeTerminal"> {
  return {
    addStudent: (order, school, student) => addStudent(cloud, order, school, student),
    addMerchant: (order, school, name) => addMerchant(cloud, order, school, name),
    createClaim: (order, school, claim) => createClaim(cloud, order, school, claim),
    revokeTerminal: (order, device) => revokeTerminal(cloud, order, device),
  };
}
