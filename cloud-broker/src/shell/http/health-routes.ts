import { sql } from "kysely";
import { Hono } from "hono";
import { Gauge } from "prom-client";
import type { Metrics } from "../log/metrics.ts";
import type { Store } from "../store/store.ts";

export type HealthParts = {
  readonly store: Store;
  readonly metrics: Metrics;
  /** False until every part listens, and again while stopping. */
  readonly isReady: () => boolean;
};

/** Figures that the database knows, asked when somebody looks. */
async function storeFigures({ store }: HealthParts): Promise<Readonly<Record<string, number>>> {
  const { rows } = await sql<Record<string, number>>`SELECT
    (SELECT coalesce(abs(sum(debit) - sum(credit)), 0) FROM account) AS trial_balance_imbalance_rupiah,
    (SELECT coalesce(sum(debit - credit), 0) FROM account WHERE kind = 'suspense') AS suspense_rupiah,
    (SELECT coalesce(sum(credit - debit), 0) FROM account WHERE kind = 'escrow') AS lease_escrow_rupiah,
    (SELECT coalesce(sum(max(0, rev - have)), 0) FROM device WHERE state IN ('active','quarantined')) AS outbox_commands,
    (SELECT coalesce(sum(unsent), 0) FROM device WHERE state <> 'revoked') AS terminal_outbox_events,
    (SELECT coalesce(sum(ack - safe), 0) FROM incarnation) AS events_not_safe,
    (SELECT count(*) FROM device_event WHERE verdict = 'anomaly') AS anomalies`.execute(store.read);
  return rows[0] ?? {};
}

/** For load balancers, systemd and Prometheus; says nothing about anybody. */
export function healthRoutes(parts: HealthParts): Hono {
  const app = new Hono();
  const gauges = new Map<string, Gauge>();
  app.get("/healthz", (c) => c.json({ status: "ok" }));
  app.get("/readyz", async (c) => {
    if (!parts.isReady()) return c.json({ status: "starting" }, 503);
    try {
      await sql`SELECT 1 FROM meta LIMIT 1`.execute(parts.store.read);
      return c.json({ status: "ok", term: parts.store.term });
    } catch {
      return c.json({ status: "the ledger cannot be read" }, 503);
    }
  });
  app.get("/metrics", async (c) => {
    const { registry } = parts.metrics;
    for (const [name, value] of Object.entries(await storeFigures(parts))) {
      const gauge =
        gauges.get(name) ??
        new Gauge({ name: `saku_${name}`, help: name.replaceAll("_", " "), registers: [registry] });
      gauges.set(name, gauge);
      gauge.set(value);
    }
    return c.body(await registry.metrics(), 200, { "content-type": registry.contentType });
  });
  return app;
}
