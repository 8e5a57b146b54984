import {
  deviceIdOfKey,
  equalBytes,
  err,
  ok,
  openObject,
  parseClaim,
  parsePublicKey,
  verifyObject,
  type DeviceClaim,
  type DeviceId,
  type Result,
  type SchoolId,
} from "@saku/protocol";
import { verifyWithNode } from "../keys/ed25519.ts";
import { appendAudit } from "../store/audit.ts";
import type { Work } from "../store/committer.ts";
import { hashToken } from "../store/random-ids.ts";

export type ClaimRefusal = "bad-claim" | "claim-over" | "already-claimed";

/** A claim is signed with the very key it brings, so that nobody can register a key that is not his. */
export function openClaim(bytes: Uint8Array): Result<DeviceClaim, ClaimRefusal> {
  const opened = openObject("saku.claim.v1", bytes);
  if (!opened.ok) return err("bad-claim");
  const parsed = parseClaim(opened.value.payload);
  if (!parsed.ok) return err("bad-claim");
  const claim = parsed.value;
  const key = parsePublicKey(claim.signKey);
  if (!key.ok || claim.device !== deviceIdOfKey(key.value)) return err("bad-claim");
  const keyOf = (kid: string) => (kid === claim.device ? key.value : undefined);
  const verified = verifyObject("saku.claim.v1", bytes, keyOf, verifyWithNode);
  return verified.ok ? ok(claim) : err("bad-claim");
}

/** Redeems a one-time claim: a pending terminal. The same terminal may ask again, as its first answer may be lost. */
export async function redeemClaim(
  work: Work,
  claim: DeviceClaim,
): Promise<Result<{ readonly school: SchoolId; readonly device: DeviceId }, ClaimRefusal>> {
  const { db, now } = work;
  const row = await db
    .selectFrom("claim")
    .selectAll()
    .where("token_hash", "=", hashToken(claim.claim))
    .executeTakeFirst();
  if (row === undefined) return err("bad-claim");
  const { device } = claim;
  const known = await db
    .selectFrom("device")
    .select(["school", "box_key"])
    .where("id", "=", device)
    .executeTakeFirst();
  if (row.used_by !== null) {
    const isSame =
      row.used_by === device && known !== undefined && equalBytes(known.box_key, claim.boxKey);
    return isSame ? ok({ school: row.school, device }) : err("claim-over");
  }
  if (row.expires_at <= now) return err("claim-over");
  if (known !== undefined) return err("already-claimed");
  await db
    .insertInto("device")
    .values({
      id: device,
      school: row.school,
      name: row.name,
      merchant: row.merchant,
      state: "pending",
      sign_key: claim.signKey,
      box_key: claim.boxKey,
      software: claim.software,
      created_at: now,
      last_seen_at: null,
    })
    .execute();
  await db
    .updateTable("claim")
    .set({ used_by: device, used_at: now })
    .where("token_hash", "=", row.token_hash)
    .execute();
  await appendAudit(work, row.school, {
    actor: device,
    action: "claim-terminal",
    object: device,
    detail: {},
  });
  return ok({ school: row.school, device });
}
