import { Hono } from "hono";
import { journeyRoutes } from "../journey/journey-routes.ts";
import { loadAssets } from "./assets.ts";
import { counterRoutes } from "./counter-routes.ts";
import { openDesk } from "./desk.ts";
import { enrolRoutes } from "./enrol-routes.ts";
import { counterFailed } from "./events.ts";
import { guardCaller, limitBody, secureHeaders } from "./guard.ts";
import { operatorRoutes } from "./operator-routes.tsx";
import { pageRoutes } from "./page-routes.tsx";
import type { CounterDeps } from "./ports.ts";

export type { CounterDeps } from "./ports.ts";

/** The counter: its machines run from the moment it is created; serve `app` on loopback only. */
export interface Counter {
  readonly app: Hono;
  close(): Promise<void>;
}

export function createCounter(deps: CounterDeps): Counter {
  const desk = openDesk(deps);
  const assets = loadAssets();
  const app = new Hono();
  app.use(guardCaller(deps.frameAncestors), limitBody(), secureHeaders(deps.frameAncestors));
  app.route("/", assets.routes);
  app.route("/", counterRoutes(desk, deps.now));
  app.route("/", enrolRoutes(desk, deps));
  app.route("/", pageRoutes({ desk, deps, assets }));
  app.route("/", operatorRoutes({ desk, deps, assets }));
  app.route("/", journeyRoutes(desk.journeys));
  app.onError((error, c) => {
    counterFailed(deps.log, `answer ${c.req.method} ${c.req.path}`, error);
    return c.text("Terminal perlu dicek / The terminal needs a look (T-03)", 500);
  });
  return {
    app,
    close: async () => {
      desk.close();
    },
  };
}
