import type { SchoolId } from "@saku/protocol";
import type { CloudEvents } from "../../events.ts";
import type { Metrics } from "../log/metrics.ts";
import type { Cloud } from "../office/cloud.ts";
import { announceCheckpoint } from "../store/checkpoints.ts";

/** A terminal hears of a grown log this often at most, and when a stall closes its day. */
const ANNOUNCE_EVERY_MS = 5 * 60_000;

/** Keeps terminals informed of how far the log is, while it grows. */
export function startCheckpoints(parts: {
  readonly cloud: Cloud;
  readonly metrics: Metrics;
  readonly events: CloudEvents;
}): { close(): Promise<void> } {
  const { cloud, metrics, events } = parts;
  const announced = new Map<SchoolId, number>();
  let running: Promise<void> = Promise.resolve();

  async function runOne(): Promise<void> {
    const schools = await cloud.store.read.selectFrom("school").select("id").execute();
    for (const { id } of schools) {
      const size = await cloud.store.commit((work) =>
        announceCheckpoint(work, cloud, id, announced.get(id) ?? 0),
      );
      if (size > 0) announced.set(id, size);
    }
  }
  const run = (): void => {
    running = running
      .then(runOne)
      .then(() => metrics.jobRuns.inc({ job: "checkpoint", outcome: "done" }))
      .catch((error: unknown) => {
        metrics.jobRuns.inc({ job: "checkpoint", outcome: "failed" });
        events.jobFailed({ job: "checkpoint", error });
      });
  };
  const cancel = cloud.timers.every(ANNOUNCE_EVERY_MS, run);
  return {
    close: async () => {
      cancel();
      await running;
    },
  };
}
