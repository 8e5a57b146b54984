import { fromHex, toHex, utf8, type SchoolId } from "@saku/protocol";
import { keyRotated } from "../../events.ts";
import { drawNextKey, openDeviceKeys, type DeviceKeys } from "../keys/device-keys.ts";
import { openJournal } from "../store/journal.ts";
import { readMeta, writeMeta } from "../store/meta.ts";
import type { Database } from "../store/sqlite.ts";
import { readMembership } from "./claim.ts";
import type { DutyParts } from "./duty.ts";

export type KeyPlace = {
  readonly stateFolder: string;
  readonly credentialsFolder: string | null;
};

/** The terminal's keys, the one that signs being the one that the journal names. */
export async function openKeys(database: Database, place: KeyPlace): Promise<DeviceKeys> {
  const named = await readMeta(database.read, "sign-key");
  const current = named === null ? null : fromHex(named);
  return openDeviceKeys(place.stateFolder, place.credentialsFolder, current);
}

/**
 * Carries out a `rotate-key` that came while the daemon ran, before it begins to work (KR1): a new key is drawn and put on disk;
 * then one transaction holds the old key's signed word for it, the `end` of that incarnation, and which key signs from now on.
 * What is cut off before the transaction is done again at the next start; after it, the new key works.
 */
export async function rotateIfWanted(
  parts: Pick<DutyParts, "database" | "keys" | "clock" | "timers" | "entropy" | "software" | "log">,
  place: KeyPlace,
  school: SchoolId,
): Promise<DeviceKeys> {
  const { database, keys, log } = parts;
  if ((await readMeta(database.read, "rotate-key")) !== "wanted") return keys;
  const next = await drawNextKey(place.stateFolder, place.credentialsFolder, keys.signKey);
  const identity = { school, device: keys.device, sign: keys.sign };
  const journal = await openJournal(database, identity, { ...parts, reason: "restart" });
  await journal.commit(async (tx, append) => {
    const proof = next.sign(utf8(keys.device));
    await append({ type: "key-rotate", signKey: next.publicKey, proof });
    await append({ type: "end", reason: "key-rotated" });
    await writeMeta(tx, "sign-key", toHex(next.publicKey));
    await writeMeta(tx, "rotate-key", "done");
  });
  keyRotated(log, {});
  return openKeys(database, place);
}

/** The keys to begin with: rotated, if the school wanted that and the terminal is claimed. */
export async function openStartKeys(
  parts: Omit<Parameters<typeof rotateIfWanted>[0], "keys">,
  place: KeyPlace,
): Promise<DeviceKeys> {
  const keys = await openKeys(parts.database, place);
  const membership = await readMembership(parts.database.read);
  return membership === null ? keys : rotateIfWanted({ ...parts, keys }, place, membership.school);
}
