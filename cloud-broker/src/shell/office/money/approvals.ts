import type { SchoolId } from "@saku/protocol";
import { approvalRefusal, needsSecondPerson } from "../../../core/ledger/second-person.ts";
import type { GuardedOrder, GuardedOutcome, MoneyWriting } from "../../http/money-desk.ts";
import type { Order, OrderOutcome } from "../../http/office.ts";
import { appendAudit } from "../../store/audit.ts";
import { newId } from "../../store/random-ids.ts";
import type { Cloud } from "../cloud.ts";
import { done, refused } from "../orders.ts";
import { deskOrder, type DeskWork } from "./desk-order.ts";
import { planGuarded } from "./guarded.ts";

type State = { readonly state: "done" | "waiting" };

/** Does what it may, or asks for a second person [L16]. */
function guarded(
  cloud: Cloud,
  order: Order,
  school: SchoolId,
  what: GuardedOrder,
): Promise<GuardedOutcome> {
  return deskOrder<State>(cloud, order, { school, ...what }, async (desk) => {
    const planned = await planGuarded(desk, what);
    if (planned.kind === "refused") return planned;
    const { amount, run } = planned.value;
    if (!needsSecondPerson(what.action, amount)) {
      await run();
      return done({ state: "done" });
    }
    await ask(desk, what, amount);
    return done({ state: "waiting" });
  });
}

async function ask(
  { work, school, actor, cloud }: DeskWork,
  what: GuardedOrder,
  amount: Parameters<typeof needsSecondPerson>[1],
): Promise<void> {
  const id = newId("apr", work.entropy);
  await work.db
    .insertInto("approval")
    .values({
      school,
      id,
      action: what.action,
      body: JSON.stringify(what),
      amount,
      asked_by: actor,
      asked_at: work.now,
      state: "open",
      answered_by: null,
      answered_at: null,
    })
    .execute();
  await appendAudit(work, school, {
    actor,
    action: `ask-${what.action}`,
    object: id,
    detail: { amount },
  });
  work.afterCommit(() => cloud.changes.schoolChanged(school));
}

/** The second person agrees, and it is done as the books are now, or declines. */
function answer(
  cloud: Cloud,
  order: Order,
  school: SchoolId,
  given: { readonly approval: string; readonly agrees: boolean },
): Promise<OrderOutcome> {
  const { approval, agrees } = given;
  const what = { school, action: "answer-approval", approval, agrees };
  return deskOrder(cloud, order, what, async (desk) => {
    const { work, actor } = desk;
    const row = await work.db
      .selectFrom("approval")
      .selectAll()
      .where("school", "=", school)
      .where("id", "=", approval)
      .executeTakeFirst();
    if (row === undefined) return refused("not-found", "no such question");
    const asked = { askedBy: row.asked_by, isOpen: row.state === "open" };
    const refusal = approvalRefusal(asked, actor);
    // Whoever asked may take it back.
    if (refusal === "already-answered") return refused("already-exists", refusal);
    if (refusal !== null && agrees) return refused("not-allowed", refusal);
    if (agrees) {
      const planned = await planGuarded(
        { ...desk, id: row.id },
        JSON.parse(row.body) as GuardedOrder,
      );
      if (planned.kind === "refused") return planned;
      await planned.value.run();
    }
    await work.db
      .updateTable("approval")
      .set({ state: agrees ? "agreed" : "declined", answered_by: actor, answered_at: work.now })
      .where("school", "=", school)
      .where("id", "=", approval)
      .execute();
    await appendAudit(work, school, {
      actor,
      action: agrees ? "agree" : "decline",
      object: approval,
      detail: { amount: row.amount },
    });
    work.afterCommit(() => cloud.changes.schoolChanged(school));
    return done(null);
  });
}

export function approvalOrders(cloud: Cloud): Pick<MoneyWriting, "guarded" | "answer"> {
  return {
    guarded: (order, school, what) => guarded(cloud, order, school, what),
    answer: (order, school, given) => answer(cloud, order, school, given),
  };
}
