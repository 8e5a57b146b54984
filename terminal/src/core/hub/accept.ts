import type { EventBody, HubAsk, LeaseId, SakuEvent } from "@saku/protocol";
import type { LeaseGrant } from "../wallet/lease.ts";

type SubGrant = Extract<EventBody, { type: "sub-grant" }>;

/**
 * The lease that a hub's signed event makes here, or null when it is not the answer to this question: another asker, hub,
 * name, child, purse, day or amount (H6). `lease` is the name that the question itself gives its answer (H2).
 */
export function leaseOfGrant(ask: HubAsk, lease: LeaseId, grant: SakuEvent): LeaseGrant | null {
  const { body } = grant;
  if (body.type !== "sub-grant" || grant.device !== ask.hub || grant.school !== ask.school)
    return null;
  if (!answers(body, ask) || body.lease !== lease || grant.day !== ask.day) return null;
  const { student, purse, amount } = body;
  return { lease, student, purse, day: grant.day, amount };
}

function answers(body: SubGrant, ask: HubAsk): boolean {
  return (
    body.to === ask.device &&
    body.ask === ask.ask &&
    body.student === ask.student &&
    body.purse === ask.purse &&
    body.amount === ask.amount
  );
}
