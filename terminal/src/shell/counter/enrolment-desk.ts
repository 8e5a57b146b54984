import { must, unreachable, type StudentId } from "@saku/protocol";
import { ENROLMENT_START, step } from "../../core/enrolment/enrolment.ts";
import type {
  DoneFinger,
  EnrolmentEffect,
  EnrolmentEvent,
  EnrolmentState,
  Searched,
} from "../../core/enrolment/enrolment-state.ts";
import type { FingerRecord, SaveOutcome } from "../../core/vault/vault.ts";
import { childEnrolled, counterFailed } from "./events.ts";
import { createFingerDesk, type FingerDesk } from "./finger-desk.ts";
import { runMachine, type Machine } from "./machine.ts";
import type { CounterDeps } from "./ports.ts";

/** The enrolment machine with its hands. Prints and templates are kept by number until the machine forgets them. */
export interface EnrolmentDesk extends Machine<EnrolmentState, EnrolmentEvent> {
  close(): void;
}

/** The engine's quality from which a placement is called good (4 % of later touches miss; docs/fingerprint.md); below it is usable. */
const GOOD_QUALITY = 60;

type Prints = {
  readonly placements: Map<number, Uint8Array>;
  readonly templates: Map<number, { readonly bytes: Uint8Array; readonly of: readonly number[] }>;
};

/** Fingers that are begun again and again must not fill the memory. */
const PLACEMENT_COUNT_MAX = 64;

type Tools = {
  readonly deps: CounterDeps;
  readonly fingers: FingerDesk;
  readonly prints: Prints;
};
type SlowEffect = Effect<"extract" | "merge" | "verify" | "search" | "save">;
type Effect<Kind extends EnrolmentEffect["kind"]> = Extract<EnrolmentEffect, { kind: Kind }>;

export function openEnrolmentDesk(deps: CounterDeps, changed: () => void): EnrolmentDesk {
  const fingers = createFingerDesk(deps.station, (report) => machine.send(report));
  const prints: Prints = { placements: new Map(), templates: new Map() };
  const tools: Tools = { deps, fingers, prints };

  function perform(effect: EnrolmentEffect): void {
    switch (effect.kind) {
      case "capture":
      case "cancel-finger":
      case "wait-lifted":
        fingers.order(effect);
        return;
      case "light":
        void deps.station.setLight(effect.light);
        deps.indicator.show(effect.light === "waiting" ? "waiting" : "idle");
        return;
      case "signal":
        deps.indicator.show(effect.signal);
        return;
      case "forget":
        prints.placements.clear();
        prints.templates.clear();
        return;
      case "extract":
      case "merge":
      case "verify":
      case "search":
      case "save":
        work(tools, effect).then(machine.send, (error: unknown) => {
          counterFailed(deps.log, effect.kind, error);
          machine.send(
            effect.kind === "save"
              ? { kind: "save-refused", reason: "disk-failed" }
              : { kind: "work-failed" },
          );
        });
        return;
      default:
        unreachable(effect);
    }
  }

  const machine = runMachine<EnrolmentState, EnrolmentEvent, EnrolmentEffect>({
    start: ENROLMENT_START,
    step,
    face: ({ mode }) => mode,
    perform,
    changed,
  });
  return { ...machine, close: () => fingers.close() };
}

/** Each slow step as a promise of the event that answers it. */
function work(tools: Tools, effect: SlowEffect): Promise<EnrolmentEvent> {
  const { deps, prints } = tools;
  switch (effect.kind) {
    case "extract":
      return extract(tools, effect);
    case "merge":
      return merge(deps, prints, effect);
    case "verify":
      return verify(deps, prints, effect);
    case "search":
      return search(deps, prints, effect);
    case "save":
      return save(deps, prints, effect);
  }
}

async function extract(
  { deps, fingers, prints }: Tools,
  { capture }: Effect<"extract">,
): Promise<EnrolmentEvent> {
  const captured = must(fingers.take(capture), "A placement without its image");
  const report = await deps.matcher.extract(captured.image);
  if (report.kind === "poor")
    return { kind: "extracted", capture, result: { kind: "poor", cause: report.reason } };
  prints.placements.set(capture, report.template);
  const [oldest] = prints.placements.keys();
  if (prints.placements.size > PLACEMENT_COUNT_MAX && oldest !== undefined)
    prints.placements.delete(oldest);
  const word = report.quality >= GOOD_QUALITY ? "good" : "fair";
  return { kind: "extracted", capture, result: { kind: "usable", word } };
}

function placement(prints: Prints, number: number): Uint8Array {
  return must(prints.placements.get(number), "A placement that was not kept");
}

function template(prints: Prints, number: number): Uint8Array {
  return must(prints.templates.get(number), "A template that was not kept").bytes;
}

async function merge(
  deps: CounterDeps,
  prints: Prints,
  effect: Effect<"merge">,
): Promise<EnrolmentEvent> {
  const { placements } = effect;
  const report = await deps.matcher.consolidate(
    placements.map((number) => placement(prints, number)),
  );
  if (report.kind === "inconsistent")
    return { kind: "merged", template: effect.template, result: report };
  prints.templates.set(effect.template, { bytes: report.template, of: placements });
  return { kind: "merged", template: effect.template, result: { kind: "merged" } };
}

async function verify(
  deps: CounterDeps,
  prints: Prints,
  { template: number, capture }: Effect<"verify">,
): Promise<EnrolmentEvent> {
  const isMatch = await deps.matcher.verify(template(prints, number), placement(prints, capture));
  return { kind: "verified", capture, isMatch };
}

async function search(
  deps: CounterDeps,
  prints: Prints,
  effect: Effect<"search">,
): Promise<EnrolmentEvent> {
  return { kind: "searched", template: effect.template, result: await find(deps, prints, effect) };
}

/** All four placements together, as a patient child at the till would be searched. */
async function find(
  deps: CounterDeps,
  prints: Prints,
  { template: number, capture, except, others }: Effect<"search">,
): Promise<Searched> {
  const probe = placement(prints, capture);
  for (const other of others)
    if (await deps.matcher.verify(template(prints, other), probe)) return "same-finger";
  const { of } = must(prints.templates.get(number), "A template that was not kept");
  const probes = [probe, ...of.map((earlier) => placement(prints, earlier))];
  return (await deps.matcher.findDuplicate(probes, except)) ? "other-child" : "free";
}

/**
 * The PIN first: alone it is already a whole way to pay. The fingers follow in one record, so that there is no moment
 * with half of them (rule E9).
 */
async function save(
  deps: CounterDeps,
  prints: Prints,
  { student, fingers, pin }: Effect<"save">,
): Promise<EnrolmentEvent> {
  if (pin !== null) {
    const outcome = await deps.vault.savePin(student, pin);
    if (outcome.kind === "refused") return refused(outcome);
  }
  if (fingers.length > 0) {
    const record = recordOf(prints, student, fingers);
    const outcome = await deps.vault.saveFingers(record);
    if (outcome.kind === "refused") return refused(outcome);
    await deps.matcher.put(record);
  }
  childEnrolled(deps.log, { fingerCount: fingers.length, hasPin: pin !== null });
  return { kind: "saved" };
}

function refused({ reason }: Extract<SaveOutcome, { kind: "refused" }>): EnrolmentEvent {
  return { kind: "save-refused", reason };
}

function recordOf(
  prints: Prints,
  student: StudentId,
  fingers: readonly DoneFinger[],
): FingerRecord {
  return {
    student,
    fingers: fingers.map(({ finger, template: number }) => ({
      finger,
      template: template(prints, number),
    })),
  };
}
