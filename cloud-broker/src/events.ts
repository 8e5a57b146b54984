import type { DeviceId, SchoolId } from "@saku/protocol";
import type { Log } from "./shell/log/log.ts";

// One function per business event. Ids of terminals and schools, counts and milliseconds; never children, names, keys,
// tokens or amounts.

export type CloudEvents = ReturnType<typeof createEvents>;

type Device = { readonly device: DeviceId };

export function createEvents(log: Log): {
  ready(at: { readonly httpUrl: string; readonly mqttUrl: string; readonly term: number }): void;
  stopping(signal: string): void;
  connected(of: Device & { readonly school: SchoolId }): void;
  disconnected(of: Device): void;
  connectionRefused(of: { readonly reason: string; readonly device: string | null }): void;
  booked(
    of: Device & {
      readonly count: number;
      readonly duplicates: number;
      readonly elapsedMs: number;
    },
  ): void;
  eventRefused(of: Device & { readonly n: number | null; readonly reason: string }): void;
  forked(of: Device & { readonly count: number }): void;
  setBack(of: Device & { readonly term: number }): void;
  logContradicted(of: Device & { readonly term: number; readonly size: number }): void;
  asked(of: Device & { readonly outcome: string; readonly elapsedMs: number }): void;
  backedUp(of: { readonly deviceCount: number; readonly elapsedMs: number }): void;
  backupNotSafe(): void;
  jobDone(of: { readonly job: string; readonly period: string; readonly outcome: string }): void;
  jobFailed(of: { readonly job: string; readonly error: unknown }): void;
  checkFailed(of: { readonly rules: readonly string[] }): void;
  failed(of: { readonly where: string; readonly error: unknown }): void;
} {
  return {
    ready: (at) => log.info({ event: "cloud-ready", ...at }, "the cloud is ready"),
    stopping: (signal) => log.info({ event: "cloud-stopping", signal }, "the cloud stops"),
    connected: (of) => log.info({ event: "terminal-connected", ...of }, "a terminal logged in"),
    disconnected: (of) => log.info({ event: "terminal-disconnected", ...of }, "a terminal left"),
    connectionRefused: (of) =>
      log.warn({ event: "connection-refused", ...of }, "a connection was refused or cut"),
    booked: (of) => log.info({ event: "events-booked", ...of }, "events are on disk"),
    eventRefused: (of) =>
      log.warn({ event: "event-refused", ...of }, "an event will never be taken"),
    forked: (of) =>
      log.error({ event: "terminal-forked", ...of }, "a terminal has two histories: look at it"),
    setBack: (of) =>
      log.error(
        { event: "database-set-back", ...of },
        "a terminal was promised more than this database holds: a new lineage began",
      ),
    logContradicted: (of) =>
      log.fatal(
        { event: "log-contradicted", ...of },
        "A TERMINAL REMEMBERS ANOTHER LEDGER: stop and look",
      ),
    asked: (of) => log.info({ event: "lease-asked", ...of }, "a terminal asked for more"),
    backedUp: (of) => log.info({ event: "backed-up", ...of }, "a copy of the ledger is finished"),
    backupNotSafe: () =>
      log.warn(
        { event: "backup-not-safe" },
        "copies lie on the ledger's own disk: terminals may forget nothing; point SAKU_BACKUP_DIR at another machine",
      ),
    jobDone: (of) => log.info({ event: "job-done", ...of }, "a job ran"),
    jobFailed: ({ job, error }) =>
      log.error({ event: "job-failed", job, err: error }, "a job failed"),
    checkFailed: (of) =>
      log.fatal({ event: "check-failed", ...of }, "THE LEDGER BREAKS A RULE: stop and look"),
    failed: ({ where, error }) => log.error({ event: "failed", where, err: error }, "it failed"),
  };
}
