import { findHeaderChip } from "./gpio-base.ts";
import type { GpioOutput, GpioPort } from "./gpio-port.ts";

const SYSFS_FOLDER = "/sys/class/gpio";

export type OnoffOutcome =
  | { readonly kind: "open"; readonly port: GpioPort }
  | { readonly kind: "absent"; readonly reason: "no-header-chip" | "no-onoff" | "no-permission" };

/** The header through sysfs, or why not. `onoff` is optional: a desk machine never loads its native part. */
export async function openOnoffGpio(): Promise<OnoffOutcome> {
  const chip = await findHeaderChip(SYSFS_FOLDER);
  if (chip === null) return { kind: "absent", reason: "no-header-chip" };
  const onoff = await import("onoff").catch(() => null);
  if (onoff === null) return { kind: "absent", reason: "no-onoff" };
  if (!onoff.Gpio.accessible) return { kind: "absent", reason: "no-permission" };
  const output = async (bcmPin: number): Promise<GpioOutput> => {
    const gpio = new onoff.Gpio(chip.base + bcmPin, "low");
    return {
      write: async (level) => {
        await gpio.write(level);
      },
      close: async () => {
        await gpio.write(0);
        gpio.unexport();
      },
    };
  };
  return { kind: "open", port: { backendName: "onoff", output } };
}
