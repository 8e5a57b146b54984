import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from "prom-client";

/** What is counted; labels are few and never name a person or a terminal. */
export type Metrics = {
  readonly registry: Registry;
  readonly eventsBooked: Counter<"verdict">;
  readonly duplicates: Counter;
  readonly forks: Counter;
  readonly refusedEvents: Counter<"reason">;
  readonly refusedConnections: Counter<"reason">;
  readonly asks: Counter<"outcome">;
  readonly ingestSeconds: Histogram;
  readonly connectedTerminals: Gauge;
  readonly backups: Counter<"outcome">;
  readonly logAlarms: Counter;
  readonly backupsOffBox: Gauge;
  readonly jobRuns: Counter<"job" | "outcome">;
};

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const counter = <Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[] = [],
  ): Counter<Label> =>
    new Counter({ name: `saku_${name}`, help, labelNames: [...labelNames], registers });
  return {
    registry,
    eventsBooked: counter("events_booked_total", "Events stored, by verdict", ["verdict"]),
    duplicates: counter("events_duplicate_total", "Events that were stored already"),
    forks: counter("forks_total", "Second histories of a terminal"),
    refusedEvents: counter("events_refused_total", "Events that will never be taken", ["reason"]),
    refusedConnections: counter("connections_refused_total", "Connections refused or cut", [
      "reason",
    ]),
    asks: counter("asks_total", "Requests for more lease, by answer", ["outcome"]),
    ingestSeconds: new Histogram({
      name: "saku_ingest_seconds",
      help: "From the frame's arrival to its commit on disk",
      buckets: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2],
      registers,
    }),
    connectedTerminals: new Gauge({
      name: "saku_connected_terminals",
      help: "Terminals with a connection",
      registers,
    }),
    backups: counter("backups_total", "Copies of the ledger, by outcome", ["outcome"]),
    logAlarms: counter("log_alarms_total", "Terminals that remember another ledger than ours"),
    backupsOffBox: new Gauge({
      name: "saku_backups_off_box",
      help: "1 when copies outlive the ledger's disk; else terminals may forget nothing",
      registers,
    }),
    jobRuns: counter("job_runs_total", "Runs of scheduled jobs", ["job", "outcome"]),
  };
}
