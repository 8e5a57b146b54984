import { assert, type Rupiah, type SchoolDay } from "@saku/protocol";
import type { Account, Side } from "./account.ts";
import { FLOWS, type Recipe } from "./flows.ts";

export type { Recipe } from "./flows.ts";

export type Posting = { readonly account: Account; readonly side: Side; readonly amount: Rupiah };

/** Why money moved; unique in a school, so that the database itself refuses to move it twice [L4]. */
export type Cause = {
  readonly kind:
    | "event"
    | "top-up"
    | "grant"
    /** The lease that a hub made, whichever chain tells it first. */
    | "sub-grant"
    /** The lease of a lost terminal. */
    | "write-off"
    /** An order of the office. */
    | "order"
    /** A provider's payment or payout: `provider:id`. */
    | "payment"
    | "payout"
    | "cash-count"
    | "settlement"
    | "dispute"
    | "dispute-decision"
    /** What is decided upon: the sale or the found money. */
    | "suspense-decision";
  /** Event id in hexadecimal, order key, lease id or the id of what is decided. */
  readonly id: string;
};

/** A journal before it has a place in the ledger. */
export type JournalDraft = {
  readonly cause: Cause;
  readonly recipe: Recipe;
  readonly day: SchoolDay;
  /** Person or terminal that answers for it [L5]. */
  readonly actor: string;
  readonly postings: readonly Posting[];
};

export function debit(account: Account, amount: Rupiah): Posting {
  return { account, side: "debit", amount };
}

export function credit(account: Account, amount: Rupiah): Posting {
  return { account, side: "credit", amount };
}

function total(postings: readonly Posting[], side: Side): number {
  return postings.reduce((sum, posting) => sum + (posting.side === side ? posting.amount : 0), 0);
}

/** Checks [L1], [L2], [L5] and [L9]; an unbalanced draft is our bug. Postings of nothing are left out. */
export function journalDraft(draft: JournalDraft): JournalDraft {
  const postings = draft.postings.filter((posting) => posting.amount > 0);
  assert(postings.length >= 2, `Journal of ${draft.recipe} has fewer than two postings`);
  assert(
    total(postings, "debit") === total(postings, "credit"),
    `Journal of ${draft.recipe} does not balance`,
  );
  assert(draft.actor !== "" && draft.cause.id !== "", `Journal of ${draft.recipe} has no cause`);
  for (const { account, side } of postings)
    assert(
      FLOWS[draft.recipe][side].includes(account.kind),
      `Journal of ${draft.recipe} may not ${side} ${account.kind}`,
    );
  return { ...draft, postings };
}
