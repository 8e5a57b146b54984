import type { DecisionKind, DeviceId, Incarnation, SchoolId, UnixMs } from "@saku/protocol";
import type { LetterReason } from "../../core/ingest/dead-letter.ts";

type Place = { device: DeviceId; inc: Incarnation; n: number; hash: string };

/** Rows of `migrations/0006-sync.ts`. */
export type SyncTables = {
  dead_letter: Place & {
    school: SchoolId;
    reason: LetterReason;
    received_at: UnixMs;
    bytes: Uint8Array;
  };
  decision_vote: Place & { person: string; what: DecisionKind; voted_at: UnixMs };
  decision: Place & {
    school: SchoolId;
    what: DecisionKind;
    persons: string;
    decided_at: UnixMs;
    bytes: Uint8Array;
  };
  incarnation_key: { device: DeviceId; inc: Incarnation; sign_key: Uint8Array };
  term_raise: { device: DeviceId; inc: Incarnation; term: number; at: UnixMs };
};
