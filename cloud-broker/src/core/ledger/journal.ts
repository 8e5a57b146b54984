import { assert, type Rupiah, type SchoolDay } from "@saku/protocol";
import type { Account, Side } from "./account.ts";

export type Posting = { readonly account: Account; readonly side: Side; readonly amount: Rupiah };

/** Why money moved; unique in a school, so that the database itself refuses to move it twice [L4]. */
export type Cause = {
  readonly kind: "event" | "top-up" | "grant";
  /** Event id in hexadecimal, order key or lease id. */
  readonly id: string;
};

export type Recipe = "top-up-cash" | "lease-grant" | "lease-return" | "sale" | "void";

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

/** Checks [L1], [L2] and [L5]; an unbalanced draft is our bug. Postings of nothing are left out. */
export function journalDraft(draft: JournalDraft): JournalDraft {
  const postings = draft.postings.filter((posting) => posting.amount > 0);
  assert(postings.length >= 2, `Journal of ${draft.recipe} has fewer than two postings`);
  assert(
    total(postings, "debit") === total(postings, "credit"),
    `Journal of ${draft.recipe} does not balance`,
  );
  assert(draft.actor !== "" && draft.cause.id !== "", `Journal of ${draft.recipe} has no cause`);
  return { ...draft, postings };
}
