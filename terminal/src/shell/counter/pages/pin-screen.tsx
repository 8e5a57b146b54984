import type { JSX } from "hono/jsx/jsx-runtime";
import type { Text } from "../text.ts";
import { Icon } from "./icon.tsx";
import { press } from "./press.ts";

type Props = { readonly text: Text };

/** T6: the child's number, then the PIN; first name and class confirm to the merchant who pays. */
export function PinScreen({ text }: Props): JSX.Element {
  return (
    <section class="pin" data-if="screen:pin" hidden>
      <div class="pin-say">
        <p class="pin-amount" data-rupiah="amount" />
        <PinFields text={text} />
        <div class="pin-exits">
          <button
            class="big-key"
            data-press={press("finger-start")}
            data-if="pin.canUseFinger:true"
            hidden
          >
            {text.useFinger}
          </button>
          <button class="big-key big-key-quiet" data-press={press("cancel")}>
            {text.cancel}
          </button>
        </div>
      </div>
      <div class="pad pad-pin">
        {["1", "2", "3", "4", "5", "6", "7", "8", "9"].map((digit) => (
          <button class="key" data-press={press("digit", { digit })}>
            {digit}
          </button>
        ))}
        <button class="key key-soft" data-press={press("back")} aria-label={text.erase}>
          <Icon name="erase" />
        </button>
        <button class="key" data-press={press("digit", { digit: "0" })}>
          0
        </button>
        <button class="key key-charge" data-press={press("enter")}>
          <span data-if="pin.step:number,finding" hidden>
            {text.pinNext}
          </span>
          <span data-if="pin.step:code,checking" hidden>
            {text.pinOk}
          </span>
        </button>
      </div>
    </section>
  );
}

function PinFields({ text }: Props): JSX.Element {
  return (
    <>
      <div data-if="pin.step:number,finding" hidden>
        <p class="pin-label">{text.pinNumber}</p>
        <output class="pin-field" data-text="pin.number" />
      </div>
      <div data-if="pin.step:code,checking" hidden>
        <p class="pin-who">
          <strong data-text="pin.firstName" /> <span data-text="pin.className" />
        </p>
        <p class="pin-label">{text.pinCode}</p>
        <output class="pin-field pin-dots" data-dots="pin.dotCount" />
      </div>
      <div class="pin-note" role="status">
        <p data-if="pin.step:finding" hidden>
          {text.pinFinding}
        </p>
        <p data-if="pin.step:checking" hidden>
          {text.pinChecking}
        </p>
        <p data-if="pin.note:unknown-number" hidden>
          {text.pinUnknown}
        </p>
        <p data-if="pin.note:no-pin" hidden>
          {text.pinNone}
        </p>
        <p data-if="pin.note:cooling" hidden>
          {text.pinCooling} <span data-time="pin.waitUntilMs" />
        </p>
        <p data-if="pin.note:wrong" hidden>
          {text.pinWrong} · <span data-text="pin.triesLeft" /> {text.pinTriesLeft}
        </p>
      </div>
    </>
  );
}
