import type { Kysely } from "kysely";
import type { Tables } from "./tables.ts";

export type TrialBalanceRow = {
  readonly school: string;
  readonly kind: string;
  readonly debit: number;
  readonly credit: number;
};

/** Sums by school and kind of account, in a fixed order, so that two ledgers can be compared line by line. */
export function trialBalance(db: Kysely<Tables>): Promise<readonly TrialBalanceRow[]> {
  return db
    .selectFrom("account")
    .select((eb) => [
      "school",
      "kind",
      eb.fn.sum<number>("debit").as("debit"),
      eb.fn.sum<number>("credit").as("credit"),
    ])
    .groupBy(["school", "kind"])
    .orderBy("school")
    .orderBy("kind")
    .execute();
}
