import { type Journey, readWords } from "./server.ts";

const words = readWords();
const language = document.documentElement.lang;
const seconds = new Intl.NumberFormat(language, {
  maximumFractionDigits: 1,
  minimumFractionDigits: 1,
});
const clock = new Intl.DateTimeFormat(language === "en" ? "en-GB" : "id", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});
const maxRows = 4;
const journeys = new Map<string, Journey>();

function duration(ms: number): string {
  return ms < 1000
    ? `${Math.round(ms)} ms`
    : `${seconds.format(ms / 1000)} ${language === "id" ? "dtk" : "s"}`;
}

export function addJourneys(news: readonly Journey[]): void {
  for (const journey of news) {
    journeys.set(`${journey.terminal}-${journey.startedAtMs}-${journey.id}`, journey);
  }
  const newest = newestFirst();
  for (const [key] of newest.slice(maxRows)) journeys.delete(key);
  const shown = newest.slice(0, maxRows).map(([, journey]) => journey);
  const empty = document.querySelector<HTMLElement>(".journeys-empty");
  if (empty !== null) empty.hidden = shown.length > 0;
  document.querySelector(".journeys")?.replaceChildren(...shown.map(rowOf));
  showLatest();
}

const newestFirst = (): [string, Journey][] =>
  [...journeys].toSorted(([, a], [, b]) => b.startedAtMs - a.startedAtMs);

/** The stations of the last charge; empty ones when there was none, or when the awaited one will not come. */
export function showLatest(): void {
  const latest = newestFirst()[0]?.[1];
  if (latest !== undefined) showStations(latest);
  else showIdle("");
}

/** Lights the first station at once; the terminal reports the others when the charge is over. */
export function expectJourney(): void {
  showIdle("touch");
}

function showIdle(busyStation: string): void {
  for (const item of document.querySelectorAll<HTMLElement>(".station")) {
    const isBusy = item.dataset["station"] === busyStation;
    item.dataset["state"] = isBusy ? "busy" : "idle";
    const value = item.querySelector(".station-ms");
    if (value !== null) value.textContent = isBusy ? "…" : "–";
  }
}

function showStations(journey: Journey): void {
  for (const item of document.querySelectorAll<HTMLElement>(".station")) {
    const station = item.dataset["station"] ?? "";
    const ms = journey.stations[station] ?? null;
    const value = item.querySelector(".station-ms");
    if (value === null) continue;
    const isAwaited = ms === null && station === "ack" && journey.outcome === "approved";
    item.dataset["state"] = ms !== null ? "done" : isAwaited ? "busy" : "idle";
    value.textContent = ms !== null ? duration(ms) : isAwaited ? words.waitingCloud : "–";
    item.toggleAttribute("data-slow", ms !== null && ms >= 2000 && station !== "touch");
  }
}

function rowOf(journey: Journey): HTMLLIElement {
  const row = document.createElement("li");
  row.className = "journey";
  const stamp = element("span", `stamp stamp-${journey.outcome}`, words.outcomes[journey.outcome]);
  const amount = element("span", "journey-amount", `Rp ${journey.amount.toLocaleString("id-ID")}`);
  const place = document.querySelector(`.tab:nth-of-type(${journey.terminal + 1}) span`);
  const where = element("span", "journey-where", place?.firstChild?.textContent?.trim() ?? "");
  const time = element("time", "journey-time", clock.format(journey.startedAtMs));
  const total = element("span", "journey-total", duration(workMs(journey)));
  row.append(stamp, amount, where, time, barOf(journey), total);
  const note = noteOf(journey);
  if (note !== "") where.append(element("small", "journey-note", note));
  return row;
}

function noteOf(journey: Journey): string {
  const parts: string[] = [];
  if (journey.reason !== null) parts.push(words.reasons[journey.reason] ?? journey.reason);
  if (journey.method === "pin") parts.push(words.byPin);
  if (journey.readings.length > 1) parts.push(`${journey.readings.length} ${words.attempts}`);
  return parts.join(" · ");
}

function element(tag: string, className: string, text: string): HTMLElement {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

const barStations: readonly string[] = [
  "capture",
  "transfer",
  "extract",
  "identify",
  "decide",
  "ack",
];

/** What the machines needed; waiting for a finger is not their time. */
function workMs(journey: Journey): number {
  return barStations.reduce((sum, station) => sum + (journey.stations[station] ?? 0), 0);
}

/** The same duration as a bar: sizes are SVG geometry, because the policy allows no style attributes. */
function barOf(journey: Journey): SVGSVGElement {
  const svgName = "http://www.w3.org/2000/svg";
  const bar = document.createElementNS(svgName, "svg");
  bar.setAttribute("class", "journey-bar");
  bar.setAttribute("viewBox", "0 0 100 6");
  bar.setAttribute("preserveAspectRatio", "none");
  bar.setAttribute("aria-hidden", "true");
  const longestMs = Math.max(1, ...[...journeys.values()].map(workMs));
  let x = 0;
  for (const station of barStations) {
    const width = ((journey.stations[station] ?? 0) / longestMs) * 100;
    if (width <= 0) continue;
    const part = document.createElementNS(svgName, "rect");
    part.setAttribute("class", `bar-${station}`);
    part.setAttribute("x", x.toFixed(2));
    part.setAttribute("y", "0");
    part.setAttribute("width", width.toFixed(2));
    part.setAttribute("height", "6");
    bar.append(part);
    x += width;
  }
  return bar;
}
