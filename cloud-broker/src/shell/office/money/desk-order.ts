import {
  EVENT_AMOUNT_MAX_RUPIAH,
  isLabel,
  type Rupiah,
  type SchoolDay,
  type SchoolId,
} from "@saku/protocol";
import type { Cause, JournalDraft } from "../../../core/ledger/journal.ts";
import { postingDay } from "../../../core/ledger/period.ts";
import type { Occasion } from "../../../core/ledger/stall-recipes.ts";
import type { Order, OrderOutcome } from "../../http/office.ts";
import { appendAudit } from "../../store/audit.ts";
import type { Work } from "../../store/committer.ts";
import { postJournals } from "../../store/journals.ts";
import { sealedThrough } from "../../store/periods.ts";
import { schoolToday } from "../child-orders.ts";
import type { Cloud } from "../cloud.ts";
import { isAdminOf, orderOnce, refused } from "../orders.ts";

/** One order of the money desk, inside its transaction. */
export type DeskWork = {
  readonly work: Work;
  readonly cloud: Cloud;
  readonly school: SchoolId;
  readonly actor: string;
  /** Names the order for ever: person and key, or the approval that it became. */
  readonly id: string;
};

const REASON_MAX = 200;

export const isAmount = (amount: number): amount is Rupiah =>
  Number.isSafeInteger(amount) && amount >= 1 && amount <= EVENT_AMOUNT_MAX_RUPIAH;

/** One line that says something. */
export const isReason = (text: string): boolean =>
  text.trim() === text && text.length >= 3 && text.length <= REASON_MAX && !/\p{Cc}/u.test(text);

export const isProvider = (text: string): boolean => /^[a-z0-9-]{2,32}$/.test(text);

export const isReference = (text: string): boolean =>
  text.length <= 128 && isLabel(text.slice(0, 64)) && /^[\x21-\x7e]+$/.test(text);

/** Runs an order of an admin of the school, once. */
export function deskOrder<T>(
  cloud: Cloud,
  order: Order,
  what: {
    readonly school: SchoolId;
    readonly action: string;
    readonly [key: string]: string | number | boolean | null;
  },
  run: (desk: DeskWork) => Promise<OrderOutcome<T>>,
): Promise<OrderOutcome<T>> {
  const { school } = what;
  return orderOnce(cloud, order, what, async (work) => {
    if (!(await isAdminOf(work, order, school)))
      return refused("not-allowed", "only an admin of the school may do this");
    const actor = order.actor.person;
    return run({ work, cloud, school, actor, id: `${actor}:${order.idempotencyKey}` });
  });
}

/** Today, or the first open day when the clock stands in a sealed one. */
export async function deskDay({ work, school }: DeskWork): Promise<SchoolDay> {
  return postingDay(await schoolToday(work, school), await sealedThrough(work, school));
}

export async function occasionOf(
  desk: DeskWork,
  kind: Cause["kind"],
  id?: string,
): Promise<Occasion> {
  return { cause: { kind, id: id ?? desk.id }, day: await deskDay(desk), actor: desk.actor };
}

/** Posts one journal and leaves a trace of who ordered it. */
export async function post(
  desk: DeskWork,
  draft: JournalDraft,
  about: { readonly action: string; readonly object: string; readonly amount: number },
): Promise<string> {
  const { work, school, actor } = desk;
  const [journal = ""] = await postJournals(work, school, [draft]);
  const { action, object, amount } = about;
  await appendAudit(work, school, { actor, action, object, detail: { amount } });
  work.afterCommit(() => desk.cloud.changes.schoolChanged(school));
  return journal;
}
