import { createAdaptorServer } from "@hono/node-server";
import type { Hono } from "hono";
import type { Server } from "node:http";

export type LoopbackServer = { readonly port: number; close(): Promise<void> };

/** Listens; rejects when the port is taken. Closing ends open event streams too. */
export function listen(app: Hono, at: { host: string; port: number }): Promise<LoopbackServer> {
  const server = createAdaptorServer({ fetch: app.fetch }) as Server;
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(at.port, at.host, () => {
      const address = server.address();
      resolve({
        port: typeof address === "object" && address !== null ? address.port : at.port,
        close: () =>
          new Promise((closed) => {
            server.close(() => {
              closed();
            });
            server.closeAllConnections();
          }),
      });
    });
  });
}
