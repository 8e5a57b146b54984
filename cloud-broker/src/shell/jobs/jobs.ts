import cron from "node-cron";
import { schoolDayAt, unixMs, type UnixMs, type ZoneMinutes } from "@saku/protocol";
import type { CloudEvents } from "../../events.ts";
import type { Nonces } from "../devices/nonces.ts";
import type { Metrics } from "../log/metrics.ts";
import type { Cloud } from "../office/cloud.ts";
import { failedChecks } from "../store/checks.ts";
import { auditLogs } from "../store/log-audit.ts";
import { startCheckpoints } from "./checkpoint-job.ts";
import { writeOffDue } from "../office/loss-orders.ts";
import { expireLeases } from "./expired-leases.ts";
import { openItems } from "../store/open-items.ts";
import { runOnce } from "./job-runs.ts";
import { GRANT_AT, grantMorning } from "./morning-grant.ts";

export type JobParts = {
  readonly cloud: Cloud;
  readonly nonces: Nonces;
  readonly metrics: Metrics;
  readonly events: CloudEvents;
};

const ZONES: readonly { readonly zone: ZoneMinutes; readonly timezone: string }[] = [
  { zone: 420, timezone: "Asia/Jakarta" },
  { zone: 480, timezone: "Asia/Makassar" },
  { zone: 540, timezone: "Asia/Jayapura" },
];

async function checkLedger({ cloud, events }: JobParts): Promise<string> {
  // Of one instant: rules that are compared with each other by whoever looks must speak of the same ledger [BK7].
  const { rules, open } = await cloud.store.snapshot(async (db) => ({
    rules: await failedChecks(db),
    open: await openItems(db, cloud.clock()),
  }));
  if (rules.length > 0) events.checkFailed({ rules });
  const items = open.map(({ kind, count }) => `, ${kind} ${count}`).join("");
  return `${rules.length === 0 ? "all hold" : `${rules.length} broken`}${items}`;
}

/** Recomputes whole logs: what was changed past the triggers shows here only. */
async function checkLogs({ cloud, events }: JobParts): Promise<string> {
  const broken = await auditLogs(cloud.store);
  if (broken.length > 0) events.checkFailed({ rules: ["I11 the log is its journals"] });
  return broken.length === 0 ? "all hold" : `${broken.length} broken`;
}

/** What is over and was only ever a hash. */
async function cleanUp({ cloud, nonces }: JobParts): Promise<string> {
  nonces.sweep();
  const count = await cloud.store.commit(async ({ db, now }) => {
    const gone = await db.deleteFrom("session").where("expires_at", "<", now).executeTakeFirst();
    const monthAgo = (now - 30 * 86_400_000) as UnixMs;
    await db.deleteFrom("invitation").where("expires_at", "<", monthAgo).execute();
    await db.deleteFrom("claim").where("expires_at", "<", monthAgo).execute();
    return Number(gone.numDeletedRows);
  });
  return `${count} sessions`;
}

/** Minutes past two in Jakarta, when schools sleep. */
const NIGHTLY: readonly (readonly [number, string, (parts: JobParts) => Promise<string>])[] = [
  [10, "ledger-checks", checkLedger],
  [20, "clean-up", cleanUp],
  [25, "log-audit", checkLogs],
  [30, "expired-leases", ({ cloud }) => expireLeases(cloud)],
  [40, "write-offs", async ({ cloud }) => `${await writeOffDue(cloud)} terminals`],
];

/** Schedules what happens by the clock; also catches up what a stopped cloud missed today. */
export function startJobs(parts: JobParts): { close(): Promise<void> } {
  const { cloud, events, metrics } = parts;
  const running = new Set<Promise<void>>();

  function start(job: string, run: () => Promise<void>): void {
    const work = run()
      .then(() => metrics.jobRuns.inc({ job, outcome: "done" }))
      .catch((error: unknown) => {
        metrics.jobRuns.inc({ job, outcome: "failed" });
        events.jobFailed({ job, error });
      })
      .then(() => void running.delete(work));
    running.add(work);
  }
  const morning = (zone: ZoneMinutes) => (): void =>
    start("morning-grant", async () => {
      for (const done of await grantMorning(cloud, zone))
        events.jobDone({ job: "morning-grant", ...done });
    });
  const daily = (name: string, run: () => Promise<string>) => (): void =>
    start(name, async () => {
      const period = String(schoolDayAt(unixMs(cloud.clock()), 420));
      const outcome = await runOnce(cloud.store, { name, period }, run);
      if (outcome !== null) events.jobDone({ job: name, period, outcome });
    });

  const tasks = ZONES.map(({ zone, timezone }) =>
    cron.schedule(`${GRANT_AT.minute} ${GRANT_AT.hour} * * *`, morning(zone), {
      timezone,
      noOverlap: true,
    }),
  );
  for (const [minute, name, run] of NIGHTLY)
    tasks.push(
      cron.schedule(
        `${minute} 2 * * *`,
        daily(name, () => run(parts)),
        { timezone: "Asia/Jakarta", noOverlap: true },
      ),
    );
  const checkpoints = startCheckpoints(parts);
  for (const { zone } of ZONES) morning(zone)();
  start("ledger-checks", async () => void (await checkLedger(parts)));
  return {
    close: async () => {
      for (const task of tasks) await task.destroy();
      await checkpoints.close();
      await Promise.all(running);
    },
  };
}
