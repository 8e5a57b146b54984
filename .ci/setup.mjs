// Everything a bare machine needs before Saku runs: packages, native add-ons, and with `--build` the compiled
// program. Each step is skipped when it is already done, prints one line when it is not, and says in one
// sentence what is missing when it cannot be done. Plain JavaScript, because it runs before anything is installed.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, copyFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const cache = join(root, ".cache", "setup");
const say = (text) => process.stderr.write(`setup: ${text}\n`);

function fail(sentence) {
  say(sentence);
  process.exit(1);
}

function run(command, args, options = {}) {
  const result = spawnSync(command, args, {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    maxBuffer: 64 * 1024 * 1024,
    ...options,
    env: { ...process.env, ...options.env },
  });
  return {
    ok: result.status === 0,
    output: `${result.stdout ?? ""}${result.stderr ?? ""}`,
    error: result.error,
  };
}

function must(command, args, sentence, options) {
  const result = run(command, args, options);
  if (!result.ok) {
    process.stderr.write(result.output.split("\n").slice(-30).join("\n") + "\n");
    fail(sentence);
  }
}

const stampPath = (name) => join(cache, `${name}.stamp`);
const isDone = (name, value) =>
  existsSync(stampPath(name)) && readFileSync(stampPath(name), "utf8") === value;
function markDone(name, value) {
  mkdirSync(cache, { recursive: true });
  writeFileSync(stampPath(name), value);
}

function timed(text, work) {
  const startedAtMs = Date.now();
  say(`${text} …`);
  work();
  say(`${text}: ${((Date.now() - startedAtMs) / 1000).toFixed(0)} s`);
}

function checkNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 19) || major > 26)
    fail(`Node ${process.versions.node} is not supported; install Node 20.19 or newer (up to 26).`);
}

/** The simulated sensors' serial lines are ptys that these two prepare (hardware-sim/src/pty.ts). */
function checkTools() {
  for (const [tool, option, source] of [
    ["perl", "-v", "perl-base"],
    ["stty", "--version", "coreutils"],
  ])
    if (spawnSync(tool, [option], { stdio: "ignore" }).status !== 0)
      fail(`${tool} is needed for the simulated serial lines (Debian: apt install ${source}).`);
}

function installPackages() {
  const lock = createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
  if (existsSync(join(root, "node_modules")) && isDone("packages", lock)) return;
  timed("installing packages (npm ci)", () =>
    must(
      "npm",
      ["ci", "--no-audit", "--no-fund"],
      "npm ci failed: the npm registry must be reachable once.",
    ),
  );
  markDone("packages", lock);
}

/** Where this Node's own C headers are; node-gyp would otherwise download them. */
function nodeDirectory() {
  const candidates = [
    process.env.npm_config_nodedir,
    join(dirname(process.execPath), ".."),
    "/usr",
    "/usr/local",
  ];
  return candidates.find((path) => path && existsSync(join(path, "include", "node", "node_api.h")));
}

function rebuild(name, extraEnv, extraArgs = []) {
  const require = createRequire(join(root, "package.json"));
  const gyp = require.resolve("node-gyp/bin/node-gyp.js");
  const nodedir = nodeDirectory();
  const args = [gyp, "rebuild", ...extraArgs, ...(nodedir ? [`--nodedir=${nodedir}`] : [])];
  return run(process.execPath, args, { cwd: join(root, "node_modules", name), env: extraEnv });
}

/** sqlite3@6.0.1 bundles SQLite 3.52.0, a withdrawn release: link a good amalgamation instead (ADR 2). */
function buildSqlite() {
  const source = join(root, "node_modules", "sqlite-amalgamation", "deps", "sqlite3");
  const version = /#define SQLITE_VERSION\s+"([^"]+)"/.exec(
    readFileSync(join(source, "sqlite3.h"), "utf8"),
  )?.[1];
  const binding = join(root, "node_modules", "sqlite3", "build", "Release", "node_sqlite3.node");
  const value = `${version} abi${process.versions.modules}`;
  if (existsSync(binding) && isDone("sqlite3", value)) return;
  const prefix = join(cache, `sqlite-${version}`);
  const library = join(prefix, "lib", "libsqlite3.a");
  const needTools =
    "a C and C++ compiler, make and python3 are needed (Debian: apt install build-essential python3).";
  if (!existsSync(library))
    timed(`compiling SQLite ${version}`, () => {
      mkdirSync(join(prefix, "lib"), { recursive: true });
      mkdirSync(join(prefix, "include"), { recursive: true });
      const object = join(prefix, "sqlite3.o");
      const defines = [
        "NDEBUG",
        "SQLITE_THREADSAFE=1",
        "SQLITE_ENABLE_MATH_FUNCTIONS",
        "HAVE_USLEEP=1",
      ];
      must(
        "gcc",
        [
          "-c",
          "-O2",
          "-fPIC",
          ...defines.map((d) => `-D${d}`),
          join(source, "sqlite3.c"),
          "-o",
          object,
        ],
        `SQLite could not be compiled: ${needTools}`,
      );
      must("ar", ["rcs", library, object], `SQLite could not be archived: ${needTools}`);
      copyFileSync(join(source, "sqlite3.h"), join(prefix, "include", "sqlite3.h"));
    });
  timed("building the sqlite3 add-on", () => {
    const result = rebuild("sqlite3", { npm_config_sqlite: prefix }, [`--sqlite=${prefix}`]);
    if (!result.ok) {
      process.stderr.write(result.output.split("\n").slice(-30).join("\n") + "\n");
      fail(`The sqlite3 add-on could not be built: ${needTools}`);
    }
  });
  markDone("sqlite3", value);
}

/** epoll is what onoff waits with; a machine without GPIO does without it. */
function buildEpoll() {
  const value = `abi${process.versions.modules}`;
  if (!existsSync(join(root, "node_modules", "epoll")) || isDone("epoll", value)) return;
  timed("building the epoll add-on (GPIO)", () => {
    if (!rebuild("epoll", {}).ok)
      say("epoll was not built; GPIO through onoff is unavailable here.");
  });
  markDone("epoll", value);
}

function compile() {
  const startedAtMs = Date.now();
  must(
    process.execPath,
    [join(root, "node_modules", "typescript", "bin", "tsc"), "-b"],
    "the program does not compile; the messages above say where.",
  );
  say(`compiled in ${((Date.now() - startedAtMs) / 1000).toFixed(0)} s`);
}

checkNode();
checkTools();
installPackages();
buildSqlite();
buildEpoll();
if (process.argv.includes("--build")) compile();
