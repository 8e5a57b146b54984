import { createServer } from "node:net";
import type { FleetPorts } from "./fleet.ts";

/** A TCP port on loopback that nobody listens on now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = address !== null && typeof address === "object" ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

/** Whether nobody listens on this port of loopback now. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

/** Ports of a fleet that nobody uses now; the simulated internet takes any. */
export async function freeFleetPorts(counterCount: number): Promise<FleetPorts> {
  const [cloudHttp, cloudMqtt] = [await freePort(), await freePort()];
  const counters: number[] = [];
  while (counters.length < counterCount) counters.push(await freePort());
  return { cloudHttp, cloudMqtt, internetHttp: 0, internetMqtt: 0, counters };
}
