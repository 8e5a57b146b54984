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
  /** Asked at every start for the words before the program: a tracer. The program must stay our own child. */
  readonly launcher?: () => readonly string[];
};

/** A real process of ours that can be killed without warning and started again with the same environment. */
export interface Daemon {
  readonly name: string;
  /** Alive and ready to serve. */
  readonly isRunning: boolean;
  /** Alive and not yet ready. */
  readonly isStarting: boolean;
  /** Resolves when it is ready; a daemon that ended, by whatever hand, starts anew. */
  start(): Promise<void>;
  /** SIGKILL: the process gets no chance to finish anything. */
  kill(): Promise<void>;
  /** SIGSTOP: it answers nobody until it is resumed or killed. */
  pause(): void;
  resume(): void;
  /** SIGTERM, and SIGKILL when it takes longer than five seconds. */
  stop(): Promise<void>;
  /** Tells when it became ready or ended; returns the way to stop listening. */
  onChange(listener: () => void): () => void;
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
  const words = [process.execPath, "--enable-source-maps", options.program];
  const [command = process.execPath, ...args] = [...(options.launcher?.() ?? []), ...words];
  const child = spawn(command, args, {
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

function whenEnded(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once("exit", () => resolve());
  });
}

/** Prepares a daemon; nothing runs until `start`. */
export function createDaemon(options: DaemonOptions): Daemon {
  const log = createWriteStream(options.logFile, { flags: "a", mode: 0o600 });
  const listeners = new Set<() => void>();
  let child: ChildProcess | null = null;
  let starting: Promise<void> | null = null;
  let isReady = false;

  const tell = (): void => {
    for (const listener of listeners) listener();
  };

  async function begin(): Promise<void> {
    const started = launch(options, log);
    child = started.child;
    // Nothing of ours outlives us, however we end.
    const killWithUs = (): void => void started.child.kill("SIGKILL");
    process.once("exit", killWithUs);
    started.child.once("exit", () => {
      process.off("exit", killWithUs);
      if (child === started.child) child = null;
      if (child === null) isReady = false;
      tell();
    });
    try {
      await started.ready;
      isReady = child === started.child;
      tell();
    } catch (error) {
      started.child.kill("SIGKILL");
      throw error;
    }
  }

  async function end(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    const running = child;
    if (running === null) return;
    child = null;
    isReady = false;
    const gone = whenEnded(running);
    running.kill(signal);
    const timer = setTimeout(() => running.kill("SIGKILL"), STOP_GRACE_MS);
    await gone;
    clearTimeout(timer);
  }

  return {
    name: options.name,
    get isRunning() {
      return isReady;
    },
    get isStarting() {
      return child !== null && !isReady;
    },
    async start() {
      if (isReady) return;
      starting ??= begin().finally(() => {
        starting = null;
      });
      await starting;
    },
    pause: () => void child?.kill("SIGSTOP"),
    resume: () => void child?.kill("SIGCONT"),
    kill: () => end("SIGKILL"),
    stop: () => end("SIGTERM"),
    onChange: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
