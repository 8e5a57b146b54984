import type { JSX } from "hono/jsx/jsx-runtime";
import type { FingerName } from "../../../core/vault/vault.ts";
import type { EnrolmentView } from "../enrolment-view.ts";
import type { Text } from "../text.ts";

type Panel = { readonly text: Text; readonly view: EnrolmentView };

const LEFT: readonly FingerName[] = [
  "left-little",
  "left-ring",
  "left-middle",
  "left-index",
  "left-thumb",
];
const RIGHT: readonly FingerName[] = [
  "right-thumb",
  "right-index",
  "right-middle",
  "right-ring",
  "right-little",
];
const RECOMMENDED: readonly FingerName[] = ["right-index", "left-index"];

/** Ten fingers as two hands lie on the counter; both index fingers are chosen already. */
export function FingerPicker({ text, view }: Panel): JSX.Element {
  return (
    <form class="step fingers" method="post" action="/enrol/press">
      <input type="hidden" name="kind" value="fingers" />
      <p class="child-head">
        <strong>{view.child?.firstName ?? ""}</strong> {view.child?.className ?? ""}
      </p>
      <p class="step-head">{text.fingersTitle}</p>
      <p class="lead">{text.fingersHint}</p>
      <div class="hands">
        {[LEFT, RIGHT].map((hand) => (
          <div class="hand">
            {hand.map((finger) => (
              <label class={`finger finger-${finger.split("-")[1] ?? ""}`}>
                <input
                  type="checkbox"
                  name="fingers"
                  value={finger}
                  checked={RECOMMENDED.includes(finger)}
                  aria-label={text.fingerNames[finger]}
                />
                <span aria-hidden="true" />
              </label>
            ))}
          </div>
        ))}
      </div>
      <div class="step-keys">
        <button class="big-key big-key-main">{text.fingersStart}</button>
      </div>
    </form>
  );
}

/** A finger that does not read well may give way to one that was not chosen. */
export function OtherFinger({ text, view }: Panel): JSX.Element {
  const free = [...RIGHT, ...LEFT].filter((finger) => !view.fingers.includes(finger));
  return (
    <form class="other-finger" method="post" action="/enrol/press">
      <input type="hidden" name="kind" value="other-finger" />
      <select name="finger" aria-label={text.otherFinger}>
        {free.map((finger) => (
          <option value={finger}>{text.fingerNames[finger]}</option>
        ))}
      </select>
      <button class="big-key">{text.otherFinger}</button>
    </form>
  );
}
