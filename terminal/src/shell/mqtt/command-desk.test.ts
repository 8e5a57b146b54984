import {
  openObject,
  rupiah,
  signingKeyFromSeed,
  signObject,
  type SignedBytes,
} from "@saku/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  CHILD,
  CLOUD,
  grant,
  openTestTerminal,
  STALL,
  student,
  type TestTerminal,
} from "../sale-desk/desk.suite.ts";
import { readHead } from "../store/journal-store.ts";
import {
  readStall,
  readStudent,
  readStudentByNumber,
  readStudents,
} from "../store/register-store.ts";
import { countOf } from "../store/sqlite.ts";
import { heldHere } from "../store/money-store.ts";
import { applyCommands } from "./command-desk.ts";

let terminal: TestTerminal;
beforeEach(async () => {
  terminal = await openTestTerminal();
});
afterEach(async () => {
  await terminal.close();
});

const apply = (...signed: readonly SignedBytes[]) => applyCommands(terminal.commandParts, signed);
const have = async () => (await readHead(terminal.database.read)).have;

describe("commands", () => {
  it("keep the register: the stall, the children, freezes", async () => {
    await terminal.command(STALL, student(), { kind: "freeze", student: CHILD, isFrozen: true });
    const { read } = terminal.database;
    expect((await readStall(read))?.merchantName).toBe("Kantin Bu Sari");
    expect(await readStudentByNumber(read, "101")).toMatchObject({
      firstName: "Alya",
      isFrozen: true,
    });
    expect(await readStudents(read)).toHaveLength(1);
    await terminal.command({ ...student(), number: "102", isActive: false } as ReturnType<
      typeof student
    >);
    expect(await readStudents(read)).toEqual([]);
    expect(await readStudent(read, CHILD)).toMatchObject({ number: "102", isActive: false });
  });

  it("[H15] that tell of a hub's lease are accepted in the hub's own words", async () => {
    const { read } = terminal.database;
    const subGrant = new Uint8Array(40).fill(0xd2);
    await terminal.command({ ...grant(5_000), subGrant } as ReturnType<typeof grant>, grant(700));
    const rows = await read.all("SELECT type, bytes FROM event ORDER BY rowid");
    const accepts = rows.filter(({ type }) => String(type).endsWith("-accept"));
    expect(accepts.map(({ type }) => type)).toEqual(["grant-accept", "lease-accept"]);
    const [first] = accepts;
    const signed = Buffer.from(first?.["bytes"] as Uint8Array);
    expect(signed.includes(Buffer.from(subGrant))).toBe(true);
  });

  it("[V7] of a newer cloud wait, with all that follows, and are not asked for in a loop", async () => {
    const known = terminal.sign(2, { kind: "freeze", student: CHILD, isFrozen: true });
    const opened = openObject("saku.command.v1", known);
    if (!opened.ok) throw new Error("A command opens");
    const text = Buffer.from(opened.value.payload).toString("latin1").replace("freeze", "thawed");
    const payload = new Uint8Array(Buffer.from(text, "latin1")) as typeof opened.value.payload;
    const newer = signObject("saku.command.v1", "cloud", payload, CLOUD.sign);
    const outcome = await apply(terminal.sign(1, STALL), newer, terminal.sign(3, student()));
    expect(outcome).toMatchObject({ appliedCount: 1, hasGap: false, isBehind: true });
    expect(await have()).toBe(1);
    const rest = await apply(known, terminal.sign(3, student()));
    expect(rest).toMatchObject({ appliedCount: 2, isBehind: false, have: 3 });
  });

  it("[V1] are applied strictly in the order of their revisions, and once", async () => {
    const first = terminal.sign(1, STALL);
    const second = terminal.sign(2, grant(5_000));
    const third = terminal.sign(3, grant(700));
    expect(await apply(second)).toMatchObject({ appliedCount: 0, hasGap: true });
    expect(await apply(first, third)).toMatchObject({ appliedCount: 1, hasGap: true, have: 1 });
    expect(await apply(first, second, second, third)).toMatchObject({
      appliedCount: 2,
      hasGap: false,
      have: 3,
    });
    expect((await heldHere(terminal.database.read)).amount).toBe(5_700);
    expect(await have()).toBe(3);
  });

  it("come in any number: a morning's grants are all accepted", async () => {
    await terminal.command(...Array.from({ length: 35 }, () => grant(1_000)));
    expect(await heldHere(terminal.database.read)).toEqual({
      amount: rupiah(35_000),
      leaseCount: 35,
    });
    expect(await have()).toBe(35);
  });

  it.each([
    ["signed by somebody else", () => ({ sign: signingKeyFromSeed(new Uint8Array(32)).publicKey })],
    ["for another terminal", () => ({ device: "trm-other" })],
    ["of another school", () => ({ school: "sch-other" })],
  ])("[V1] are refused when they are %s", async (_, change) => {
    const changes = change();
    const parts = {
      ...terminal.commandParts,
      ...("sign" in changes ? { cloudKey: () => changes.sign } : changes),
    } as typeof terminal.commandParts;
    const outcome = await applyCommands(parts, [terminal.sign(1, STALL)]);
    expect(outcome).toMatchObject({ appliedCount: 0, hasGap: false });
    expect(await have()).toBe(0);
  });

  it("[V1] and the events they cause are in one transaction: a failure leaves neither", async () => {
    const { database } = terminal;
    const before = await countOf(database.read, "SELECT count(*) AS n FROM event");
    await database.transaction((tx) =>
      tx.run(
        "CREATE TRIGGER no BEFORE INSERT ON event WHEN NEW.type = 'lease-accept' BEGIN SELECT RAISE(ABORT, 'no'); END",
      ),
    );
    await expect(apply(terminal.sign(1, grant(5_000)))).rejects.toThrow("no");
    expect(await countOf(database.read, "SELECT count(*) AS n FROM event")).toBe(before);
    expect(await countOf(database.read, "SELECT count(*) AS n FROM lease")).toBe(0);
    expect(await have()).toBe(0);
    await database.transaction((tx) => tx.run("DROP TRIGGER no"));
    expect((await apply(terminal.sign(1, grant(5_000)))).appliedCount).toBe(1);
  });
});
