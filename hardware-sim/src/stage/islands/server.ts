/** What the stage's own server says and hears; the shapes of `stage-state.ts` and `journey.ts`. */
export type TerminalState = {
  readonly isRunning: boolean;
  readonly isPlugged: boolean;
  readonly isFingerOn: boolean;
  readonly isNoisy: boolean;
  readonly ring: { readonly control: string; readonly colour: string };
  readonly glassSerial: number;
  readonly spoiltBytes: number;
};

export type StageState = {
  readonly isInternetUp: boolean;
  readonly isCloudRunning: boolean;
  readonly terminals: readonly TerminalState[];
};

export type Journey = {
  readonly terminal: number;
  readonly id: number;
  readonly startedAtMs: number;
  readonly totalMs: number;
  readonly amount: number;
  readonly outcome: "approved" | "refused" | "left";
  readonly reason: string | null;
  readonly method: string | null;
  readonly readings: readonly string[];
  readonly stations: Readonly<Record<string, number | null>>;
};

export type Words = {
  readonly outcomes: Readonly<Record<Journey["outcome"], string>>;
  readonly byPin: string;
  readonly attempts: string;
  readonly waitingCloud: string;
  readonly byNumber: string;
  readonly reasons: Readonly<Record<string, string>>;
  readonly notices: Readonly<Record<string, string>>;
  readonly starting: string;
  readonly startAgain: string;
  readonly lost: string;
  readonly glassEmpty: string;
  readonly glassTouched: string;
};

export function readWords(): Words {
  const words: Words = JSON.parse(document.body.dataset["words"] ?? "{}");
  return words;
}

export type Listeners = {
  state(state: StageState): void;
  journeys(journeys: readonly Journey[]): void;
  journey(journey: Journey): void;
  connection(isUp: boolean): void;
};

/** Follows the stage; the browser reconnects by itself, and a page that was put away comes back live. */
export function listen(listeners: Listeners): void {
  let source: EventSource | null = null;
  const open = (): void => {
    source?.close();
    source = new EventSource("/panggung/siaran");
    source.addEventListener("state", ({ data }) => listeners.state(JSON.parse(data)));
    source.addEventListener("journeys", ({ data }) => listeners.journeys(JSON.parse(data)));
    source.addEventListener("journey", ({ data }) => listeners.journey(JSON.parse(data)));
    source.addEventListener("open", () => listeners.connection(true));
    source.addEventListener("error", () => listeners.connection(false));
  };
  addEventListener("pagehide", () => source?.close());
  addEventListener("pageshow", ({ persisted }) => {
    if (persisted) open();
  });
  open();
}

async function post(path: string, body: unknown): Promise<unknown> {
  const response = await fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return response.json();
}

/** Lays a finger on the glass; answers what came of it. */
export async function postTouch(order: {
  readonly terminal: number;
  readonly child: string | null;
  readonly finger: string;
  readonly condition: string;
  readonly amountRupiah: number | null;
}): Promise<string> {
  const answer = await post("/panggung/sentuh", order);
  const isAnswer = typeof answer === "object" && answer !== null && "outcome" in answer;
  return isAnswer ? String(answer.outcome) : "failed";
}

export async function postSwitch(name: string, terminal: number, isOn: boolean): Promise<boolean> {
  const answer = await post("/panggung/sakelar", { name, terminal, isOn });
  return (
    typeof answer === "object" && answer !== null && "isDone" in answer && answer.isDone === true
  );
}
