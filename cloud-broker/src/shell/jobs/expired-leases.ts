import { schoolDayAt, unixMs } from "@saku/protocol";
import type { Cloud } from "../office/cloud.ts";

/** Marks leases whose day is over and whose terminal has not spoken: seen by the office, freed by nobody [G10]. */
export async function expireLeases(cloud: Cloud): Promise<string> {
  const schools = await cloud.store.read.selectFrom("school").select(["id", "zone"]).execute();
  let count = 0;
  for (const { id, zone } of schools) {
    const today = schoolDayAt(unixMs(cloud.clock()), zone);
    count += await cloud.store.commit(async ({ db }) => {
      const rows = await db
        .updateTable("lease")
        .set({ state: "expiring" })
        .where("school", "=", id)
        .where("day", "<", today)
        .where("state", "in", ["granted", "active", "drained"])
        .returning("id")
        .execute();
      return rows.length;
    });
  }
  return `${count} leases`;
}
