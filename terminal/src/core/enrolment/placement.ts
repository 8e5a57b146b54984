import { afterCapture, afterLift, afterTaken } from "../identify/glass.ts";
import type { FingerName } from "../vault/vault.ts";
import type {
  Collection,
  EnrolmentEffect,
  EnrolmentEvent,
  EnrolmentMode,
  EnrolmentState,
  Extracted,
  Merged,
  PlacementNote,
  Placing,
  Searched,
  Work,
} from "./enrolment-state.ts";
import { IGNORED, type Reaction } from "./reaction.ts";

/** Verifying placements that may miss before the finger is taken anew. */
const UNVERIFIED_MAX = 2;

export function newPlacing(finger: FingerName): Placing {
  return {
    finger,
    placements: [],
    template: null,
    note: null,
    poorCount: 0,
    unverifiedCount: 0,
  };
}

type Working = Extract<EnrolmentMode, { kind: "working" }>;

function working(state: EnrolmentState, work: Work): Working | null {
  const { mode } = state;
  return mode.kind === "working" && mode.work === work ? mode : null;
}

/** Back to the glass with a word about the last placement. */
function placeAgain(mode: { collection: Collection }, placing: Placing): EnrolmentMode {
  return { kind: "placing", collection: mode.collection, placing };
}

function failed(placing: Placing, note: PlacementNote): Placing {
  return { ...placing, note, poorCount: placing.poorCount + 1 };
}

const RETRY: readonly EnrolmentEffect[] = [{ kind: "signal", signal: "retry" }];

type SensorEvent = Extract<EnrolmentEvent, { kind: "sensor" }>;

/** A sensor of another kind that is plugged in counts from the next placement on. */
export function onSensor(state: EnrolmentState, event: SensorEvent): Reaction {
  const { sensor } = event;
  const count = event.sensor === "ready" ? { buildCount: event.buildCount } : {};
  if (sensor === state.glass.sensor) return count;
  return { ...count, glass: { ...state.glass, sensor, glass: "held" } };
}

export function onTaken(state: EnrolmentState, capture: number): Reaction {
  const glass = afterTaken(state.glass, capture);
  return glass === null ? IGNORED : { glass };
}

export function onLifted(state: EnrolmentState, isFree: boolean): Reaction {
  const glass = afterLift(state.glass, isFree);
  return glass === null ? IGNORED : { glass };
}

export function onCaptured(
  state: EnrolmentState,
  capture: number,
  outcome: "image" | "no-finger" | "poor",
): Reaction {
  const { mode } = state;
  const glass = afterCapture(state.glass, capture, outcome !== "no-finger");
  if (glass === null) return IGNORED;
  if (mode.kind !== "placing" || outcome === "no-finger") return { glass };
  if (outcome === "poor")
    return {
      glass,
      mode: placeAgain(mode, failed(mode.placing, { kind: "unread" })),
      effects: RETRY,
    };
  const { collection, placing } = mode;
  return {
    glass,
    mode: { kind: "working", collection, placing, work: "extracting", capture },
    effects: [{ kind: "extract", capture }],
  };
}

export function onExtracted(state: EnrolmentState, capture: number, result: Extracted): Reaction {
  const mode = working(state, "extracting");
  if (mode === null || mode.capture !== capture) return IGNORED;
  const { collection, placing } = mode;
  if (result.kind === "poor") {
    const note: PlacementNote = { kind: "quality", word: "poor", cause: result.cause };
    return { mode: placeAgain(mode, failed(placing, note)), effects: RETRY };
  }
  if (placing.template !== null)
    return {
      mode: { ...mode, work: "verifying" },
      effects: [{ kind: "verify", template: placing.template, capture }],
    };
  const note: PlacementNote = { kind: "quality", word: result.word, cause: null };
  const placements = [...placing.placements, capture];
  const next: Placing = { ...placing, placements, note, poorCount: 0 };
  if (placements.length < state.buildCount) return { mode: placeAgain(mode, next) };
  const template = state.nextTemplate;
  return {
    nextTemplate: template + 1,
    mode: { kind: "working", collection, placing: { ...next, template }, work: "merging", capture },
    effects: [{ kind: "merge", template, placements }],
  };
}

/** The placement that does not fit is the one to take again (rule E5). */
export function onMerged(state: EnrolmentState, template: number, result: Merged): Reaction {
  const mode = working(state, "merging");
  if (mode === null || mode.placing.template !== template) return IGNORED;
  const { placing } = mode;
  if (result.kind === "merged") return { mode: placeAgain(mode, placing) };
  const placements = placing.placements.filter((_, index) => index !== result.placementIndex);
  const again = failed({ ...placing, placements, template: null }, { kind: "inconsistent" });
  return { mode: placeAgain(mode, again), effects: RETRY };
}

export function onVerified(state: EnrolmentState, capture: number, isMatch: boolean): Reaction {
  const mode = working(state, "verifying");
  if (mode === null || mode.capture !== capture || mode.placing.template === null) return IGNORED;
  const { collection, placing } = mode;
  if (isMatch)
    return {
      mode: { ...mode, work: "searching" },
      effects: [
        {
          kind: "search",
          template: mode.placing.template,
          capture,
          except: collection.child.student,
          others: collection.done.map((done) => done.template),
        },
      ],
    };
  const unverifiedCount = placing.unverifiedCount + 1;
  const note: PlacementNote = { kind: "not-verified" };
  const again =
    unverifiedCount < UNVERIFIED_MAX
      ? { ...placing, note, unverifiedCount }
      : { ...newPlacing(placing.finger), note };
  return { mode: placeAgain(mode, again), effects: RETRY };
}

export function onSearched(state: EnrolmentState, template: number, result: Searched): Reaction {
  const mode = working(state, "searching");
  if (mode === null || mode.placing.template !== template) return IGNORED;
  const { collection, placing } = mode;
  if (result === "other-child")
    return { mode: { kind: "duplicate", collection, finger: placing.finger }, effects: RETRY };
  if (result === "same-finger") {
    const again: Placing = { ...newPlacing(placing.finger), note: { kind: "same-finger" } };
    return { mode: placeAgain(mode, again), effects: RETRY };
  }
  const done = [...collection.done, { finger: placing.finger, template }];
  const next: Collection = { ...collection, done };
  const finger = collection.fingers[done.length];
  if (finger === undefined)
    return { mode: { kind: "pin", collection: next, first: null, note: null } };
  return { mode: { kind: "placing", collection: next, placing: newPlacing(finger) } };
}

/** The matcher did not answer: the placement is lost, the ones before it are not. */
export function onWorkFailed(state: EnrolmentState): Reaction {
  const { mode } = state;
  if (mode.kind !== "working") return IGNORED;
  const { placing } = mode;
  const isBuilding = mode.work === "merging";
  const kept: Placing = isBuilding
    ? { ...placing, template: null, placements: placing.placements.slice(0, -1) }
    : placing;
  return { mode: placeAgain(mode, failed(kept, { kind: "unread" })), effects: RETRY };
}
