import { spawn, spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import {
  authMessage,
  deviceIdOfKey,
  encodeAuthPassword,
  fromBase64Url,
  mqttClientId,
  must,
  signingKeyFromSeed,
  type DeviceId,
  type Incarnation,
  type SchoolId,
  type SignedBytes,
} from "@saku/protocol";
import sqlite3 from "sqlite3";
import { z } from "zod";
import { terminalJournalFile } from "../src/fleet/fleet.ts";

// What somebody on the school's network can do with a laptop, and what a thief of a terminal's card can do.

/** What CONNECT carries. */
export type Login = {
  readonly clientId: string;
  readonly username: string;
  readonly password: string;
};

const keyFileSchema = z.object({ secret: z.string() });
const challengeSchema = z.object({ nonce: z.string(), host: z.string() });
const SEED_SIZE = 32;

async function signingKeyIn(
  terminalDirectory: string,
): Promise<ReturnType<typeof signingKeyFromSeed>> {
  const text = await readFile(join(terminalDirectory, "device-keys.json"), "utf8");
  const secret = fromBase64Url(keyFileSchema.parse(JSON.parse(text)).secret);
  return signingKeyFromSeed(must(secret, "A key file holds base64url").slice(0, SEED_SIZE));
}

/** The id of the terminal whose state lies in this directory. */
export async function deviceIn(terminalDirectory: string): Promise<DeviceId> {
  return deviceIdOfKey((await signingKeyIn(terminalDirectory)).publicKey);
}

type Row = Readonly<Record<string, unknown>>;

function rowsOf(file: string, sql: string): Promise<readonly Row[]> {
  return new Promise((resolve, reject) => {
    const database = new sqlite3.Database(file, sqlite3.OPEN_READONLY, (fault) => {
      if (fault !== null) return reject(fault);
      database.all<Row>(sql, (error, rows) =>
        database.close(() => (error === null ? resolve(rows) : reject(error))),
      );
    });
  });
}

export type Recording = {
  readonly inc: Incarnation;
  readonly from: number;
  readonly events: readonly SignedBytes[];
};

/** The events of the terminal's incarnation that sold most recently, exactly as they were signed. */
export async function recordedEvents(terminalDirectory: string): Promise<Recording> {
  const rows = await rowsOf(
    terminalJournalFile(terminalDirectory),
    `SELECT inc, n, bytes FROM event WHERE inc =
       (SELECT event.inc FROM event JOIN incarnation USING (inc)
        WHERE type = 'sale' ORDER BY ord DESC LIMIT 1) ORDER BY n LIMIT 60`,
  );
  const first = must(rows[0] ?? null, "The terminal has sold something");
  return {
    inc: String(first["inc"]) as Incarnation,
    from: Number(first["n"]),
    events: rows.map((row) => new Uint8Array(row["bytes"] as Buffer) as SignedBytes),
  };
}

/** A terminal to be, and the directory of the terminal whose key signs; they are the same for an honest one. */
export type LoginOrder = {
  readonly cloudUrl: string;
  readonly school: SchoolId;
  readonly device: DeviceId;
  readonly keysIn: string;
};

/** Answers the cloud's own question. With the terminal's own key the cloud must accept it, once. */
export async function answeredLogin(order: LoginOrder): Promise<Login> {
  const { cloudUrl, school, device } = order;
  const { sign } = await signingKeyIn(order.keysIn);
  const response = await fetch(`${cloudUrl}/v1/auth/challenge`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ device }),
  });
  const { nonce: text, host } = challengeSchema.parse(await response.json());
  const nonce = must(fromBase64Url(text), "A nonce is base64url");
  const inc = "00000000deadbeef" as Incarnation;
  const clientId = mqttClientId(school, device);
  const signature = sign(authMessage({ host, clientId, nonce, inc }));
  return { clientId, username: clientId, password: encodeAuthPassword(nonce, inc, signature) };
}

export const hasMosquitto: boolean = ["mosquitto_pub", "mosquitto_sub"].every(
  (program) => spawnSync(program, ["--help"]).error === undefined,
);

export type MosquittoRun = { readonly exitCode: number | null; readonly output: string };

const MOSQUITTO_TIMEOUT_MS = 15_000;

/** Runs Debian's client; what it logs in with goes through its configuration file, never through argv. */
export async function runMosquitto(order: {
  readonly program: "mosquitto_pub" | "mosquitto_sub";
  readonly directory: string;
  readonly mqttPort: number;
  readonly login: Login | null;
  readonly args: readonly string[];
}): Promise<MosquittoRun> {
  const folder = await mkdtemp(join(order.directory, "mosquitto-"));
  const { login } = order;
  const lines =
    login === null ? [] : [`-i ${login.clientId}`, `-u ${login.username}`, `-P ${login.password}`];
  await writeFile(join(folder, order.program), `${lines.join("\n")}\n`, { mode: 0o600 });
  try {
    return await new Promise((resolve, reject) => {
      const words = ["-h", "127.0.0.1", "-p", String(order.mqttPort), "-V", "mqttv311"];
      const child = spawn(order.program, [...words, ...order.args], {
        env: { PATH: process.env["PATH"] ?? "", XDG_CONFIG_HOME: folder },
        stdio: ["ignore", "pipe", "pipe"],
        timeout: MOSQUITTO_TIMEOUT_MS,
      });
      let output = "";
      const collect = (chunk: Buffer): void => {
        output = (output + chunk.toString("utf8")).slice(-4_000);
      };
      child.stdout.on("data", collect);
      child.stderr.on("data", collect);
      child.once("error", reject);
      child.once("close", (exitCode) => resolve({ exitCode, output }));
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const CHUNK_BYTES = 65_536;

/** Announces a CONNECT of `size` bytes and keeps sending; gives how many bytes left before the broker hung up. */
export function floodConnect(mqttPort: number, size: number): Promise<number> {
  const length: number[] = [];
  for (let left = size; left > 0; left = Math.floor(left / 128))
    length.push((left % 128) | (left >= 128 ? 128 : 0));
  return new Promise((resolve, reject) => {
    let sent = 0;
    const socket = connect(mqttPort, "127.0.0.1", () => {
      const more = (error?: Error | null): void => {
        if (error instanceof Error || sent >= size) return;
        sent += CHUNK_BYTES;
        socket.write(Buffer.alloc(CHUNK_BYTES), more);
      };
      socket.write(Uint8Array.from([0x10, ...length]), more);
    });
    // Being cut while sending is a reset; the close that follows is the answer.
    socket.on("error", () => undefined);
    socket.resume();
    socket.once("close", () => resolve(sent));
    socket.setTimeout(MOSQUITTO_TIMEOUT_MS, () => {
      socket.destroy();
      reject(new Error(`The broker let ${sent} bytes of a CONNECT wait`));
    });
  });
}

/** The value of one line of `/metrics`; 0 when it was never counted. */
export async function metricOf(cloudUrl: string, line: string): Promise<number> {
  const text = await (await fetch(`${cloudUrl}/metrics`)).text();
  const found = text.split("\n").find((one) => one.startsWith(`${line} `));
  return Number(found?.slice(line.length + 1) ?? 0);
}
