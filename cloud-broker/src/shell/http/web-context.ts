import type { UnixMs } from "@saku/protocol";
import type { Context } from "hono";
import type { Ui } from "../../web/design/ui.ts";
import type { Account, Office, OrderRefusal, People } from "./office.ts";
import type { Assets } from "./web-assets.ts";
import type { Gates } from "./rate-limit.ts";
import type { LiveStreams } from "./live.ts";

/** What the pages write to the log: never names, logins, tokens or amounts. Pino's logger fits. */
export type WebLog = {
  info(fields: object, sentence: string): void;
  warn(fields: object, sentence: string): void;
  error(fields: object, sentence: string): void;
};

export type WebConfig = {
  /** Origins that may show our pages in a frame, beside ourselves. */
  readonly frameAncestors: readonly string[];
  /** True behind TLS: the session cookie is then `__Host-` and Secure. */
  readonly secureCookies: boolean;
};

export type WebDeps = {
  readonly office: Office;
  readonly people: People;
  readonly config: WebConfig;
  readonly log: WebLog;
};

/** Everything the routes share; made once. */
export type Web = WebDeps & {
  readonly assets: Assets;
  readonly gates: Gates;
  readonly streams: LiveStreams;
  readonly nowMs: () => UnixMs;
};

export type Session = { readonly secret: string; readonly account: Account };

export type WebEnv = { Variables: { session: Session | null; ui: Ui } };

export type WebContext = Context<WebEnv>;

/** The status that says why an order was refused. */
export const REFUSAL_STATUS: Readonly<Record<OrderRefusal, 403 | 404 | 409 | 422>> = {
  "not-found": 404,
  "not-allowed": 403,
  "key-reused-with-other-body": 422,
  invalid: 422,
  "already-exists": 409,
  funds: 409,
};

/** An idempotency key as people's forms and machines send it. */
export const ORDER_KEY_PATTERN: RegExp = /^[A-Za-z0-9._:-]{8,100}$/;
