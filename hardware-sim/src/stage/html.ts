import type { HtmlEscapedString } from "hono/utils/html";

/** What a hono/jsx component returns. */
export type Html = HtmlEscapedString | Promise<HtmlEscapedString>;
