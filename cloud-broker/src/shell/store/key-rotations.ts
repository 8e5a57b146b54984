import { parsePublicKey, utf8, type EventBody, type PublicKey } from "@saku/protocol";
import type { IngestPlan } from "../../core/ingest/plan.ts";
import { verifyWithNode } from "../keys/ed25519.ts";
import { appendAudit } from "./audit.ts";
import type { BatchOwner } from "./books.ts";
import type { Work } from "./committer.ts";

type KeyRotate = Extract<EventBody, { type: "key-rotate" }>;

/** The new key, if its holder signed this terminal's name with it and nobody else has it [K1]. */
async function provenKey(
  { db }: Work,
  { device }: BatchOwner,
  { signKey, proof }: KeyRotate,
): Promise<PublicKey | null> {
  const parsed = parsePublicKey(signKey);
  if (!parsed.ok || !verifyWithNode(parsed.value, utf8(device), proof)) return null;
  const taken = await db
    .selectFrom("device")
    .select("id")
    .where("sign_key", "=", parsed.value)
    .executeTakeFirst();
  return taken === undefined ? parsed.value : null;
}

/** Incarnations that began before keep the key with which they began; every later one is signed by the new one [K2]. */
async function replaceKey({ db }: Work, { device }: BatchOwner, key: PublicKey): Promise<void> {
  const { sign_key: before } = await db
    .selectFrom("device")
    .select("sign_key")
    .where("id", "=", device)
    .executeTakeFirstOrThrow();
  const begun = await db
    .selectFrom("incarnation")
    .leftJoin("incarnation_key", (join) =>
      join
        .onRef("incarnation_key.device", "=", "incarnation.device")
        .onRef("incarnation_key.inc", "=", "incarnation.inc"),
    )
    .select("incarnation.inc")
    .where("incarnation.device", "=", device)
    .where("incarnation_key.inc", "is", null)
    .execute();
  for (const { inc } of begun)
    await db.insertInto("incarnation_key").values({ device, inc, sign_key: before }).execute();
  await db.updateTable("device").set({ sign_key: key }).where("id", "=", device).execute();
}

/** Key rotations among the accepted events take effect with them. */
export async function rotateKeys(work: Work, owner: BatchOwner, plan: IngestPlan): Promise<void> {
  for (const { verified } of plan.accepted) {
    const { body } = verified.event;
    if (body.type !== "key-rotate") continue;
    const key = await provenKey(work, owner, body);
    if (key !== null) await replaceKey(work, owner, key);
    await appendAudit(work, owner.school, {
      actor: owner.device,
      action: key === null ? "key-rotation-refused" : "key-rotated",
      object: owner.device,
      detail: {},
    });
  }
}
