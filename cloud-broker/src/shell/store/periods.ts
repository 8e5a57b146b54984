import { schoolDayAt, type SchoolDay, type SchoolId } from "@saku/protocol";
import type { Work } from "./committer.ts";

/** The last day of the school's books that is closed for good; null = none [L14]. */
export async function sealedThrough(
  { db }: Pick<Work, "db">,
  school: SchoolId,
): Promise<SchoolDay | null> {
  const row = await db
    .selectFrom("period")
    .select((eb) => eb.fn.max("through").as("through"))
    .where("school", "=", school)
    .executeTakeFirst();
  return row?.through ?? null;
}

/** The school's day by the cloud's own clock. */
export async function todayOf(
  { db, now }: Pick<Work, "db" | "now">,
  school: SchoolId,
): Promise<SchoolDay> {
  const { zone } = await db
    .selectFrom("school")
    .select("zone")
    .where("id", "=", school)
    .executeTakeFirstOrThrow();
  return schoolDayAt(now, zone);
}
