import type { Ack, ErrorKind, Incarnation } from "@saku/protocol";
import type { Block, Lane, Outbox } from "./outbox.ts";
import { DEFAULT_TIMING, type Timing } from "./timing.ts";

/**
 * How a terminal keeps the cloud informed: rules S1 … S13 of `../SPEC.md`. No clock, no chance, no socket: the time
 * and a random number come with every event, and the shell carries out the effects in their order.
 */
export type SyncState = {
  readonly timing: Timing;
  readonly link: "offline" | "connecting" | "online" | "stopped";
  readonly term: number;
  readonly outbox: Outbox;
  /** Connections lost or refused since the cloud last answered. */
  readonly failureCount: number;
  readonly connectAtMs: number | null;
  /** When the missing answer is missed, or the idle `hello` is due; null while nothing is owed. */
  readonly retryAtMs: number | null;
  /** Tries since the outbox last moved, for the doubling wait. */
  readonly retryCount: number;
  /** Tries in a row without any answer. */
  readonly unansweredCount: number;
  readonly credit: number;
  readonly sendNotBeforeMs: number;
  /** Frames that went out and are not acknowledged, oldest first. */
  readonly inFlight: readonly { readonly inc: Incarnation; readonly to: number }[];
  /** A frame that the shell is reading from the journal. */
  readonly loading: { readonly inc: Incarnation; readonly from: number } | null;
  /** Events that the cloud will not take, one a lane. */
  readonly blocks: readonly Block[];
  /** Why the cloud wants the outbox to wait for a long time; null while it moves. */
  readonly heldFor: string | null;
  /** What the cloud last signed about this terminal's right to sell. */
  readonly service: Service;
  /** An unsigned `stop` ends the sales of this run, until the cloud's signed word comes. */
  readonly isDismissed: boolean;
};

/** `sinceMs` is the cloud's own time of the word, so that an older one, heard again, changes nothing. */
export type Service = { readonly isStopped: boolean; readonly sinceMs: number };

export const IN_SERVICE: Service = { isStopped: false, sinceMs: 0 };

/** Every event tells the milliseconds of a clock that never jumps and, for jitter, a random number in [0, 1). */
export type Stamp = { readonly nowMs: number; readonly random: number };

export type SyncEvent = Stamp &
  (
    | {
        readonly kind: "started";
        readonly term: number;
        readonly lanes: readonly Omit<Lane, "sentTo">[];
        readonly service?: Service;
      }
    | { readonly kind: "tick" }
    | { readonly kind: "connected" }
    /** The connection ended, or could not be made. */
    | { readonly kind: "disconnected" }
    | {
        readonly kind: "appended";
        readonly inc: Incarnation;
        readonly n: number;
        readonly tip: Uint8Array;
      }
    /** Where the journal begins in each lane now: it was pruned, perhaps. */
    | { readonly kind: "begins"; readonly firsts: readonly Pick<Lane, "inc" | "firstN">[] }
    /** The shell has handed a frame with events up to `to` to the transport. */
    | { readonly kind: "sent"; readonly inc: Incarnation; readonly to: number }
    /** An acknowledgement whose signature was checked. */
    | { readonly kind: "acked"; readonly ack: Ack }
    | {
        readonly kind: "error";
        readonly error: ErrorKind;
        readonly reason?: string;
        readonly inc: Incarnation | null;
        readonly n: number | null;
        readonly delayMs: number;
      }
    /** Revisions are missing before a command that came: the cloud hears `have` in a hello, soon. */
    | { readonly kind: "command-gap" }
  );

export type SyncEffect =
  /** To be on disk before the effects that follow it. */
  | {
      readonly kind: "store-watermarks";
      readonly term: number;
      readonly marks: readonly {
        readonly inc: Incarnation;
        readonly ack: number;
        readonly safe: number;
      }[];
    }
  | { readonly kind: "connect" }
  | { readonly kind: "disconnect" }
  | { readonly kind: "send-hello" }
  /** Read events from `from` on, send what fits a frame, and say `sent`. */
  | { readonly kind: "send-events"; readonly inc: Incarnation; readonly from: number }
  /** The right to sell changed by the cloud's signed word: to be on disk before the effects that follow it. */
  | { readonly kind: "store-service"; readonly service: Service }
  | {
      readonly kind: "report";
      readonly what: "quarantined" | "held" | "stopped" | "in-service" | "term-raised";
    };

export type Step = { readonly state: SyncState; readonly effects: readonly SyncEffect[] };

export function initialSync(timing: Timing = DEFAULT_TIMING): SyncState {
  return {
    timing,
    link: "offline",
    term: 0,
    outbox: [],
    failureCount: 0,
    connectAtMs: null,
    retryAtMs: null,
    retryCount: 0,
    unansweredCount: 0,
    credit: 0,
    sendNotBeforeMs: 0,
    inFlight: [],
    loading: null,
    blocks: [],
    heldFor: null,
    service: IN_SERVICE,
    isDismissed: false,
  };
}
