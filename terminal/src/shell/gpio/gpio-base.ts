import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** Kernel labels of the chip behind the 40-pin header: Pi 5, Pi 4, and all older ones. */
const HEADER_LABELS: readonly string[] = ["pinctrl-rp1", "pinctrl-bcm2711", "pinctrl-bcm2835"];

export type HeaderChip = { readonly label: string; readonly base: number };

/**
 * Where sysfs counts the header's pins from. Never a constant: kernel 6.6 moved it to 512 on a Pi 4, a Pi 5 had 399,
 * 571 and 53 (fivdi/onoff #199, #200), and a Pi 5 has five chips of which only the label tells the right one.
 * Null where there is no header or no sysfs GPIO.
 */
export async function findHeaderChip(folder: string): Promise<HeaderChip | null> {
  const names = await readdir(folder).catch(() => []);
  const chips: HeaderChip[] = [];
  for (const name of names.filter((each) => each.startsWith("gpiochip"))) {
    const label = await readText(join(folder, name, "label"));
    const base = await readText(join(folder, name, "base"));
    if (label !== null && base !== null && /^\d+$/.test(base))
      chips.push({ label, base: Number(base) });
  }
  for (const label of HEADER_LABELS) {
    const chip = chips.find((each) => each.label === label);
    if (chip !== undefined) return chip;
  }
  return null;
}

function readText(path: string): Promise<string | null> {
  return readFile(path, "utf8").then(
    (text) => text.trim(),
    () => null,
  );
}
