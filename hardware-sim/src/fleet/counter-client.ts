import { z } from "zod";

/** A stall's counter, pressed over the same HTTP calls as its own page. */
export interface CounterClient {
  press(body: Readonly<Record<string, unknown>>): Promise<void>;
  charge(amount: number): Promise<void>;
  view(): Promise<CounterView>;
  get(path: string): Promise<unknown>;
  post(path: string, body: unknown): Promise<unknown>;
}

/** What the counter shows, as far as everyone needs it; the rest is kept for those who know more. */
export type CounterView = { readonly screen: string; readonly [key: string]: unknown };
const viewSchema: z.ZodType<CounterView> = z.looseObject({ screen: z.string() });

/** How long a counter may take to answer a key press before it counts as dead. */
const ANSWER_TIMEOUT_MS = 10_000;

export function createCounterClient(counterUrl: string): CounterClient {
  const call = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(counterUrl + path, {
      method,
      headers: { origin: counterUrl, "content-type": "application/json" },
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok)
      throw new Error(`${method} ${path}: HTTP ${response.status} ${text.slice(0, 300)}`);
    return text === "" ? null : (JSON.parse(text) as unknown);
  };
  return {
    get: (path) => call("GET", path),
    post: (path, body) => call("POST", path, body),
    press: async (body) => void (await call("POST", "/counter/press", body)),
    charge: async (amount) => void (await call("POST", "/counter/charge", { amount })),
    view: async () => viewSchema.parse(await call("GET", "/counter/view")),
  };
}
