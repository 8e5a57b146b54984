import type { JSX } from "hono/jsx/jsx-runtime";
import type { Text } from "../text.ts";
import { Icon, type IconName } from "./icon.tsx";
import { press } from "./press.ts";

type Props = { readonly text: Text };

const COACHES: readonly {
  readonly coach: string;
  readonly icon: IconName;
  readonly word: CoachWord;
}[] = [
  { coach: "wipe", icon: "wipe", word: "coachWipe" },
  { coach: "centre", icon: "centre", word: "coachCentre" },
  { coach: "press", icon: "press", word: "coachPress" },
  { coach: "wet", icon: "wet", word: "coachWet" },
  { coach: "other-finger", icon: "hand", word: "coachOther" },
];
type CoachWord = "coachWipe" | "coachCentre" | "coachPress" | "coachWet" | "coachOther";

/** From Tagih to the decision: one layout, so that nothing jumps while the child's finger is on the glass. */
export function AskScreen({ text }: Props): JSX.Element {
  return (
    <section class="result ask" data-if="screen:waiting,retry,reading,deciding,sensor-away" hidden>
      <div class="result-icon">
        <span class="pulse" data-if="screen:waiting,reading,deciding" hidden>
          <Icon name="finger" />
        </span>
        <span data-if="screen:sensor-away" hidden>
          <Icon name="unplugged" />
        </span>
        {COACHES.map(({ coach, icon }) => (
          <span data-if={`screen:retry coach:${coach}`} hidden>
            <Icon name={icon} />
          </span>
        ))}
      </div>
      <p
        class="result-head"
        data-rupiah="amount"
        data-if="screen:waiting,reading,deciding,sensor-away"
        hidden
      />
      <p class="result-head" data-if="screen:retry" hidden>
        {text.retry}
      </p>
      <div class="result-say" aria-live="assertive">
        <p data-if="screen:waiting wants:finger,null" hidden>
          {text.placeFinger}
        </p>
        <p data-if="screen:waiting wants:lift" hidden>
          {text.liftFirst}
        </p>
        <p data-if="screen:reading" hidden>
          {text.reading}
        </p>
        <p data-if="screen:deciding" hidden>
          {text.deciding}
        </p>
        <p data-if="screen:sensor-away" hidden>
          {text.sensorAway}
        </p>
        {COACHES.map(({ coach, word }) => (
          <p data-if={`screen:retry coach:${coach}`} hidden>
            {text[word]}
          </p>
        ))}
      </div>
      <p class="result-small" data-if="screen:retry" hidden>
        {text.tryOf} <span data-text="attempt" /> {text.of} <span data-text="attemptMax" />
        {" · "}
        <span data-rupiah="amount" />
      </p>
      <p class="result-small" data-if="screen:sensor-away" hidden>
        {text.sensorAwayHint}
      </p>
      <div class="result-keys" data-if="screen:waiting,retry,reading,sensor-away" hidden>
        <button class="big-key big-key-first" data-press={press("pin-start")}>
          {text.usePin}
        </button>
        <button class="big-key big-key-quiet" data-press={press("cancel")}>
          {text.cancel}
        </button>
      </div>
    </section>
  );
}
