import { Hono } from "hono";
import { compress } from "hono/compress";
import { secureHeaders } from "hono/secure-headers";
import { randomBytes } from "node:crypto";
import { unixMs } from "@saku/protocol";
import { ProblemPage } from "../../web/people/sign-in.tsx";
import { apiRoutes } from "./api-routes.ts";
import { isOwnOrigin } from "./csrf.ts";
import { notFoundPage, page } from "./forms-page.tsx";
import { createLiveStreams } from "./live.ts";
import { parentRoutes } from "./parent-routes.tsx";
import { peopleRoutes } from "./people-routes.tsx";
import { addressOf, createGates } from "./rate-limit.ts";
import { schoolRoutes } from "./school-routes.tsx";
import { loadSession } from "./session.ts";
import { loadAssets, type Asset } from "./web-assets.ts";
import type { Web, WebConfig, WebContext, WebDeps, WebEnv } from "./web-context.ts";

export type { WebConfig, WebDeps, WebEnv, WebLog } from "./web-context.ts";

const YEAR_S = 365 * 24 * 3_600;

/**
 * Everything people and machines reach over HTTP: pages for guardians and the school, live updates, `/v1`, static
 * files. Further routes may be added to what it returns.
 */
export function createWeb(deps: WebDeps): Hono<WebEnv> {
  const web: Web = {
    ...deps,
    assets: loadAssets(),
    gates: createGates(),
    streams: createLiveStreams(deps.log),
    nowMs: () => unixMs(Date.now()),
  };
  const app = new Hono<WebEnv>();
  app.use(secured(deps.config));
  app.get("/assets/:name", (c) => asset(c, web));
  app.get("/robots.txt", (c) => c.text("User-agent: *\nDisallow: /\n"));
  app.use(async (c, next) => {
    await next();
    if (!c.res.headers.has("cache-control")) c.header("cache-control", "no-store");
  });
  app.use(compress());
  app.use(loadSession(web));
  app.use(async (c, next) => {
    if (c.req.method === "GET" || c.req.method === "HEAD") return next();
    return (await refusedOrder(c, web)) ?? next();
  });
  app.route("/", peopleRoutes(web));
  app.route("/", parentRoutes(web));
  app.route("/", schoolRoutes(web));
  app.route("/v1", apiRoutes(web));
  app.notFound((c) => {
    if (isMachine(c)) return c.json({ error: "not-found", detail: "no such path" }, 404);
    return notFoundPage(c);
  });
  app.onError((error, c) => failed(c, web, error));
  return app;
}

/** Nothing inline, nobody else's files, no frames but those the configuration names (ux.md §2.4). */
function secured(config: WebConfig): ReturnType<typeof secureHeaders> {
  const self = ["'self'"];
  return secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: self,
      styleSrc: self,
      fontSrc: self,
      imgSrc: self,
      connectSrc: self,
      formAction: self,
      baseUri: ["'none'"],
      frameAncestors: ["'self'", ...config.frameAncestors],
      requireTrustedTypesFor: ["'script'"],
      trustedTypes: ["saku"],
    },
    // With "no-referrer" browsers send `Origin: null` from our own forms, and we could not tell them apart.
    referrerPolicy: "same-origin",
    // `frame-ancestors` says it better, and this header would contradict it.
    xFrameOptions: false,
    strictTransportSecurity: config.secureCookies ? "max-age=63072000; includeSubDomains" : false,
    permissionsPolicy: { camera: false, microphone: false, geolocation: false, payment: false },
  });
}

/** Orders must come from our own pages and not in floods. */
async function refusedOrder(c: WebContext, web: Web): Promise<Response | null> {
  const ui = c.get("ui");
  const words = ui.words.problems;
  if (!isOwnOrigin(c.req.raw.headers, c.req.url)) {
    web.log.warn({ event: "web.foreign-origin" }, "an order came from another site's page");
    if (isMachine(c)) return c.json({ error: "foreign-origin", detail: "Origin is not ours" }, 403);
    return page(c, <ProblemPage ui={ui} title={words.refused} sentence={words.expired} />, 403);
  }
  const gate = await web.gates.order(c.get("session")?.secret ?? addressOf(c));
  if (gate === null) return null;
  c.header("retry-after", String(Math.ceil(gate.retryAfterMs / 1_000)));
  if (isMachine(c)) return c.json({ error: "too-many", detail: "slow down" }, 429);
  return page(c, <ProblemPage ui={ui} title={words.refused} sentence={words.wrong} />, 429);
}

function isMachine(c: WebContext): boolean {
  return c.req.path.startsWith("/v1/");
}

/** Says that it failed, that money is safe, and a code which the log repeats; never why. */
function failed(c: WebContext, web: Web, error: Error): Response | Promise<Response> {
  const code = randomBytes(4).toString("hex");
  web.log.error({ event: "web.failed", code, err: error }, "a request failed");
  if (isMachine(c)) return c.json({ error: "failed", detail: `code ${code}` }, 500);
  const ui = c.get("ui") as WebContext["var"]["ui"] | undefined;
  if (ui === undefined) return c.text(`Saku: ${code}`, 500);
  const { wrongTitle, wrong } = ui.words.problems;
  return page(c, <ProblemPage ui={ui} title={wrongTitle} sentence={wrong} code={code} />, 500);
}

function asset(c: WebContext, web: Web): Response {
  const found = web.assets.find(c.req.param("name") ?? "");
  if (found === undefined) return c.text("", 404);
  const [body, encoding] = encodingFor(found, c.req.header("accept-encoding") ?? "");
  c.header("content-type", found.mediaType);
  c.header("cache-control", `public, max-age=${YEAR_S}, immutable`);
  c.header("vary", "accept-encoding");
  if (encoding !== null) c.header("content-encoding", encoding);
  return c.body(body);
}

function encodingFor(
  found: Asset,
  accepted: string,
): readonly [Uint8Array<ArrayBuffer>, "br" | "gzip" | null] {
  if (/\bbr\b/.test(accepted)) return [found.brotli, "br"];
  return /\bgzip\b/.test(accepted) ? [found.gzip, "gzip"] : [found.plain, null];
}
