import type { DeviceId, Entropy, PublicKey, Timers } from "@saku/protocol";
import type { Outbox } from "../store/commands.ts";
import type { Store } from "../store/store.ts";
import type { NodeSigningKey } from "../keys/ed25519.ts";
import type { Changes } from "./changes.ts";

/** What every part of the cloud that changes something works with. */
export type Cloud = {
  readonly store: Store;
  readonly outbox: Outbox;
  readonly changes: Changes;
  readonly isOnline: (device: DeviceId) => boolean;
  /** The cloud's own key: signs checkpoints of the log in the name of their origin. */
  readonly key: NodeSigningKey;
  /** Tells a terminal that it is lost or revoked, at once if it is connected [D3]. */
  readonly stop: (device: DeviceId) => void;
  /** 32 bytes that one-time tokens are derived from. */
  readonly tokenSecret: Uint8Array;
  readonly clock: () => number;
  readonly timers: Timers;
  readonly entropy: Entropy;
  readonly verify: VerifyBatched;
};

/** Checks a signature without holding up everybody else. */
export type VerifyBatched = (
  publicKey: PublicKey,
  message: Uint8Array,
  signature: Uint8Array,
) => Promise<boolean>;
