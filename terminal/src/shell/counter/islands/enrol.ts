// The enrolment page follows the machine: when its view changes, the panel is fetched anew in the page's language.

const panel = document.querySelector<HTMLElement>("[data-panel]");
let shown = "";
let isFetching = false;
let isStale = false;

async function refresh(): Promise<void> {
  if (isFetching) {
    isStale = true;
    return;
  }
  isFetching = true;
  do {
    isStale = false;
    const response = await fetch("/enrol/panel");
    if (response.status === 401) location.assign("/enrol");
    else if (response.ok && panel !== null) panel.innerHTML = await response.text();
  } while (isStale);
  isFetching = false;
}

const live = new EventSource("/enrol/live");
live.onmessage = (message: MessageEvent<string>) => {
  const { rev: _rev, ...view } = JSON.parse(message.data) as { rev: number };
  const now = JSON.stringify(view);
  if (shown !== "" && now !== shown) void refresh().catch(() => (isFetching = false));
  shown = now;
};
live.onerror = () => {
  // The session ended, or the terminal started anew: the page asks for the code.
  if (live.readyState === EventSource.CLOSED) location.assign("/enrol");
};
addEventListener("pagehide", () => live.close(), { once: true });

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.action.endsWith("/enrol/press")) return;
  event.preventDefault();
  const fields = new URLSearchParams();
  for (const [name, value] of new FormData(form))
    if (typeof value === "string") fields.append(name, value);
  void fetch("/enrol/press", { method: "POST", body: fields, redirect: "manual" }).then(refresh);
});
