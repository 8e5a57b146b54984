import type { JSX } from "hono/jsx/jsx-runtime";
import type { SaleRefusal } from "../../../core/wallet/sale-desk.ts";
import type { Text } from "../text.ts";
import { Icon } from "./icon.tsx";
import { press } from "./press.ts";

type Props = { readonly text: Text };

/** Any touch starts the next sale (rule C11): the whole screen is the key. */
export function ApprovedScreen({ text }: Props): JSX.Element {
  return (
    <section class="result" data-if="screen:approved" data-press={press("cancel")} hidden>
      <div class="result-icon">
        <Icon name="tick" class="icon-bold" />
      </div>
      <p class="result-head" role="status">
        {text.approved}
      </p>
      <p class="result-say" data-rupiah="amount" />
      <p class="result-small">
        {text.thanks}, <span data-text="firstName" />
      </p>
    </section>
  );
}

/** T4: neutral in words; the reason only while the merchant looks at it. */
export function NotThisTimeScreen({ text }: Props): JSX.Element {
  const reasons = Object.entries(text.reasons) as [SaleRefusal, string][];
  return (
    <section class="result" data-if="screen:not-this-time" hidden>
      <div class="result-icon">
        <Icon name="cross" class="icon-bold" />
      </div>
      <p class="result-head" role="status">
        {text.notThisTime}
      </p>
      <p class="result-say" data-if="needsService:false" hidden>
        {text.notThisTimeHint}
      </p>
      <p class="result-small" data-if="needsService:false" hidden>
        {text.notThisTimeHint2}
      </p>
      <p class="result-say" data-if="needsService:true" hidden>
        {text.needsService}
      </p>
      <div class="result-keys">
        <button class="big-key big-key-quiet" data-press={press("cancel")}>
          {text.back}
        </button>
        <button
          class="big-key big-key-quiet"
          data-press={press("reserve")}
          data-if="canReserve:true"
          hidden
        >
          {text.reserve}
        </button>
        <button
          class="big-key big-key-quiet"
          data-hold={press("reason")}
          data-if="reason:null"
          hidden
        >
          {text.reasonHold}
        </button>
        {reasons.map(([reason, sentence]) => (
          <p class="reason" data-if={`reason:${reason}`} hidden>
            {sentence}
          </p>
        ))}
      </div>
    </section>
  );
}

/** A sale on disk that nobody saw approved (rule C13). */
export function UnconfirmedScreen({ text }: Props): JSX.Element {
  return (
    <section class="result" data-if="screen:unconfirmed" hidden>
      <div class="result-icon">
        <Icon name="bag" />
      </div>
      <p class="result-head" data-rupiah="amount" />
      <p class="result-say">
        {text.unconfirmed} · <span data-text="firstName" />
      </p>
      <p class="result-small" data-if="isVoidRefused:false" hidden>
        {text.unconfirmedHint}
      </p>
      <p class="result-small" data-if="isVoidRefused:true" hidden>
        {text.voidRefused}
      </p>
      <div class="result-keys">
        <button class="big-key big-key-main" data-press={press("hand-over")}>
          {text.handOver}
        </button>
        <button
          class="big-key big-key-quiet"
          data-press={press("void")}
          data-if="canVoid:true"
          hidden
        >
          {text.voidIt}
        </button>
      </div>
    </section>
  );
}

export function QuietScreens({ text }: Props): JSX.Element {
  return (
    <>
      <section class="result quiet" data-if="screen:starting" hidden>
        <div class="result-icon pulse">
          <Icon name="finger" />
        </div>
        <p class="result-head">{text.starting}</p>
        <p class="result-small" data-if="stall:null" hidden>
          {text.startingStall}
        </p>
        <p class="result-small" data-if="stall:!null" hidden>
          {text.startingFingers}
        </p>
      </section>
      <section class="result quiet" data-if="screen:stopped" hidden>
        <div class="result-icon">
          <Icon name="offline" />
        </div>
        <p class="result-head">{text.stopped}</p>
        <p class="result-say">{text.stoppedSay}</p>
        <p class="result-small" data-if="unsentCount:>0" hidden>
          <span data-text="unsentCount" /> {text.stoppedSending}
        </p>
        <p class="result-small" data-if="unsentCount:0" hidden>
          {text.stoppedSent}
        </p>
      </section>
      <section class="result quiet" data-if="screen:enrolling" hidden>
        <div class="result-icon">
          <Icon name="finger" />
        </div>
        <p class="result-say">{text.enrolling}</p>
        <div class="result-keys">
          <a class="big-key" href="/enrol">
            {text.enrolTitle}
          </a>
        </div>
      </section>
    </>
  );
}
