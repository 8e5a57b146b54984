import {
  encodeRoster,
  signObject,
  studentId,
  vaultItemAad,
  type CommandBody,
  type RosterDevice,
  type SigningKey,
} from "@saku/protocol";
import nacl from "tweetnacl";
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { FingerRecord } from "../../core/vault/vault.ts";
import type { DeviceKeys } from "../keys/device-keys.ts";
import {
  CHILD,
  openTestTerminal,
  SCHOOL,
  SCHOOL_ROOT,
  student,
  type TestTerminal,
} from "../sale-desk/desk.suite.ts";
import { readMetaNumber } from "../store/meta.ts";
import { readVaultItem, readVaultOutbox } from "../store/vault-store.ts";
import { unseal } from "./seal.ts";
import { openVault, type TerminalVault } from "./vault.ts";

const EPOCH_KEY = new Uint8Array(randomBytes(32));
/** A template that would be recognised in any file. */
const CANARY = new TextEncoder().encode("CANARY-MINUTIAE-OF-A-CHILD-".repeat(8));
const RECORD: FingerRecord = {
  student: CHILD,
  fingers: [
    { finger: "right-index", template: CANARY },
    { finger: "left-index", template: Uint8Array.of(1, 2, 3) },
  ],
};
const GRANTED: CommandBody = { kind: "consent", student: CHILD, state: "granted", version: 1 };
const WITHDRAWN: CommandBody = { kind: "consent", student: CHILD, state: "withdrawn", version: 2 };

let terminal: TestTerminal;
let vault: TerminalVault;
beforeEach(async () => {
  terminal = await openTestTerminal();
  vault = await openVault(terminal);
});
afterEach(async () => {
  await terminal.close();
});

function member(
  keys: Pick<DeviceKeys, "device" | "signKey" | "boxKey">,
  epochKey = EPOCH_KEY,
): RosterDevice {
  const sender = nacl.box.keyPair();
  const nonce = randomBytes(24);
  const box = nacl.box(epochKey, nonce, keys.boxKey, sender.secretKey);
  return {
    device: keys.device,
    signKey: keys.signKey,
    boxKey: keys.boxKey,
    sealedEpochKey: Uint8Array.from([...sender.publicKey, ...nonce, ...box]),
  };
}

function roster(
  rev: number,
  devices: readonly RosterDevice[],
  signer: SigningKey = SCHOOL_ROOT,
  epoch = 1,
): CommandBody {
  const payload = encodeRoster({ v: 1, school: SCHOOL, rev, epoch, devices });
  return {
    kind: "roster",
    roster: signObject("saku.roster.v1", "school-root", payload, signer.sign),
  };
}

async function joinSchool(): Promise<void> {
  await terminal.command(student(), GRANTED, roster(1, [member(terminal.keys)]));
  await vault.keysChanged();
}

describe("the vault", () => {
  it("keeps fingers that only the school's terminals can open", async () => {
    await joinSchool();
    const changed: string[] = [];
    vault.onFingersChanged((who) => changed.push(who));
    expect(await vault.saveFingers(RECORD)).toEqual({ kind: "saved" });
    expect(changed).toEqual([CHILD]);
    expect(await vault.fingersOf(CHILD)).toEqual(RECORD);
    expect(await vault.fingerRecords()).toEqual([RECORD]);
    const again = await openVault(terminal);
    expect(await again.fingersOf(CHILD)).toEqual(RECORD);
  });

  it("[V2] leaves no clear template, PIN or epoch key in any file of the terminal", async () => {
    await joinSchool();
    await vault.saveFingers(RECORD);
    await vault.savePin(CHILD, "482913");
    for (const name of ["journal.db", "journal.db-wal", "device-keys.json"]) {
      const bytes = await readFile(join(terminal.folder, name));
      for (const secret of [
        Buffer.from(CANARY.subarray(0, 20)),
        Buffer.from("482913"),
        Buffer.from(EPOCH_KEY),
      ])
        expect(bytes.includes(secret), `${name} holds a secret`).toBe(false);
    }
  });

  it("records the enrolment in the journal and queues the sealed item for the other terminals", async () => {
    await joinSchool();
    await vault.saveFingers(RECORD);
    const row = await terminal.database.read.get(
      "SELECT count(*) AS n FROM event WHERE type = 'enrol'",
    );
    expect(row).toEqual({ n: 1 });
    const [queued] = await readVaultOutbox(terminal.database.read, 10);
    expect(queued?.item).toMatchObject({ student: CHILD, item: "fingers", version: 1, epoch: 1 });
    await vault.saveFingers(RECORD);
    const outbox = await readVaultOutbox(terminal.database.read, 10);
    expect(outbox.map(({ item }) => item.version)).toEqual([2]);
  });

  it("binds a seal to its child: moved to another it does not open", async () => {
    await joinSchool();
    await vault.saveFingers(RECORD);
    const item = await readVaultItem(terminal.database.read, CHILD, "fingers");
    if (item === null) throw new Error("No item was stored");
    const moved = { ...item, student: studentId("stu-2") };
    expect(unseal(EPOCH_KEY, item.wrap, vaultItemAad(item))).not.toBeNull();
    expect(unseal(EPOCH_KEY, item.wrap, vaultItemAad(moved))).toBeNull();
  });

  it.each([
    ["no-consent", [student()]],
    ["no-consent", [student(), GRANTED, WITHDRAWN]],
    ["unknown-student", [GRANTED]],
  ] as const)("[V3] refuses with %s: case %#", async (reason, commands) => {
    await terminal.command(...commands, roster(1, [member(terminal.keys)]));
    await vault.keysChanged();
    expect(await vault.saveFingers(RECORD)).toEqual({ kind: "refused", reason });
  });

  it("refuses to enrol before the school has given it an epoch key", async () => {
    await terminal.command(student(), GRANTED);
    expect(await vault.saveFingers(RECORD)).toEqual({ kind: "refused", reason: "no-epoch-key" });
  });

  it("[V4] erases the fingers of a child whose consent is withdrawn, with a signed receipt; the PIN still pays", async () => {
    await joinSchool();
    await vault.saveFingers(RECORD);
    await vault.savePin(CHILD, "1234");
    const outcome = await terminal.command(WITHDRAWN);
    expect(outcome.changes).toEqual([
      { fingersOf: [CHILD], haveKeysChanged: false, hasErased: true },
    ]);
    expect(await vault.fingersOf(CHILD)).toBeNull();
    expect(await vault.checkPin(CHILD, "1234")).toBe(true);
    const outbox = await readVaultOutbox(terminal.database.read, 10);
    expect(outbox.map(({ item }) => item.item)).toEqual(["pin"]);
    const receipt = await terminal.database.read.get(
      "SELECT count(*) AS n FROM event WHERE type = 'erase-receipt'",
    );
    expect(receipt).toEqual({ n: 1 });
  });

  it("[V4] leaves not even the sealed fingers in a file after the erasure", async () => {
    await joinSchool();
    await vault.saveFingers(RECORD);
    const item = await readVaultItem(terminal.database.read, CHILD, "fingers");
    const sealed = Buffer.from((item?.sealed ?? new Uint8Array(0)).slice(0, 32));
    const isAnywhere = async () => {
      const files = ["journal.db", "journal.db-wal"].map((name) =>
        readFile(join(terminal.folder, name)),
      );
      return (await Promise.all(files)).some((bytes) => bytes.includes(sealed));
    };
    expect(await isAnywhere()).toBe(true);
    await terminal.command(WITHDRAWN);
    expect(await isAnywhere()).toBe(false);
  });

  it("[V3] lets a child without consent pay by PIN", async () => {
    await terminal.command(student(), roster(1, [member(terminal.keys)]));
    await vault.keysChanged();
    expect(await vault.savePin(CHILD, "4829")).toEqual({ kind: "saved" });
    expect(await vault.checkPin(CHILD, "4829")).toBe(true);
  });

  it("[V3] takes another terminal's item, never an older one, and none without consent", async () => {
    const other = await openTestTerminal();
    await other.command(student(), GRANTED, roster(1, [member(other.keys)]));
    const theirs = await openVault(other);
    await theirs.saveFingers(RECORD);
    const [sent] = await readVaultOutbox(other.database.read, 1);
    await other.close();
    if (sent === undefined) throw new Error("Nothing was queued");
    const item: CommandBody = { kind: "vault", item: sent.item };
    await terminal.command(student(), roster(1, [member(terminal.keys)]), item);
    await vault.keysChanged();
    expect(await vault.fingersOf(CHILD)).toBeNull();
    await terminal.command(GRANTED, { kind: "vault", item: { ...sent.item, version: 2 } }, item);
    expect((await readVaultItem(terminal.database.read, CHILD, "fingers"))?.version).toBe(2);
    await terminal.command(WITHDRAWN, { ...GRANTED, version: 3 }, item);
    expect(await vault.fingersOf(CHILD)).toEqual(RECORD);
  });
});

describe("a PIN", () => {
  it("is known only as a verifier, and right or wrong", async () => {
    await joinSchool();
    expect(await vault.savePin(CHILD, "4829")).toEqual({ kind: "saved" });
    expect(await vault.checkPin(CHILD, "4829")).toBe(true);
    expect(await vault.checkPin(CHILD, "4828")).toBe(false);
    expect(await vault.checkPin(studentId("stu-2"), "4829")).toBe(false);
  });

  it("[V6] rests for five minutes after five wrong tries, also the right one", async () => {
    await joinSchool();
    await vault.savePin(CHILD, "4829");
    for (let wrong = 0; wrong < 5; wrong++) await vault.checkPin(CHILD, "0000");
    expect(await vault.checkPin(CHILD, "4829")).toBe(false);
    terminal.wall.ms += 300_000;
    expect(await vault.checkPin(CHILD, "4829")).toBe(true);
  });
});

describe("the roster", () => {
  it.each([
    [
      "signed by the cloud",
      () => roster(1, [member(terminal.keys)], { ...SCHOOL_ROOT, sign: terminal.keys.sign }),
    ],
    [
      "of another key of ours",
      () => roster(1, [{ ...member(terminal.keys), boxKey: new Uint8Array(32) }]),
    ],
    [
      "sealed to somebody else",
      () => roster(1, [{ ...member(terminal.keys), sealedEpochKey: new Uint8Array(104) }]),
    ],
  ])("[V5] is refused when it is %s", async (_, make) => {
    await terminal.command(student(), GRANTED, make());
    await vault.keysChanged();
    expect(await readMetaNumber(terminal.database.read, "roster-rev")).toBeNull();
    expect(await vault.saveFingers(RECORD)).toEqual({ kind: "refused", reason: "no-epoch-key" });
  });

  it("[V5] is accepted only with a higher revision", async () => {
    await joinSchool();
    await terminal.command(roster(3, [member(terminal.keys)]), roster(2, []));
    expect(await readMetaNumber(terminal.database.read, "roster-rev")).toBe(3);
    await vault.keysChanged();
    expect((await vault.saveFingers(RECORD)).kind).toBe("saved");
  });

  it("gives a new epoch key, and what the old one sealed stays readable", async () => {
    await joinSchool();
    await vault.saveFingers(RECORD);
    const next = new Uint8Array(randomBytes(32));
    await terminal.command(roster(2, [member(terminal.keys, next)], SCHOOL_ROOT, 2));
    await vault.keysChanged();
    expect(await vault.fingersOf(CHILD)).toEqual(RECORD);
    await vault.saveFingers(RECORD);
    expect((await readVaultItem(terminal.database.read, CHILD, "fingers"))?.epoch).toBe(2);
  });

  it("[V5] that no longer names this terminal takes its keys and its templates", async () => {
    await joinSchool();
    await vault.saveFingers(RECORD);
    await terminal.command(roster(2, []));
    await vault.keysChanged();
    expect(await vault.fingerRecords()).toEqual([]);
    expect(await readVaultItem(terminal.database.read, CHILD, "fingers")).toBeNull();
  });
});
