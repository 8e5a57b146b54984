import { z } from "zod";
import { DEFAULT_TIMING, type Timing } from "./core/sync/timing.ts";

/** What a terminal is told from outside; everything else comes with its claim. */
export type Config = {
  /** Keys and journal; the daemon makes it, mode 0700. */
  readonly stateFolder: string;
  readonly credentialsFolder: string | null;
  /** Null = no sensor wired: the counter works with PIN. */
  readonly sensorPort: string | null;
  readonly sensorModel: "auto" | "R503" | "R307";
  readonly counterHost: string;
  readonly counterPort: number;
  /** Origins that may frame the counter; empty = none. */
  readonly frameAncestors: readonly string[];
  readonly gpio: "auto" | "log";
  readonly timing: Timing;
  readonly askTimeoutMs: number;
  /** Where the hub answers the other stalls, were this terminal the hub: `auto` = its own LAN address, `none` = nowhere. */
  readonly lan: { readonly host: string; readonly port: number; readonly timeoutMs: number };
  readonly logLevel: "debug" | "info" | "warn" | "error" | "silent";
};

const milliseconds = (standard: number): z.ZodType<number> =>
  z.coerce.number().int().min(0).max(3_600_000).default(standard);

const environmentSchema = z.object({
  SAKU_TERMINAL_DIR: z.string().min(1).default("/var/lib/saku-terminal"),
  CREDENTIALS_DIRECTORY: z.string().min(1).optional(),
  SAKU_SENSOR_PORT: z.string().optional(),
  SAKU_SENSOR_MODEL: z.enum(["auto", "R503", "R307"]).default("auto"),
  SAKU_COUNTER_HOST: z.string().min(1).default("127.0.0.1"),
  SAKU_COUNTER_PORT: z.coerce.number().int().min(0).max(65_535).default(4_201),
  SAKU_FRAME_ANCESTORS: z.string().default("none"),
  SAKU_GPIO: z.enum(["auto", "log"]).default("auto"),
  SAKU_COLD_BOOT_MAX_MS: milliseconds(DEFAULT_TIMING.coldBootMaxMs),
  SAKU_RECONNECT_MAX_MS: milliseconds(DEFAULT_TIMING.reconnectMaxMs),
  SAKU_ASK_TIMEOUT_MS: milliseconds(2_500),
  SAKU_HUB_HOST: z
    .string()
    .regex(/^(auto|none|[0-9]{1,3}(\.[0-9]{1,3}){3})$/)
    .default("auto"),
  SAKU_HUB_PORT: z.coerce.number().int().min(1).max(65_535).default(4_202),
  SAKU_HUB_TIMEOUT_MS: milliseconds(800),
  SAKU_LOG_LEVEL: z.enum(["debug", "info", "warn", "error", "silent"]).default("info"),
});

/** Throws a sentence that names the variable that cannot be used. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const parsed = environmentSchema.safeParse(environment);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new Error(`${issue?.path.join(".") ?? "The environment"}: ${issue?.message ?? "wrong"}`);
  }
  const values = parsed.data;
  return {
    stateFolder: values.SAKU_TERMINAL_DIR,
    credentialsFolder: values.CREDENTIALS_DIRECTORY ?? null,
    sensorPort: values.SAKU_SENSOR_PORT === "" ? null : (values.SAKU_SENSOR_PORT ?? null),
    sensorModel: values.SAKU_SENSOR_MODEL,
    counterHost: values.SAKU_COUNTER_HOST,
    counterPort: values.SAKU_COUNTER_PORT,
    frameAncestors: values.SAKU_FRAME_ANCESTORS.split(/\s+/).filter(
      (origin) => origin !== "" && origin !== "none",
    ),
    gpio: values.SAKU_GPIO,
    timing: {
      ...DEFAULT_TIMING,
      coldBootMaxMs: values.SAKU_COLD_BOOT_MAX_MS,
      reconnectMaxMs: values.SAKU_RECONNECT_MAX_MS,
    },
    askTimeoutMs: values.SAKU_ASK_TIMEOUT_MS,
    lan: {
      host: values.SAKU_HUB_HOST,
      port: values.SAKU_HUB_PORT,
      timeoutMs: values.SAKU_HUB_TIMEOUT_MS,
    },
    logLevel: values.SAKU_LOG_LEVEL,
  };
}
