import type { StudentId } from "@saku/protocol";

/** A child's templates as the engine's bytes: one entry a finger. Clear text lives only in memory. */
export type FingerRecord = {
  readonly student: StudentId;
  readonly fingers: readonly { readonly finger: FingerName; readonly template: Uint8Array }[];
};

export type FingerName =
  | "right-thumb"
  | "right-index"
  | "right-middle"
  | "right-ring"
  | "right-little"
  | "left-thumb"
  | "left-index"
  | "left-middle"
  | "left-ring"
  | "left-little";

/** Where templates and PIN verifiers rest: AES-256-GCM under a data key per child, wrapped by the school's epoch key. */
export interface Vault {
  /** Every record that this terminal can open. */
  fingerRecords(): Promise<readonly FingerRecord[]>;
  /** One child's record, or null when there is none (any more) or no key opens it. */
  fingersOf(student: StudentId): Promise<FingerRecord | null>;
  /** Tells that a child's fingers were stored, replaced or erased, here or by another terminal; returns the way to stop. */
  onFingersChanged(listener: (student: StudentId) => void): () => void;
  /**
   * Seals and stores the fingers, records an `enrol` event in the same transaction and queues the sealed item for the
   * school's other terminals. Refused without a granted consent.
   */
  saveFingers(record: FingerRecord): Promise<SaveOutcome>;
  /** Seals and stores a PIN verifier (4 … 6 digits) and queues it likewise. */
  savePin(student: StudentId, pin: string): Promise<SaveOutcome>;
  /** True for the right PIN; false for a wrong one or none. Takes about the same time either way. */
  checkPin(student: StudentId, pin: string): Promise<boolean>;
}

export type SaveOutcome =
  | { readonly kind: "saved" }
  | {
      readonly kind: "refused";
      readonly reason: "no-consent" | "unknown-student" | "no-epoch-key" | "disk-failed";
    };
