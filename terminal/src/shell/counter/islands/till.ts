// The till's page: shows the view, sends presses, plays the tones. All words are already in the page.

type View = { readonly rev: number; readonly screen: string; readonly stallVersion: number };
type Line = { readonly label: string | null; readonly amount: number };

const body = document.body;
let view: View = JSON.parse(body.dataset["view"] ?? "{}") as View;
const rupiah = new Intl.NumberFormat("id-ID");
const money = (amount: unknown): string => `Rp\u00A0${rupiah.format(Number(amount ?? 0))}`;
const zoneMs = Number(body.dataset["zone"] ?? 420) * 60_000;

/** Wall clock of the school, "10.05". */
function clock(atMs: number): string {
  return new Date(atMs + zoneMs).toISOString().slice(11, 16).replace(":", ".");
}

function at(path: string): unknown {
  let value: unknown = view;
  for (const key of path.split("."))
    value = value === null || value === undefined ? null : (value as Record<string, unknown>)[key];
  return value ?? null;
}

function wordAt(path: string): string {
  const value = at(path);
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

function holds(condition: string): boolean {
  const [path = "", wanted = ""] = condition.split(":");
  const value = at(path);
  if (wanted === ">0") return Number(value) > 0;
  if (wanted === "!null") return value !== null;
  return wanted.split(",").includes(String(value));
}

const all = (conditions: string | undefined): boolean => (conditions ?? "").split(" ").every(holds);

function each(name: string, show: (element: HTMLElement, value: string) => void): void {
  for (const element of document.querySelectorAll<HTMLElement>(`[data-${name}]`))
    show(element, element.getAttribute(`data-${name}`) ?? "");
}

function write(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

function showLines(element: Element): void {
  const lines = (at("lines") ?? []) as readonly Line[];
  element.replaceChildren(
    ...lines.map(({ label, amount }) => {
      const item = document.createElement("li");
      item.textContent = `${label ?? "+"} ${rupiah.format(amount)}`;
      return item;
    }),
  );
}

function show(): void {
  body.dataset["screen"] = view.screen;
  each("if", (element, conditions) => (element.hidden = !all(conditions)));
  each("enable-if", (element, conditions) => element.toggleAttribute("disabled", !all(conditions)));
  each("text", (element, path) => write(element, wordAt(path)));
  each("rupiah", (element, path) => write(element, money(at(path))));
  each("zero", (element, path) => element.classList.toggle("is-zero", at(path) === 0));
  each("dots", (element, path) => write(element, "●".repeat(Number(at(path) ?? 0))));
  each("time", (element, path) => write(element, at(path) === null ? "" : clock(Number(at(path)))));
  each("lines", showLines);
}

let audio: AudioContext | null = null;

/** Start, pitch and length of each tone in seconds and hertz: the same loudness for yes and not yet. */
const TONES: Readonly<Record<string, readonly (readonly [number, number, number])[]>> = {
  approved: [
    [0, 880, 0.09],
    [0.1, 1320, 0.14],
  ],
  "not-this-time": [
    [0, 330, 0.12],
    [0.2, 330, 0.12],
  ],
  retry: [[0, 660, 0.09]],
};

function play(screen: string): void {
  if (audio === null) return;
  for (const [start, pitchHz, length] of TONES[screen] ?? []) {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    const from = audio.currentTime + start;
    tone.frequency.value = pitchHz;
    volume.gain.setValueAtTime(0.0001, from);
    volume.gain.exponentialRampToValueAtTime(0.25, from + 0.01);
    volume.gain.exponentialRampToValueAtTime(0.0001, from + length);
    tone.connect(volume).connect(audio.destination);
    tone.start(from);
    tone.stop(from + length);
  }
}

function take(next: View, isFresh: boolean): void {
  if (!isFresh && next.rev <= view.rev) return;
  if (next.stallVersion !== view.stallVersion) {
    location.reload();
    return;
  }
  const before = view;
  view = next;
  show();
  const coachBefore = (before as { attempt?: number }).attempt;
  if (before.screen !== view.screen || coachBefore !== (view as { attempt?: number }).attempt)
    play(view.screen);
}

async function send(press: string): Promise<void> {
  audio ??= new AudioContext();
  const response = await fetch("/counter/press", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: press,
  });
  if (response.ok) take(((await response.json()) as { view: View }).view, false);
}

const HOLD_MS = 700;
let holding: { readonly timer: number; isSent: boolean } | null = null;

function pressed(target: EventTarget | null): HTMLElement | null {
  return target instanceof Element
    ? target.closest<HTMLElement>("[data-press]:not([disabled]), [data-hold]:not([disabled])")
    : null;
}

function order(press: string | undefined): void {
  if (press !== undefined) void send(press).catch(() => undefined);
}

document.addEventListener("pointerdown", (event) => {
  const hold = pressed(event.target)?.dataset["hold"];
  if (hold === undefined) return;
  const started = { timer: 0, isSent: false };
  started.timer = setTimeout(() => {
    started.isSent = true;
    order(hold);
  }, HOLD_MS);
  holding = started;
});

for (const end of ["pointerup", "pointercancel"])
  document.addEventListener(end, () => clearTimeout(holding?.timer));

document.addEventListener("click", (event) => {
  const wasHeld = holding?.isSent === true;
  holding = null;
  if (!wasHeld) order(pressed(event.target)?.dataset["press"]);
});

/** A keyboard or number pad beside the screen does the same as the keys on it. */
const KEYS: Readonly<Record<string, { till: string; pin: string }>> = {
  Enter: { till: '{"kind":"charge"}', pin: '{"kind":"enter"}' },
  Backspace: { till: '{"kind":"key","key":"back"}', pin: '{"kind":"back"}' },
  "+": { till: '{"kind":"key","key":"plus"}', pin: "" },
  Escape: { till: '{"kind":"key","key":"clear"}', pin: '{"kind":"cancel"}' },
};

document.addEventListener("keydown", (event) => {
  const isPin = view.screen === "pin";
  const isTill = view.screen === "till" || view.screen === "approved";
  if (event.key === "Escape" && !isPin && !isTill) return order('{"kind":"cancel"}');
  if (!isPin && !isTill) return;
  if (event.key === "Enter" && pressed(event.target) !== null) return;
  if (/^[0-9]$/.test(event.key)) {
    const digit = event.key;
    return order(JSON.stringify(isPin ? { kind: "digit", digit } : { kind: "key", key: digit }));
  }
  const key = KEYS[event.key];
  const press = isPin ? key?.pin : key?.till;
  if (press !== undefined && press !== "") order(press);
});

function listen(): void {
  const lost = document.querySelector<HTMLElement>(".lost");
  const live = new EventSource("/counter/live");
  live.onmessage = (message: MessageEvent<string>) => {
    if (lost !== null) lost.hidden = true;
    take(JSON.parse(message.data) as View, true);
  };
  live.onerror = () => {
    if (lost !== null) lost.hidden = false;
    // A browser gives up on some errors; a till does not.
    if (live.readyState === EventSource.CLOSED) setTimeout(listen, 1_000);
  };
  addEventListener("pagehide", () => live.close(), { once: true });
}

function tick(): void {
  each("clock", (element) =>
    write(element, `${clock(Date.now())} ${body.dataset["zoneName"] ?? ""}`),
  );
}

addEventListener("pageshow", (event) => {
  if (event.persisted) listen();
});
show();
tick();
setInterval(tick, 5_000);
listen();
