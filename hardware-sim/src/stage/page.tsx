import type { PropsWithChildren } from "hono/jsx";
import type { Condition } from "../world.ts";
import type { StageChild, StageFleet, StageTerminal } from "./fleet-port.ts";
import { Hands } from "./hand.tsx";
import type { Html } from "./html.ts";
import { stations } from "./journey.ts";
import type { Language, StageWords } from "./words.ts";

export type StagePageProps = {
  readonly fleet: StageFleet;
  readonly words: StageWords;
  readonly language: Language;
  readonly stylesheet: string;
  readonly script: string;
};

/** How a finger is wrong; lying aside is what `partial` shows best. */
const shownConditions: readonly Condition[] = ["normal", "dry", "wet", "partial"];
const amounts: readonly number[] = [2000, 5000, 8000, 12_000, 90_000];
const usualAmount = 5000;

/** The whole page: everything is in the HTML, the island only brings it to life. */
export function StagePage(props: StagePageProps): Html {
  const { fleet, words, language } = props;
  return (
    <html lang={language}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{`${words.title} · Saku`}</title>
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <link rel="icon" href="/aset/mark.svg" type="image/svg+xml" />
        <link rel="stylesheet" href={props.stylesheet} />
        <script type="module" src={props.script} />
      </head>
      <body data-words={JSON.stringify(islandWords(words))}>
        <a class="skip" href="#isi">
          {words.skip}
        </a>
        <Head {...props} />
        <main id="isi" class="stage" tabindex={-1}>
          <People fleet={fleet} words={words} />
          <div class="middle">
            <Counter fleet={fleet} words={words} />
            <Timeline words={words} />
          </div>
          <div class="side">
            <Phone fleet={fleet} words={words} />
            <Switches words={words} />
          </div>
        </main>
        <p class="notice" id="notice" role="status" hidden />
      </body>
    </html>
  );
}

/** What the island writes by itself. */
function islandWords(words: StageWords): Readonly<Record<string, unknown>> {
  const { outcomes, byPin, attempts, waitingCloud, notices, starting, startAgain, lost } = words;
  const { glassEmpty, glassTouched, byNumber, reasons } = words;
  return {
    byNumber,
    reasons,
    outcomes,
    byPin,
    attempts,
    waitingCloud,
    notices,
    starting,
    startAgain,
    lost,
    glassEmpty,
    glassTouched,
  };
}

function Head(props: StagePageProps): Html {
  const { words, language, fleet } = props;
  const other = language === "id" ? "en" : "id";
  return (
    <header class="head">
      <img class="mark" src="/aset/mark.svg" alt="" width="32" height="32" />
      <h1>
        Saku <span class="head-part">{words.title}</span>
      </h1>
      <p class="tagline">{words.tagline}</p>
      <nav class="head-links" aria-label="Saku">
        {fleet.links.map((link) => (
          <a href={link.url} target="_blank" rel="noopener">
            {language === "en" ? link.labelEn : link.label}
          </a>
        ))}
        <a href={`/panggung?bahasa=${other}`} lang={other}>
          {words.otherLanguage}
        </a>
      </nav>
    </header>
  );
}

function Panel(props: PropsWithChildren<{ name: string; title: string }>): Html {
  return (
    <section class={`panel panel-${props.name}`} aria-labelledby={`title-${props.name}`}>
      <h2 id={`title-${props.name}`}>{props.title}</h2>
      {props.children}
    </section>
  );
}

function People(props: { fleet: StageFleet; words: StageWords }): Html {
  const { fleet, words } = props;
  return (
    <Panel name="people" title={words.hands}>
      <p class="hint">{words.handsHint}</p>
      <Hands words={words} />
      <div class="sensor-row">
        {fleet.terminals.map((terminal, index) => (
          <Sensor words={words} terminal={terminal} index={index} />
        ))}
        <p class="legend">
          <svg viewBox="0 0 16 16" aria-hidden="true">
            <circle class="legend-halo" cx="8" cy="8" r="6" />
          </svg>
          {words.enrolled}
        </p>
      </div>
      <fieldset class="choices conditions">
        <legend>{words.conditionTitle}</legend>
        {shownConditions.map((condition) => (
          <Choice
            group="condition"
            value={condition}
            label={words.conditions[condition]}
            isFirst={condition === "normal"}
          />
        ))}
      </fieldset>
      <fieldset class="choices roster">
        <legend>{words.child}</legend>
        {fleet.children.map((child, index) => (
          <ChildChoice child={child} isFirst={index === 0} />
        ))}
        <Choice group="child" value="" label={words.stranger} isFirst={false} isOdd />
        <p class="pin-hint" />
      </fieldset>
      <fieldset class="choices amounts">
        <legend>{words.amount}</legend>
        {amounts.map((amount) => (
          <Choice
            group="amount"
            value={String(amount)}
            label={amount.toLocaleString("id-ID")}
            isFirst={amount === usualAmount}
          />
        ))}
        <Choice group="amount" value="" label={words.amountSelf} isFirst={false} isOdd />
      </fieldset>
    </Panel>
  );
}

function Choice(props: {
  group: string;
  value: string;
  label: string;
  isFirst: boolean;
  isOdd?: boolean;
}): Html {
  return (
    <label class={props.isOdd === true ? "choice choice-odd" : "choice"}>
      <input type="radio" name={props.group} value={props.value} checked={props.isFirst} />
      <span>{props.label}</span>
    </label>
  );
}

function ChildChoice(props: { child: StageChild; isFirst: boolean }): Html {
  const { child } = props;
  return (
    <label class="choice">
      <input
        type="radio"
        name="child"
        value={child.id}
        checked={props.isFirst}
        data-enrolled={child.enrolled.join(" ")}
        data-parent={child.parentUrl ?? ""}
        data-number={child.byPin.number}
        data-pin={child.byPin.pin}
      />
      <span>
        {child.firstName} <small>{child.className}</small>
      </span>
    </label>
  );
}

function Counter(props: { fleet: StageFleet; words: StageWords }): Html {
  const { fleet, words } = props;
  return (
    <section class="counter" aria-label={words.terminal}>
      <fieldset class="tabs">
        <legend class="sr-only">{words.terminal}</legend>
        {fleet.terminals.map((terminal, index) => (
          <label class="tab">
            <input type="radio" name="terminal" value={index} checked={index === 0} />
            <span>
              {terminal.name} <small>{terminal.module.model}</small>
            </span>
          </label>
        ))}
      </fieldset>
      {fleet.terminals.map((terminal, index) => (
        <Kiosk words={words} terminal={terminal} index={index} />
      ))}
    </section>
  );
}

function Kiosk(props: { words: StageWords; terminal: StageTerminal; index: number }): Html {
  const { words, terminal, index } = props;
  return (
    <div class="screen screen-kiosk" data-terminal-screen={index} hidden={index !== 0}>
      <iframe
        class="screen-frame"
        src={terminal.counterUrl}
        title={`${words.counterFrame}: ${terminal.name}`}
        data-width="800"
        data-height="480"
      />
      <Curtain words={words} target={`terminal-${index}`} sentence={words.terminalDead} />
    </div>
  );
}

/** Hangs before a screen whose program is dead. */
function Curtain(props: { words: StageWords; target: string; sentence: string }): Html {
  return (
    <div class="curtain" data-curtain={props.target} hidden>
      <p>{props.sentence}</p>
      <button type="button" class="button" data-start={props.target}>
        {props.words.startAgain}
      </button>
    </div>
  );
}

function Sensor(props: { words: StageWords; terminal: StageTerminal; index: number }): Html {
  const { words, terminal, index } = props;
  const isRound = terminal.module.model === "R503";
  return (
    <figure
      class={isRound ? "sensor sensor-round" : "sensor sensor-flat"}
      data-sensor={index}
      hidden={index !== 0}
    >
      <div class="sensor-ring" data-colour="off">
        <img class="sensor-print" alt="" width="96" height="96" hidden />
      </div>
      <figcaption>
        <strong>{words.sensor}</strong>
        <span class="sensor-word">{words.glassEmpty}</span>
      </figcaption>
    </figure>
  );
}

function Phone(props: { fleet: StageFleet; words: StageWords }): Html {
  const { fleet, words } = props;
  const url = fleet.children[0]?.parentUrl ?? null;
  return (
    <section class="phone" aria-label={words.phone}>
      <div class="phone-body">
        <div class="screen screen-phone">
          <iframe
            class="screen-frame"
            src={url ?? undefined}
            title={words.phoneFrame}
            data-width="390"
            data-height="780"
            hidden={url === null}
          />
          <p class="phone-empty" hidden={url !== null}>
            {words.noParent}
          </p>
          <Curtain words={words} target="cloud" sentence={words.cloudDead} />
        </div>
      </div>
    </section>
  );
}

type SwitchFace = {
  readonly name: string;
  readonly label: string;
  readonly on: string;
  readonly off: string;
};

function Switches(props: { words: StageWords }): Html {
  const { words } = props;
  const faces: readonly SwitchFace[] = [
    { name: "internet", label: words.internet, on: words.internetOn, off: words.internetOff },
    { name: "cable", label: words.cable, on: words.cableOn, off: words.cableOff },
    { name: "noise", label: words.noise, on: words.noiseOff, off: words.noiseOn },
    { name: "terminal", label: words.killTerminal, on: words.processOn, off: words.processOff },
    { name: "cloud", label: words.killCloud, on: words.processOn, off: words.processOff },
  ];
  return (
    <Panel name="switches" title={words.switches}>
      <div class="switches">
        {faces.map((face) => (
          <button
            type="button"
            class="switch"
            role="switch"
            aria-checked="true"
            data-switch={face.name}
          >
            <span class="switch-track" aria-hidden="true" />
            <span class="switch-label">{face.label}</span>
            <span class="switch-word switch-on">{face.on}</span>
            <span class="switch-word switch-off">{face.off}</span>
          </button>
        ))}
      </div>
    </Panel>
  );
}

function Timeline(props: { words: StageWords }): Html {
  const { words } = props;
  return (
    <Panel name="timeline" title={words.timeline}>
      <ol class="stations">
        {stations.map((station) => (
          <li class="station" data-station={station}>
            <span class="station-name">{words.stations[station]}</span>
            <span class="station-ms">–</span>
            <span class="station-hint">{words.stationHints[station]}</span>
          </li>
        ))}
      </ol>
      <p class="journeys-empty">{words.timelineEmpty}</p>
      <ul class="journeys" />
    </Panel>
  );
}
