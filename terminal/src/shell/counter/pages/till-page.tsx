import type { JSX } from "hono/jsx/jsx-runtime";
import type { StallEntry } from "../../../core/directory/directory.ts";
import type { Assets } from "../assets.ts";
import type { OperatorText } from "../operator-text.ts";
import type { Text } from "../text.ts";
import type { CounterView } from "../view.ts";
import { AskScreen } from "./ask-screen.tsx";
import { Icon } from "./icon.tsx";
import { Page } from "./page.tsx";
import { PinScreen } from "./pin-screen.tsx";
import {
  ApprovedScreen,
  NotThisTimeScreen,
  QuietScreens,
  UnconfirmedScreen,
} from "./result-screens.tsx";
import { TillScreen } from "./till-screen.tsx";

/*
 * Every screen is in the page, hidden; the island shows what fits the view (`data-if="path:value,value"`, several
 * conditions apart by spaces) and writes what changes (`data-text="path"`, `data-rupiah="path"`). A press is the JSON in
 * `data-press`, sent as it is; `data-hold` is sent after holding.
 */
type Props = { readonly text: Text };

export function TillPage(props: {
  readonly text: Text;
  readonly assets: Assets;
  readonly words: OperatorText;
  readonly view: CounterView;
  readonly stall: StallEntry | null;
}): JSX.Element {
  const { text, words, assets, view, stall } = props;
  const zone = stall?.zone ?? 420;
  const body = {
    class: "counter",
    "data-view": JSON.stringify(view),
    "data-screen": view.screen,
    "data-zone": String(zone),
    "data-zone-name": zone === 420 ? "WIB" : zone === 480 ? "WITA" : "WIT",
  };
  return (
    <Page text={text} assets={assets} title={text.title} islands={["till"]} body={body}>
      <noscript>
        <p class="noscript">Kasir ini memerlukan JavaScript. / This till needs JavaScript.</p>
      </noscript>
      <TopBar text={text} words={words} />
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

function TopBar({ text, words }: Props & { readonly words: OperatorText }): JSX.Element {
  return (
    <header class="bar">
      <h1 class="bar-stall" data-text="stall" />
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
      <span class="chip chip-quiet" data-if="linkMode:yellow" hidden>
        {text.linkYellow}
      </span>
      <span class="chip chip-quiet" data-if="linkMode:red" hidden>
        {text.linkRed}
      </span>
      <span
        class="chip chip-quiet"
        data-if="isOnline:true unsentCount:>0 screen:till,starting"
        hidden
      >
        <span data-text="unsentCount" /> {text.sending}
      </span>
      <nav class="bar-nav" data-if="screen:till,starting" hidden>
        <a href="/recent">{text.recent}</a>
        <a href="/cash">{words.cash}</a>
        <a href="/enrol">{text.enrol}</a>
        <a href="/close">{text.close}</a>
        <a href={`/?lang=${text.otherLang}`} lang={text.otherLang}>
          {text.otherLangName}
        </a>
      </nav>
      <time class="bar-clock" data-clock="" />
    </header>
  );
}
