import type { JSX } from "hono/jsx/jsx-runtime";
import type { StallEntry } from "../../../core/directory/directory.ts";
import type { SaleRefusal } from "../../../core/wallet/sale-desk.ts";
import type { Assets } from "../assets.ts";
import { rupiahText, type Text } from "../text.ts";
import type { CounterView } from "../view.ts";
import { Icon, type IconName } from "./icon.tsx";
import { Page } from "./page.tsx";

/*
 * Every screen is in the page, hidden; the island shows what fits the view (`data-if="path:value,value"`, several
 * conditions apart by spaces) and writes what changes (`data-text="path"`, `data-rupiah="path"`). A press is the JSON in
 * `data-press`, sent as it is; `data-hold` is sent after holding.
 */
type Props = { readonly text: Text };

const press = (kind: string, more: Readonly<Record<string, unknown>> = {}): string =>
  JSON.stringify({ kind, ...more });

export function TillPage(props: {
  readonly text: Text;
  readonly assets: Assets;
  readonly view: CounterView;
  readonly stall: StallEntry | null;
}): JSX.Element {
  const { text, assets, view, stall } = props;
  const body = {
    class: "counter",
    "data-view": JSON.stringify(view),
    "data-screen": view.screen,
    "data-zone": String(stall?.zone ?? 420),
  };
  return (
    <Page text={text} assets={assets} title={text.title} islands={["till"]} body={body}>
      <noscript>
        <p class="noscript">Kasir ini memerlukan JavaScript. / This till needs JavaScript.</p>
      </noscript>
      <TopBar text={text} />
      <main>
        <TillScreen text={text} stall={stall} />
        <AskScreen text={text} />
        <PinScreen text={text} />
        <ApprovedScreen text={text} />
        <NotThisTimeScreen text={text} />
        <UnconfirmedScreen text={text} />
        <QuietScreens text={text} />
      </main>
      <p class="lost" role="status" hidden>
        {text.lost}
      </p>
    </Page>
  );
}

function TopBar({ text }: Props): JSX.Element {
  return (
    <header class="bar">
      <strong class="bar-stall" data-text="stall" />
      <span class="chip chip-offline" data-if="isOnline:false" hidden>
        <Icon name="offline" />
        <span>
          {text.offline}
          <span data-if="unsentCount:>0" hidden>
            {" · "}
            <span data-text="unsentCount" /> {text.waitingToSend}
          </span>
        </span>
      </span>
      <span class="chip chip-quiet" data-if="isOnline:true unsentCount:>0" hidden>
        <span data-text="unsentCount" /> {text.sending}
      </span>
      <nav class="bar-nav" data-if="screen:till,starting" hidden>
        <a href="/recent">{text.recent}</a>
        <a href="/enrol">{text.enrol}</a>
        <a href={`/?lang=${text.otherLang}`} lang={text.otherLang}>
          {text.otherLangName}
        </a>
      </nav>
      <time class="bar-clock" data-clock="" />
    </header>
  );
}

function TillScreen({ text, stall }: Props & { readonly stall: StallEntry | null }): JSX.Element {
  const quickKeys = stall?.quickKeys ?? [];
  return (
    <section
      class={quickKeys.length === 0 ? "till till-plain" : "till"}
      data-if="screen:till"
      hidden
    >
      <div class="display">
        <ul class="lines" data-lines="" />
        <output class="amount" data-rupiah="amount" aria-live="polite" />
        <p class="note" role="alert" data-if="note:over-cap" hidden>
          {text.overCap} <span data-rupiah="perSale" /> {text.overCapEnd}
        </p>
      </div>
      <div class="pad">
        <Digits keys={["1", "2", "3"]} />
        <button
          class="key key-soft"
          data-press={press("key", { key: "back" })}
          data-hold={press("key", { key: "clear" })}
          aria-label={text.erase}
        >
          <Icon name="erase" />
        </button>
        <Digits keys={["4", "5", "6"]} />
        <button
          class="key key-soft"
          data-press={press("key", { key: "plus" })}
          aria-label={text.plus}
        >
          <Icon name="plus" />
        </button>
        <Digits keys={["7", "8", "9"]} />
        <button
          class="key key-soft"
          data-press={press("key", { key: "clear" })}
          aria-label={text.clear}
        >
          C
        </button>
        <Digits keys={["000", "0"]} />
        <button class="key key-charge" data-press={press("charge")}>
          {text.charge}
        </button>
      </div>
      <div class="side">
        <button class="repeat" data-press={press("repeat")} data-enable-if="repeatAmount:>0">
          <Icon name="again" />
          <span>
            {text.repeat} <strong data-rupiah="repeatAmount" data-if="repeatAmount:>0" hidden />
          </span>
        </button>
        {quickKeys.length === 0 ? (
          <p class="hint">{text.noMenu}</p>
        ) : (
          <div class="quick">
            {quickKeys.map((quick, index) => (
              <button class="quick-key" data-press={press("quick", { index })}>
                <strong>{rupiahText(quick.amount)}</strong>
                <span>{quick.label}</span>
              </button>
            ))}
          </div>
        )}
      </div>
    </section>
  );
}

function Digits({ keys }: { readonly keys: readonly string[] }): JSX.Element {
  return (
    <>
      {keys.map((key) => (
        <button class="key" data-press={press("key", { key })}>
          {key}
        </button>
      ))}
    </>
  );
}

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
function AskScreen({ text }: Props): JSX.Element {
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
        <button class="big-key" data-press={press("pin-start")}>
          {text.usePin}
        </button>
        <button class="big-key big-key-quiet" data-press={press("cancel")}>
          {text.cancel}
        </button>
      </div>
    </section>
  );
}

function PinScreen({ text }: Props): JSX.Element {
  return (
    <section class="pin" data-if="screen:pin" hidden>
      <div class="pin-say">
        <p class="pin-amount" data-rupiah="amount" />
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

/** Any touch starts the next sale (rule C11): the whole screen is the key. */
function ApprovedScreen({ text }: Props): JSX.Element {
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

function NotThisTimeScreen({ text }: Props): JSX.Element {
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

function UnconfirmedScreen({ text }: Props): JSX.Element {
  return (
    <section class="result" data-if="screen:unconfirmed" hidden>
      <div class="result-icon">
        <Icon name="bag" />
      </div>
      <p class="result-head" data-rupiah="amount" />
      <p class="result-say">
        {text.unconfirmed} · <span data-text="firstName" />
      </p>
      <p class="result-small" data-if="canVoid:true" hidden>
        {text.unconfirmedHint}
      </p>
      <p class="result-small" data-if="canVoid:false" hidden>
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

function QuietScreens({ text }: Props): JSX.Element {
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
