import { Hono } from "hono";
import { Gauge } from "prom-client";
import type { Metrics } from "../log/metrics.ts";
import { readFigures, touch } from "../store/figures.ts";
import type { Store } from "../store/store.ts";

export type HealthParts = {
  readonly store: Store;
  readonly metrics: Metrics;
  /** False until every part listens, and again while stopping. */
  readonly isReady: () => boolean;
  /** False while copies lie on the ledger's own disk. */
  readonly isOffBox: () => boolean;
};

/** For load balancers, systemd and Prometheus; says nothing about anybody. */
export function healthRoutes(parts: HealthParts): Hono {
  const app = new Hono();
  const gauges = new Map<string, Gauge>();
  app.get("/healthz", (c) => c.json({ status: "ok" }));
  app.get("/readyz", async (c) => {
    if (!parts.isReady()) return c.json({ status: "starting" }, 503);
    try {
      await touch(parts.store.read);
      const { database, term } = parts.store;
      const backups = parts.isOffBox() ? "off the box" : "on the ledger's disk: safe does not rise";
      return c.json({ status: "ok", term, database, backups });
    } catch {
      return c.json({ status: "the ledger cannot be read" }, 503);
    }
  });
  app.get("/metrics", async (c) => {
    const { registry } = parts.metrics;
    for (const [name, value] of Object.entries(await readFigures(parts.store.read))) {
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
