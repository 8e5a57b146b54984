import { drawCurtain } from "./screens.ts";
import { readWords, type StageState, type TerminalState } from "./server.ts";

const words = readWords();

export function selectedTerminal(): number {
  const chosen = document.querySelector<HTMLInputElement>('input[name="terminal"]:checked');
  return Number(chosen?.value ?? 0);
}

/** Shows the machines as they are. */
export function showMachines(state: StageState): void {
  const selected = selectedTerminal();
  state.terminals.forEach((terminal, index) => {
    const screen = document.querySelector<HTMLElement>(`[data-terminal-screen="${index}"]`);
    if (screen !== null) screen.hidden = index !== selected;
    drawCurtain(screen, !terminal.isRunning);
    const sensor = document.querySelector<HTMLElement>(`[data-sensor="${index}"]`);
    if (sensor === null) return;
    sensor.hidden = index !== selected;
    showSensor(sensor, terminal, index);
  });
  drawCurtain(document.querySelector(".screen-phone"), !state.isCloudRunning);
  const terminal = state.terminals[selected];
  setSwitch("internet", state.isInternetUp);
  setSwitch("cloud", state.isCloudRunning);
  if (terminal === undefined) return;
  setSwitch("cable", terminal.isPlugged);
  setSwitch("noise", !terminal.isNoisy);
  setSwitch("terminal", terminal.isRunning);
}

function showSensor(sensor: HTMLElement, state: TerminalState, index: number): void {
  const ring = sensor.querySelector<HTMLElement>(".sensor-ring");
  const print = sensor.querySelector<HTMLImageElement>(".sensor-print");
  const word = sensor.querySelector(".sensor-word");
  if (ring === null || print === null || word === null) return;
  ring.dataset["colour"] = state.ring.control === "off" ? "off" : state.ring.colour;
  ring.dataset["control"] = state.ring.control;
  sensor.toggleAttribute("data-touched", state.isFingerOn);
  sensor.toggleAttribute("data-unplugged", !state.isPlugged);
  word.textContent = state.isFingerOn ? words.glassTouched : words.glassEmpty;
  const url = `/kaca/${index}?n=${state.glassSerial}`;
  if (state.isFingerOn && print.getAttribute("src") !== url) {
    print.src = url;
    print.hidden = false;
  }
}

function setSwitch(name: string, isOn: boolean): void {
  const button = document.querySelector(`[data-switch="${name}"]`);
  button?.setAttribute("aria-checked", String(isOn));
}
