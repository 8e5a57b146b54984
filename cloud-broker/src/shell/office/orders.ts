import { createHash, createHmac } from "node:crypto";
import type { SchoolId, StudentId } from "@saku/protocol";
import type { Order, OrderOutcome, OrderRefusal } from "../http/office.ts";
import type { Work } from "../store/committer.ts";
import type { Cloud } from "./cloud.ts";

const KEY_PATTERN = /^[\x21-\x7e]{1,128}$/;

export function done<T>(value: T): OrderOutcome<T> {
  return { kind: "done", value };
}

export function refused(reason: OrderRefusal, detail: string): OrderOutcome<never> {
  return { kind: "refused", reason, detail };
}

/**
 * Runs an order once per person and key: the same key with the same body gets the first answer again, a refusal too; the
 * same key with another body is refused. The outcome is stored in the transaction of the order itself.
 */
export async function orderOnce<T>(
  cloud: Cloud,
  order: Order,
  what: {
    readonly action: string;
    readonly [key: string]: string | number | boolean | null;
  },
  run: (work: Work) => Promise<OrderOutcome<T>>,
): Promise<OrderOutcome<T>> {
  const { actor, idempotencyKey: key } = order;
  if (!KEY_PATTERN.test(key)) return refused("invalid", "idempotency key");
  const bodyHash = createHash("sha256")
    .update(JSON.stringify(Object.entries(what).toSorted(([a], [b]) => (a < b ? -1 : 1))))
    .digest("hex");
  return cloud.store.commit(async (work) => {
    const before = await work.db
      .selectFrom("order_key")
      .select(["body_hash", "outcome"])
      .where("person", "=", actor.person)
      .where("key", "=", key)
      .executeTakeFirst();
    if (before !== undefined)
      return before.body_hash === bodyHash
        ? (JSON.parse(before.outcome) as OrderOutcome<T>)
        : refused("key-reused-with-other-body", "the same key named another order");
    const outcome = await run(work);
    await work.db
      .insertInto("order_key")
      .values({
        person: actor.person,
        key,
        body_hash: bodyHash,
        outcome: JSON.stringify(outcome),
        stored_at: work.now,
      })
      .execute();
    return outcome;
  });
}

/**
 * A one-time token that a repeated order can give again although only its hash is stored: it follows from the order and a
 * secret of the cloud.
 */
export function orderToken(cloud: Cloud, order: Order, purpose: string): string {
  return createHmac("sha256", cloud.tokenSecret)
    .update(JSON.stringify([purpose, order.actor.person, order.idempotencyKey]))
    .digest()
    .subarray(0, 24)
    .toString("base64url");
}

export type ChildRow = {
  readonly school: SchoolId;
  readonly id: StudentId;
  readonly is_active: 0 | 1;
  readonly is_frozen: 0 | 1;
  readonly daily_limit: number | null;
  readonly consent_state: "not-asked" | "waiting" | "granted" | "withdrawn";
  readonly consent_version: number;
};

/** The child, if the actor may act for it: its guardian, or an admin of its school. What the caller says is not believed. */
export async function childFor(
  { db }: Pick<Work, "db">,
  order: Order,
  student: StudentId,
  who: "family-or-school" | "school",
): Promise<ChildRow | null> {
  const row = await db
    .selectFrom("student")
    .select(["school", "id", "is_active", "is_frozen", "daily_limit"])
    .select(["consent_state", "consent_version"])
    .where("id", "=", student)
    .executeTakeFirst();
  if (row === undefined) return null;
  if (await isAdminOf({ db }, order, row.school)) return row;
  if (who === "school") return null;
  const guardian = await db
    .selectFrom("guardianship")
    .select("person")
    .where("person", "=", order.actor.person)
    .where("school", "=", row.school)
    .where("student", "=", student)
    .executeTakeFirst();
  return guardian === undefined ? null : row;
}

export async function isAdminOf(
  { db }: Pick<Work, "db">,
  order: Order,
  school: SchoolId,
): Promise<boolean> {
  const row = await db
    .selectFrom("person")
    .select("id")
    .where("id", "=", order.actor.person)
    .where("role", "=", "school-admin")
    .where("school", "=", school)
    .executeTakeFirst();
  return row !== undefined;
}
