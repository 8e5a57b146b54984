import type { ClockTrust } from "@saku/protocol";
import type { ProtectionLevel } from "../keys/device-keys.ts";

/** Facts for `saku doctor` and the metrics: numbers and words, never a name, a student id or a key. */
export type Health = {
  readonly software: string;
  readonly nodeVersion: string;
  readonly device: string;
  readonly school: string | null;
  /** How the terminal's keys rest on the card. */
  readonly protection: ProtectionLevel;
  readonly upSeconds: number;
  readonly store: {
    readonly isFailed: boolean;
    readonly sqliteVersion: string;
    readonly schemaVersion: number;
    /** As asserted when the store was opened. */
    readonly journalMode: "wal";
    readonly synchronous: "FULL";
    /** The slowest one of a hundred commits, of the last few hundred; null before the first. */
    readonly fsyncP99Ms: number | null;
    readonly freeMegabytes: number;
  };
  readonly clock: {
    readonly nowMs: number;
    readonly trust: ClockTrust;
    readonly schoolDay: number | null;
  };
  readonly link: {
    readonly state: "unclaimed" | "offline" | "connecting" | "online" | "stopped";
    readonly term: number;
    readonly unsentCount: number;
    readonly unsafeCount: number;
    readonly oldestUnsentAtMs: number | null;
    readonly isQuarantined: boolean;
    readonly isStopped: boolean;
    /** The cloud is newer than this program: update it. */
    readonly isBehind: boolean;
    /** Why the cloud lets the outbox wait for long; null while it moves. */
    readonly heldFor: string | null;
    readonly lastAckAtMs: number | null;
  };
  readonly money: {
    readonly heldRupiah: number;
    readonly leaseCount: number;
    readonly saleCountToday: number;
    readonly saleTotalToday: number;
    readonly voidCountToday: number;
  };
  readonly register: {
    readonly hasStall: boolean;
    readonly studentCount: number;
    readonly haveRev: number;
    readonly rosterRev: number;
    readonly epochCount: number;
    readonly enrolledCount: number;
  };
  readonly sensor: {
    readonly state: string;
    readonly model: string | null;
    readonly baudRate: number | null;
    readonly counters: Readonly<Record<string, number>>;
  };
  readonly indicator: string;
};

const HELP: Readonly<Record<string, string>> = {
  saku_terminal_up_seconds: "Seconds since the daemon started",
  saku_terminal_store_failed: "1 when the disk refused a write",
  saku_terminal_disk_free_megabytes: "Free space where the journal is",
  saku_terminal_link_online: "1 while the cloud can be reached",
  saku_terminal_unsent_events: "Events that the cloud has not committed",
  saku_terminal_unsafe_events: "Events that are not stored off the cloud's machine",
  saku_terminal_quarantined: "1 while the cloud refuses an event",
  saku_terminal_held_rupiah: "Money of children in leases here",
  saku_terminal_leases: "Active leases",
  saku_terminal_sales_today: "Sales of the school day",
  saku_terminal_voids_today: "Sales of the school day that were put back",
  saku_terminal_students: "Active children in the register",
  saku_terminal_enrolled: "Children whose fingers this terminal knows",
  saku_terminal_sensor_ready: "1 while the sensor answers",
};

/** Prometheus text format 0.0.4. */
export function metricsText(health: Health): string {
  const values: Readonly<Record<string, number>> = {
    saku_terminal_up_seconds: health.upSeconds,
    saku_terminal_store_failed: Number(health.store.isFailed),
    saku_terminal_disk_free_megabytes: health.store.freeMegabytes,
    saku_terminal_link_online: Number(health.link.state === "online"),
    saku_terminal_unsent_events: health.link.unsentCount,
    saku_terminal_unsafe_events: health.link.unsafeCount,
    saku_terminal_quarantined: Number(health.link.isQuarantined),
    saku_terminal_held_rupiah: health.money.heldRupiah,
    saku_terminal_leases: health.money.leaseCount,
    saku_terminal_sales_today: health.money.saleCountToday,
    saku_terminal_voids_today: health.money.voidCountToday,
    saku_terminal_students: health.register.studentCount,
    saku_terminal_enrolled: health.register.enrolledCount,
    saku_terminal_sensor_ready: Number(health.sensor.state === "ready"),
  };
  const lines = Object.entries(values).flatMap(([name, value]) => [
    `# HELP ${name} ${HELP[name] ?? name}`,
    `# TYPE ${name} gauge`,
    `${name} ${value}`,
  ]);
  for (const [name, value] of Object.entries(health.sensor.counters))
    lines.push(`saku_terminal_sensor_total{what="${name.replace(/[^A-Za-z]/g, "")}"} ${value}`);
  return `${lines.join("\n")}\n`;
}
