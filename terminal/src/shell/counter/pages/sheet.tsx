import type { Child } from "hono/jsx";
import type { JSX } from "hono/jsx/jsx-runtime";
import type { Assets } from "../assets.ts";
import type { Text } from "../text.ts";
import { Page } from "./page.tsx";

/** A page beside the till: where back leads, its title, and what the last press came to. */
export function Sheet(props: {
  readonly text: Text;
  readonly assets: Assets;
  readonly title: string;
  readonly back: string;
  readonly notice: { readonly isGood: boolean; readonly say: string } | null;
  readonly children?: Child;
}): JSX.Element {
  const { text, assets, title, back, notice } = props;
  return (
    <Page text={text} assets={assets} title={title} islands={["form"]} body={{ class: "sheet" }}>
      <header class="bar">
        <a class="bar-back" href={back}>
          ← {text.back}
        </a>
        <h1>{title}</h1>
      </header>
      <main class="sheet-main">
        {notice === null ? null : (
          <p class={notice.isGood ? "notice notice-ok" : "notice"} role="status">
            {notice.say}
          </p>
        )}
        {props.children}
      </main>
    </Page>
  );
}
