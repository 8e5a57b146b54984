import type { Child } from "hono/jsx";
import type { JSX } from "hono/jsx/jsx-runtime";
import type { PlacementNote } from "../../../core/enrolment/enrolment-state.ts";
import type { EnrolmentView } from "../enrolment-view.ts";
import type { RosterLine } from "../enrol-routes.ts";
import type { Text } from "../text.ts";
import { CodePad } from "./code-pad.tsx";
import { FingerPicker, OtherFinger } from "./finger-picker.tsx";
import { Icon } from "./icon.tsx";

type Panel = { readonly text: Text; readonly view: EnrolmentView };

/** What changes from step to step; the island fetches it anew whenever the view did. */
export function EnrolPanel(props: Panel & { readonly roster: readonly RosterLine[] }): JSX.Element {
  const { text, view, roster } = props;
  switch (view.screen) {
    case "closed":
    case "roster":
      return <Roster text={text} view={view} roster={roster} />;
    case "assent":
      return <Assent text={text} view={view} />;
    case "fingers":
      return <FingerPicker text={text} view={view} />;
    case "placing":
    case "working":
      return <Placing text={text} view={view} />;
    case "duplicate":
      return <Duplicate text={text} view={view} />;
    case "pin":
      return <PinForm text={text} view={view} />;
    case "saving":
      return <Centre icon="finger" head={text.saving} />;
    case "saved":
      return <Saved text={text} view={view} />;
    case "failed":
      return <Failed text={text} view={view} />;
  }
}

function Press(props: {
  readonly fields: Readonly<Record<string, string>>;
  readonly class: string;
  readonly isDisabled?: boolean;
  readonly children?: Child;
}): JSX.Element {
  return (
    <form method="post" action="/enrol/press">
      {Object.entries(props.fields).map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      <button class={props.class} disabled={props.isDisabled === true}>
        {props.children}
      </button>
    </form>
  );
}

function Cancel({ text }: { readonly text: Text }): JSX.Element {
  return (
    <Press fields={{ kind: "cancel" }} class="big-key big-key-quiet">
      {text.cancel}
    </Press>
  );
}

function Roster(props: Panel & { readonly roster: readonly RosterLine[] }): JSX.Element {
  const { text, view, roster } = props;
  if (roster.length === 0) return <p class="hint">{text.enrolEmpty}</p>;
  return (
    <>
      {view.rosterNote === null ? null : (
        <p class="notice" role="alert">
          {text.enrolConsentNeeded}
        </p>
      )}
      <input
        class="search"
        type="search"
        placeholder={text.enrolSearch}
        aria-label={text.enrolSearch}
        data-filter=""
      />
      <ul class="roster">
        {roster.map((line) => (
          <li
            class="child"
            data-name={`${line.firstName} ${line.className} ${line.number}`.toLowerCase()}
          >
            <span class="child-name">
              <strong>{line.firstName}</strong>
              <span>
                {line.className} · {line.number}
              </span>
            </span>
            <span class={line.canEnrol ? "child-state" : "child-state child-state-no"}>
              {childState(text, line)}
            </span>
            <Press
              fields={{ kind: "choose-pin", student: line.student }}
              class="child-key child-key-quiet"
            >
              {text.enrolPinOnly}
            </Press>
            <Press
              fields={{ kind: "choose", student: line.student }}
              class="child-key"
              isDisabled={!line.canEnrol}
            >
              {line.hasFingers ? text.enrolAgain : text.enrolNow}
            </Press>
          </li>
        ))}
      </ul>
    </>
  );
}

function childState(text: Text, line: RosterLine): string {
  if (!line.canEnrol) return text.enrolNoConsent;
  return line.hasFingers ? text.enrolHasFingers : "";
}

function ChildHead({ view }: { readonly view: EnrolmentView }): JSX.Element {
  return (
    <p class="child-head">
      <strong>{view.child?.firstName ?? ""}</strong> {view.child?.className ?? ""}
    </p>
  );
}

function Assent({ text, view }: Panel): JSX.Element {
  return (
    <div class="step">
      <Icon name="hand" class="icon-large" />
      <p class="step-head">
        {view.child?.firstName ?? ""}, {text.assentAsk}
      </p>
      <p class="lead">{text.assentHint}</p>
      <div class="step-keys">
        <Press fields={{ kind: "assent", isYes: "true" }} class="big-key big-key-main">
          {text.assentYes}
        </Press>
        <Press fields={{ kind: "assent", isYes: "false" }} class="big-key">
          {text.assentNo}
        </Press>
        <Cancel text={text} />
      </div>
    </div>
  );
}

function Placing({ text, view }: Panel): JSX.Element {
  const { finger, work, wants } = view;
  return (
    <div class="placing">
      <div class="placing-glass">
        <div class={work === null ? "placing-print pulse" : "placing-print"}>
          <Icon name={wants === "lift" ? "lift" : "finger"} />
        </div>
        <ol class="dots" aria-label={`${view.placementCount} ${text.of} ${view.placementMax}`}>
          {Array.from({ length: view.placementMax }, (_, index) => index + 1).map((place) => (
            <li class={place <= view.placementCount ? "dot dot-full" : "dot"} />
          ))}
          <li class={view.phase === "verify" ? "dot-verify dot-verify-now" : "dot-verify"}>
            <Icon name="tick" />
          </li>
        </ol>
      </div>
      <div class="placing-words">
        <ChildHead view={view} />
        <p class="step-head">{finger === null ? "" : text.fingerNames[finger]}</p>
        <p class="placing-say" role="status">
          {sayPlacing(text, view)}
        </p>
        <PlacementWord text={text} note={view.note} />
        {view.suggestsOther ? <OtherFinger text={text} view={view} /> : null}
        <div class="step-keys">
          <Press fields={{ kind: "pin-only" }} class="big-key big-key-quiet">
            {text.enrolPinOnly}
          </Press>
          <Cancel text={text} />
        </div>
      </div>
    </div>
  );
}

const USUAL_PLACEMENTS = 3;

function sayPlacing(text: Text, view: EnrolmentView): string {
  if (view.sensor === "away") return `${text.sensorAway}. ${text.sensorAwayHint}`;
  if (view.work !== null) return text.works[view.work];
  if (view.isReading) return text.reading;
  if (view.wants === "lift") return text.liftNow;
  if (view.phase === "verify") return text.placeVerify;
  // A small glass sees a part: the placements are spread over the finger, so that together they show it.
  const part = text.placeParts[view.placementCount];
  if (view.placementMax > USUAL_PLACEMENTS && part !== undefined) return part;
  return view.placementCount === 0 ? text.placeNow : text.placeAgain;
}

function PlacementWord(props: {
  readonly text: Text;
  readonly note: PlacementNote | null;
}): JSX.Element {
  const { text, note } = props;
  if (note === null) return <p class="quality" />;
  if (note.kind !== "quality")
    return <p class="quality quality-poor">{sentenceOf(text, note.kind)}</p>;
  return (
    <p class={`quality quality-${note.word}`}>
      <strong>{text.quality[note.word]}</strong>
      {note.cause === null ? "" : ` · ${text.causes[note.cause]}`}
    </p>
  );
}

function sentenceOf(text: Text, kind: Exclude<PlacementNote["kind"], "quality">): string {
  switch (kind) {
    case "unread":
      return text.noteUnread;
    case "inconsistent":
      return text.noteInconsistent;
    case "not-verified":
      return text.noteNotVerified;
    case "same-finger":
      return text.noteSameFinger;
  }
}

function Duplicate({ text, view }: Panel): JSX.Element {
  return (
    <div class="step">
      <Icon name="cross" class="icon-large" />
      <ChildHead view={view} />
      <p class="step-head">{text.duplicate}</p>
      <p class="lead">{text.duplicateHint}</p>
      <div class="step-keys">
        <Press fields={{ kind: "redo" }} class="big-key big-key-main">
          {text.redo}
        </Press>
        <Cancel text={text} />
      </div>
    </div>
  );
}

function PinForm({ text, view }: Panel): JSX.Element {
  const isSecond = view.pinStep === "second";
  const mayKeep = view.child?.hasPin === true && view.doneFingers.length > 0;
  return (
    <div class="code-form">
      <div class="code-form-say">
        <ChildHead view={view} />
        <p class="step-head">{isSecond ? text.pinTitleAgain : text.pinTitle}</p>
        <p class="lead">{text.pinHint}</p>
        {view.pinNote === null ? null : (
          <p class="notice" role="alert">
            {view.pinNote === "differs" ? text.pinDiffers : text.pinLength}
          </p>
        )}
        <div class="step-keys">
          {mayKeep ? (
            <Press fields={{ kind: "pin-skip" }} class="big-key">
              {text.pinKeep}
            </Press>
          ) : null}
          <Cancel text={text} />
        </div>
      </div>
      <form method="post" action="/enrol/press">
        <input type="hidden" name="kind" value="pin" />
        <CodePad text={text} name="pin" label={text.pinCode} lengthMax={6} submit={text.pinNext} />
      </form>
    </div>
  );
}

function Centre(props: {
  readonly icon: "finger" | "tick" | "cross";
  readonly head: string;
  readonly children?: Child;
}): JSX.Element {
  return (
    <div class="step">
      <Icon name={props.icon} class={props.icon === "tick" ? "icon-large icon-ok" : "icon-large"} />
      <p class="step-head" role="status">
        {props.head}
      </p>
      {props.children}
    </div>
  );
}

function Saved({ text, view }: Panel): JSX.Element {
  const count = view.savedFingerCount ?? 0;
  return (
    <Centre icon="tick" head={`${text.saved}: ${view.child?.firstName ?? ""}`}>
      <p class="lead">{savedWords(text, count)}</p>
      <div class="step-keys">
        <Press fields={{ kind: "next" }} class="big-key big-key-main">
          {text.next}
        </Press>
      </div>
    </Centre>
  );
}

function savedWords(text: Text, count: number): string {
  if (count === 0) return text.savedPin;
  return `${count} ${count === 1 ? text.savedFinger : text.savedFingers}`;
}

function Failed({ text, view }: Panel): JSX.Element {
  return (
    <Centre icon="cross" head={text.failed}>
      <p class="lead">{view.reason === null ? "" : text.saveReasons[view.reason]}</p>
      <div class="step-keys">
        <Press fields={{ kind: "redo" }} class="big-key big-key-main">
          {text.tryAgain}
        </Press>
        <Cancel text={text} />
      </div>
    </Centre>
  );
}
