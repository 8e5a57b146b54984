import { type Context, Hono, type MiddlewareHandler } from "hono";
import { html } from "hono/html";
import { streamSSE } from "hono/streaming";
import { z } from "zod";
import type { SimulatedModule } from "../sensor-module.ts";
import { conditions } from "../world.ts";
import { loadStageAssets } from "./assets.ts";
import { fingerPositions, type StageFleet, type StageProcess } from "./fleet-port.ts";
import { bmpOfLevels } from "./glass-picture.ts";
import { createJourneyRelay, type JourneyRelay } from "./journey-relay.ts";
import { StagePage } from "./page.tsx";
import { readStageState, setNoise } from "./stage-state.ts";
import { touch } from "./touch.ts";
import { type Language, wordsOf } from "./words.ts";

export type StageOptions = {
  /** Origins whose pages the stage shows in frames besides the terminals', for example the cloud's. */
  readonly frameOrigins: readonly string[];
  /** Cookies for the framed pages, `name=value`: cookies know hosts, not ports, and everything here is one host. */
  readonly cookiesOf?: (language: Language) => readonly string[];
};

export type Stage = {
  readonly app: Hono;
  close(): void;
};

const touchSchema = z.object({
  terminal: z.number().int().min(0).max(15),
  child: z.string().max(80).nullable(),
  finger: z.enum(fingerPositions),
  condition: z.enum(conditions),
  amountRupiah: z.number().int().min(1).max(1_000_000).nullable(),
});

const switchSchema = z.object({
  name: z.enum(["internet", "cable", "noise", "terminal", "cloud"]),
  terminal: z.number().int().min(0).max(15),
  isOn: z.boolean(),
});

/** A visitor has one or two tabs open, not more. */
const maxFollowers = 16;
const heartbeatMs = 20_000;

/** The page on which a visitor plays the school; listens nowhere by itself. */
export function createStage(fleet: StageFleet, options: StageOptions): Stage {
  const assets = loadStageAssets();
  const relay = createJourneyRelay(fleet);
  const changes = createChanges(fleet);
  const frameOrigins = [
    ...fleet.terminals.map(({ counterUrl }) => counterUrl),
    ...options.frameOrigins,
  ];
  const app = new Hono()
    .use(guardHost())
    .use(pageHeaders(frameOrigins))
    .get("/", (c) => c.redirect("/panggung"))
    .get("/panggung", (c) => {
      const language: Language = c.req.query("bahasa") === "en" ? "en" : "id";
      for (const cookie of options.cookiesOf?.(language) ?? [])
        c.header("Set-Cookie", `${cookie}; Path=/; HttpOnly; SameSite=Lax`, { append: true });
      const { stylesheet, script } = assets;
      const words = wordsOf(language);
      const page = <StagePage {...{ fleet, words, language, stylesheet, script }} />;
      return c.html(html`<!doctype html>${page}`);
    })
    .get("/aset/:name", (c) => {
      const asset = assets.find(c.req.param("name"));
      if (asset === undefined) return c.notFound();
      return c.body(asset.body, 200, { "Content-Type": asset.type, "Cache-Control": "no-cache" });
    })
    .get("/kaca/:terminal", (c) => glassPicture(c, changes))
    .post("/panggung/sentuh", async (c) => {
      const order = touchSchema.safeParse(await readJson(c));
      if (!order.success) return c.json({ outcome: "unknown" }, 400);
      return c.json({ outcome: await touch(fleet, order.data) });
    })
    .post("/panggung/sakelar", async (c) => {
      const order = switchSchema.safeParse(await readJson(c));
      if (!order.success) return c.json({ isDone: false }, 400);
      const isDone = await flip(fleet, order.data);
      changes.tell();
      return c.json({ isDone }, isDone ? 200 : 409);
    })
    .get("/panggung/siaran", (c) => broadcast(c, fleet, { relay, changes }));
  return {
    app,
    close: () => {
      relay.close();
      changes.close();
    },
  };
}

type GlassPicture = ReturnType<SimulatedModule["glassLevels"]>;

type Changes = {
  readonly glassSerials: readonly number[];
  /** The last picture on each glass: the page asks for it when the finger may be gone already. */
  readonly glassPictures: readonly GlassPicture[];
  readonly followerCount: number;
  follow(listener: () => void): () => void;
  tell(): void;
  close(): void;
};

/** Gathers everything that moves on the stage into one "look again". */
function createChanges(fleet: StageFleet): Changes {
  const listeners = new Set<() => void>();
  const glassSerials = fleet.terminals.map(() => 0);
  const glassPictures: GlassPicture[] = fleet.terminals.map(() => null);
  const tell = (): void => {
    for (const listener of listeners) listener();
  };
  const stops = [
    fleet.onChange(tell),
    ...fleet.terminals.map(({ module }, index) =>
      module.onEvent((event) => {
        if (event.kind === "command" || event.kind === "ready") return;
        if (event.kind === "finger" && event.isOnGlass) {
          glassSerials[index] = (glassSerials[index] ?? 0) + 1;
          glassPictures[index] = module.glassLevels();
        }
        tell();
      }),
    ),
  ];
  return {
    glassSerials,
    glassPictures,
    get followerCount() {
      return listeners.size;
    },
    follow: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    tell,
    close: () => {
      for (const stop of stops) stop();
      listeners.clear();
    },
  };
}

async function flip(fleet: StageFleet, order: z.infer<typeof switchSchema>): Promise<boolean> {
  const terminal = fleet.terminals[order.terminal];
  if (order.name === "internet") fleet.cutInternet(!order.isOn);
  else if (order.name === "cloud") return setRunning(fleet.cloud, order.isOn);
  else if (terminal === undefined) return false;
  else if (order.name === "terminal") return setRunning(terminal.process, order.isOn);
  else if (order.name === "noise") setNoise(terminal, !order.isOn);
  else if (order.isOn) terminal.module.replug();
  else terminal.module.unplug();
  return true;
}

async function setRunning(program: StageProcess, isOn: boolean): Promise<boolean> {
  try {
    await (isOn ? program.start() : program.kill());
    return true;
  } catch {
    return false;
  }
}

function broadcast(
  c: Context,
  fleet: StageFleet,
  sources: { readonly relay: JourneyRelay; readonly changes: Changes },
): Response | Promise<Response> {
  const { relay, changes } = sources;
  if (changes.followerCount >= maxFollowers) return c.text("Too many followers", 503);
  return streamSSE(c, async (stream) => {
    const send = (event: string, data: unknown): void =>
      void stream.writeSSE({ event, data: JSON.stringify(data) });
    const sendState = (): void => send("state", readStageState(fleet, changes.glassSerials));
    const stops = [
      changes.follow(sendState),
      relay.onJourney((journey) => send("journey", journey)),
    ];
    stream.onAbort(() => stops.forEach((stop) => stop()));
    sendState();
    send("journeys", relay.latest);
    while (!stream.aborted) {
      await stream.sleep(heartbeatMs);
      await stream.write(": here\n\n");
    }
  });
}

function glassPicture(c: Context, changes: Changes): Response {
  const picture = changes.glassPictures[Number(c.req.param("terminal"))] ?? null;
  if (picture === null) return c.body(null, 404);
  return c.body(bmpOfLevels(picture), 200, {
    "Content-Type": "image/bmp",
    "Cache-Control": "no-store",
  });
}

async function readJson(c: Context): Promise<unknown> {
  if (c.req.header("content-type") !== "application/json") return null;
  const text = await c.req.text();
  if (text.length > 2000) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/**
 * Loopback by its number only: the frames are on 127.0.0.1, and from `localhost` their cookies would count as another
 * site's. Any other name is DNS rebinding.
 */
function guardHost(): MiddlewareHandler {
  return async (c, next) => {
    const host = c.req.header("host") ?? "";
    const name = host.replace(/:\d{1,5}$/, "");
    if (name === "localhost" && c.req.method === "GET") {
      const url = new URL(c.req.url);
      return c.redirect(`http://127.0.0.1:${url.port}${url.pathname}${url.search}`);
    }
    if (name !== "127.0.0.1") return c.text("The stage answers to 127.0.0.1 only", 421);
    const origin = c.req.header("origin");
    if (c.req.method !== "GET" && origin !== undefined && origin !== `http://${host}`) {
      return c.text("This request comes from another site", 403);
    }
    return next();
  };
}

function pageHeaders(frameOrigins: readonly string[]): MiddlewareHandler {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    `frame-src ${[...new Set(frameOrigins)].join(" ")}`,
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join("; ");
  return async (c, next) => {
    await next();
    c.header("Content-Security-Policy", policy);
    c.header("X-Content-Type-Options", "nosniff");
    c.header("Referrer-Policy", "same-origin");
    c.header("Permissions-Policy", "camera=(), microphone=(), geolocation=()");
  };
}
