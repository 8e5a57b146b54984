import type { DeviceId, SchoolId, UnixMs } from "@saku/protocol";

/** The columns of `0007-log`. */
export type LogTables = {
  /** One leaf a journal. */
  log_leaf: {
    school: SchoolId;
    seq: number;
    salt: Uint8Array;
    hash: Uint8Array;
    /** Perfect subtrees that this leaf completes, 32 bytes each, pairs first. */
    nodes: Uint8Array;
  };
  log_checkpoint: {
    school: SchoolId;
    term: number;
    size: number;
    root: Uint8Array;
    note: string;
    made_at: UnixMs;
  };
  /** A terminal that remembers another ledger than ours. */
  log_alarm: {
    school: SchoolId;
    device: DeviceId;
    term: number;
    size: number;
    root: Uint8Array;
    raised_at: UnixMs;
  };
};
