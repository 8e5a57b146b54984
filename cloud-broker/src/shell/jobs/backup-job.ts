import type { Cancel } from "@saku/protocol";
import type { CloudEvents } from "../../events.ts";
import type { Metrics } from "../log/metrics.ts";
import type { Connections } from "../mqtt/connections.ts";
import { signedAck } from "../mqtt/watermarks.ts";
import type { Cloud } from "../office/cloud.ts";
import { backUp } from "../store/backup.ts";
import type { CopyDrive } from "../store/copy-drive.ts";

export type BackupParts = {
  readonly cloud: Cloud;
  readonly connections: Connections;
  readonly metrics: Metrics;
  readonly events: CloudEvents;
  readonly directory: string;
  readonly everyMs: number;
  /** Whether what is copied now outlives the ledger's disk. */
  readonly isOffBox: () => boolean;
  /** The real disk, unless a simulation brings its own. */
  readonly drive?: CopyDrive;
};

/** Tells connected terminals what they may forget now. */
async function tellSafe(
  { cloud, connections }: BackupParts,
  devices: readonly string[],
): Promise<void> {
  for (const device of devices) {
    const connection = connections.of(device as Parameters<Connections["of"]>[0]);
    if (connection === null) continue;
    const ack = await signedAck(cloud, connection.device, [...connection.incs]);
    await connections.send(connection.device, { t: "ack", ack });
  }
}

/** Terminals keep everything meanwhile; somebody must mount the other machine before their cards fill. */
function warnWhenNotSafe({ isOffBox, metrics, events }: BackupParts): void {
  const isSafe = isOffBox();
  metrics.backupsOffBox.set(isSafe ? 1 : 0);
  if (!isSafe) events.backupNotSafe();
}

/** Copies the ledger again and again while it changes; `safe` follows each finished copy. */
export function startBackups(parts: BackupParts): { close(): Promise<void> } {
  const { cloud, metrics, events } = parts;
  let copiedAt = -1;
  let isClosed = false;
  let stopTimer: Cancel = () => undefined;
  let running: Promise<void> = Promise.resolve();

  async function runOne(): Promise<void> {
    const count = cloud.store.commitCount();
    if (count === copiedAt) return;
    const startedAtMs = cloud.timers.nowMs();
    try {
      const { devices } = await backUp(cloud.store, parts.directory, cloud.clock(), parts);
      warnWhenNotSafe(parts);
      // Raising `safe` is a commit too; it alone is no reason for another copy.
      copiedAt = devices.length > 0 ? count + 1 : count;
      metrics.backups.inc({ outcome: "done" });
      const elapsedMs = Math.round(cloud.timers.nowMs() - startedAtMs);
      events.backedUp({ deviceCount: devices.length, elapsedMs });
      await tellSafe(parts, devices);
    } catch (error) {
      metrics.backups.inc({ outcome: "failed" });
      events.jobFailed({ job: "backup", error });
    }
  }

  function plan(): void {
    if (isClosed) return;
    stopTimer = cloud.timers.after(parts.everyMs, () => {
      running = runOne().then(plan);
    });
  }
  warnWhenNotSafe(parts);
  plan();
  return {
    close: async () => {
      isClosed = true;
      stopTimer();
      await running;
    },
  };
}
