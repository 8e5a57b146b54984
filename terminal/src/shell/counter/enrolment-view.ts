import type {
  Collection,
  EnrolmentMode,
  EnrolmentState,
  PlacementNote,
  Placing,
  SaveRefusal,
  Work,
} from "../../core/enrolment/enrolment-state.ts";
import { isReading } from "../../core/identify/glass.ts";
import type { FingerName } from "../../core/vault/vault.ts";

/** Everything that the enrolment page shows, language-neutral. Never a PIN, never another child. */
export type EnrolmentView = {
  readonly rev: number;
  readonly screen: EnrolmentMode["kind"];
  readonly child: {
    readonly firstName: string;
    readonly className: string;
    readonly number: string;
    readonly hasPin: boolean;
  } | null;
  readonly wants: "finger" | "lift" | null;
  readonly sensor: "ready" | "away";
  readonly fingers: readonly FingerName[];
  readonly doneFingers: readonly FingerName[];
  readonly finger: FingerName | null;
  readonly phase: "build" | "verify" | null;
  readonly placementCount: number;
  readonly placementMax: number;
  readonly work: Work | null;
  /** The image is on its way from the sensor. */
  readonly isReading: boolean;
  readonly note: PlacementNote | null;
  /** Two unusable placements in a row: another finger may do better. */
  readonly suggestsOther: boolean;
  readonly pinStep: "first" | "second" | null;
  readonly pinNote: "differs" | "length" | null;
  readonly rosterNote: "no-consent" | null;
  readonly reason: SaveRefusal | null;
  readonly savedFingerCount: number | null;
};

const SUGGEST_AFTER = 2;

function collectionOf(mode: EnrolmentMode): Collection | null {
  return "collection" in mode ? mode.collection : null;
}

function placingOf(mode: EnrolmentMode): Placing | null {
  return mode.kind === "placing" || mode.kind === "working" ? mode.placing : null;
}

function phaseOf(mode: EnrolmentMode): EnrolmentView["phase"] {
  const placing = placingOf(mode);
  if (placing === null) return null;
  // While the placements are merged the last one has not been asked for yet.
  const isMerging = mode.kind === "working" && mode.work === "merging";
  return placing.template === null || isMerging ? "build" : "verify";
}

export function enrolmentViewOf(
  rev: number,
  { mode, glass, buildCount }: EnrolmentState,
): EnrolmentView {
  const collection = collectionOf(mode);
  const placing = placingOf(mode);
  const child = "child" in mode ? mode.child : (collection?.child ?? null);
  return {
    rev,
    screen: mode.kind,
    child:
      child === null
        ? null
        : {
            firstName: child.firstName,
            className: child.className,
            number: child.number,
            hasPin: child.hasPin,
          },
    wants: wantsOf(mode, glass),
    sensor: glass.sensor,
    fingers: collection?.fingers ?? [],
    doneFingers: collection?.done.map(({ finger }) => finger) ?? [],
    finger: placing?.finger ?? (mode.kind === "duplicate" ? mode.finger : null),
    phase: phaseOf(mode),
    placementCount: placing?.placements.length ?? 0,
    placementMax: buildCount,
    work: mode.kind === "working" ? mode.work : null,
    isReading: isReading(glass),
    note: placing?.note ?? null,
    suggestsOther: (placing?.poorCount ?? 0) >= SUGGEST_AFTER,
    pinStep: pinStepOf(mode),
    pinNote: mode.kind === "pin" ? mode.note : null,
    rosterNote: mode.kind === "roster" ? mode.note : null,
    reason: mode.kind === "failed" ? mode.reason : null,
    savedFingerCount: mode.kind === "saved" ? mode.fingerCount : null,
  };
}

function wantsOf(mode: EnrolmentMode, glass: EnrolmentState["glass"]): EnrolmentView["wants"] {
  if (mode.kind !== "placing" || glass.sensor === "away") return null;
  return glass.task.kind === "capture" ? "finger" : "lift";
}

function pinStepOf(mode: EnrolmentMode): EnrolmentView["pinStep"] {
  if (mode.kind !== "pin") return null;
  return mode.first === null ? "first" : "second";
}
