import type { HtmlEscapedString } from "hono/utils/html";
import type { Formats } from "./formats.ts";
import type { Language } from "./language.ts";
import type { Words } from "./words/words.ts";

/** What a component returns. */
export type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

/** Names of the browser modules; each enhances HTML that works without it. */
export type Island = "live" | "page" | "preview" | "desk" | "receipt";

/** Where the static files live; names carry a hash of the content, so they may be cached for ever. */
export type AssetUrls = {
  readonly stylesheet: string;
  readonly icons: string;
  readonly mark: string;
  island(name: Island): string | null;
};

/** What every page knows about its reader. */
export type Ui = {
  readonly language: Language;
  readonly words: Words;
  readonly formats: Formats;
  /** The reader hides amounts on this device. */
  readonly isDiscreet: boolean;
  /** Anti-forgery token for this rendering; null when nobody is signed in. */
  readonly csrf: string | null;
  /** Path and query of this page, to come back to after a language switch. */
  readonly path: string;
  /** Unique per rendered form: a double tap is one order. */
  readonly newKey: () => string;
  readonly assets: AssetUrls;
};
