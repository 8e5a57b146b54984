import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { schoolId, toBase64Url } from "@saku/protocol";
import { createKeyringFile, openKeyringFile, type Keyring } from "./keyring-file.ts";

const folder = mkdtempSync(join(tmpdir(), "saku-keyring-"));
afterAll(() => rmSync(folder, { recursive: true }));

const KEYRING: Keyring = {
  school: schoolId("sch-melati"),
  name: "SD Melati",
  rootSeed: new Uint8Array(32).fill(7),
  epochs: [{ number: 1, key: new Uint8Array(32).fill(9) }],
  rosterRev: 4,
};
const PASSPHRASE = "kata sandi yang panjang";

test("a keyring comes back whole under its passphrase, and under no other", async () => {
  const path = join(folder, "a");
  await createKeyringFile(path, PASSPHRASE, KEYRING, 4);
  expect((await openKeyringFile(path, PASSPHRASE)).keyring).toEqual(KEYRING);
  await expect(openKeyringFile(path, `${PASSPHRASE}!`)).rejects.toMatchObject({ code: "K04" });
});

test("the file is for its owner only and holds no key in the clear", async () => {
  const path = join(folder, "b");
  await createKeyringFile(path, PASSPHRASE, KEYRING, 4);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const content = readFileSync(path, "utf8");
  for (const secret of [KEYRING.rootSeed, KEYRING.epochs[0]?.key ?? new Uint8Array(1)])
    expect(content).not.toContain(toBase64Url(secret));
  expect(content).not.toContain("Melati");
});

test("the lock is strong unless a test asks for less", async () => {
  const path = join(folder, "strong");
  await createKeyringFile(path, PASSPHRASE, KEYRING);
  expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({
    kdf: "scrypt-r8-p1",
    costLog2: 16,
  });
});

test("an existing file is never overwritten by a new keyring", async () => {
  const path = join(folder, "c");
  writeFileSync(path, "precious");
  await expect(createKeyringFile(path, PASSPHRASE, KEYRING, 4)).rejects.toMatchObject({
    code: "K01",
  });
  expect(readFileSync(path, "utf8")).toBe("precious");
});

test("a saved change is there at the next opening, under the same passphrase", async () => {
  const path = join(folder, "d");
  await createKeyringFile(path, PASSPHRASE, KEYRING, 4);
  const { save } = await openKeyringFile(path, PASSPHRASE);
  await save({ ...KEYRING, rosterRev: 5 });
  expect((await openKeyringFile(path, PASSPHRASE)).keyring.rosterRev).toBe(5);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("a missing file, a foreign one and a changed byte are said to be what they are", async () => {
  const missing = openKeyringFile(join(folder, "nowhere"), PASSPHRASE);
  await expect(missing).rejects.toMatchObject({ code: "K03" });
  const foreign = join(folder, "e");
  writeFileSync(foreign, "{}");
  await expect(openKeyringFile(foreign, PASSPHRASE)).rejects.toMatchObject({ code: "K03" });
  const changed = join(folder, "f");
  await createKeyringFile(changed, PASSPHRASE, KEYRING, 4);
  const file = JSON.parse(readFileSync(changed, "utf8")) as { box: string };
  const flipped = file.box.startsWith("A") ? "B" : "A";
  writeFileSync(changed, JSON.stringify({ ...file, box: `${flipped}${file.box.slice(1)}` }));
  await expect(openKeyringFile(changed, PASSPHRASE)).rejects.toMatchObject({ code: "K04" });
});
