import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";
import type { AssetUrls, Island } from "../../web/design/ui.ts";

/** One static file, ready to send in three encodings. */
export type Asset = {
  readonly mediaType: string;
  readonly plain: Uint8Array<ArrayBuffer>;
  readonly gzip: Uint8Array<ArrayBuffer>;
  readonly brotli: Uint8Array<ArrayBuffer>;
};

export type Assets = { readonly urls: AssetUrls; find(name: string): Asset | undefined };

/** The first sheet names the order of the layers, so it stays first. */
const SHEETS = [
  "layers",
  "tokens",
  "base",
  "layout",
  "components",
  "parent",
  "school",
  "utilities",
];
export const ISLANDS: readonly Island[] = ["live", "page", "preview", "desk", "receipt"];

// From src/shell/http and from dist/shell/http alike.
const ROOM = new URL("../../../", import.meta.url);

/** Reads and compresses every static file once, at start. Islands that are not built yet are left out: pages work without. */
export function loadAssets(): Assets {
  const byName = new Map<string, Asset>();
  const add = (stem: string, extension: string, bytes: Buffer): string => {
    const hash = createHash("sha256").update(bytes).digest("base64url").slice(0, 12);
    const name = `${stem}-${hash}.${extension}`;
    byName.set(name, assetOf(extension, bytes));
    return `/assets/${name}`;
  };
  const sheets = SHEETS.map((sheet) => readFileSync(new URL(`assets/${sheet}.css`, ROOM), "utf8"));
  const stylesheet = add("saku", "css", Buffer.from(tidyCss(sheets.join("\n"))));
  const icons = add("icons", "svg", readFileSync(new URL("assets/icons.svg", ROOM)));
  const mark = add("mark", "svg", readFileSync(new URL("assets/mark.svg", ROOM)));
  const islandUrls = new Map<Island, string>();
  for (const island of ISLANDS) {
    const file = new URL(`dist/web/islands/${island}.js`, ROOM);
    if (!existsSync(fileURLToPath(file))) continue;
    const source = readFileSync(file, "utf8").replace(/^\s+|^export \{\};$/gm, "");
    islandUrls.set(island, add(island, "js", Buffer.from(source)));
  }
  return {
    urls: { stylesheet, icons, mark, island: (name) => islandUrls.get(name) ?? null },
    find: (name) => byName.get(name),
  };
}

const MEDIA_TYPE: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
  js: "text/javascript; charset=utf-8",
};

function assetOf(extension: string, bytes: Buffer): Asset {
  return {
    mediaType: MEDIA_TYPE[extension] ?? "application/octet-stream",
    plain: Uint8Array.from(bytes),
    gzip: Uint8Array.from(gzipSync(bytes, { level: 9 })),
    brotli: Uint8Array.from(brotliCompressSync(bytes)),
  };
}

/** Comments and indentation only: enough before compression, and nothing that could change a meaning. */
function tidyCss(css: string): string {
  return css.replace(/\/\*[\s\S]*?\*\//g, "").replace(/\n\s*/g, "\n");
}
