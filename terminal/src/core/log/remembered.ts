import { equalBytes, type Checkpoint } from "@saku/protocol";

/** Why a signed checkpoint is not remembered. */
export type CheckpointRefusal =
  /** One of a log that a restored ledger has replaced, or an older one of this log. */
  | "older"
  /** As large as the one remembered, with other entries: the cloud has shown two ledgers. */
  | "contradicts"
  | "other-school";

export type CheckpointVerdict =
  | { readonly kind: "remember" }
  | { readonly kind: "known" }
  | { readonly kind: "refused"; readonly reason: CheckpointRefusal };

/**
 * What a terminal makes of a checkpoint whose signature holds [M20]. A larger tree cannot be told from a rewritten one
 * here: the cloud is told what is remembered in every hello, and a witness can ask for the proof.
 */
export function judgeCheckpoint(
  remembered: Checkpoint | null,
  offered: Checkpoint,
  school: string,
): CheckpointVerdict {
  if (offered.school !== school) return { kind: "refused", reason: "other-school" };
  if (remembered === null || offered.term > remembered.term) return { kind: "remember" };
  if (offered.term < remembered.term || offered.size < remembered.size)
    return { kind: "refused", reason: "older" };
  if (offered.size > remembered.size) return { kind: "remember" };
  return equalBytes(offered.root, remembered.root)
    ? { kind: "known" }
    : { kind: "refused", reason: "contradicts" };
}
