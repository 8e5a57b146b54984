import type { JSX } from "hono/jsx/jsx-runtime";
import type { Assets } from "../assets.ts";
import type { EnrolmentView } from "../enrolment-view.ts";
import type { RosterLine } from "../enrol-routes.ts";
import type { Text } from "../text.ts";
import { CodePad } from "./code-pad.tsx";
import { EnrolPanel } from "./enrol-panel.tsx";
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
