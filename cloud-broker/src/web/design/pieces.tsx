import type { Child, PropsWithChildren } from "hono/jsx";
import type { Html, Ui } from "./ui.ts";

export type IconName =
  | "mark"
  | "home"
  | "list"
  | "gauge"
  | "finger"
  | "freeze"
  | "thaw"
  | "eye"
  | "eye-off"
  | "bowl"
  | "arrow-up"
  | "undo"
  | "check"
  | "cross"
  | "cloud-off"
  | "clock"
  | "plus"
  | "search"
  | "terminal"
  | "store"
  | "people"
  | "scale"
  | "wallet"
  | "sign-out"
  | "info"
  | "alert"
  | "link"
  | "language"
  | "chevron"
  | "copy";

/** A picture beside a word, never instead of one. */
export function Icon(props: { ui: Ui; name: IconName }): Html {
  return (
    <svg class="icon" aria-hidden="true" focusable="false">
      <use href={`${props.ui.assets.icons}#${props.name}`} />
    </svg>
  );
}

export type Tone = "ok" | "warn" | "bad" | "wait" | "quiet" | "offline";

/** Icon and word and colour together: colour alone says nothing to one child in twelve. */
export function Chip(props: PropsWithChildren<{ ui: Ui; tone: Tone; icon?: IconName }>): Html {
  return (
    <span class={`chip chip-${props.tone}`}>
      {props.icon === undefined ? null : <Icon ui={props.ui} name={props.icon} />}
      {props.children}
    </span>
  );
}

export function Card(
  props: PropsWithChildren<{ title?: Child; aside?: Child; id?: string }>,
): Html {
  return (
    <section class="card" id={props.id}>
      {props.title === undefined ? null : (
        <header class="card-head">
          <h2>{props.title}</h2>
          {props.aside === undefined ? null : <p class="card-aside">{props.aside}</p>}
        </header>
      )}
      {props.children}
    </section>
  );
}

/** What has just happened, or needs attention; read aloud by screen readers. */
export function Notice(
  props: PropsWithChildren<{ ui: Ui; tone: "ok" | "warn" | "bad" | "info" }>,
): Html {
  const icon: IconName = { ok: "check", warn: "alert", bad: "alert", info: "info" }[
    props.tone
  ] as IconName;
  return (
    <div class={`notice notice-${props.tone}`} role={props.tone === "bad" ? "alert" : "status"}>
      <Icon ui={props.ui} name={icon} />
      <div class="notice-text">{props.children}</div>
    </div>
  );
}

/** One plain sentence and the single next action. */
export function Empty(props: PropsWithChildren<{ ui: Ui; icon: IconName }>): Html {
  return (
    <div class="empty">
      <Icon ui={props.ui} name={props.icon} />
      <p>{props.children}</p>
    </div>
  );
}

/** A table that scrolls sideways on its own, reachable by keyboard. */
export function TableFrame(props: PropsWithChildren<{ label: string }>): Html {
  return (
    <div class="table-frame" role="region" aria-label={props.label} tabindex={0}>
      <table>{props.children}</table>
    </div>
  );
}
