import type { Ack, ErrorKind, Incarnation } from "@saku/protocol";
import {
  isOutboxOpen,
  laneOf,
  nextToSend,
  noteAppended,
  noteSent,
  raise,
  replace,
  rewind,
  type Lane,
  type Outbox,
} from "./outbox.ts";
import { DEFAULT_TIMING, jittered, reconnectDelayMs, retryDelayMs, type Timing } from "./timing.ts";

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
  /** The event that the cloud will not take: nothing is sent until its watermark has passed it. */
  readonly blockedAt: { readonly inc: Incarnation; readonly n: number } | null;
};

/** Every event tells the milliseconds of a clock that never jumps and, for jitter, a random number in [0, 1). */
type Stamp = { readonly nowMs: number; readonly random: number };

export type SyncEvent = Stamp &
  (
    | {
        readonly kind: "started";
        readonly term: number;
        readonly lanes: readonly Omit<Lane, "sentTo">[];
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
    /** The shell has handed a frame with events up to `to` to the transport. */
    | { readonly kind: "sent"; readonly inc: Incarnation; readonly to: number }
    /** An acknowledgement whose signature was checked. */
    | { readonly kind: "acked"; readonly ack: Ack }
    | {
        readonly kind: "error";
        readonly error: ErrorKind;
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
  | { readonly kind: "report"; readonly what: "quarantined" | "stopped" | "term-raised" };

export type Step = { readonly state: SyncState; readonly effects: readonly SyncEffect[] };

/** Tries without an answer after which a connection is given up (S12). */
const UNANSWERED_MAX = 4;

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
    blockedAt: null,
  };
}

/** When the shell must send the next `tick`; null when nothing is waited for. */
export function nextTickMs(state: SyncState): number | null {
  const due = [state.connectAtMs, state.retryAtMs];
  if (state.link === "online" && canSendSoon(state)) due.push(state.sendNotBeforeMs);
  const times = due.filter((time) => time !== null);
  return times.length === 0 ? null : Math.min(...times);
}

function canSendSoon(state: SyncState): boolean {
  return (
    state.loading === null &&
    state.blockedAt === null &&
    state.inFlight.length < state.credit &&
    nextToSend(state.outbox) !== null
  );
}

export function step(state: SyncState, event: SyncEvent): Step {
  switch (event.kind) {
    case "started":
      return started(state, event);
    case "tick":
      return tick(state, event);
    case "connected":
      return connected(state, event);
    case "disconnected":
      return disconnected(state, event);
    case "appended": {
      const outbox = noteAppended(state.outbox, event);
      return pump({ ...state, outbox, retryCount: 0 }, event, []);
    }
    case "sent":
      return sent(state, event);
    case "acked":
      return acked(state, event);
    case "error":
      return refused(state, event);
    case "command-gap": {
      if (state.link !== "online") return { state, effects: [] };
      const soonMs = event.nowMs + state.timing.retryFloorMs;
      return {
        state: { ...state, retryAtMs: Math.min(state.retryAtMs ?? soonMs, soonMs) },
        effects: [],
      };
    }
  }
}

function started(state: SyncState, event: Extract<SyncEvent, { kind: "started" }>): Step {
  const connectAtMs = event.nowMs + jittered(event.random, state.timing.coldBootMaxMs);
  return {
    state: { ...state, term: event.term, outbox: event.lanes.map(laneOf), connectAtMs },
    effects: [],
  };
}

function tick(state: SyncState, event: Stamp): Step {
  if (state.link === "offline" && state.connectAtMs !== null && event.nowMs >= state.connectAtMs)
    return {
      state: { ...state, link: "connecting", connectAtMs: null },
      effects: [{ kind: "connect" }],
    };
  if (state.link === "online" && state.retryAtMs !== null && event.nowMs >= state.retryAtMs)
    return retry(state, event);
  return pump(state, event, []);
}

function connected(state: SyncState, event: Stamp): Step {
  if (state.link !== "connecting") return { state, effects: [] };
  // S1: no credit until the cloud has answered the hello.
  return hello({ ...offlineState(state), link: "online" }, event);
}

/** Everything that a connection owned is gone with it. */
function offlineState(state: SyncState): SyncState {
  return {
    ...state,
    outbox: rewind(state.outbox),
    connectAtMs: null,
    retryAtMs: null,
    retryCount: 0,
    unansweredCount: 0,
    credit: 0,
    sendNotBeforeMs: 0,
    inFlight: [],
    loading: null,
  };
}

function disconnected(state: SyncState, event: Stamp): Step {
  if (state.link === "stopped" || state.link === "offline") return { state, effects: [] };
  const { timing, failureCount } = state;
  const waitMs = reconnectDelayMs(timing, failureCount, event.random);
  return {
    state: {
      ...offlineState(state),
      link: "offline",
      failureCount: failureCount + 1,
      connectAtMs: event.nowMs + waitMs,
    },
    effects: [],
  };
}

function hello(state: SyncState, event: Stamp): Step {
  const waitMs = retryDelayMs(state.timing, state.retryCount, event.random);
  return {
    state: { ...state, retryAtMs: event.nowMs + waitMs },
    effects: [{ kind: "send-hello" }],
  };
}

/** No answer in time (S5), or the outbox is open and idle (S2). */
function retry(state: SyncState, event: Stamp): Step {
  if (state.unansweredCount >= UNANSWERED_MAX) {
    const step = disconnected(state, event);
    return { ...step, effects: [{ kind: "disconnect" }] };
  }
  const again: SyncState = {
    ...state,
    outbox: rewind(state.outbox),
    inFlight: [],
    loading: null,
    retryCount: state.retryCount + 1,
    unansweredCount: state.unansweredCount + 1,
  };
  const { state: next, effects } = hello(again, event);
  return pump(next, event, effects);
}

function sent(state: SyncState, event: Extract<SyncEvent, { kind: "sent" }>): Step {
  // A frame that was being read while the connection or the term changed is not in flight any more.
  if (state.loading?.inc !== event.inc || event.to < state.loading.from)
    return { state, effects: [] };
  const inFlight = [...state.inFlight, { inc: event.inc, to: event.to }];
  const outbox = noteSent(state.outbox, event.inc, event.to);
  const retryAtMs = event.nowMs + retryDelayMs(state.timing, state.retryCount, event.random);
  return pump({ ...state, outbox, inFlight, loading: null, retryAtMs }, event, []);
}

function acked(state: SyncState, event: Extract<SyncEvent, { kind: "acked" }>): Step {
  const { ack } = event;
  if (state.link !== "online" || ack.term < state.term) return { state, effects: [] };
  const isNewTerm = ack.term > state.term;
  const outbox = isNewTerm ? replace(state.outbox, ack.incs) : raise(state.outbox, ack.incs);
  const marks = changedMarks(state.outbox, outbox);
  const hasMoved = marks.length > 0;
  const retryCount = hasMoved ? 0 : state.retryCount;
  const next: SyncState = {
    ...state,
    term: ack.term,
    outbox,
    failureCount: 0,
    retryCount,
    unansweredCount: 0,
    credit: ack.credit,
    sendNotBeforeMs: event.nowMs + ack.delayMs,
    inFlight: isNewTerm ? [] : state.inFlight.filter((frame) => !isAcked(outbox, frame)),
    loading: isNewTerm ? null : state.loading,
    blockedAt: isBlocked(state, outbox) ? state.blockedAt : null,
    retryAtMs: isOutboxOpen(outbox)
      ? event.nowMs + retryDelayMs(state.timing, retryCount, event.random)
      : null,
  };
  const effects: SyncEffect[] = [];
  if (hasMoved || isNewTerm) effects.push({ kind: "store-watermarks", term: ack.term, marks });
  if (isNewTerm && state.term > 0) effects.push({ kind: "report", what: "term-raised" });
  if (ack.drain) {
    const end = disconnected(next, event);
    return { state: end.state, effects: [...effects, { kind: "disconnect" }] };
  }
  return pump(next, event, effects);
}

function isAcked(
  outbox: Outbox,
  frame: { readonly inc: Incarnation; readonly to: number },
): boolean {
  return outbox.some((lane) => lane.inc === frame.inc && frame.to <= lane.ack);
}

function isBlocked(state: SyncState, outbox: Outbox): boolean {
  const { blockedAt } = state;
  return blockedAt !== null && !isAcked(outbox, { inc: blockedAt.inc, to: blockedAt.n });
}

function changedMarks(
  before: Outbox,
  after: Outbox,
): readonly { readonly inc: Incarnation; readonly ack: number; readonly safe: number }[] {
  return after
    .filter((lane, index) => lane.ack !== before[index]?.ack || lane.safe !== before[index].safe)
    .map(({ inc, ack, safe }) => ({ inc, ack, safe }));
}

function refused(state: SyncState, event: Extract<SyncEvent, { kind: "error" }>): Step {
  switch (event.error) {
    case "retry": {
      if (state.link !== "online") return { state, effects: [] };
      const waitMs = Math.max(
        event.delayMs,
        retryDelayMs(state.timing, state.retryCount, event.random),
      );
      const sendNotBeforeMs = event.nowMs + waitMs;
      return {
        state: {
          ...state,
          outbox: rewind(state.outbox),
          inFlight: [],
          loading: null,
          retryCount: state.retryCount + 1,
          unansweredCount: 0,
          sendNotBeforeMs,
          retryAtMs: sendNotBeforeMs + state.timing.retryBaseMs,
        },
        effects: [],
      };
    }
    case "quarantine": {
      const fallback = nextToSend(rewind(state.outbox));
      const inc = event.inc ?? fallback?.inc;
      const n = event.n ?? fallback?.from;
      const blockedAt = inc === undefined || n === undefined ? null : { inc, n };
      return {
        state: { ...state, blockedAt, inFlight: [], loading: null, outbox: rewind(state.outbox) },
        effects: [{ kind: "report", what: "quarantined" }],
      };
    }
    case "stop":
      return {
        state: { ...offlineState(state), link: "stopped" },
        effects: [{ kind: "report", what: "stopped" }, { kind: "disconnect" }],
      };
  }
}

/** Starts the next frame when there is credit for it (S4); one is read from the journal at a time. */
function pump(state: SyncState, event: Stamp, effects: readonly SyncEffect[]): Step {
  const next = nextToSend(state.outbox);
  const mayNot = state.link !== "online" || event.nowMs < state.sendNotBeforeMs;
  if (next === null || mayNot || !canSendSoon(state))
    return { state: armed(state, event), effects };
  return {
    state: { ...state, loading: next },
    effects: [...effects, { kind: "send-events", ...next }],
  };
}

/** S2: an open outbox always waits for something. */
function armed(state: SyncState, event: Stamp): SyncState {
  if (state.link !== "online" || state.retryAtMs !== null || !isOutboxOpen(state.outbox))
    return state;
  return {
    ...state,
    retryAtMs: event.nowMs + retryDelayMs(state.timing, state.retryCount, event.random),
  };
}
