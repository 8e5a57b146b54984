import { must } from "@saku/protocol";
import type { Order } from "@saku/cloud-broker/shell/http/office";
import { ADMINS } from "./school.ts";
import type { SchoolRun } from "./seed-run.ts";
import type { Till } from "./till.ts";

const SECOND_MS = 1_000;
const TRY_AGAIN_MS = 10 * SECOND_MS;

type Step = {
  readonly name: string;
  readonly who: 0 | 1;
  readonly afterMs: number;
  readonly give: (
    run: SchoolRun,
    order: Order,
    device: string,
  ) => Promise<{ readonly kind: string }>;
};

/** One person says it, another agrees; then both want the money given back before the days are over [G11]. */
const STEPS: readonly Step[] = [
  {
    name: "declared lost",
    who: 0,
    afterMs: 5 * SECOND_MS,
    give: async (run, order, device) => writingOf(run).declareLost(order, device),
  },
  {
    name: "confirmed lost",
    who: 1,
    afterMs: 10 * SECOND_MS,
    give: async (run, order, device) => writingOf(run).confirmLost(order, device),
  },
  {
    name: "asked to be written off",
    who: 0,
    afterMs: 20 * SECOND_MS,
    give: async (run, order, device) => writingOf(run).orderWriteOff(order, device),
  },
  {
    name: "written off",
    who: 1,
    afterMs: 5 * SECOND_MS,
    give: async (run, order, device) => writingOf(run).orderWriteOff(order, device),
  },
];

const writingOf = (run: SchoolRun) => must(run.cloud.parts, "A cloud that is up").office.writing;

function follow(run: SchoolRun, till: Till, index: number): void {
  const step = STEPS[index];
  if (step === undefined) return;
  const attempt = (): void => {
    if (run.isCalm) return;
    if (!run.cloud.isUp) {
      run.agenda.at(run.agenda.nowMs + TRY_AGAIN_MS, attempt);
      return;
    }
    const person = must(ADMINS[step.who] ?? null, "A person of the office");
    const idempotencyKey = `lost-${till.name}-${index}`;
    const order = { actor: { person, role: "school-admin" }, idempotencyKey } as const;
    step.give(run, order, till.keys.device).then(
      ({ kind }) => {
        run.story.tell(`school: ${till.name} is ${step.name}: ${kind}`);
        follow(run, till, index + 1);
      },
      (error: unknown) => run.world.broken("Q-lost", String(error)),
    );
  };
  run.agenda.at(run.agenda.nowMs + step.afterMs, attempt);
}

/** A terminal is gone, with what it sold and never delivered; it is found again when the faults stop. One in a run. */
export function loseTerminal(run: SchoolRun, till: Till): void {
  if (run.gone !== null || run.tills.length < 3) return;
  run.gone = till;
  run.oracle.wereLost.add(till.name);
  run.world.fault(`${till.name} is gone`);
  till.stop("power");
  follow(run, till, 0);
}
