/**
 * Keeps the page current: a stream says that something changed, the page asks for itself again and swaps the regions
 * that differ. Regions are elements with `id` and `data-region`.
 */
const url = document.body.dataset["stream"];
const mark = document.getElementById("live-mark");
const said = document.getElementById("live-said");
// The server wrote this HTML; the one place where text becomes elements goes through the one named policy.
const policy = globalThis.trustedTypes?.createPolicy("saku", { createHTML: (html) => html });

let source: EventSource | null = null;
let polling: number | undefined;
let failureCount = 0;
let isBusy = false;
let isStale = false;

function show(state: "live" | "retrying" | "slow"): void {
  if (mark === null) return;
  mark.hidden = false;
  const text = mark.dataset[state] ?? "";
  if (mark.textContent !== text) mark.textContent = text;
  mark.classList.toggle("is-retrying", state === "retrying");
  mark.classList.toggle("is-slow", state === "slow");
}

async function refresh(): Promise<void> {
  isStale = true;
  if (isBusy) return;
  isBusy = true;
  try {
    while (isStale) {
      isStale = false;
      const answer = await fetch(location.href, { redirect: "manual" });
      if (answer.ok) swap(await answer.text());
      else if (answer.status === 404 || answer.type === "opaqueredirect") location.reload();
      // In a rush the newest state twice a second is enough, for the reader and for the server.
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  } catch {
    show("retrying");
  } finally {
    isBusy = false;
  }
}

function swap(html: string): void {
  const trusted = (policy?.createHTML(html) ?? html) as string;
  const fresh = new DOMParser().parseFromString(trusted, "text/html");
  for (const old of document.querySelectorAll<HTMLElement>("[data-region]")) {
    const next = fresh.getElementById(old.id);
    const focused = old.contains(document.activeElement) ? document.activeElement : null;
    // A field or an open dialog stays under the fingers that use it; the next change catches up.
    const isInUse =
      focused?.matches("input, select, button") === true || old.matches("dialog[open]");
    if (next === null || isInUse) continue;
    if (tidy(next) === tidy(old)) continue;
    const known = new Set(
      [...old.querySelectorAll<HTMLElement>("[data-key]")].map((line) => line.dataset["key"]),
    );
    for (const line of next.querySelectorAll<HTMLElement>("[data-key]"))
      if (!known.has(line.dataset["key"])) {
        line.classList.add("is-new");
        if (said !== null) said.textContent = line.dataset["say"] ?? "";
      }
    const left = old.querySelector(".table-frame")?.scrollLeft ?? 0;
    old.replaceWith(document.adoptNode(next));
    next.querySelector(".table-frame")?.scrollTo({ left });
    const href = focused?.getAttribute("href");
    if (href) next.querySelector<HTMLElement>(`[href="${CSS.escape(href)}"]`)?.focus();
  }
}

/** Forms carry fresh tokens in every rendering; those alone are no change. */
function tidy(region: HTMLElement): string {
  return region.innerHTML.replace(/ (class="[^"]* is-new"|value="[\w-]{22,}")/g, "");
}

function poll(): void {
  source?.close();
  source = null;
  show("slow");
  polling ??= setInterval(() => void refresh(), 30_000);
}

function open(): void {
  if (url === undefined || source !== null) return;
  source = new EventSource(url);
  source.onopen = () => {
    failureCount = 0;
    show("live");
  };
  source.onerror = () => {
    failureCount += 1;
    show("retrying");
    if (failureCount > 2 || source?.readyState === EventSource.CLOSED) poll();
  };
  for (const name of ["changed", "resync"]) source.addEventListener(name, () => void refresh());
}

// A page in the back/forward cache may not hold a connection.
addEventListener("pagehide", () => {
  source?.close();
  source = null;
  clearInterval(polling);
  polling = undefined;
});
addEventListener("pageshow", (event) => {
  if (event.persisted) void refresh();
  open();
});

interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createHTML(html: string): string },
  ): { createHTML(html: string): unknown };
}
declare global {
  var trustedTypes: TrustedTypes | undefined;
}
