import {
  equalBytes,
  err,
  ok,
  parsePublicKey,
  parseRoster,
  verifyObject,
  type DeviceId,
  type Result,
  type Roster,
  type SchoolId,
} from "@saku/protocol";
import { nextDeviceState } from "../../core/devices/device.ts";
import { verifyWithNode } from "../keys/ed25519.ts";
import { grantSchool } from "../jobs/morning-grant.ts";
import type { Cloud } from "../office/cloud.ts";
import { appendAudit } from "../store/audit.ts";
import { queueForAll } from "../store/commands.ts";
import type { Work } from "../store/committer.ts";
import { hashToken } from "../store/random-ids.ts";
import { welcomeDevice } from "./welcome.ts";

export type RosterRefusal = "unknown-school" | "bad-signature" | "wrong-school" | "wrong-rev";

export type StoredRoster = { readonly rev: number; readonly bytes: Uint8Array | null };

export async function currentRoster(
  { db }: Pick<Work, "db">,
  school: SchoolId,
): Promise<StoredRoster> {
  const row = await db
    .selectFrom("roster")
    .select(["rev", "bytes"])
    .where("school", "=", school)
    .orderBy("rev", "desc")
    .limit(1)
    .executeTakeFirst();
  return row === undefined
    ? { rev: 0, bytes: null }
    : { rev: row.rev, bytes: new Uint8Array(row.bytes) };
}

/** May the holder of this claim read the school's roster? Until the claim is over, used or not. */
export async function mayReadRoster(
  { db, now }: Pick<Work, "db" | "now">,
  school: SchoolId,
  claim: string,
): Promise<boolean> {
  const row = await db
    .selectFrom("claim")
    .select("school")
    .where("token_hash", "=", hashToken(claim))
    .where("school", "=", school)
    .where("expires_at", ">", now)
    .executeTakeFirst();
  return row !== undefined;
}

async function openRoster(
  { db }: Work,
  school: SchoolId,
  bytes: Uint8Array,
): Promise<Result<Roster, RosterRefusal>> {
  const row = await db
    .selectFrom("school")
    .select("root_key")
    .where("id", "=", school)
    .executeTakeFirst();
  if (row === undefined) return err("unknown-school");
  const rootKey = parsePublicKey(new Uint8Array(row.root_key));
  const keyOf = () => (rootKey.ok ? rootKey.value : undefined);
  const verified = verifyObject("saku.roster.v1", bytes, keyOf, verifyWithNode);
  if (!verified.ok) return err("bad-signature");
  const roster = parseRoster(verified.value.payload);
  if (!roster.ok) return err("bad-signature");
  return roster.value.school === school ? ok(roster.value) : err("wrong-school");
}

/** Pending terminals that the roster names with the very keys they claimed become active. */
async function activate(
  work: Work,
  cloud: Cloud,
  roster: Roster,
  bytes: Uint8Array,
): Promise<readonly DeviceId[]> {
  const pending = await work.db
    .selectFrom("device")
    .select(["id", "sign_key", "box_key"])
    .where("school", "=", roster.school)
    .where("state", "=", "pending")
    .execute();
  const activated: DeviceId[] = [];
  for (const row of pending) {
    const entry = roster.devices.find(({ device }) => device === row.id);
    if (entry === undefined) continue;
    const isSame = equalBytes(entry.signKey, row.sign_key) && equalBytes(entry.boxKey, row.box_key);
    if (!isSame) continue;
    await work.db
      .updateTable("device")
      .set({ state: nextDeviceState("pending", "rostered") })
      .where("id", "=", row.id)
      .execute();
    await welcomeDevice(work, cloud.outbox, { school: roster.school, device: row.id }, bytes);
    activated.push(row.id);
  }
  return activated;
}

/** Stores the school's next roster and tells every terminal; only the school's root key can make one. */
export async function storeRoster(
  work: Work,
  cloud: Cloud,
  school: SchoolId,
  bytes: Uint8Array,
): Promise<
  Result<{ readonly rev: number; readonly activated: readonly DeviceId[] }, RosterRefusal>
> {
  const opened = await openRoster(work, school, bytes);
  if (!opened.ok) return opened;
  const roster = opened.value;
  const current = await currentRoster(work, school);
  // The same roster again is a repeated request whose answer was lost.
  if (current.bytes !== null && equalBytes(current.bytes, bytes))
    return ok({ rev: current.rev, activated: [] });
  if (roster.rev !== current.rev + 1) return err("wrong-rev");
  await work.db
    .insertInto("roster")
    .values({ school, rev: roster.rev, bytes, stored_at: work.now })
    .execute();
  await queueForAll(work, cloud.outbox, { school }, { kind: "roster", roster: bytes });
  const activated = await activate(work, cloud, roster, bytes);
  await appendAudit(work, school, {
    actor: "school-root",
    action: "roster",
    object: school,
    detail: { rev: roster.rev, devices: roster.devices.length },
  });
  work.afterCommit(() => {
    cloud.changes.schoolChanged(school);
    // A new terminal gets its share of today's money at once. What fails here is granted when it asks.
    if (activated.length > 0) void grantSchool(cloud, school).catch(() => undefined);
  });
  return ok({ rev: roster.rev, activated });
}
