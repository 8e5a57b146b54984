import { verifyWithTweetnacl } from "@saku/protocol";
import nacl from "tweetnacl";
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CREDENTIAL_NAME, KeysUnreadableError, openDeviceKeys } from "./device-keys.ts";
import { verifyWithNode } from "./verify.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "saku-keys-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe("the terminal's keys", () => {
  it("are made once and stay, in a file for the daemon alone", async () => {
    const first = await openDeviceKeys(folder, null);
    await chmod(join(folder, "device-keys.json"), 0o644);
    const second = await openDeviceKeys(folder, null);
    expect(second.device).toBe(first.device);
    expect(second.boxKey).toEqual(first.boxKey);
    expect(second.phrase).toMatch(/^([a-z]+ ){5}[a-z]+$/);
    expect(second.phrase).toBe(first.phrase);
    expect((await stat(join(folder, "device-keys.json"))).mode & 0o777).toBe(0o600);
  });

  it("sign what both verifiers accept, and nothing else", async () => {
    const { sign, signKey } = await openDeviceKeys(folder, null);
    const message = Uint8Array.of(1, 2, 3);
    const signature = sign(message);
    for (const verify of [verifyWithNode, verifyWithTweetnacl]) {
      expect(verify(signKey, message, signature)).toBe(true);
      expect(verify(signKey, Uint8Array.of(1, 2, 4), signature)).toBe(false);
      expect(
        verify(
          signKey,
          message,
          signature.map((byte) => byte ^ 1),
        ),
      ).toBe(false);
    }
  });

  it("open boxes made for this terminal only", async () => {
    const keys = await openDeviceKeys(folder, null);
    const sender = nacl.box.keyPair();
    const nonce = new Uint8Array(24);
    const box = nacl.box(Uint8Array.of(7), nonce, keys.boxKey, sender.secretKey);
    const foreign = nacl.box(Uint8Array.of(7), nonce, sender.publicKey, sender.secretKey);
    expect(keys.openBox(box, nonce, sender.publicKey)).toEqual(Uint8Array.of(7));
    expect(keys.openBox(foreign, nonce, sender.publicKey)).toBeNull();
  });

  it("are encrypted as soon as systemd gives a credential, and then need it", async () => {
    const plain = await openDeviceKeys(folder, null);
    const before = await readFile(join(folder, "device-keys.json"), "utf8");
    const credentials = await mkdtemp(join(folder, "credentials-"));
    await writeFile(join(credentials, CREDENTIAL_NAME), "thirty-two bytes or more of host secret");
    const sealed = await openDeviceKeys(folder, credentials);
    const after = await readFile(join(folder, "device-keys.json"), "utf8");
    expect([plain.protection, sealed.protection]).toEqual(["file", "credential"]);
    expect(sealed.device).toBe(plain.device);
    const secretOf = (text: string) => (JSON.parse(text) as { secret: string }).secret;
    expect(after).not.toContain(secretOf(before).slice(0, 40));
    await expect(openDeviceKeys(folder, null)).rejects.toBeInstanceOf(KeysUnreadableError);
    await writeFile(join(credentials, CREDENTIAL_NAME), "another host's secret of the same length");
    await expect(openDeviceKeys(folder, credentials)).rejects.toBeInstanceOf(KeysUnreadableError);
  });

  it("are never made anew over a damaged file", async () => {
    await writeFile(join(folder, "device-keys.json"), '{"v":1');
    await expect(openDeviceKeys(folder, null)).rejects.toBeInstanceOf(KeysUnreadableError);
  });
});
