import { readConfig } from "./config.ts";
import { createEvents } from "./events.ts";
import { startCloud } from "./loop.ts";
import { createLog } from "./shell/log/log.ts";

const STOP_TIMEOUT_MS = 10_000;

async function main(): Promise<void> {
  // Whatever is written here is nobody else's to read.
  process.umask(0o077);
  const config = readConfig(process.env);
  const log = createLog(config.logLevel);
  const cloud = await startCloud(config, log);
  let isStopping = false;
  const stop = (signal: string): void => {
    if (isStopping) return;
    isStopping = true;
    createEvents(log).stopping(signal);
    // What is committed is on disk: leaving late is worse than leaving roughly.
    setTimeout(() => process.exit(1), STOP_TIMEOUT_MS).unref();
    cloud.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.once("SIGTERM", () => stop("SIGTERM"));
  process.once("SIGINT", () => stop("SIGINT"));
}

main().catch((error: unknown) => {
  process.stderr.write(`cloud: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
