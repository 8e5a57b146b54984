import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { Hono } from "hono";

/** Files of the page, read once at start: a handful, a few kilobytes each. */
export interface Assets {
  /** Address with the content's hash in it, so that browsers may keep it for ever. */
  url(name: string): string;
  readonly routes: Hono;
}

type Asset = { readonly body: string; readonly type: string; readonly hash: string };

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};

// The same distance from `src/shell/counter` and from `dist/shell/counter`.
const ASSET_FOLDER = new URL("../../../assets/", import.meta.url);
const ISLAND_FOLDER = new URL("./islands/", import.meta.url);

function readFolder(folder: URL, into: Map<string, Asset>): void {
  for (const name of readdirSync(fileURLToPath(folder))) {
    const type = TYPES[extname(name)];
    if (type === undefined) continue;
    const body = readFileSync(new URL(name, folder), "utf8");
    const hash = createHash("sha256").update(body).digest("hex").slice(0, 12);
    into.set(name, { body, type, hash });
  }
}

export function loadAssets(): Assets {
  const assets = new Map<string, Asset>();
  readFolder(ASSET_FOLDER, assets);
  readFolder(ISLAND_FOLDER, assets);
  const routes = new Hono().get("/assets/:name", (c) => {
    const asset = assets.get(c.req.param("name"));
    if (asset === undefined) return c.text("No such file", 404);
    const isNamed = c.req.query("v") === asset.hash;
    return c.body(asset.body, 200, {
      "Content-Type": asset.type,
      "Cache-Control": isNamed ? "public, max-age=31536000, immutable" : "no-cache",
    });
  });
  return { routes, url: (name) => `/assets/${name}?v=${assets.get(name)?.hash ?? "0"}` };
}
