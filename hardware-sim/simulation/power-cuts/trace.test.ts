import { describe, expect, it } from "vitest";
import { TraceReader } from "./trace.ts";

const hex = (text: string): string =>
  Array.from(Buffer.from(text), (byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("");
const file = (name: string): string => hex(`/state/${name}`);

function read(...lines: readonly string[]): TraceReader {
  const reader = new TraceReader("/state");
  for (const line of lines) reader.line(line);
  return reader;
}

const open = (fd: number, name: string, flags: string): string =>
  `7 100.000000 openat(AT_FDCWD<${hex("/")}>, "${file(name)}", ${flags}, 0644) = ${fd}<${file(name)}> <0.000010>`;

describe("the reader of strace's log", () => {
  it("turns calls on files of the folder into changes and syncs, with the time they came back", () => {
    const { steps } = read(
      open(20, "a.db", "O_RDWR|O_CREAT"),
      `7 100.000100 pwrite64(20<${file("a.db")}>, "${hex("abc")}", 3, 4096) = 3 <0.000020>`,
      `7 100.000200 ftruncate(20<${file("a.db")}>, 10) = 0 <0.000020>`,
      `7 100.000300 fdatasync(20<${file("a.db")}>) = 0 <0.000020>`,
      `7 100.000400 fsync(21<${hex("/state")}>) = 0 <0.000020>`,
      `7 100.000500 rename("${file("a.db")}", "${file("b.db")}") = 0 <0.000020>`,
      `7 100.000600 unlink("${file("b.db")}") = 0 <0.000020>`,
    );
    expect(steps).toMatchObject([
      { kind: "change", change: { kind: "link", name: "a.db", file: 0 } },
      {
        change: { kind: "write", file: 0, offset: 4096, bytes: Buffer.from("abc") },
        atUs: 100_000_120,
      },
      { change: { kind: "resize", file: 0, size: 10 } },
      { kind: "sync-file", file: 0 },
      { kind: "sync-folder" },
      { change: { kind: "rename", from: "a.db", to: "b.db", file: 0 } },
      { change: { kind: "unlink", name: "b.db" } },
    ]);
  });

  it("follows plain writes, appends and truncating opens", () => {
    const { steps } = read(
      open(20, "a", "O_WRONLY|O_CREAT"),
      `7 1.000000 write(20<${file("a")}>, "${hex("ab")}", 2) = 2 <0.000001>`,
      `7 1.000000 write(20<${file("a")}>, "${hex("cd")}", 2) = 2 <0.000001>`,
      open(22, "a", "O_WRONLY|O_APPEND"),
      `7 1.000000 write(22<${file("a")}>, "${hex("e")}", 1) = 1 <0.000001>`,
      open(23, "a", "O_WRONLY|O_CREAT|O_TRUNC"),
    );
    expect(steps.slice(1)).toMatchObject([
      { change: { offset: 0 } },
      { change: { offset: 2 } },
      { change: { offset: 4 } },
      { change: { kind: "resize", size: 0 } },
    ]);
  });

  it("joins calls that another thread interrupted, and lets an fsync cover only what was there when it began", () => {
    const { steps } = read(
      open(20, "a", "O_RDWR|O_CREAT"),
      `8 1.000000 fsync(20<${file("a")}> <unfinished ...>`,
      `7 1.000001 pwrite64(20<${file("a")}>, "${hex("x")}", 1, 0) = 1 <0.000001>`,
      `8 1.000005 <... fsync resumed>) = 0 <0.000005>`,
    );
    expect(steps[2]).toMatchObject({ kind: "sync-file", begunAfter: 1, atUs: 1_000_005 });
  });

  it("reads a write that was interrupted as it reads any other", () => {
    const { steps } = read(
      open(20, "a", "O_RDWR|O_CREAT"),
      `7 1.000000 pwrite64(20<${file("a")}>, "${hex("xy")}", 2, 8192 <unfinished ...>`,
      "7 1.000009 <... pwrite64 resumed>) = 2 <0.000009>",
    );
    expect(steps[1]).toMatchObject({ change: { offset: 8192, bytes: Buffer.from("xy") } });
  });

  it("leaves out failed calls, other folders, sockets and SQLite's shared memory", () => {
    const { steps } = read(
      open(20, "a.db-shm", "O_RDWR|O_CREAT"),
      `7 1.000000 pwrite64(20<${file("a.db-shm")}>, "${hex("x")}", 1, 0) = 1 <0.000001>`,
      `7 1.000000 write(5<${hex("socket:[77]")}>, "${hex("x")}", 1) = 1 <0.000001>`,
      `7 1.000000 unlink("${file("none")}") = -1 ENOENT (No such file or directory) <0.000001>`,
      `7 1.000000 fsync(9<${hex("/elsewhere/a")}>) = 0 <0.000001>`,
      "7 1.000000 +++ exited with 0 +++",
    );
    expect(steps).toEqual([]);
  });

  it("refuses a call that it cannot replay rather than leave it out", () => {
    const call = `7 1.000000 fallocate(20<${file("a")}>, 0, 0, 4096) = 0 <0.000001>`;
    expect(() => read(open(20, "a", "O_RDWR|O_CREAT"), call)).toThrow(/fallocate/);
  });
});
