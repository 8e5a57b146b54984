import type { DecisionKind, DeviceId, Incarnation, Rupiah, UnixMs } from "@saku/protocol";
import type { LetterReason } from "../ingest/dead-letter.ts";

/** An event that waits for persons, as the school sees it. */
export type LetterView = {
  readonly device: DeviceId;
  readonly terminalName: string;
  readonly inc: Incarnation;
  readonly n: number;
  /** Names the very bytes: a decision about others is none. */
  readonly hash: string;
  readonly reason: LetterReason;
  readonly receivedAtMs: UnixMs;
  /** What can be read of it. */
  readonly type: string | null;
  readonly amount: Rupiah | null;
  /** How many events are gone, where it is no event but a stretch of them that nobody holds [N16]. */
  readonly missingCount: number | null;
  readonly mayPay: boolean;
  readonly personsNeeded: 1 | 2;
  readonly votes: readonly {
    readonly person: string;
    readonly login: string;
    readonly what: DecisionKind;
  }[];
};
