import { rupiah, type DeviceId, type Rupiah, type SchoolDay, type SchoolId } from "@saku/protocol";
import type { Selectable } from "kysely";
import type { Loss } from "../../core/devices/loss.ts";
import { writeOff } from "../../core/ledger/lease-recipes.ts";
import { OPEN_STATES } from "../../core/leases/lease-state.ts";
import { writeOffLease } from "../../core/leases/lease.ts";
import type { Work } from "./committer.ts";
import { postJournals } from "./journals.ts";
import { leaseOfRow } from "./lease-rows.ts";
import { storeLeases } from "./sub-grants.ts";
import type { Tables } from "./tables.ts";

export function lossOfRow(row: Selectable<Tables["loss"]>): Loss {
  return {
    declaredBy: row.declared_by,
    confirmedBy: row.confirmed_by,
    confirmedDay: row.confirmed_day,
    orderedBy: row.ordered_by,
    isWrittenOff: row.written_off_at !== null,
  };
}

type Of = { readonly school: SchoolId; readonly device: DeviceId };

export async function readLoss({ db }: Pick<Work, "db">, of: Of): Promise<Loss | null> {
  const row = await db
    .selectFrom("loss")
    .selectAll()
    .where("school", "=", of.school)
    .where("device", "=", of.device)
    .executeTakeFirst();
  return row === undefined ? null : lossOfRow(row);
}

/** Its leases wait under this name for its word, or for the write-off. */
export async function markLeasesLost({ db }: Work, { school, device }: Of): Promise<void> {
  await db
    .updateTable("lease")
    .set({ state: "lost" })
    .where("school", "=", school)
    .where("device", "=", device)
    .where("state", "in", OPEN_STATES)
    .execute();
}

/** Gives every child back what the lost terminal holds of it, one journal a lease [G11]. */
export async function writeOffDevice(
  work: Work,
  { school, device, day, actor }: Of & { readonly day: SchoolDay; readonly actor: string },
): Promise<Rupiah> {
  const rows = await work.db
    .selectFrom("lease")
    .selectAll()
    .where("school", "=", school)
    .where("device", "=", device)
    .where("state", "in", OPEN_STATES)
    .orderBy("id")
    .execute();
  const written = rows.map(leaseOfRow).map((lease) => ({ before: lease, ...writeOffLease(lease) }));
  await postJournals(
    work,
    school,
    written
      .filter(({ given }) => given > 0)
      .map(({ before, given: amount }) =>
        writeOff({ lease: before.lease, student: before.student, device, amount, day, actor }),
      ),
  );
  await storeLeases(
    work,
    school,
    written.map(({ lease }) => lease),
  );
  const total = rupiah(written.reduce<number>((sum, { given }) => sum + given, 0));
  await work.db
    .updateTable("loss")
    .set({ written_off_at: work.now, written_off: total })
    .where("school", "=", school)
    .where("device", "=", device)
    .execute();
  return total;
}
