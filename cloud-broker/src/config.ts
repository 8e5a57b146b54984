import { z } from "zod";

/** Everything the cloud is told from outside, with its name in the environment. */
export type Config = {
  /** SAKU_CLOUD_DIR: the ledger, keys and the set-up token; made 0700. */
  readonly directory: string;
  /** SAKU_HOST: where to listen; loopback unless something that speaks TLS stands in front. */
  readonly host: string;
  /** SAKU_HTTP_PORT; 0 takes any free port. */
  readonly httpPort: number;
  /** SAKU_MQTT_PORT; 0 takes any free port. */
  readonly mqttPort: number;
  /** SAKU_PUBLIC_MQTT_URL: what terminals are told; null = where the broker listens. */
  readonly publicMqttUrl: string | null;
  /** SAKU_BACKUP_DIR: should be another disk; `safe` follows what lies there. */
  readonly backupDirectory: string;
  /** SAKU_BACKUP_EVERY_S */
  readonly backupEveryMs: number;
  /** SAKU_FRAME_ANCESTORS: origins, separated by spaces, that may show our pages in a frame. */
  readonly frameAncestors: readonly string[];
  /** SAKU_SECURE_COOKIES=1 behind TLS. */
  readonly secureCookies: boolean;
  /** SAKU_LOG_LEVEL */
  readonly logLevel: string;
};

const port = z.coerce.number().int().min(0).max(65_535);

const schema = z.object({
  SAKU_CLOUD_DIR: z.string().min(1),
  SAKU_HOST: z.string().min(1).default("127.0.0.1"),
  SAKU_HTTP_PORT: port.default(4000),
  SAKU_MQTT_PORT: port.default(4883),
  SAKU_PUBLIC_MQTT_URL: z
    .string()
    .regex(/^mqtts?:\/\/[^/\s]+$/)
    .optional(),
  SAKU_BACKUP_DIR: z.string().min(1).optional(),
  SAKU_BACKUP_EVERY_S: z.coerce.number().min(1).max(86_400).default(60),
  SAKU_FRAME_ANCESTORS: z.string().default(""),
  SAKU_SECURE_COOKIES: z.enum(["0", "1"]).default("0"),
  SAKU_LOG_LEVEL: z.enum(["debug", "info", "warn", "error", "silent"]).default("info"),
});

/** Reads the environment; throws one sentence that names the variable which is wrong. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const parsed = schema.safeParse(env);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new Error(`Set ${issue?.path.join(".") ?? "the environment"}: ${issue?.message ?? ""}`);
  }
  const { data } = parsed;
  return {
    directory: data.SAKU_CLOUD_DIR,
    host: data.SAKU_HOST,
    httpPort: data.SAKU_HTTP_PORT,
    mqttPort: data.SAKU_MQTT_PORT,
    publicMqttUrl: data.SAKU_PUBLIC_MQTT_URL ?? null,
    backupDirectory: data.SAKU_BACKUP_DIR ?? `${data.SAKU_CLOUD_DIR}/backup`,
    backupEveryMs: data.SAKU_BACKUP_EVERY_S * 1_000,
    frameAncestors: data.SAKU_FRAME_ANCESTORS.split(/\s+/).filter((origin) => origin !== ""),
    secureCookies: data.SAKU_SECURE_COOKIES === "1",
    logLevel: data.SAKU_LOG_LEVEL,
  };
}
