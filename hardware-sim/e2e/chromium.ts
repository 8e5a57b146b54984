import { existsSync } from "node:fs";
import { chromium, type Browser } from "playwright-core";

const INSTALLED = "/usr/bin/chromium";

/** A real browser: the machine's own, else the one that npm brings. */
export async function launchChromium(): Promise<Browser> {
  if (existsSync(INSTALLED))
    return chromium.launch({ executablePath: INSTALLED, args: ["--no-sandbox", "--disable-gpu"] });
  const { default: packed } = await import("@sparticuz/chromium");
  return chromium.launch({ executablePath: await packed.executablePath(), args: packed.args });
}
