import { z } from "zod";
import type { SimulatedModule } from "../sensor-module.ts";
import type { World } from "../world.ts";
import type { CounterClient } from "./counter-client.ts";
import { until } from "./until.ts";

/** A child at the enrolment page, and which impressions the child's fingers show, in turn. */
export type Enrolee = {
  readonly student: string;
  readonly pin: string;
  readonly fingers: readonly { readonly name: string; readonly fingerId: string }[];
  /** Impressions of the placements in order; the last one is used for the verification. Empty = the world's next. */
  readonly impressions: readonly number[];
};

/** The operator's session at one counter's enrolment page. */
export interface Enroller {
  enrol(enrolee: Enrolee): Promise<void>;
  close(): Promise<void>;
}

type EnrolView = {
  readonly screen: string;
  readonly wants: "finger" | "lift" | null;
  readonly finger: string | null;
  readonly phase: "build" | "verify" | null;
  readonly placementCount: number;
  readonly note: { readonly kind: string } | null;
  readonly pinStep: "first" | "second" | null;
  readonly reason: string | null;
  readonly rev: number;
};

const viewSchema: z.ZodType<EnrolView> = z.object({
  screen: z.string(),
  wants: z.enum(["finger", "lift"]).nullable(),
  finger: z.string().nullable(),
  phase: z.enum(["build", "verify"]).nullable(),
  placementCount: z.number(),
  note: z.object({ kind: z.string() }).nullable(),
  pinStep: z.enum(["first", "second"]).nullable(),
  reason: z.string().nullable(),
  rev: z.number(),
});

const STEP_TIMEOUT_MS = 45_000;
/** A child who is asked this often for one finger is sent to the PIN by any operator. */
const PLACEMENTS_MAX = 12;

type Desk = {
  view(): Promise<EnrolView>;
  press(body: Readonly<Record<string, unknown>>): Promise<void>;
};

function waitFor(desk: Desk, what: string, isIt: (view: EnrolView) => boolean): Promise<EnrolView> {
  return until(
    what,
    async () => {
      const view = await desk.view();
      return isIt(view) ? view : null;
    },
    { timeoutMs: STEP_TIMEOUT_MS },
  );
}

const isPlacing = ({ screen }: EnrolView): boolean => screen === "placing" || screen === "working";

/** Lays fingers on the glass until the page has what it wants. */
async function placeFingers(
  desk: Desk,
  module: SimulatedModule,
  world: World,
  enrolee: Enrolee,
): Promise<EnrolView> {
  let placements = 0;
  for (;;) {
    const view = await waitFor(
      desk,
      "the enrolment page to want a finger",
      (now) => now.wants === "finger" || !isPlacing(now),
    );
    if (!isPlacing(view)) return view;
    if (placements++ > PLACEMENTS_MAX)
      throw new Error(`Enrolment did not take the finger: ${view.note?.kind ?? "no reason"}`);
    const finger = enrolee.fingers.find(({ name }) => name === view.finger);
    if (finger === undefined) throw new Error(`Enrolment asks for ${view.finger ?? "no finger"}`);
    const place = view.phase === "verify" ? enrolee.impressions.length - 1 : view.placementCount;
    const impressionIndex = enrolee.impressions[Math.min(place, enrolee.impressions.length - 1)];
    module.place(
      world.place(finger.fingerId, impressionIndex === undefined ? {} : { impressionIndex }),
    );
    try {
      await waitFor(
        desk,
        "the placement to be taken",
        (now) => now.rev > view.rev && now.wants !== "finger",
      );
    } finally {
      module.lift();
    }
  }
}

async function enrolChild(
  desk: Desk,
  module: SimulatedModule,
  world: World,
  enrolee: Enrolee,
): Promise<void> {
  await waitFor(desk, "the roster", ({ screen }) => screen === "roster");
  await desk.press({ kind: "choose", student: enrolee.student });
  await waitFor(desk, "the child's own yes", ({ screen }) => screen === "assent");
  await desk.press({ kind: "assent", isYes: true });
  await desk.press({ kind: "fingers", fingers: enrolee.fingers.map(({ name }) => name) });
  const view = await placeFingers(desk, module, world, enrolee);
  if (view.screen !== "pin") throw new Error(`Enrolment ended at "${view.screen}"`);
  await desk.press({ kind: "pin", pin: enrolee.pin });
  await waitFor(desk, "the PIN again", ({ pinStep }) => pinStep === "second");
  await desk.press({ kind: "pin", pin: enrolee.pin });
  const end = await waitFor(
    desk,
    "the enrolment to be saved",
    ({ screen }) => screen === "saved" || screen === "failed",
  );
  if (end.screen === "failed") throw new Error(`Enrolment was not saved: ${end.reason ?? "?"}`);
  await desk.press({ kind: "next" });
}

/** Opens the enrolment page with the operator's code. */
export async function openEnroller(
  counter: CounterClient,
  module: SimulatedModule,
  world: World,
  operatorCode: string,
): Promise<Enroller> {
  const opened = await counter.call("POST", "/enrol/open", { code: operatorCode });
  const { session } = z.object({ session: z.string() }).parse(opened);
  const desk: Desk = {
    view: async () =>
      viewSchema.parse(await counter.call("GET", "/enrol/view", undefined, session)),
    press: async (body) => void (await counter.call("POST", "/enrol/press", body, session)),
  };
  return {
    enrol: (enrolee) => enrolChild(desk, module, world, enrolee),
    close: async () => void (await counter.call("POST", "/enrol/close", {}, session)),
  };
}
