import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { findHeaderChip } from "./gpio-base.ts";

const folders: string[] = [];

function sysfs(chips: readonly (readonly [name: string, label: string, base: string])[]): string {
  const folder = mkdtempSync(join(tmpdir(), "saku-gpio-"));
  folders.push(folder);
  for (const [name, label, base] of chips) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, "label"), `${label}\n`);
    writeFileSync(join(folder, name, "base"), `${base}\n`);
  }
  return folder;
}

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

test("on a Pi 5 the header is the rp1 chip among five, wherever the kernel put it", async () => {
  const folder = sysfs([
    ["gpiochip512", "gpio-brcmstb@107d508500", "512"],
    ["gpiochip544", "gpio-brcmstb@107d508520", "544"],
    ["gpiochip571", "pinctrl-rp1", "571"],
    ["gpiochip625", "raspberrypi-exp-gpio", "625"],
  ]);
  expect(await findHeaderChip(folder)).toEqual({ label: "pinctrl-rp1", base: 571 });
});

test("a Pi 4 and older ones are known by their own labels, with the old base or the new", async () => {
  const four = sysfs([
    ["gpiochip512", "pinctrl-bcm2711", "512"],
    ["gpiochip570", "raspberrypi-exp-gpio", "570"],
  ]);
  expect(await findHeaderChip(four)).toEqual({ label: "pinctrl-bcm2711", base: 512 });
  const zero = sysfs([["gpiochip0", "pinctrl-bcm2835", "0"]]);
  expect(await findHeaderChip(zero)).toEqual({ label: "pinctrl-bcm2835", base: 0 });
});

test("a machine without a header, without sysfs GPIO or with a damaged entry has no chip", async () => {
  expect(await findHeaderChip(sysfs([["gpiochip0", "INT33FF:00", "0"]]))).toBeNull();
  expect(await findHeaderChip(sysfs([["gpiochip0", "pinctrl-rp1", "many"]]))).toBeNull();
  expect(await findHeaderChip(join(tmpdir(), "saku-gpio-nowhere"))).toBeNull();
});
