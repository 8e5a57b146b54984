import { drainSpreadMs } from "../../core/ingest/pressure.ts";
import type { Cloud } from "../office/cloud.ts";
import type { Connections } from "./connections.ts";
import { signedAck } from "./watermarks.ts";

/** A terminal that does not take its frame is not waited for. */
const PATIENCE_MS = 1_000;

/** Sends every terminal away with a signed word on how long to spread their return, before the cloud goes [B4]. */
export async function drainAll(cloud: Cloud, connections: Connections): Promise<void> {
  const all = connections.all();
  const drainMs = drainSpreadMs(all.length);
  const told = Promise.all(
    all.map(async ({ device, incs }) => {
      const ack = await signedAck(cloud, device, [...incs], { drainMs });
      await connections.send(device, { t: "ack", ack });
    }),
  );
  const patience = new Promise<void>((resolve) => {
    const stop = cloud.timers.after(PATIENCE_MS, resolve);
    void told.finally(stop).catch(() => undefined);
  });
  await Promise.race([told, patience]).catch(() => undefined);
}
