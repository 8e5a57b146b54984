import { existsSync } from "node:fs";
import { chromium, type Browser } from "playwright-core";

const INSTALLED = "/usr/bin/chromium";

/**
 * A real browser: the machine's own, else the one that npm brings (it needs Debian's libnss3). Neither gets the packed
 * one's own arguments: they put everything into one process, which a second context ends.
 */
export async function launchChromium(): Promise<Browser> {
  const args = ["--no-sandbox", "--disable-gpu"];
  if (existsSync(INSTALLED)) return chromium.launch({ executablePath: INSTALLED, args });
  const { default: packed } = await import("@sparticuz/chromium");
  return chromium.launch({ executablePath: await packed.executablePath(), args });
}
