import { studentId } from "@saku/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ENROLMENT_START, step } from "./enrolment.ts";
import type {
  EnrolChild,
  EnrolmentEffect,
  EnrolmentEvent,
  EnrolmentState,
  Searched,
} from "./enrolment-state.ts";

const aisyah: EnrolChild = {
  student: studentId("stu-aisyah"),
  number: "17",
  firstName: "Aisyah",
  className: "3A",
  consent: "granted",
  hasPin: false,
};

type Run = { readonly state: EnrolmentState; readonly effects: readonly EnrolmentEffect[] };

/** Effects are those of the last event only. */
function run(events: readonly EnrolmentEvent[], from: EnrolmentState = ENROLMENT_START): Run {
  let last: Run = { state: from, effects: [] };
  for (const event of events) last = step(last.state, event);
  return last;
}

const SENSOR: EnrolmentEvent = { kind: "sensor", sensor: "ready", buildCount: 3 };
const READY: readonly EnrolmentEvent[] = [SENSOR, { kind: "open" }];
const LIFT: EnrolmentEvent = { kind: "lifted", isFree: true };

function placing(
  fingers: readonly ("right-index" | "left-index")[],
  child = aisyah,
): EnrolmentState {
  return run([
    ...READY,
    { kind: "choose", child },
    { kind: "assent", isYes: true },
    { kind: "fingers", fingers },
    LIFT,
  ]).state;
}

function capture(state: EnrolmentState): number {
  const { task } = state.glass;
  if (task.kind !== "capture") throw new Error(`No capture runs but ${task.kind}`);
  return task.capture;
}

/** One usable placement, read. */
function place(state: EnrolmentState): Run {
  const number = capture(state);
  return run(
    [
      { kind: "captured", capture: number, outcome: "image" },
      { kind: "extracted", capture: number, result: { kind: "usable", word: "good" } },
    ],
    state,
  );
}

function lifted(state: EnrolmentState): EnrolmentState {
  return run([LIFT], state).state;
}

function built(state: EnrolmentState): Run {
  let next = place(state);
  for (let count = 1; count < state.buildCount; count++) next = place(lifted(next.state));
  return next;
}

function merged(state: EnrolmentState): EnrolmentState {
  const { state: merging } = built(state);
  const template = merging.nextTemplate - 1;
  return lifted(run([{ kind: "merged", template, result: { kind: "merged" } }], merging).state);
}

function searched(state: EnrolmentState, result: Searched): Run {
  const verifying = place(merged(state)).state;
  const template = verifying.nextTemplate - 1;
  const number = verifying.glass.nextCapture - 1;
  return run(
    [
      { kind: "verified", capture: number, isMatch: true },
      { kind: "searched", template, result },
    ],
    verifying,
  );
}

function atPin(child = aisyah): EnrolmentState {
  return searched(placing(["right-index"], child), "free").state;
}

describe("who may be enrolled", () => {
  test("[E1] without the operator's code nothing happens; after a child the roster is back", () => {
    const closed = run([{ kind: "choose", child: aisyah }]);
    expect(closed.state.mode.kind).toBe("closed");
    const saved = run(
      [{ kind: "pin", pin: "4821" }, { kind: "pin", pin: "4821" }, { kind: "saved" }],
      atPin(),
    );
    expect(saved.state.mode).toMatchObject({ kind: "saved", fingerCount: 1 });
    expect(run([{ kind: "next" }], saved.state).state.mode.kind).toBe("roster");
  });

  test.each(["none", "withdrawn"] as const)("[E2] consent %s opens no finger", (consent) => {
    const child = { ...aisyah, consent };
    const refused = run([...READY, { kind: "choose", child }]).state.mode;
    expect(refused).toEqual({ kind: "roster", note: "no-consent" });
    expect(run([...READY, { kind: "choose-pin", child }]).state.mode).toMatchObject({
      kind: "pin",
      collection: { fingers: [] },
    });
  });

  test("[E3] the child's no leads to the PIN", () => {
    const { mode } = run([
      ...READY,
      { kind: "choose", child: aisyah },
      { kind: "assent", isYes: false },
    ]).state;
    expect(mode).toMatchObject({ kind: "pin", collection: { fingers: [], done: [] } });
  });
});

describe("the placements", () => {
  test("[E4] are as many as the sensor's glass needs", () => {
    const small = run([{ ...SENSOR, buildCount: 6 }], placing(["right-index"])).state;
    let next = place(small);
    for (let count = 1; count < 6; count++) {
      expect(next.state.mode).toMatchObject({ kind: "placing", placing: { template: null } });
      next = place(lifted(next.state));
    }
    const order = next.effects.find(({ kind }) => kind === "merge");
    expect(order).toMatchObject({ placements: [1, 2, 3, 4, 5, 6] });
  });

  test.each<[readonly ("right-index" | "left-index")[], string]>([
    [[], "fingers"],
    [["right-index"], "placing"],
    [["right-index", "left-index"], "placing"],
  ])("[E4] choosing %o leads to %s", (fingers, kind) => {
    expect(placing(fingers).mode.kind).toBe(kind);
  });

  test("[E4] a poor placement says why, does not count, and the glass must be seen free", () => {
    const first = placing(["right-index"]);
    const number = capture(first);
    const poor = run(
      [
        { kind: "captured", capture: number, outcome: "image" },
        { kind: "extracted", capture: number, result: { kind: "poor", cause: "too-wet" } },
      ],
      first,
    );
    expect(poor.state.mode).toMatchObject({
      kind: "placing",
      placing: {
        placements: [],
        note: { kind: "quality", word: "poor", cause: "too-wet" },
        poorCount: 1,
      },
    });
    expect(poor.state.glass.task.kind).toBe("lift");
  });

  test("[E4] the third usable placement orders the merge of all three", () => {
    expect(built(placing(["right-index"])).effects).toContainEqual({
      kind: "merge",
      template: 1,
      placements: [1, 2, 3],
    });
  });

  test("[E4] a matcher that failed costs the last placement only", () => {
    const { state } = built(placing(["right-index"]));
    expect(run([{ kind: "work-failed" }], state).state.mode).toMatchObject({
      kind: "placing",
      placing: { placements: [1, 2], template: null, note: { kind: "unread" } },
    });
  });

  test("[E5] the placement that does not fit is taken again", () => {
    const { state } = built(placing(["right-index"]));
    const result = { kind: "inconsistent", placementIndex: 1 } as const;
    expect(run([{ kind: "merged", template: 1, result }], state).state.mode).toMatchObject({
      kind: "placing",
      placing: { placements: [1, 3], template: null, note: { kind: "inconsistent" } },
    });
  });

  test("[E6] the fourth placement verifies; two misses begin the finger anew", () => {
    const verifying = place(merged(placing(["right-index"])));
    expect(verifying.effects).toContainEqual({ kind: "verify", template: 1, capture: 4 });
    const missed = run([{ kind: "verified", capture: 4, isMatch: false }, LIFT], verifying.state);
    expect(missed.state.mode).toMatchObject({
      kind: "placing",
      placing: { template: 1, note: { kind: "not-verified" } },
    });
    const again = place(missed.state).state;
    expect(run([{ kind: "verified", capture: 5, isMatch: false }], again).state.mode).toMatchObject(
      {
        placing: { template: null, placements: [] },
      },
    );
  });

  test("[E7] another child's finger ends in one sentence and stores nothing", () => {
    const { state } = searched(placing(["right-index"]), "other-child");
    expect(state.mode).toMatchObject({ kind: "duplicate", finger: "right-index" });
    const left = run([{ kind: "cancel" }], state);
    expect(left.effects).toContainEqual({ kind: "forget" });
    expect(left.effects.map((effect) => effect.kind)).not.toContain("save");
  });

  test("[E7] the child's own first finger is not a second one", () => {
    const second = lifted(searched(placing(["right-index", "left-index"]), "free").state);
    expect(second.mode).toMatchObject({ placing: { finger: "left-index" } });
    expect(searched(second, "same-finger").state.mode).toMatchObject({
      kind: "placing",
      collection: { done: [{ finger: "right-index", template: 1 }] },
      placing: { finger: "left-index", note: { kind: "same-finger" } },
    });
  });
});

describe("the PIN and the save", () => {
  test.each([["123"], ["1234567"], ["12a4"], [""]])("[E8] %o is not a PIN", (pin) => {
    expect(run([{ kind: "pin", pin }], atPin()).state.mode).toMatchObject({ note: "length" });
  });

  test("[E8] two different PINs start over", () => {
    const { mode } = run(
      [
        { kind: "pin", pin: "4821" },
        { kind: "pin", pin: "4822" },
      ],
      atPin(),
    ).state;
    expect(mode).toMatchObject({ kind: "pin", first: null, note: "differs" });
  });

  test("[E8] only a child who has a PIN and gave a finger may keep it", () => {
    expect(run([{ kind: "pin-skip" }], atPin()).state.mode.kind).toBe("pin");
    const kept = run([{ kind: "pin-skip" }], atPin({ ...aisyah, hasPin: true }));
    expect(kept.effects).toContainEqual({
      kind: "save",
      student: aisyah.student,
      fingers: [{ finger: "right-index", template: 1 }],
      pin: null,
    });
  });

  test("[E9] one order stores everything, and nobody can leave while it is carried out", () => {
    const twice: EnrolmentEvent[] = [
      { kind: "pin", pin: "4821" },
      { kind: "pin", pin: "4821" },
    ];
    const saving = run(twice, atPin());
    expect(saving.effects).toEqual([
      {
        kind: "save",
        student: aisyah.student,
        fingers: [{ finger: "right-index", template: 1 }],
        pin: "4821",
      },
    ]);
    expect(run([{ kind: "cancel" }, { kind: "close" }], saving.state).state.mode.kind).toBe(
      "saving",
    );
    expect(run([{ kind: "saved" }], saving.state).effects).toContainEqual({ kind: "forget" });
  });

  test("[E10] a refused save says why and may be tried once more", () => {
    const failed = run(
      [
        { kind: "pin", pin: "4821" },
        { kind: "pin", pin: "4821" },
        { kind: "save-refused", reason: "no-epoch-key" },
      ],
      atPin(),
    );
    expect(failed.state.mode).toMatchObject({ kind: "failed", reason: "no-epoch-key" });
    expect(run([{ kind: "redo" }], failed.state).effects).toContainEqual(
      expect.objectContaining({ kind: "save", pin: "4821" }),
    );
  });
});

test("[E9] whatever happens, a save carries only fingers that were verified and searched for this child", () => {
  const presses: readonly EnrolmentEvent[] = [
    { kind: "open" },
    { kind: "choose", child: aisyah },
    { kind: "assent", isYes: true },
    { kind: "fingers", fingers: ["right-index", "left-index"] },
    { kind: "redo" },
    { kind: "other-finger", finger: "left-thumb" },
    { kind: "pin-only" },
    { kind: "pin", pin: "4821" },
    { kind: "cancel" },
    { kind: "next" },
    { kind: "sensor", sensor: "away" },
    SENSOR,
    { kind: "work-failed" },
    { kind: "saved" },
  ];
  const turn = fc.record({ press: fc.nat(presses.length * 6), isGood: fc.boolean() });
  fc.assert(
    fc.property(fc.array(turn, { maxLength: 200 }), (turns) => {
      let state = run(READY).state;
      let free = new Set<number>();
      for (const { press, isGood } of turns) {
        const event = presses[press] ?? reply(state, isGood);
        if (event.kind === "searched" && event.result === "free") free.add(event.template);
        const next = step(state, event);
        for (const effect of next.effects) {
          if (effect.kind === "save")
            for (const { template } of effect.fingers) expect(free.has(template)).toBe(true);
          if (effect.kind === "forget") free = new Set();
        }
        state = next.state;
      }
    }),
    { numRuns: 300 },
  );
});

/** What the world would answer next. */
function reply(state: EnrolmentState, isGood: boolean): EnrolmentEvent {
  const { mode, glass } = state;
  if (mode.kind === "roster") return { kind: "choose", child: aisyah };
  if (mode.kind === "assent") return { kind: "assent", isYes: true };
  if (mode.kind === "fingers") return { kind: "fingers", fingers: ["right-index", "left-index"] };
  if (mode.kind === "pin") return { kind: "pin", pin: "4821" };
  if (glass.task.kind === "lift") return LIFT;
  if (glass.task.kind === "capture")
    return { kind: "captured", capture: glass.task.capture, outcome: "image" };
  if (mode.kind !== "working") return { kind: "cancel" };
  const { capture: number, placing: current, work } = mode;
  const template = current.template ?? 0;
  switch (work) {
    case "extracting":
      return { kind: "extracted", capture: number, result: { kind: "usable", word: "good" } };
    case "merging":
      return {
        kind: "merged",
        template,
        result: isGood ? { kind: "merged" } : { kind: "inconsistent", placementIndex: 0 },
      };
    case "verifying":
      return { kind: "verified", capture: number, isMatch: isGood };
    case "searching":
      return { kind: "searched", template, result: isGood ? "free" : "other-child" };
  }
}
