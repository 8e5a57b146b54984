import type { SchoolId } from "@saku/protocol";
import type { Order, OrderOutcome, Writing } from "../http/office.ts";
import { appendAudit } from "../store/audit.ts";
import { hashToken } from "../store/random-ids.ts";
import { INVITATION_LIFE_MS } from "./child-orders.ts";
import type { Cloud } from "./cloud.ts";
import { done, isAdminOf, orderOnce, orderToken, refused } from "./orders.ts";

/** Two persons must agree to some orders [L16]: an admin invites the second one, who may then do all that they may. */
async function inviteColleague(
  cloud: Cloud,
  order: Order,
  school: SchoolId,
): Promise<OrderOutcome<{ readonly token: string }>> {
  const token = orderToken(cloud, order, "colleague");
  const what = { action: "invite-colleague", school };
  const outcome = await orderOnce(cloud, order, what, async (work) => {
    if (!(await isAdminOf(work, order, school)))
      return refused("not-allowed", "only an admin of the school may do this");
    await work.db
      .insertInto("invitation")
      .values({
        token_hash: hashToken(token),
        school,
        student: null,
        expires_at: (work.now + INVITATION_LIFE_MS) as typeof work.now,
        used_by: null,
        used_at: null,
      })
      .execute();
    await appendAudit(work, school, {
      actor: order.actor.person,
      action: "invite-colleague",
      object: school,
      detail: {},
    });
    return done(null);
  });
  return outcome.kind === "done" ? done({ token }) : outcome;
}

export function colleagueOrders(cloud: Cloud): Pick<Writing, "inviteColleague"> {
  return { inviteColleague: (order, school) => inviteColleague(cloud, order, school) };
}
