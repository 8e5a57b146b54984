import { createHash } from "node:crypto";
import type { SchoolId } from "@saku/protocol";
import type { Work } from "./committer.ts";

export type AuditEntry = {
  /** Person or terminal. */
  readonly actor: string;
  readonly action: string;
  readonly object: string;
  /** Never names, keys or secrets. */
  readonly detail: Readonly<Record<string, string | number | boolean | null>>;
};

/** Each row's hash covers the row before: a row cannot be taken out unseen. */
export function auditHash(
  previous: string,
  row: { readonly seq: number; readonly at: number } & Omit<AuditEntry, "detail"> & {
      readonly detail: string;
    },
): string {
  return createHash("sha256")
    .update(
      JSON.stringify([previous, row.seq, row.at, row.actor, row.action, row.object, row.detail]),
    )
    .digest("hex");
}

export async function appendAudit(work: Work, school: SchoolId, entry: AuditEntry): Promise<void> {
  const last = await work.db
    .selectFrom("audit")
    .select(["seq", "hash"])
    .where("school", "=", school)
    .orderBy("seq", "desc")
    .limit(1)
    .executeTakeFirst();
  const row = {
    seq: (last?.seq ?? 0) + 1,
    at: work.now,
    actor: entry.actor,
    action: entry.action,
    object: entry.object,
    detail: JSON.stringify(entry.detail),
  };
  const previous = last?.hash ?? "";
  await work.db
    .insertInto("audit")
    .values({ school, ...row, previous, hash: auditHash(previous, row) })
    .execute();
}
