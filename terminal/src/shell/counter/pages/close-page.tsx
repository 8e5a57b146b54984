import type { JSX } from "hono/jsx/jsx-runtime";
import type { Assets } from "../assets.ts";
import type { Text } from "../text.ts";
import { CodePad } from "./code-pad.tsx";
import { Page } from "./page.tsx";

export type CloseNote = "closed" | "wrong";

/** The operator ends the day: what is still unsent stands beside the key, so that nobody switches off too early. */
export function ClosePage(props: {
  readonly text: Text;
  readonly assets: Assets;
  readonly unsentCount: number;
  readonly note: CloseNote | null;
}): JSX.Element {
  const { text, assets, unsentCount, note } = props;
  return (
    <Page
      text={text}
      assets={assets}
      title={text.close}
      islands={["form"]}
      body={{ class: "sheet" }}
    >
      <header class="bar">
        <a class="bar-back" href="/">
          ← {text.back}
        </a>
        <h1>{text.close}</h1>
      </header>
      <main class="sheet-main">
        {note === null ? null : (
          <p class={note === "closed" ? "notice notice-ok" : "notice"} role="status">
            {note === "closed" ? text.closed : text.recentWrongCode}
          </p>
        )}
        <form class="code-form" method="post" action="/counter/close">
          <div class="code-form-say">
            <p>{text.closeSay}</p>
            {unsentCount === 0 ? null : (
              <p class="hint">
                {unsentCount} {text.closeUnsent}
              </p>
            )}
          </div>
          <CodePad
            text={text}
            name="code"
            label={text.recentCode}
            lengthMax={12}
            submit={text.close}
          />
        </form>
      </main>
    </Page>
  );
}
