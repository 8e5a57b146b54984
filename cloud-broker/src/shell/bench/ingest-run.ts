// One run of `npm run bench:ingest`, in a process of its own: terminals' frames through the cloud's own desk.
import { mkdtempSync, rmSync } from "node:fs";
import { register } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { IngestFigures, IngestPlan } from "./ingest.ts";

/** The log left out: `appendLeaves` does nothing, as if it had never been written. */
const WITHOUT_LOG = `export async function load(url, context, next) {
  const loaded = await next(url, context);
  if (!url.endsWith("/store/log-leaves.js")) return loaded;
  const source = String(loaded.source).replace("export async function appendLeaves(", "export async function appendLeaves() {}\\nasync function leftOut(");
  return { ...loaded, source };
}`;

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

async function prepared(plan: IngestPlan, directory: string) {
  // Imported late: the hook must stand before the module that it changes.
  const { openStore } = await import("../store/store.ts");
  const { openSqlite } = await import("../store/sqlite-connection.ts");
  const school = await import("./ingest-school.ts");
  const file = join(directory, "ledger.sqlite");
  const store = await openStore({ file, clock: () => school.MORNING_MS });
  if (!plan.hasLog) {
    const raw = await openSqlite(file, "read-write");
    await raw.exec("DROP TRIGGER journal_has_its_leaf;");
    await raw.close();
  }
  const terminals = school.benchTerminals(plan.terminals);
  await store.commit((work) => school.enterSchool(work));
  for (const terminal of terminals)
    await store.commit((work) => school.enterTerminal(work, terminal));
  const lines = terminals.map((terminal) => ({
    terminal,
    frames: school.signedFrames(terminal, plan.sales, plan.frame),
  }));
  return { store, lines };
}

async function deskOf(store: Awaited<ReturnType<typeof prepared>>["store"]) {
  const { createUpDesk } = await import("../mqtt/up-desk.ts");
  const { createAwaited } = await import("../mqtt/up-context.ts");
  const { createMetrics } = await import("../log/metrics.ts");
  const { createLog } = await import("../log/log.ts");
  const { createEvents } = await import("../../events.ts");
  const { createChanges } = await import("../office/changes.ts");
  const { nodeTimers } = await import("../clock/node-timers.ts");
  const { nodeEntropy } = await import("../keys/node-entropy.ts");
  const { nodeSigningKey, verifyOnThreads } = await import("../keys/ed25519.ts");
  const { createConnections } = await import("../mqtt/connections.ts");
  const key = nodeSigningKey(nodeEntropy.bytes(32));
  const cloud = {
    store,
    outbox: { sign: key.sign, onQueued: () => undefined },
    changes: createChanges(),
    isOnline: () => true,
    key,
    stop: () => undefined,
    tokenSecret: new Uint8Array(32),
    clock: Date.now,
    timers: nodeTimers,
    entropy: nodeEntropy,
    verify: verifyOnThreads,
  };
  // Nobody is connected: what is answered is signed and then dropped, so that no socket is measured.
  const connections = createConnections(store, (error) => {
    throw error;
  });
  const metrics = createMetrics();
  const events = createEvents(createLog("silent"));
  return createUpDesk({ cloud, connections, metrics, events, awaited: createAwaited() });
}

async function run(plan: IngestPlan): Promise<IngestFigures> {
  if (!plan.hasLog) register(`data:text/javascript,${encodeURIComponent(WITHOUT_LOG)}`);
  const directory = mkdtempSync(join(plan.directory ?? tmpdir(), "saku-bench-"));
  const { store, lines } = await prepared(plan, directory);
  const desk = await deskOf(store);
  const { SCHOOL } = await import("./ingest-school.ts");
  const latenciesMs: number[] = [];
  const startedAtMs = performance.now();
  const cpuBefore = process.cpuUsage();
  await Promise.all(
    lines.map(async ({ terminal, frames }) => {
      const connection = {
        device: terminal.device,
        school: SCHOOL,
        client: null as never,
        incs: new Set([terminal.inc]),
        sentRev: null,
        line: Promise.resolve(),
        told: null,
        askCount: 0,
        owed: null,
      };
      for (const frame of frames) {
        const sentAtMs = performance.now();
        await desk.take(connection, frame);
        latenciesMs.push(performance.now() - sentAtMs);
      }
    }),
  );
  const elapsedMs = performance.now() - startedAtMs;
  const { user, system } = process.cpuUsage(cpuBefore);
  const count = async (table: "sale" | "log_leaf" | "journal"): Promise<number> => {
    const row = await store.read
      .selectFrom(table)
      .select((eb) => eb.fn.countAll<number>().as("count"))
      .executeTakeFirstOrThrow();
    return Number(row.count);
  };
  const sales = await count("sale");
  const leaves = await count("log_leaf");
  const journals = await count("journal");
  await store.close();
  rmSync(directory, { recursive: true, force: true });
  if (sales !== plan.terminals * plan.sales) throw new Error(`${sales} sales were booked`);
  if (leaves !== (plan.hasLog ? journals : 0)) throw new Error(`${leaves} leaves were made`);
  const sorted = latenciesMs.toSorted((a, b) => a - b);
  return {
    eventsPerSecond: (sales / elapsedMs) * 1_000,
    postsPerSecond: (sales / elapsedMs) * 1_000,
    p50Ms: percentile(sorted, 0.5),
    p99Ms: percentile(sorted, 0.99),
    cpuMsPerEvent: (user + system) / 1_000 / sales,
  };
}

const figures = await run(JSON.parse(process.argv[2] ?? "{}") as IngestPlan);
process.stdout.write(`${JSON.stringify(figures)}\n`);
