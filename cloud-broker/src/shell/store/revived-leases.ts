import {
  minRupiah,
  parseCommand,
  rupiah,
  verifyObject,
  type CommandBody,
  type DeviceId,
  type PublicKey,
  type SchoolId,
} from "@saku/protocol";
import { studentAccount } from "../../core/ledger/account.ts";
import { postingDay } from "../../core/ledger/period.ts";
import { leaseGrant } from "../../core/ledger/recipes.ts";
import { verifyWithNode } from "../keys/ed25519.ts";
import type { Work } from "./committer.ts";
import { balanceOf, postJournals } from "./journals.ts";
import { sealedThrough } from "./periods.ts";

export type Grant = Extract<CommandBody, { kind: "lease-grant" }>;
type Owner = { readonly school: SchoolId; readonly device: DeviceId };

/** What this cloud once signed for this terminal; null for anything else. */
export function readGrant(bytes: Uint8Array, owner: Owner, cloudKey: PublicKey): Grant | null {
  const signed = verifyObject("saku.command.v1", bytes, () => cloudKey, verifyWithNode);
  const parsed = signed.ok ? parseCommand(signed.value.payload) : signed;
  if (!parsed.ok) return null;
  const { school, device, body } = parsed.value;
  const isOurs = school === owner.school && device === owner.device;
  return isOurs && body.kind === "lease-grant" ? body : null;
}

/**
 * A grant that this ledger has forgotten comes back in the cloud's own signed words [BK3]: as much of it as the child has,
 * because what was topped up after the backup is entered again from paper. Answers whether there was anything.
 */
export async function reviveLease(
  work: Work,
  { school, device }: Owner,
  grant: Grant,
): Promise<boolean> {
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
