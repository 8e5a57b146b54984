import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { LedgerPlace } from "./shell/store/store.ts";

/** Everything the cloud is told from outside, with its name in the environment. */
export type Config = {
  /** SAKU_CLOUD_DIR: the ledger, keys and the set-up token; made 0700. */
  readonly directory: string;
  /**
   * A file in the directory, or PostgreSQL: SAKU_DATABASE_URL; the password stands in it or in the file that
   * SAKU_DATABASE_PASSWORD_FILE names.
   */
  readonly ledger: LedgerPlace;
  /** SAKU_HOST: where to listen; loopback unless something that speaks TLS stands in front. */
  readonly host: string;
  /** SAKU_HTTP_PORT; 0 takes any free port. */
  readonly httpPort: number;
  /** SAKU_MQTT_PORT; 0 takes any free port. */
  readonly mqttPort: number;
  /** SAKU_PUBLIC_MQTT_URL: what terminals are told; null = where the broker listens. */
  readonly publicMqttUrl: string | null;
  /** SAKU_BACKUP_DIR: another machine's disk; `safe` follows what lies there. */
  readonly backupDirectory: string;
  /** SAKU_BACKUP_ON_LEDGER_DISK=1: `safe` follows copies beside the ledger too; for a demonstration on one box. */
  readonly isSafeOnLedgerDisk: boolean;
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
  SAKU_DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, "must begin with postgresql://")
    .optional(),
  SAKU_DATABASE_PASSWORD_FILE: z.string().min(1).optional(),
  SAKU_HOST: z.string().min(1).default("127.0.0.1"),
  SAKU_HTTP_PORT: port.default(4000),
  SAKU_MQTT_PORT: port.default(4883),
  SAKU_PUBLIC_MQTT_URL: z
    .string()
    .regex(/^mqtts?:\/\/[^/\s]+$/)
    .optional(),
  SAKU_BACKUP_DIR: z.string().min(1).optional(),
  SAKU_BACKUP_ON_LEDGER_DISK: z.enum(["0", "1"]).default("0"),
  SAKU_BACKUP_EVERY_S: z.coerce.number().min(1).max(86_400).default(60),
  SAKU_FRAME_ANCESTORS: z.string().default(""),
  SAKU_SECURE_COOKIES: z.enum(["0", "1"]).default("0"),
  SAKU_LOG_LEVEL: z.enum(["debug", "info", "warn", "error", "silent"]).default("info"),
});

/** What a program needs that works on the ledger and does not serve. */
const ledgerSchema = schema.pick({
  SAKU_CLOUD_DIR: true,
  SAKU_DATABASE_URL: true,
  SAKU_DATABASE_PASSWORD_FILE: true,
});

function ledgerOf(data: z.infer<typeof ledgerSchema>): LedgerPlace {
  const url = data.SAKU_DATABASE_URL;
  if (url === undefined) return { file: join(data.SAKU_CLOUD_DIR, "ledger.sqlite") };
  const secret = data.SAKU_DATABASE_PASSWORD_FILE;
  return secret === undefined ? { url } : { url, password: readFileSync(secret, "utf8").trim() };
}

type Environment = Readonly<Record<string, string | undefined>>;

function parsedBy<T extends z.ZodType>(wanted: T, env: Environment): z.infer<T> {
  const parsed = wanted.safeParse(env);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new Error(`Set ${issue?.path.join(".") ?? "the environment"}: ${issue?.message ?? ""}`);
}

/** Where the ledger is, for programs beside the cloud. */
export const readLedgerPlace = (env: Environment): LedgerPlace =>
  ledgerOf(parsedBy(ledgerSchema, env));

/** The cloud's own folder, for the same programs. */
export const readLedgerDirectory = (env: Environment): string =>
  parsedBy(ledgerSchema, env).SAKU_CLOUD_DIR;

/** Reads the environment; throws one sentence that names the variable which is wrong. */
export function readConfig(env: Environment): Config {
  const data = parsedBy(schema, env);
  return {
    directory: data.SAKU_CLOUD_DIR,
    ledger: ledgerOf(data),
    host: data.SAKU_HOST,
    httpPort: data.SAKU_HTTP_PORT,
    mqttPort: data.SAKU_MQTT_PORT,
    publicMqttUrl: data.SAKU_PUBLIC_MQTT_URL ?? null,
    backupDirectory: data.SAKU_BACKUP_DIR ?? `${data.SAKU_CLOUD_DIR}/backup`,
    isSafeOnLedgerDisk: data.SAKU_BACKUP_ON_LEDGER_DISK === "1",
    backupEveryMs: data.SAKU_BACKUP_EVERY_S * 1_000,
    frameAncestors: data.SAKU_FRAME_ANCESTORS.split(/\s+/).filter((origin) => origin !== ""),
    secureCookies: data.SAKU_SECURE_COOKIES === "1",
    logLevel: data.SAKU_LOG_LEVEL,
  };
}
