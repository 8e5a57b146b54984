import type { Child } from "hono/jsx";
import type { JSX } from "hono/jsx/jsx-runtime";
import type { PlacementNote } from "../../../core/enrolment/enrolment-state.ts";
import type { FingerName } from "../../../core/vault/vault.ts";
import type { Assets } from "../assets.ts";
import type { EnrolmentView } from "../enrolment-view.ts";
import type { RosterLine } from "../enrol-routes.ts";
import type { Text } from "../text.ts";
import { CodePad } from "./code-pad.tsx";
import { FingerPicker, OtherFinger } from "./finger-picker.tsx";
import { Icon } from "./icon.tsx";
import { Page } from "./page.tsx";

export type EnrolNote = "wrong" | "locked" | "busy";

type Panel = { readonly text: Text; readonly view: EnrolmentView };

export function EnrolCodePage(props: {
  readonly text: Text;
  readonly assets: Assets;
  readonly note: EnrolNote | null;
}): JSX.Element {
  const { text, assets, note } = props;
  const sentences = {
    wrong: text.recentWrongCode,
    locked: text.recentLocked,
    busy: text.enrolBusy,
  };
  return (
    <Page
      text={text}
      assets={assets}
      title={text.enrolTitle}
      islands={["form"]}
      body={{ class: "sheet" }}
    >
      <header class="bar">
        <a class="bar-back" href="/">
          ← {text.back}
        </a>
        <h1>{text.enrolTitle}</h1>
      </header>
      <main class="sheet-main">
        <form class="code-form" method="post" action="/enrol/open">
          <div class="code-form-say">
            <Icon name="finger" class="icon-large" />
            <p class="lead">{text.enrolCodeHint}</p>
            {note === null ? null : (
              <p class="notice" role="alert">
                {sentences[note]}
              </p>
            )}
          </div>
          <CodePad
            text={text}
            name="code"
            label={text.recentCode}
            lengthMax={12}
            submit={text.enrolOpen}
          />
        </form>
      </main>
    </Page>
  );
}

export function EnrolPage(
  props: Panel & { readonly assets: Assets; readonly roster: readonly RosterLine[] },
): JSX.Element {
  const { text, assets, view, roster } = props;
  return (
    <Page
      text={text}
      assets={assets}
      title={text.enrolTitle}
      islands={["form", "enrol"]}
      body={{ class: "sheet" }}
    >
      <header class="bar">
        <form method="post" action="/enrol/close">
          <button class="bar-back">← {text.enrolClose}</button>
        </form>
        <h1>{text.enrolTitle}</h1>
        <a class="bar-lang" href={`/enrol?lang=${text.otherLang}`} lang={text.otherLang}>
          {text.otherLangName}
        </a>
      </header>
      <main class="sheet-main" data-panel="">
        <EnrolPanel text={text} view={view} roster={roster} />
      </main>
    </Page>
  );
}

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
  const isQuiet = work !== null;
  return (
    <div class="step placing">
      <ChildHead view={view} />
      <p class="step-head">{finger === null ? "" : text.fingerNames[finger as FingerName]}</p>
      <div class={isQuiet ? "placing-print" : "placing-print pulse"}>
        <Icon name={wants === "lift" ? "lift" : "finger"} />
      </div>
      <ol class="dots" aria-label={`${view.placementCount} ${text.placingOf} ${view.placementMax}`}>
        {[1, 2, 3].map((place) => (
          <li class={place <= view.placementCount ? "dot dot-full" : "dot"} />
        ))}
        <li class="dot dot-verify">
          <Icon name="tick" />
        </li>
      </ol>
      <p class="placing-say" role="status">
        {sayPlacing(text, view)}
      </p>
      <PlacementWord text={text} note={view.note} />
      <div class="step-keys">
        {view.suggestsOther ? <OtherFinger text={text} view={view} /> : null}
        <Press fields={{ kind: "pin-only" }} class="big-key">
          {text.enrolPinOnly}
        </Press>
        <Cancel text={text} />
      </div>
    </div>
  );
}

function sayPlacing(text: Text, view: EnrolmentView): string {
  if (view.sensor === "away") return `${text.sensorAway}. ${text.sensorAwayHint}`;
  if (view.work !== null) return text.works[view.work];
  if (view.wants === "lift") return text.liftNow;
  if (view.phase === "verify") return text.placeVerify;
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
      <strong>{text.quality[note.word]}</strong>{" "}
      {note.cause === null ? "" : text.causes[note.cause]}
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
    <div class="pin-step">
      <form class="code-form" method="post" action="/enrol/press">
        <input type="hidden" name="kind" value="pin" />
        <div class="code-form-say">
          <ChildHead view={view} />
          <p class="step-head">{isSecond ? text.pinTitleAgain : text.pinTitle}</p>
          <p class="lead">{text.pinHint}</p>
          {view.pinNote === null ? null : (
            <p class="notice" role="alert">
              {view.pinNote === "differs" ? text.pinDiffers : text.pinLength}
            </p>
          )}
        </div>
        <CodePad text={text} name="pin" label={text.pinCode} lengthMax={6} submit={text.pinNext} />
      </form>
      <div class="step-keys">
        {mayKeep ? (
          <Press fields={{ kind: "pin-skip" }} class="big-key">
            {text.pinKeep}
          </Press>
        ) : null}
        <Cancel text={text} />
      </div>
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
      <div class="placing-print">
        <Icon name={props.icon} />
      </div>
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
      <p class="lead">{count === 0 ? text.savedPin : `${count} ${text.savedFingers}`}</p>
      <div class="step-keys">
        <Press fields={{ kind: "next" }} class="big-key big-key-main">
          {text.next}
        </Press>
      </div>
    </Centre>
  );
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
