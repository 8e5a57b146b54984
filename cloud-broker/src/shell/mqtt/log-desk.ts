import { equalBytes, type RememberedLog } from "@saku/protocol";
import { appendAudit } from "../store/audit.ts";
import type { Work } from "../store/committer.ts";
import { logSize, rootAt } from "../store/log-leaves.ts";
import type { Connection } from "./connections.ts";
import type { UpContext } from "./up-context.ts";

/** Whether what a terminal remembers of this lineage is the beginning of what the ledger is now. */
async function isOurs(
  work: Work,
  { school }: Connection,
  { size, root }: RememberedLog,
): Promise<boolean> {
  if (size > (await logSize(work, school))) return false;
  return equalBytes(await rootAt(work, school, size), root);
}

/**
 * Terminals remember what they were shown: one that remembers another tree of this lineage means that the ledger was
 * changed after somebody saw it. It is kept as evidence, and everybody who looks after the cloud is told [M15].
 */
export async function compareRemembered(
  { cloud, metrics, events }: UpContext,
  work: Work,
  connection: Connection,
  remembered: RememberedLog | null,
): Promise<void> {
  if (remembered === null || remembered.term !== cloud.store.term) return;
  const { device, school } = connection;
  const { term, size, root } = remembered;
  if (await isOurs(work, connection, remembered)) return;
  const known = await work.db
    .selectFrom("log_alarm")
    .select("device")
    .where("device", "=", device)
    .where("term", "=", term)
    .where("size", "=", size)
    .where("root", "=", root)
    .executeTakeFirst();
  if (known === undefined) {
    await work.db
      .insertInto("log_alarm")
      .values({ school, device, term, size, root, raised_at: work.now })
      .execute();
    await appendAudit(work, school, {
      actor: device,
      action: "log-contradicted",
      object: device,
      detail: { term, size },
    });
  }
  work.afterCommit(() => {
    metrics.logAlarms.inc();
    events.logContradicted({ device, term, size });
  });
}
