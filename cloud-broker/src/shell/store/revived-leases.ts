import {
  minRupiah,
  parseCommand,
  rupiah,
  verifyObject,
  type CommandBody,
  type DeviceId,
  type LeaseId,
  type PublicKey,
  type SchoolId,
} from "@saku/protocol";
import type { VerifiedEvent } from "../../core/ingest/plan.ts";
import { studentAccount } from "../../core/ledger/account.ts";
import { postingDay } from "../../core/ledger/period.ts";
import { leaseGrant } from "../../core/ledger/recipes.ts";
import { verifyWithNode } from "../keys/ed25519.ts";
import { appendAudit } from "./audit.ts";
import type { Work } from "./committer.ts";
import { balanceOf, postJournals } from "./journals.ts";
import { sealedThrough } from "./periods.ts";

type Grant = Extract<CommandBody, { kind: "lease-grant" }>;
type Owner = { readonly school: SchoolId; readonly device: DeviceId };

/** What this cloud once signed for this terminal; null for anything else. */
function grantIn(bytes: Uint8Array, owner: Owner, cloudKey: PublicKey): Grant | null {
  const signed = verifyObject("saku.command.v1", bytes, () => cloudKey, verifyWithNode);
  const parsed = signed.ok ? parseCommand(signed.value.payload) : signed;
  if (!parsed.ok) return null;
  const { school, device, body } = parsed.value;
  const isOurs = school === owner.school && device === owner.device;
  return isOurs && body.kind === "lease-grant" ? body : null;
}

type Accept = { readonly lease: LeaseId; readonly bytes: Uint8Array };

async function unknownOf(
  work: Work,
  school: SchoolId,
  accepts: readonly Accept[],
): Promise<readonly Accept[]> {
  const rows = await work.db
    .selectFrom("lease")
    .select("id")
    .where("school", "=", school)
    .where(
      "id",
      "in",
      accepts.map(({ lease }) => lease),
    )
    .execute();
  const known = new Set(rows.map(({ id }) => id));
  return accepts.filter(({ lease }) => !known.has(lease));
}

/** As much of it as the child has: what was topped up after the backup is entered again from paper. */
async function enter(work: Work, { school, device }: Owner, grant: Grant): Promise<boolean> {
  const { lease, student, purse, day } = grant;
  const available = await balanceOf(work, school, studentAccount(student).id);
  const amount = minRupiah(grant.amount, rupiah(available));
  if (amount === 0) return false;
  const booked = postingDay(day, await sealedThrough(work, school));
  const draft = leaseGrant({ lease, device, student, amount, day: booked, actor: device });
  await postJournals(work, school, [draft]);
  await work.db
    .insertInto("lease")
    .values({
      school,
      id: lease,
      device,
      student,
      purse,
      day,
      amount,
      ask: null,
      rev: 0,
      state: "granted",
      granted_at: work.now,
    })
    .execute();
  return true;
}

/**
 * A ledger that was rebuilt from a backup has forgotten the grants after it; terminals bring them back in the cloud's own
 * signed words [BK3]. In a ledger that forgot nothing every lease is known, and this finds nothing to do.
 */
export async function reviveLeases(
  work: Work,
  owner: Owner,
  cloudKey: PublicKey,
  events: readonly VerifiedEvent[],
): Promise<void> {
  const accepts = events.flatMap(({ event: { body } }) =>
    body.type === "lease-accept" && body.grant !== undefined
      ? [{ lease: body.lease, bytes: body.grant }]
      : [],
  );
  if (accepts.length === 0) return;
  const unknown = await unknownOf(work, owner.school, accepts);
  let count = 0;
  for (const { lease, bytes } of unknown) {
    const grant = grantIn(bytes, owner, cloudKey);
    if (grant?.lease === lease && (await enter(work, owner, grant))) count += 1;
  }
  if (count === 0) return;
  await appendAudit(work, owner.school, {
    actor: owner.device,
    action: "leases-revived",
    object: owner.device,
    detail: { count },
  });
}
