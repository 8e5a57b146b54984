import { selectedTerminal, showMachines } from "./machines.ts";
import { scaleScreens, showPhone } from "./screens.ts";
import { listen, postSwitch, postTouch, readWords, type StageState } from "./server.ts";
import { addJourneys, expectJourney, showLatest } from "./timeline.ts";

const words = readWords();
let latest: StageState | null = null;

const chosen = (group: string): HTMLInputElement | null =>
  document.querySelector(`input[name="${group}"]:checked`);

/** Long enough to read a sentence twice; then what it says may be over. */
const noticeMs = 7000;
let noticeTimer: number | undefined;

function notice(text: string, lasts: "a-moment" | "until-changed" = "a-moment"): void {
  const line = document.querySelector<HTMLElement>("#notice");
  if (line === null) return;
  clearTimeout(noticeTimer);
  line.textContent = text;
  line.hidden = text === "";
  if (text !== "" && lasts === "a-moment") noticeTimer = setTimeout(() => notice(""), noticeMs);
}

/** Marks the fingers that the chosen child has enrolled, and tells how the child pays without one. */
function showChild(): void {
  const child = chosen("child");
  const enrolled = new Set((child?.dataset["enrolled"] ?? "").split(" "));
  for (const tip of document.querySelectorAll<SVGElement>(".fingertip")) {
    tip.classList.toggle("is-enrolled", enrolled.has(tip.dataset["finger"] ?? ""));
  }
  const { number, pin } = child?.dataset ?? {};
  const hint = document.querySelector(".pin-hint");
  if (hint !== null)
    hint.textContent =
      number === undefined || pin === undefined
        ? ""
        : words.byNumber.replace("{number}", number).replace("{pin}", pin);
  if (child !== null && child.value !== "") showPhone(child.dataset["parent"] ?? "");
}

function missed(tip: SVGElement, outcome: string): void {
  tip.classList.remove("is-touching");
  showLatest();
  notice(words.notices[outcome] ?? words.notices["failed"] ?? "");
}

async function touchWith(tip: SVGElement): Promise<void> {
  const amount = chosen("amount")?.value ?? "";
  tip.classList.add("is-touching");
  notice("");
  if (amount !== "") expectJourney();
  try {
    const outcome = await postTouch({
      terminal: selectedTerminal(),
      child: chosen("child")?.value || null,
      finger: tip.dataset["finger"] ?? "",
      condition: chosen("condition")?.value ?? "normal",
      amountRupiah: amount === "" ? null : Number(amount),
    });
    if (outcome !== "touched") missed(tip, outcome);
  } catch {
    missed(tip, "failed");
  } finally {
    setTimeout(() => tip.classList.remove("is-touching"), 700);
  }
}

async function flip(button: HTMLButtonElement, name: string, isOn: boolean): Promise<void> {
  button.disabled = true;
  button.setAttribute("aria-busy", "true");
  notice("");
  try {
    const isDone = await postSwitch(name, selectedTerminal(), isOn);
    if (!isDone) notice(words.notices["failed"] ?? "");
  } catch {
    notice(words.notices["failed"] ?? "");
  } finally {
    button.disabled = false;
    button.removeAttribute("aria-busy");
  }
}

function wire(): void {
  for (const tip of document.querySelectorAll<SVGElement>(".fingertip")) {
    tip.addEventListener("click", () => void touchWith(tip));
    tip.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      void touchWith(tip);
    });
  }
  for (const button of document.querySelectorAll<HTMLButtonElement>("[data-switch]")) {
    const isOn = (): boolean => button.getAttribute("aria-checked") === "true";
    button.addEventListener(
      "click",
      () => void flip(button, button.dataset["switch"] ?? "", !isOn()),
    );
  }
  for (const button of document.querySelectorAll<HTMLButtonElement>("[data-start]")) {
    const target = button.dataset["start"] === "cloud" ? "cloud" : "terminal";
    button.addEventListener("click", () => {
      button.textContent = words.starting;
      void flip(button, target, true).then(() => {
        button.textContent = words.startAgain;
      });
    });
  }
  for (const input of document.querySelectorAll<HTMLInputElement>('input[name="child"]')) {
    input.addEventListener("change", showChild);
  }
  for (const input of document.querySelectorAll<HTMLInputElement>('input[name="terminal"]')) {
    input.addEventListener("change", () => {
      if (latest !== null) showMachines(latest);
    });
  }
}

wire();
showChild();
scaleScreens();
listen({
  state: (state) => {
    // A killed terminal reports nothing any more: whoever waits for its charge waits in vain.
    const hasDied = latest?.terminals.some((before, index) => {
      return before.isRunning && state.terminals[index]?.isRunning === false;
    });
    if (hasDied === true) showLatest();
    latest = state;
    showMachines(state);
  },
  journeys: addJourneys,
  journey: (journey) => addJourneys([journey]),
  connection: (isUp) => (isUp ? notice("") : notice(words.lost, "until-changed")),
});
