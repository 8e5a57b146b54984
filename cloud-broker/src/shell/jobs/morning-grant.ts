import {
  schoolDayAt,
  startOfSchoolDay,
  unixMs,
  type SchoolId,
  type ZoneMinutes,
} from "@saku/protocol";
import type { Cloud } from "../office/cloud.ts";
import { grantDay } from "../store/leases.ts";
import { runOnce } from "./job-runs.ts";

/** Before the first recess, after the terminals' night is over. */
export const GRANT_AT: { readonly hour: number; readonly minute: number } = { hour: 5, minute: 30 };

/** Brings every child of a school up to today's split; one transaction a child, so that nobody waits for all. */
export async function grantSchool(cloud: Cloud, school: SchoolId): Promise<string> {
  const students = await cloud.store.read
    .selectFrom("student")
    .innerJoin("account", (join) =>
      join
        .onRef("account.school", "=", "student.school")
        .onRef("account.owner", "=", "student.id")
        .on("account.kind", "=", "student"),
    )
    .select("student.id")
    .where("student.school", "=", school)
    .where("student.is_active", "=", 1)
    .where("student.is_frozen", "=", 0)
    .whereRef("account.credit", ">", "account.debit")
    .execute();
  const totals = await Promise.all(
    students.map(({ id }) =>
      cloud.store.commit((work) => grantDay(work, cloud.outbox, school, id), 20),
    ),
  );
  const count = totals.filter((total) => total > 0).length;
  cloud.changes.schoolChanged(school);
  return `${count} children`;
}

/** Spreads today's money over the terminals of every school of a zone, once a school day. */
export async function grantMorning(
  cloud: Cloud,
  zone: ZoneMinutes,
): Promise<readonly { readonly period: string; readonly outcome: string }[]> {
  const now = unixMs(cloud.clock());
  const day = schoolDayAt(now, zone);
  const isTime =
    now >= startOfSchoolDay(day, zone) + (GRANT_AT.hour * 60 + GRANT_AT.minute) * 60_000;
  if (!isTime) return [];
  const schools = await cloud.store.read
    .selectFrom("school")
    .select("id")
    .where("zone", "=", zone)
    .execute();
  const ran: { period: string; outcome: string }[] = [];
  for (const { id } of schools) {
    const period = `${id}:${day}`;
    const outcome = await runOnce(cloud.store, { name: "morning-grant", period }, () =>
      grantSchool(cloud, id),
    );
    if (outcome !== null) ran.push({ period, outcome });
  }
  return ran;
}
