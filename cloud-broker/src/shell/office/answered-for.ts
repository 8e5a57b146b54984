import type { DeviceId, SchoolId } from "@saku/protocol";
import { grantSchool } from "../jobs/morning-grant.ts";
import { awaitedTerminals } from "../store/awaited-terminals.ts";
import type { Work } from "../store/committer.ts";
import type { Cloud } from "./cloud.ts";

/**
 * Persons are about to answer for a terminal that a restored ledger waits for. When it waits for no other, the day's money goes
 * out afterwards [BK8].
 */
export async function spreadIfLastAwaited(
  cloud: Cloud,
  work: Work,
  of: { readonly school: SchoolId; readonly device: DeviceId },
): Promise<void> {
  const awaited = await awaitedTerminals(work, of.school);
  if (awaited.length !== 1 || awaited[0]?.device !== of.device) return;
  // One child after the other, as in the morning; a cloud that dies meanwhile catches up with the next grant.
  work.afterCommit(() => void grantSchool(cloud, of.school).catch(() => undefined));
}
