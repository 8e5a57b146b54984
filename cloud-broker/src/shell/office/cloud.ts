import type { DeviceId } from "@saku/protocol";
import type { Outbox } from "../store/commands.ts";
import type { Store } from "../store/store.ts";
import type { Changes } from "./changes.ts";

/** What every part of the cloud that changes something works with. */
export type Cloud = {
  readonly store: Store;
  readonly outbox: Outbox;
  readonly changes: Changes;
  readonly isOnline: (device: DeviceId) => boolean;
  /** Ends the connection of a terminal that is no longer welcome. */
  readonly disconnect: (device: DeviceId) => void;
  /** 32 bytes that one-time tokens are derived from. */
  readonly tokenSecret: Uint8Array;
  readonly clock: () => number;
};
