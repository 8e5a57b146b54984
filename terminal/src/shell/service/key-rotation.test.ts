import {
  encodeRoster,
  equalBytes,
  openObject,
  parseEvent,
  schoolId,
  signingKeyFromSeed,
  signObject,
  verifyObject,
  type PublicKey,
  type SakuEvent,
  type SignedBytes,
} from "@saku/protocol";
import nacl from "tweetnacl";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openClock } from "../clock/clock.ts";
import { nodeTimers } from "../clock/node-timers.ts";
import { drawNextKey, openDeviceKeys, type DeviceKeys } from "../keys/device-keys.ts";
import { nodeEntropy } from "../keys/node-entropy.ts";
import { verifyWithNode } from "../keys/verify.ts";
import { createLog } from "../log/log.ts";
import { readEvents, readIncarnations } from "../store/journal-store.ts";
import { openJournal } from "../store/journal.ts";
import { writeMeta } from "../store/meta.ts";
import { openStore } from "../store/open-store.ts";
import type { Database } from "../store/sqlite.ts";
import { judgeRoster } from "../vault/epoch-keys.ts";
import { openKeys, rotateIfWanted } from "./key-rotation.ts";

const SCHOOL = schoolId("sch-test");
let folder: string;
let database: Database;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "saku-rotation-"));
  database = await openStore(folder);
});
afterEach(async () => {
  await database.close();
  await rm(folder, { recursive: true });
});

const place = () => ({ stateFolder: folder, credentialsFolder: null });
const world = () => ({
  database,
  clock: openClock(0 as Parameters<typeof openClock>[0]),
  timers: nodeTimers,
  entropy: nodeEntropy,
  software: "test",
  log: createLog("silent"),
});
const want = () => database.transaction((tx) => writeMeta(tx, "rotate-key", "wanted"));

/** Every event of the journal with the key that signed it, oldest first. */
async function signedBy(...keys: readonly PublicKey[]) {
  const found: { readonly type: string; readonly key: number; readonly event: SakuEvent }[] = [];
  for (const { inc } of await readIncarnations(database.read))
    for (const { bytes } of await readEvents(database.read, inc, { from: 1, limit: 99 })) {
      const event = eventOf(bytes);
      const key = keys.findIndex(
        (one) => verifyObject("saku.event.v1", bytes, () => one, verifyWithNode).ok,
      );
      found.push({ type: event.body.type, key, event });
    }
  return found;
}
function eventOf(bytes: SignedBytes): SakuEvent {
  const opened = openObject("saku.event.v1", bytes);
  const parsed = opened.ok ? parseEvent(opened.value.payload) : opened;
  if (!parsed.ok) throw new Error("A stored event parses");
  return parsed.value;
}
const work = async (keys: DeviceKeys) => {
  const identity = { school: SCHOOL, device: keys.device, sign: keys.sign };
  await openJournal(database, identity, { ...world(), reason: "start" });
};

describe("the rotation of a key", () => {
  it("[KR1] is signed by the old key, ends its incarnation, and the next one is signed by the new", async () => {
    const before = await openKeys(database, place());
    await want();
    const after = await rotateIfWanted({ ...world(), keys: before }, place(), SCHOOL);
    await work(after);
    const events = await signedBy(before.signKey, after.signKey);
    expect(events.map(({ type, key }) => `${type} ${key}`)).toEqual([
      "boot 0",
      "key-rotate 0",
      "end 0",
      "boot 1",
    ]);
    const again = await openKeys(database, place());
    expect(equalBytes(again.signKey, after.signKey)).toBe(true);
    expect(again.former?.publicKey).toEqual(before.signKey);
  });

  it("[KR2] keeps the terminal's name, its box key and its sealed secrets, also the second time", async () => {
    const first = await openKeys(database, place());
    let keys = first;
    for (let round = 0; round < 3; round++) {
      await want();
      keys = await rotateIfWanted({ ...world(), keys }, place(), SCHOOL);
    }
    expect(keys.device).toBe(first.device);
    expect(keys.boxKey).toEqual(first.boxKey);
    expect(keys.deriveKey("x")).toEqual(first.deriveKey("x"));
    expect(equalBytes(keys.signKey, first.signKey)).toBe(false);
    expect((await openKeys(database, place())).signKey).toEqual(keys.signKey);
  });

  it("[KR1] that is cut off after the key was drawn leaves the old one at work, and is done again", async () => {
    const before = await openKeys(database, place());
    await want();
    const lost = await drawNextKey(folder, null, before.signKey);
    const restarted = await openKeys(database, place());
    expect(restarted.signKey).toEqual(before.signKey);
    const after = await rotateIfWanted({ ...world(), keys: restarted }, place(), SCHOOL);
    expect(equalBytes(after.signKey, lost.publicKey)).toBe(false);
    expect(await rotateIfWanted({ ...world(), keys: after }, place(), SCHOOL)).toBe(after);
  });

  it("[KR1] never lets the daemon start with a key that the journal does not name", async () => {
    await openDeviceKeys(folder, null);
    await database.transaction((tx) => writeMeta(tx, "sign-key", "ab".repeat(32)));
    await expect(openKeys(database, place())).rejects.toThrow("not in the file");
  });

  it("[KR3] a roster that names the key before the rotation is still taken, one of a stranger is not", async () => {
    const before = await openKeys(database, place());
    await want();
    const after = await rotateIfWanted({ ...world(), keys: before }, place(), SCHOOL);
    const root = signingKeyFromSeed(new Uint8Array(32).fill(1));
    const sender = nacl.box.keyPair.fromSecretKey(new Uint8Array(32).fill(2));
    const nonce = new Uint8Array(24);
    const box = nacl.box(new Uint8Array(32).fill(9), nonce, after.boxKey, sender.secretKey);
    const sealedEpochKey = Buffer.concat([sender.publicKey, nonce, box]);
    const judged = (signKey: Uint8Array) => {
      const device = { device: after.device, signKey, boxKey: after.boxKey, sealedEpochKey };
      const payload = encodeRoster({ v: 1, school: SCHOOL, rev: 1, epoch: 1, devices: [device] });
      const bytes = signObject("saku.roster.v1", "school-root", payload, root.sign);
      const known = { school: SCHOOL, device: after.device, rootKey: root.publicKey, rev: 0 };
      return judgeRoster(bytes, known, after).kind;
    };
    expect([after.signKey, before.signKey, root.publicKey].map(judged)).toEqual([
      "accepted",
      "accepted",
      "refused",
    ]);
  });
});
