import { z } from "zod";

/** What the counter shows, as far as a customer and a merchant look at it. */
export type CounterView = {
  readonly screen: string;
  readonly wants: "finger" | "lift" | null;
  readonly amount: number;
  readonly attempt: number;
  readonly firstName: string | null;
  readonly isOnline: boolean;
  readonly unsentCount: number;
  readonly fingerCount: number;
  readonly sensor: "ready" | "away";
  readonly pin: { readonly step: string; readonly note: string | null } | null;
  /** A recorded sale that nobody saw may still be put back; or it was tried and refused. */
  readonly canVoid: boolean;
  readonly isVoidRefused: boolean;
  /** The terminal itself cannot sell and needs a look. */
  readonly needsService: boolean;
};

const viewSchema: z.ZodType<CounterView> = z.object({
  screen: z.string(),
  wants: z.enum(["finger", "lift"]).nullable(),
  amount: z.number(),
  attempt: z.number(),
  firstName: z.string().nullable(),
  isOnline: z.boolean(),
  unsentCount: z.number(),
  fingerCount: z.number(),
  sensor: z.enum(["ready", "away"]),
  pin: z.object({ step: z.string(), note: z.string().nullable() }).nullable(),
  canVoid: z.boolean(),
  isVoidRefused: z.boolean(),
  needsService: z.boolean(),
});

/** One charge as the terminal itself timed it. */
export type CounterJourney = {
  readonly id: number;
  readonly totalMs: number;
  readonly amount: number;
  readonly outcome: string;
  readonly reason: string | null;
  readonly method: string | null;
  readonly attemptCount: number;
  readonly saleId: string | null;
  readonly student: string | null;
  readonly stages: Readonly<Record<string, number | null>>;
};

const journeysSchema: z.ZodType<{ readonly journeys: readonly CounterJourney[] }> = z.object({
  journeys: z.array(
    z.object({
      id: z.number(),
      totalMs: z.number(),
      amount: z.number(),
      outcome: z.string(),
      reason: z.string().nullable(),
      method: z.string().nullable(),
      attemptCount: z.number(),
      saleId: z.string().nullable(),
      student: z.string().nullable(),
      stages: z.record(z.string(), z.number().nullable()),
    }),
  ),
});

/** A stall's counter, pressed over the same HTTP calls as its own page. */
export interface CounterClient {
  press(body: Readonly<Record<string, unknown>>): Promise<void>;
  view(): Promise<CounterView>;
  journeys(): Promise<readonly CounterJourney[]>;
  /** Any other JSON call; `session` is an operator's. */
  call(method: "GET" | "POST", path: string, body?: unknown, session?: string): Promise<unknown>;
}

/** How long a counter may take to answer a key press before it counts as dead. */
const ANSWER_TIMEOUT_MS = 10_000;

export function createCounterClient(counterUrl: string): CounterClient {
  const call: CounterClient["call"] = async (method, path, body, session) => {
    const response = await fetch(counterUrl + path, {
      method,
      headers: {
        origin: counterUrl,
        accept: "application/json",
        "content-type": "application/json",
        ...(session === undefined ? {} : { authorization: `Bearer ${session}` }),
      },
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok)
      throw new Error(`${method} ${path}: HTTP ${response.status} ${text.slice(0, 300)}`);
    return text === "" ? null : (JSON.parse(text) as unknown);
  };
  return {
    call,
    press: async (body) => void (await call("POST", "/counter/press", body)),
    view: async () => viewSchema.parse(await call("GET", "/counter/view")),
    journeys: async () =>
      journeysSchema.parse(await call("GET", "/service/journeys.json")).journeys,
  };
}
