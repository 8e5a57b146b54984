import type { Ack, Incarnation } from "@saku/protocol";
import {
  isOutboxOpen,
  laneOf,
  nextToSend,
  noteAppended,
  noteFirsts,
  noteSent,
  raise,
  replace,
  rewind,
  type Outbox,
} from "./outbox.ts";
import {
  IN_SERVICE,
  type Service,
  type Stamp,
  type Step,
  type SyncEffect,
  type SyncEvent,
  type SyncState,
} from "./sync-state.ts";
import { jittered, reconnectDelayMs, retryDelayMs } from "./timing.ts";

export { IN_SERVICE, initialSync } from "./sync-state.ts";
export type { Service, Step, SyncEffect, SyncEvent, SyncState } from "./sync-state.ts";

/** Tries without an answer after which a connection is given up (S12). */
const UNANSWERED_MAX = 4;

/** May it sell? Not after a signed `stop`, which is remembered, nor after an unsigned one in this run (S11). */
export function isStopped({ service, isDismissed }: SyncState): boolean {
  return service.isStopped || isDismissed;
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
    state.inFlight.length < state.credit &&
    nextToSend(state.outbox, state.blocks) !== null
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
    case "appended":
      return appended(state, event);
    case "begins":
      return pump({ ...state, outbox: noteFirsts(state.outbox, event.firsts) }, event, []);
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
  const { term, service = IN_SERVICE } = event;
  return {
    state: { ...state, term, service, outbox: event.lanes.map(laneOf), connectAtMs },
    effects: [],
  };
}

function appended(state: SyncState, event: Extract<SyncEvent, { kind: "appended" }>): Step {
  const outbox = noteAppended(state.outbox, event);
  // A stopped terminal left when everything was safe; what it writes after that is delivered too (S14).
  const isAsleep = state.link === "stopped" && isOutboxOpen(outbox);
  const next: SyncState = isAsleep
    ? {
        ...state,
        link: "offline",
        connectAtMs: event.nowMs + reconnectDelayMs(state.timing, 0, event.random),
      }
    : state;
  return pump({ ...next, outbox, retryCount: 0 }, event, []);
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
  // S1: no credit until the cloud has answered the hello. What it would not take is tried once on each connection: it may
  // be a newer cloud.
  return hello({ ...offlineState(state), link: "online", blocks: [] }, event);
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
    sendNotBeforeMs: sendNotBefore(state, event, hasMoved),
    inFlight: isNewTerm ? [] : state.inFlight.filter((frame) => !isAcked(outbox, frame)),
    loading: isNewTerm ? null : state.loading,
    blocks: state.blocks.filter((block) => !isAcked(outbox, { inc: block.inc, to: block.n })),
    heldFor: hasMoved ? null : state.heldFor,
    service: serviceOf(state, ack),
    isDismissed: false,
    retryAtMs: isOutboxOpen(outbox)
      ? event.nowMs + retryDelayMs(state.timing, retryCount, event.random)
      : null,
  };
  const effects: SyncEffect[] = [];
  if (hasMoved || isNewTerm) effects.push({ kind: "store-watermarks", term: ack.term, marks });
  if (isNewTerm && state.term > 0) effects.push({ kind: "report", what: "term-raised" });
  effects.push(...serviceEffects(state, next));
  if (ack.drain) {
    const end = drained(next, event);
    return { state: end.state, effects: [...effects, { kind: "disconnect" }] };
  }
  // S14: nothing is left to say, and nothing is to be had. The change of service itself may still write events.
  if (next.service.isStopped && state.service.isStopped && !isOutboxOpen(outbox))
    return {
      state: { ...offlineState(next), link: "stopped" },
      effects: [...effects, { kind: "disconnect" }],
    };
  if (!isNewTerm || state.term === 0) return pump(next, event, effects);
  // S16: what was safe in the lost lineage stood in no hello; nothing is sent before the answer says what is missing here.
  const again = hello({ ...next, credit: 0 }, event);
  return { state: again.state, effects: [...effects, ...again.effects] };
}

/** A wait that was asked for is not cut short by an acknowledgement that moves nothing: it stands beside the `retry` itself. */
function sendNotBefore(
  state: SyncState,
  event: Extract<SyncEvent, { kind: "acked" }>,
  hasMoved: boolean,
): number {
  const nextMs = event.nowMs + event.ack.delayMs;
  return hasMoved ? nextMs : Math.max(nextMs, state.sendNotBeforeMs);
}

/** The newest signed word decides; an older one that is heard again says nothing (S14). */
function serviceOf({ service }: SyncState, ack: Ack): Service {
  if (ack.at < service.sinceMs) return service;
  const isStopped = ack.stop === true;
  return isStopped === service.isStopped ? service : { isStopped, sinceMs: ack.at };
}

function serviceEffects(before: SyncState, { service }: SyncState): readonly SyncEffect[] {
  if (service === before.service) return [];
  return [
    { kind: "store-service", service },
    { kind: "report", what: service.isStopped ? "stopped" : "in-service" },
  ];
}

/** The cloud goes and says within what time all are to come back, so that they do not come at once (S9). */
function drained(state: SyncState, event: Extract<SyncEvent, { kind: "acked" }>): Step {
  const { state: next, effects } = disconnected({ ...state, failureCount: 0 }, event);
  const spreadMs = Math.max(event.ack.delayMs, state.timing.reconnectBaseMs);
  return {
    state: { ...next, connectAtMs: event.nowMs + jittered(event.random, spreadMs) },
    effects,
  };
}

function isAcked(
  outbox: Outbox,
  frame: { readonly inc: Incarnation; readonly to: number },
): boolean {
  return outbox.some((lane) => lane.inc === frame.inc && frame.to <= lane.ack);
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
    case "retry":
      return later(state, event);
    case "quarantine": {
      const fallback = nextToSend(rewind(state.outbox), state.blocks);
      const inc = event.inc ?? fallback?.inc;
      const n = event.n ?? fallback?.from;
      // What the watermark has passed meanwhile blocks nothing.
      const isPast = state.outbox.some((lane) => lane.inc === inc && lane.ack >= (n ?? 0));
      // Told again with every hello while persons have not decided (S17).
      if (state.blocks.some((block) => block.inc === inc && block.n === n))
        return { state, effects: [] };
      const fresh = inc === undefined || n === undefined || isPast ? [] : [{ inc, n }];
      const blocks = [...state.blocks.filter((block) => block.inc !== inc), ...fresh];
      const next = { ...state, blocks, inFlight: [], loading: null, outbox: rewind(state.outbox) };
      // The other lanes go on.
      return pump(next, event, [{ kind: "report", what: "quarantined" }]);
    }
    case "stop":
      return dismissed(state, event);
  }
}

/** Nobody has signed this: it ends the sales of this run, and the cloud is asked for its signed word (S11). */
function dismissed(state: SyncState, event: Stamp): Step {
  const next = { ...state, isDismissed: true };
  const told: readonly SyncEffect[] = isStopped(state) ? [] : [{ kind: "report", what: "stopped" }];
  if (state.link !== "online") return { state: next, effects: told };
  const { state: asking, effects } = hello(next, event);
  return { state: asking, effects: [...told, ...effects] };
}

/** A wait as long as this is worth telling: the cloud does not understand us, or cannot. */
const LONG_WAIT_MS = 60_000;

function later(state: SyncState, event: Extract<SyncEvent, { kind: "error" }>): Step {
  if (state.link !== "online") return { state, effects: [] };
  const waitMs = Math.max(
    event.delayMs,
    retryDelayMs(state.timing, state.retryCount, event.random),
  );
  const sendNotBeforeMs = event.nowMs + waitMs;
  const heldFor = event.delayMs >= LONG_WAIT_MS ? (event.reason ?? "unknown") : null;
  return {
    state: {
      ...state,
      outbox: rewind(state.outbox),
      inFlight: [],
      loading: null,
      retryCount: state.retryCount + 1,
      unansweredCount: 0,
      sendNotBeforeMs,
      // What the cloud misses may be gone here: it hears with the next try where the journal begins (S17).
      retryAtMs: sendNotBeforeMs + (event.reason === "gap" ? 0 : state.timing.retryBaseMs),
      heldFor,
    },
    effects:
      heldFor !== null && heldFor !== state.heldFor ? [{ kind: "report", what: "held" }] : [],
  };
}

/** Starts the next frame when there is credit for it (S4); one is read from the journal at a time. */
function pump(state: SyncState, event: Stamp, effects: readonly SyncEffect[]): Step {
  const next = nextToSend(state.outbox, state.blocks);
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
