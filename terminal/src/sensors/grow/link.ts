import { concatBytes } from "@saku/protocol";
import { encodePacket, EMPTY_SPLITTER, splitPackets, type Packet, type Splitter } from "./frame.ts";

/** One question to the module: an opcode with its parameters, and how long its answer may take. */
export type Ask = {
  readonly content: Uint8Array;
  readonly ackTimeoutMs: number;
  /** Present when data packets follow the acknowledgement. */
  readonly data?: DataPlan;
};

export type DataPlan = {
  readonly byteCountMax: number;
  /** Longest silence before and between packets. */
  readonly gapTimeoutMs: number;
  readonly wholeTimeoutMs: number;
};

export type Answer =
  | {
      readonly kind: "acknowledged";
      readonly code: number;
      /** What followed the confirmation code. */
      readonly content: Uint8Array;
      /** The joined contents of the data packets; null when none were planned or the code refused. */
      readonly data: Uint8Array | null;
    }
  | { readonly kind: "silent" }
  | {
      readonly kind: "broken";
      readonly reason: "gap" | "too-long" | "too-slow";
      /** Content bytes that did come. */
      readonly byteCount: number;
    };

type Phase =
  /** `isDirty`: a late answer may still be on its way, so the line must be quiet before the next question. */
  | { readonly kind: "idle"; readonly isDirty: boolean }
  | { readonly kind: "acknowledge"; readonly ask: Ask }
  | {
      readonly kind: "data";
      readonly plan: DataPlan;
      readonly code: number;
      readonly content: Uint8Array;
      readonly parts: readonly Uint8Array[];
      readonly byteCount: number;
      readonly deadlineMs: number;
    };

export type LinkState = { readonly splitter: Splitter; readonly phase: Phase };

export type LinkEvent =
  | { readonly kind: "ask"; readonly ask: Ask }
  | { readonly kind: "bytes"; readonly bytes: Uint8Array; readonly nowMs: number }
  /** The armed time has passed. */
  | { readonly kind: "timeout" };

export type LinkEffect =
  | { readonly kind: "send"; readonly bytes: Uint8Array }
  /** Replaces the time that was armed before. */
  | { readonly kind: "arm"; readonly delayMs: number }
  /** Ends the question; the armed time is void. */
  | { readonly kind: "answer"; readonly answer: Answer };

export type LinkStep = { readonly state: LinkState; readonly effects: readonly LinkEffect[] };

/** A new line is dirty: modules say 0x55 after power-up, and an old process may have left an answer behind. */
export const NEW_LINK: LinkState = {
  splitter: EMPTY_SPLITTER,
  phase: { kind: "idle", isDirty: true },
};

function finish(state: LinkState, answer: Answer): LinkStep {
  const isDirty = answer.kind !== "acknowledged";
  return {
    state: { splitter: state.splitter, phase: { kind: "idle", isDirty } },
    effects: [{ kind: "answer", answer }],
  };
}

function onAsk(state: LinkState, ask: Ask): LinkStep {
  // The rest of an older packet must not swallow the start of the answer.
  const splitter: Splitter = { ...state.splitter, pending: new Uint8Array(0) };
  return {
    state: { splitter, phase: { kind: "acknowledge", ask } },
    effects: [
      { kind: "send", bytes: encodePacket("command", ask.content) },
      { kind: "arm", delayMs: ask.ackTimeoutMs },
    ],
  };
}

/** Data packets and our own echo are not answers: they are passed over until an acknowledgement comes. */
function onAckPacket(state: LinkState, packet: Packet, nowMs: number): LinkStep {
  const { phase } = state;
  if (phase.kind !== "acknowledge" || packet.kind !== "acknowledge") return { state, effects: [] };
  const code = packet.content[0] ?? 0;
  const content = packet.content.subarray(1);
  const plan = phase.ask.data;
  if (plan === undefined || code !== 0)
    return finish(state, { kind: "acknowledged", code, content, data: null });
  const deadlineMs = nowMs + plan.wholeTimeoutMs;
  return {
    state: {
      splitter: state.splitter,
      phase: { kind: "data", plan, code, content, parts: [], byteCount: 0, deadlineMs },
    },
    effects: [{ kind: "arm", delayMs: plan.gapTimeoutMs }],
  };
}

/** A transfer that is too long is read to its end before it is refused, or its rest would meet the next question. */
function onDataPacket(state: LinkState, packet: Packet, nowMs: number): LinkStep {
  const { phase } = state;
  if (phase.kind !== "data") return { state, effects: [] };
  if (packet.kind !== "data" && packet.kind !== "end") return { state, effects: [] };
  const byteCount = phase.byteCount + packet.content.length;
  const isTooLong = byteCount > phase.plan.byteCountMax;
  const parts = isTooLong ? phase.parts : [...phase.parts, packet.content];
  const next: LinkState = { splitter: state.splitter, phase: { ...phase, parts, byteCount } };
  if (nowMs > phase.deadlineMs)
    return finish(next, { kind: "broken", reason: "too-slow", byteCount });
  if (packet.kind === "data") return { state: next, effects: [] };
  if (isTooLong) return finish(next, { kind: "broken", reason: "too-long", byteCount });
  const data = concatBytes(...parts);
  return finish(next, { kind: "acknowledged", code: phase.code, content: phase.content, data });
}

function onPacket(state: LinkState, packet: Packet, nowMs: number): LinkStep {
  switch (state.phase.kind) {
    case "acknowledge":
      return onAckPacket(state, packet, nowMs);
    case "data":
      return onDataPacket(state, packet, nowMs);
    case "idle":
      // Some clones send one packet more after the last one.
      return { state: { ...state, phase: { kind: "idle", isDirty: true } }, effects: [] };
  }
}

function onBytes(state: LinkState, bytes: Uint8Array, nowMs: number): LinkStep {
  const split = splitPackets(state.splitter, bytes);
  let current: LinkState = { ...state, splitter: split.splitter };
  if (current.phase.kind === "idle")
    return { state: { ...current, phase: { kind: "idle", isDirty: true } }, effects: [] };
  const effects: LinkEffect[] = [];
  for (const packet of split.packets) {
    const step = onPacket(current, packet, nowMs);
    current = step.state;
    effects.push(...step.effects);
  }
  const phase = current.phase;
  // Any byte of a transfer is a sign of life: the gap begins again.
  if (phase.kind === "data") {
    const { byteCount } = phase;
    if (nowMs > phase.deadlineMs)
      return finish(current, { kind: "broken", reason: "too-slow", byteCount });
    effects.push({ kind: "arm", delayMs: phase.plan.gapTimeoutMs });
  }
  return { state: current, effects };
}

/** The ask/answer machine of one half-duplex line. Asking while an answer is awaited is the caller's bug. */
export function stepLink(state: LinkState, event: LinkEvent): LinkStep {
  switch (event.kind) {
    case "ask":
      return onAsk(state, event.ask);
    case "bytes":
      return onBytes(state, event.bytes, event.nowMs);
    case "timeout":
      if (state.phase.kind === "acknowledge") return finish(state, { kind: "silent" });
      if (state.phase.kind === "data")
        return finish(state, { kind: "broken", reason: "gap", byteCount: state.phase.byteCount });
      return { state, effects: [] };
  }
}
