import type { Child } from "hono/jsx";
import type { JSX } from "hono/jsx/jsx-runtime";
import type { Assets } from "../assets.ts";
import type { Text } from "../text.ts";

export type PageParts = {
  readonly text: Text;
  readonly assets: Assets;
  readonly title: string;
  /** Island modules of this page, without the folder. */
  readonly islands: readonly string[];
  /** Attributes of the body that the island reads. */
  readonly body?: Readonly<Record<string, string>>;
};

export function Page(props: PageParts & { readonly children?: Child }): JSX.Element {
  const { text, assets, title, islands, body = {} } = props;
  return (
    <html lang={text.lang}>
      <head>
        <meta charset="utf-8" />
        <title>{title}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <link rel="icon" href={assets.url("saku.svg")} />
        <link rel="stylesheet" href={assets.url("tokens.css")} />
        <link rel="stylesheet" href={assets.url("counter.css")} />
        {islands.map((name) => (
          <script type="module" src={assets.url(`${name}.js`)} />
        ))}
      </head>
      <body {...body}>{props.children}</body>
    </html>
  );
}
