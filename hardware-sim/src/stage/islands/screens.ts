/** Real pages in frames, at their own size, scaled to the place they have. */
export function scaleScreens(): void {
  const observer = new ResizeObserver((entries) => {
    for (const { target, contentRect } of entries) fit(target, contentRect.width);
  });
  for (const screen of document.querySelectorAll(".screen")) observer.observe(screen);
}

function fit(screen: Element, widthPx: number): void {
  const frame = frameOf(screen);
  if (frame === null || widthPx === 0) return;
  const ownWidthPx = Number(frame.dataset["width"]);
  frame.style.width = `${ownWidthPx}px`;
  frame.style.height = `${frame.dataset["height"]}px`;
  frame.style.transform = `scale(${widthPx / ownWidthPx})`;
}

export function frameOf(screen: Element | null): HTMLIFrameElement | null {
  return screen?.querySelector("iframe") ?? null;
}

/** Shows another page; the same address is not loaded again. */
export function showPhone(url: string): void {
  const screen = document.querySelector(".screen-phone");
  const frame = frameOf(screen);
  const empty = document.querySelector<HTMLElement>(".phone-empty");
  if (frame === null || empty === null) return;
  frame.hidden = url === "";
  empty.hidden = url !== "";
  if (url !== "" && frame.getAttribute("src") !== url) frame.src = url;
}

/** Draws the curtain before a dead program's screen, and loads the page anew when it is alive again. */
export function drawCurtain(screen: Element | null, isDead: boolean): void {
  const curtain = screen?.querySelector<HTMLElement>(".curtain");
  const frame = frameOf(screen);
  if (curtain === null || curtain === undefined) return;
  if (curtain.hidden === !isDead) return;
  curtain.hidden = !isDead;
  frame?.toggleAttribute("inert", isDead);
  const url = frame?.getAttribute("src") ?? null;
  if (!isDead && frame !== null && url !== null) frame.src = url;
}
