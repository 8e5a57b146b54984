import { spawn, spawnSync } from "node:child_process";
import { closeSync, constants, mkdirSync, openSync, readFileSync, renameSync } from "node:fs";
import { rmSync, symlinkSync, writeSync } from "node:fs";
import { join } from "node:path";
import { ReadStream } from "node:tty";

/** The module's end of a serial cable: a Unix98 pty master whose slave is what the host opens. */
export interface PtyPort {
  /** Stable name; a symlink to the `/dev/pts/N` of the moment. */
  readonly path: string;
  readonly ptsPath: string;
  /** Writes as much as fits in the line's buffer and returns that count. */
  write(bytes: Uint8Array): number;
  onData(listener: (bytes: Uint8Array) => void): void;
  /** The speed the host has set on its end, or null when it cannot be read. */
  readHostBaudRate(): Promise<number | null>;
  /** Pulls the cable: the host sees a hang-up. The symlink goes too. */
  close(): void;
}

const powerOnBaudRate = 57_600;
/** TIOCSPTLCK, `ioctl_tty(2)`. The descriptor is number 3: libuv takes O_NONBLOCK off whatever becomes 0, 1 or 2. */
const unlockScript =
  'open(my $pty, "+<&=", 3); my $off = pack("i", 0); ioctl($pty, 0x40045431, $off) or exit 1';

/**
 * Opens a pty with stock tools. `/dev/ptmx` is opened by Node itself because its descriptors are close-on-exec:
 * openpty() in native add-ons leaves the master inheritable, and a terminal spawned by the same process would then hold
 * the cable plugged in for ever. The kernel's lock is taken off by perl (always present on Debian).
 */
export function openPty(options: { readonly directory: string; readonly name: string }): PtyPort {
  const master = openSync(
    "/dev/ptmx",
    constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK,
  );
  const ptsPath = unlockedSlavePath(master);
  // Our own slave descriptor keeps the master readable (no EIO) while no host has the port open.
  const slave = openSync(ptsPath, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
  // A pty starts cooked: 0x03 would be ^C and the module's own bytes would come back as echo.
  run("stty", ["-F", ptsPath, "raw", "-echo", "-hupcl", String(powerOnBaudRate)]);
  const path = linkPort(options.directory, options.name, ptsPath);
  const reader = new ReadStream(master);
  let isOpen = true;
  reader.on("error", () => undefined);
  return {
    path,
    ptsPath,
    write: (bytes) => (isOpen ? writeSome(master, bytes) : bytes.length),
    onData: (listener) => {
      reader.on("data", (chunk: Uint8Array) => listener(new Uint8Array(chunk)));
    },
    readHostBaudRate: async () => (isOpen ? readSpeed(ptsPath) : null),
    close: () => {
      if (!isOpen) return;
      isOpen = false;
      rmSync(path, { force: true });
      reader.destroy();
      closeSync(slave);
    },
  };
}

function unlockedSlavePath(master: number): string {
  run("perl", ["-e", unlockScript], master);
  const index = /^tty-index:\s*(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${master}`, "utf8"));
  if (index?.[1] === undefined) throw new Error("the kernel does not say which pts this ptmx has");
  return `/dev/pts/${index[1]}`;
}

function linkPort(directory: string, name: string, target: string): string {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, name);
  const fresh = `${path}.new`;
  rmSync(fresh, { force: true });
  symlinkSync(target, fresh);
  renameSync(fresh, path);
  return path;
}

function run(command: string, args: readonly string[], inherited?: number): void {
  const done = spawnSync(command, args, {
    stdio: ["ignore", "ignore", "pipe", inherited ?? "ignore"],
    encoding: "utf8",
  });
  if (done.error !== undefined) throw new Error(`${command} is needed for simulated serial lines`);
  if (done.status !== 0) throw new Error(`${command} failed on the pty: ${done.stderr}`);
}

function readSpeed(ptsPath: string): Promise<number | null> {
  return new Promise((resolve) => {
    const child = spawn("stty", ["-F", ptsPath, "speed"], { stdio: ["ignore", "pipe", "ignore"] });
    let text = "";
    child.stdout?.on("data", (chunk: Uint8Array) => {
      text += Buffer.from(chunk).toString("latin1");
    });
    child.on("error", () => resolve(null));
    child.on("close", () => {
      const speed = Number.parseInt(text, 10);
      resolve(Number.isNaN(speed) ? null : speed);
    });
  });
}

function writeSome(fd: number, bytes: Uint8Array): number {
  try {
    return writeSync(fd, bytes);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    // About 12 kB fit before EAGAIN when no host reads; EIO and EBADF mean the cable is out.
    if (code === "EAGAIN") return 0;
    if (code === "EIO" || code === "EBADF") return bytes.length;
    throw error;
  }
}
