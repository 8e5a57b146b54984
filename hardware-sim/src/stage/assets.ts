import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export type StageAsset = { readonly type: string; readonly body: string };

export interface StageAssets {
  readonly stylesheet: string;
  readonly script: string;
  find(name: string): StageAsset | undefined;
}

// The package's folder, from src/stage and from dist/stage alike.
const room = new URL("../../", import.meta.url);

const islandNames: readonly string[] = ["stage", "screens", "timeline", "machines", "server"];

/** Reads the page's few files once; islands that are not built yet are left out. */
export function loadStageAssets(): StageAssets {
  const assets = new Map<string, StageAsset>();
  const css = readFileSync(new URL("assets/stage.css", room), "utf8");
  const mark = readFileSync(new URL("assets/mark.svg", room), "utf8");
  assets.set("stage.css", { type: "text/css; charset=utf-8", body: css });
  assets.set("mark.svg", { type: "image/svg+xml", body: mark });
  for (const name of islandNames) {
    const file = new URL(`dist/stage/islands/${name}.js`, room);
    if (!existsSync(fileURLToPath(file))) continue;
    const body = readFileSync(file, "utf8");
    assets.set(`${name}.js`, { type: "text/javascript; charset=utf-8", body });
  }
  const version = createHash("sha256").update(css).digest("hex").slice(0, 10);
  return {
    stylesheet: `/aset/stage.css?v=${version}`,
    script: "/aset/stage.js",
    find: (name) => assets.get(name),
  };
}
