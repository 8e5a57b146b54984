/** What the sensor is doing for a machine, and whether its glass may be read. */
export type GlassState = {
  readonly sensor: "ready" | "away";
  /** `held`: the glass must be seen free before anything is captured again (rule C6). */
  readonly glass: "free" | "held";
  /** What the sensor was told to do; one thing at a time. */
  readonly task: GlassTask;
  readonly nextCapture: number;
};

export type GlassTask =
  | { readonly kind: "none" }
  /** `isTaken`: the module has its image and is bringing it up, which takes seconds. */
  | { readonly kind: "capture"; readonly capture: number; readonly isTaken: boolean }
  | { readonly kind: "lift" };

export type GlassOrder =
  | { readonly kind: "capture"; readonly capture: number; readonly waitMs: number }
  /** Ends the running capture or wait; nothing of it may be reported afterwards. */
  | { readonly kind: "cancel-finger" }
  | { readonly kind: "wait-lifted"; readonly waitMs: number };

export type GlassStep = { readonly glass: GlassState; readonly orders: readonly GlassOrder[] };

/** What lies on the glass at start is unknown. */
export const GLASS_START: GlassState = {
  sensor: "away",
  glass: "held",
  task: { kind: "none" },
  nextCapture: 1,
};

/** One capture asks the sensor to look this long; it is renewed as long as a finger is wanted. */
export const CAPTURE_WAIT_MS = 30_000;
export const LIFT_WAIT_MS = 30_000;

const IDLE: GlassTask = { kind: "none" };

/** `resting`: the sensor is not this machine's to use. */
export type GlassWish = "capture" | "nothing" | "resting";

/** Starts and ends the sensor's tasks so that one capture runs exactly when it is wanted and the glass is free. */
export function followGlass(glass: GlassState, wish: GlassWish): GlassStep {
  if (glass.sensor === "away" || wish === "resting") return rest(glass);
  if (glass.task.kind === "capture" && wish === "nothing") {
    const rested = rest(glass);
    const started = start(rested.glass, wish);
    return { glass: started.glass, orders: [...rested.orders, ...started.orders] };
  }
  return glass.task.kind === "none" ? start(glass, wish) : { glass, orders: [] };
}

function rest(glass: GlassState): GlassStep {
  const isRunning = glass.task.kind !== "none";
  return {
    glass: { ...glass, task: IDLE, glass: "held" },
    orders: isRunning ? [{ kind: "cancel-finger" }] : [],
  };
}

function start(glass: GlassState, wish: GlassWish): GlassStep {
  if (glass.glass === "held")
    return {
      glass: { ...glass, task: { kind: "lift" } },
      orders: [{ kind: "wait-lifted", waitMs: LIFT_WAIT_MS }],
    };
  if (wish !== "capture") return { glass, orders: [] };
  const capture = glass.nextCapture;
  return {
    glass: {
      ...glass,
      task: { kind: "capture", capture, isTaken: false },
      nextCapture: capture + 1,
    },
    orders: [{ kind: "capture", capture, waitMs: CAPTURE_WAIT_MS }],
  };
}

/** The glass after a capture's report, or null when it is not the running capture's. */
export function afterCapture(
  glass: GlassState,
  capture: number,
  sawFinger: boolean,
): GlassState | null {
  if (glass.task.kind !== "capture" || glass.task.capture !== capture) return null;
  return sawFinger ? { ...glass, task: IDLE, glass: "held" } : { ...glass, task: IDLE };
}

/** The glass once the module has taken its image, or null when that is not the running capture's. */
export function afterTaken(glass: GlassState, capture: number): GlassState | null {
  if (glass.task.kind !== "capture" || glass.task.capture !== capture) return null;
  return { ...glass, task: { ...glass.task, isTaken: true } };
}

/** True while an image is on its way from the module. */
export function isReading({ task }: GlassState): boolean {
  return task.kind === "capture" && task.isTaken;
}

/** The glass after a wait's report, or null when nothing was waited for. */
export function afterLift(glass: GlassState, isFree: boolean): GlassState | null {
  if (glass.task.kind !== "lift") return null;
  return isFree ? { ...glass, task: IDLE, glass: "free" } : { ...glass, task: IDLE };
}
