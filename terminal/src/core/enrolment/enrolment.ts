import { followGlass, GLASS_START, type GlassWish } from "../identify/glass.ts";
import type {
  EnrolmentEffect,
  EnrolmentEvent,
  EnrolmentMode,
  EnrolmentState,
  EnrolmentStep,
} from "./enrolment-state.ts";
import {
  onCaptured,
  onExtracted,
  onLifted,
  onMerged,
  onSearched,
  onSensor,
  onTaken,
  onVerified,
  onWorkFailed,
} from "./placement.ts";
import { onPress } from "./press.ts";
import { IGNORED, type Reaction } from "./reaction.ts";

/** Until a sensor says how many it needs. */
const USUAL_BUILD_COUNT = 3;

export const ENROLMENT_START: EnrolmentState = {
  mode: { kind: "closed" },
  glass: GLASS_START,
  buildCount: USUAL_BUILD_COUNT,
  nextTemplate: 1,
};

/** Enrolment's machine: rules E… of SPEC-counter.md. Pure; the shell keeps prints and templates by number. */
export function step(state: EnrolmentState, event: EnrolmentEvent): EnrolmentStep {
  const { effects = [], ...changes } = react(state, event);
  const after: EnrolmentState = { ...state, ...changes };
  const { glass, orders } = followGlass(after.glass, wishOf(after.mode));
  const settled: EnrolmentState = { ...after, glass };
  return {
    state: settled,
    effects: [...effects, ...orders, ...followLight(state, settled), ...forgotten(state, settled)],
  };
}

function react(state: EnrolmentState, event: EnrolmentEvent): Reaction {
  switch (event.kind) {
    case "sensor":
      return onSensor(state, event);
    case "captured":
      return onCaptured(state, event.capture, event.outcome);
    case "taken":
      return onTaken(state, event.capture);
    case "lifted":
      return onLifted(state, event.isFree);
    case "extracted":
      return onExtracted(state, event.capture, event.result);
    case "merged":
      return onMerged(state, event.template, event.result);
    case "verified":
      return onVerified(state, event.capture, event.isMatch);
    case "searched":
      return onSearched(state, event.template, event.result);
    case "work-failed":
      return onWorkFailed(state);
    case "saved":
      return onSaved(state);
    case "save-refused":
      return state.mode.kind === "saving"
        ? { mode: { ...state.mode, kind: "failed", reason: event.reason } }
        : IGNORED;
    default:
      return onPress(state, event);
  }
}

function onSaved({ mode }: EnrolmentState): Reaction {
  if (mode.kind !== "saving") return IGNORED;
  const { child, done } = mode.collection;
  return {
    mode: { kind: "saved", child, fingerCount: done.length },
    effects: [{ kind: "signal", signal: "approved" }],
  };
}

function wishOf(mode: EnrolmentMode): GlassWish {
  if (mode.kind === "placing") return "capture";
  return mode.kind === "working" ? "nothing" : "resting";
}

type Light = Extract<EnrolmentEffect, { kind: "light" }>["light"];

function lightOf({ mode, glass }: EnrolmentState): Light | null {
  if (glass.sensor === "away" || mode.kind === "closed") return null;
  if (mode.kind === "saved") return "approved";
  if (mode.kind === "working") return "waiting";
  if (mode.kind !== "placing") return "off";
  const { note } = mode.placing;
  return note === null || (note.kind === "quality" && note.word !== "poor") ? "waiting" : "retry";
}

function followLight(before: EnrolmentState, after: EnrolmentState): readonly EnrolmentEffect[] {
  const light = lightOf(after);
  return light === null || light === lightOf(before) ? [] : [{ kind: "light", light }];
}

/** Prints and templates live only from the first placement to the answer of the vault (rule E9). */
function keepsPrints(mode: EnrolmentMode): boolean {
  return "collection" in mode;
}

function forgotten(before: EnrolmentState, after: EnrolmentState): readonly EnrolmentEffect[] {
  return keepsPrints(before.mode) && !keepsPrints(after.mode) ? [{ kind: "forget" }] : [];
}
