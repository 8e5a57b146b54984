import { spawn, type ChildProcess } from "node:child_process";
import { createWriteStream, type WriteStream } from "node:fs";
import { createInterface } from "node:readline";

export type DaemonOptions = {
  readonly name: string;
  /** The compiled program, for example `cloud-broker/dist/main.js`. */
  readonly program: string;
  readonly env: Readonly<Record<string, string>>;
  /** The `event` of the JSON line that says the daemon is ready. */
  readonly readyEvent: string;
  readonly logFile: string;
  readonly readyTimeoutMs: number;
};

/** A real process of ours that can be killed without warning and started again with the same environment. */
export interface Daemon {
  readonly name: string;
  readonly isRunning: boolean;
  start(): Promise<void>;
  /** SIGKILL: the process gets no chance to finish anything. */
  kill(): Promise<void>;
  /** SIGTERM, and SIGKILL when it takes longer than five seconds. */
  stop(): Promise<void>;
}

const STOP_GRACE_MS = 5_000;
/** Only what a daemon needs of our own environment, so that nothing of the developer's shell leaks in. */
const KEPT_ENVIRONMENT = ["PATH", "HOME", "LANG", "TMPDIR", "NODE_OPTIONS"];

function environment(extra: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const kept: NodeJS.ProcessEnv = {};
  for (const key of KEPT_ENVIRONMENT)
    if (process.env[key] !== undefined) kept[key] = process.env[key];
  return { ...kept, ...extra };
}

function eventOf(line: string): string | null {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== "object" || value === null || !("event" in value)) return null;
    return typeof value.event === "string" ? value.event : null;
  } catch {
    return null;
  }
}

function launch(
  options: DaemonOptions,
  log: WriteStream,
): { child: ChildProcess; ready: Promise<void> } {
  const child = spawn(process.execPath, ["--enable-source-maps", options.program], {
    env: environment(options.env),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lastLines: string[] = [];
  const ready = new Promise<void>((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`${options.name} was not ready in ${options.readyTimeoutMs} ms`)),
      options.readyTimeoutMs,
    );
    const read = (stream: NodeJS.ReadableStream | null): void => {
      if (stream === null) return;
      createInterface({ input: stream }).on("line", (line) => {
        log.write(`${line}\n`);
        lastLines.push(line);
        if (lastLines.length > 20) lastLines.shift();
        if (eventOf(line) === options.readyEvent) {
          clearTimeout(timer);
          resolve();
        }
      });
    };
    read(child.stdout);
    read(child.stderr);
    child.once("exit", (code, signal) => {
      clearTimeout(timer);
      reject(
        new Error(
          `${options.name} ended before it was ready (${signal ?? `exit ${code}`}):\n${lastLines.join("\n")}`,
        ),
      );
    });
  });
  return { child, ready };
}

/** Prepares a daemon; nothing runs until `start`. */
export function createDaemon(options: DaemonOptions): Daemon {
  const log = createWriteStream(options.logFile, { flags: "a", mode: 0o600 });
  let child: ChildProcess | null = null;

  const ended = (running: ChildProcess): Promise<void> =>
    new Promise((resolve) => {
      if (running.exitCode !== null || running.signalCode !== null) resolve();
      else running.once("exit", () => resolve());
    });

  async function end(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    const running = child;
    if (running === null) return;
    child = null;
    const gone = ended(running);
    running.kill(signal);
    const timer = setTimeout(() => running.kill("SIGKILL"), STOP_GRACE_MS);
    await gone;
    clearTimeout(timer);
  }

  return {
    name: options.name,
    get isRunning() {
      return child !== null && child.exitCode === null && child.signalCode === null;
    },
    async start() {
      if (child !== null) return;
      const started = launch(options, log);
      child = started.child;
      try {
        await started.ready;
      } catch (error) {
        child = null;
        started.child.kill("SIGKILL");
        throw error;
      }
    },
    kill: () => end("SIGKILL"),
    stop: () => end("SIGTERM"),
  };
}
