import { rupiah } from "@saku/protocol";
import { describe, expect, test } from "vitest";
import {
  aisyah,
  budi,
  charged,
  digits,
  enter,
  key,
  keys,
  known,
  lift,
  opened,
  pinChild,
  place,
  run,
  runningCapture,
  sale,
  till,
} from "./checkout.suite.ts";
import type { CheckoutEvent, CheckoutState } from "./checkout-state.ts";

describe("the amount", () => {
  test.each<[string, CheckoutEvent[], number]>([
    ["digits", keys("1", "2", "000"), 12_000],
    ["back", keys("1", "2", "back"), 1],
    ["clear", keys("1", "2", "clear"), 0],
    ["plus", keys("3", "000", "plus", "2", "000"), 5_000],
    ["a quick key after digits", [...keys("5", "0", "0"), { kind: "quick", index: 1 }], 2_500],
    ["back over a finished line", [{ kind: "quick", index: 0 }, key("plus"), key("back")], 0],
    ["an unknown quick key", [{ kind: "quick", index: 9 }], 0],
  ])("[C1] %s", (_name, events, amount) => {
    const { state } = run([...events, { kind: "charge" }], opened());
    if (amount === 0) expect(state.mode.kind).toBe("till");
    else expect(state.mode).toMatchObject({ kind: "waiting", order: { amount } });
  });

  test("[C1] a twenty-first line is refused", () => {
    const quick: CheckoutEvent = { kind: "quick", index: 1 };
    const { state } = run(
      Array.from({ length: 21 }, () => quick),
      opened(),
    );
    expect(state.mode).toMatchObject({ kind: "till", note: "over-cap" });
    expect(state.mode.kind === "till" && state.mode.basket.items).toHaveLength(20);
  });

  test("[C2] repeat charges the last approved amount, and nothing before one", () => {
    expect(run([{ kind: "repeat" }], opened()).state.mode.kind).toBe("till");
    const deciding = place(charged(7_500), known).state;
    const sold = run(
      [{ kind: "sold", charge: deciding.charge, sale }, { kind: "repeat" }],
      deciding,
    );
    expect(sold.state.mode).toMatchObject({ kind: "waiting", order: { amount: 7_500 } });
  });

  test.each<[string, CheckoutEvent[], number]>([
    ["typing", keys("5", "0", "0", "0", "1"), 5_000],
    ["typing past it", keys("6", "0", "0", "0", "0"), 6_000],
    ["a whole amount", [{ kind: "amount", amount: rupiah(50_001) }], 0],
  ])("[C3] the cap stops %s", (_name, events, total) => {
    const { mode } = run(events, opened()).state;
    expect(mode).toMatchObject({ kind: "till", note: "over-cap", basket: { entry: total } });
  });

  test("[C3] a basket kept from before a lower cap cannot be charged", () => {
    const lower: CheckoutEvent = { kind: "stall", till: { ...till, perSale: rupiah(1_000) } };
    const amount: CheckoutEvent = { kind: "amount", amount: rupiah(5_000) };
    const { mode } = run([amount, lower, { kind: "charge" }], opened()).state;
    expect(mode).toMatchObject({ kind: "till", note: "over-cap" });
  });
});

describe("the finger", () => {
  test("[C4] after thirty seconds without a finger the amount is back and nothing was sold", () => {
    const { effects } = run(
      [{ kind: "amount", amount: rupiah(5_000) }, { kind: "charge" }],
      opened(),
    );
    expect(effects).toContainEqual({ kind: "start-timer", timer: "waiting", ms: 30_000 });
    const late = run([{ kind: "timer", timer: "waiting" }], charged());
    expect(late.state.mode).toMatchObject({ kind: "till", basket: { entry: 5_000 } });
    expect(late.effects.map((effect) => effect.kind)).not.toContain("sell");
  });

  test("[C4] a finger that came in time is read to the end, however late its image is", () => {
    const waiting = charged();
    const capture = runningCapture(waiting);
    const late: CheckoutEvent[] = [
      { kind: "taken", capture },
      { kind: "timer", timer: "waiting" },
    ];
    const { state } = run(late, waiting);
    expect(state.mode.kind).toBe("waiting");
    expect(place(state, known).state.mode.kind).toBe("deciding");
  });

  test("[C4] a capture that ran out of time is renewed as long as the charge waits", () => {
    const waiting = charged();
    const capture = runningCapture(waiting);
    const { effects } = run([{ kind: "captured", capture, outcome: "no-finger" }], waiting);
    expect(effects).toContainEqual({ kind: "capture", capture: capture + 1, waitMs: 30_000 });
  });

  test("[C5] a finger that came first is read when Tagih is pressed, not before", () => {
    const typed = run(keys("5", "000"), opened()).state;
    const capture = runningCapture(typed);
    const early = run([{ kind: "captured", capture, outcome: "image" }], typed);
    expect(early.effects.map((effect) => effect.kind)).not.toContain("identify");
    const { state, effects } = run([{ kind: "charge" }], early.state);
    expect(state.mode).toMatchObject({ kind: "identifying", capture });
    expect(effects).toContainEqual({ kind: "identify", capture, earlier: [] });
  });

  test("[C5] a finger that left before Tagih is forgotten unread", () => {
    const typed = run(keys("5", "000"), opened()).state;
    const capture = runningCapture(typed);
    const left = run([{ kind: "captured", capture, outcome: "image" }, lift], typed);
    expect(left.effects).toContainEqual({ kind: "forget-probes" });
    expect(run([{ kind: "charge" }], left.state).state.mode.kind).toBe("waiting");
  });

  test("[C6] after a sale the next charge captures nothing until the glass was seen free", () => {
    const deciding = place(charged(), known).state;
    const next = run([{ kind: "sold", charge: 1, sale }, { kind: "repeat" }], deciding);
    expect(next.state.mode.kind).toBe("waiting");
    expect(next.state.finger.glass.task).toEqual({ kind: "lift" });
    const lying = run([{ kind: "lifted", isFree: false }], next.state);
    expect(lying.effects).toEqual([{ kind: "wait-lifted", waitMs: 30_000 }]);
    expect(run([lift], lying.state).state.finger.glass.task.kind).toBe("capture");
  });

  test("[C6] a cancelled capture leaves the glass unknown", () => {
    const { state, effects } = run([{ kind: "pin-start" }], charged());
    expect(effects).toContainEqual({ kind: "cancel-finger" });
    expect(state.finger.glass).toMatchObject({ glass: "held", task: { kind: "lift" } });
  });

  test("[C7] three placements, each coached, evidence handed on, then the PIN", () => {
    const first = place(charged(), { kind: "not-found" });
    expect(first.state.mode).toMatchObject({
      kind: "waiting",
      coach: "wipe",
      order: { attempt: 2 },
    });
    const second = run([lift], first.state).state;
    const capture = runningCapture(second);
    const read = run([{ kind: "captured", capture, outcome: "image" }], second);
    expect(read.effects).toContainEqual({ kind: "identify", capture, earlier: [1] });
    const third = run(
      [{ kind: "read", capture, reading: { kind: "ambiguous" } }, lift],
      read.state,
    );
    expect(third.state.mode).toMatchObject({ coach: "other-finger", order: { probes: [1, 2] } });
    expect(place(third.state, { kind: "unread" }).state.mode).toMatchObject({
      kind: "pin",
      isFallback: true,
    });
  });

  test("[C7] a placement that the module could not take counts as one", () => {
    const waiting = charged();
    const capture = runningCapture(waiting);
    const { state } = run([{ kind: "captured", capture, outcome: "poor" }], waiting);
    expect(state.mode).toMatchObject({ kind: "waiting", coach: "wipe", order: { attempt: 2 } });
  });

  test("[C8] a sale that was left ignores the reading that arrives late", () => {
    const waiting = charged();
    const capture = runningCapture(waiting);
    const left = run(
      [{ kind: "captured", capture, outcome: "image" }, { kind: "cancel" }],
      waiting,
    ).state;
    const late = run([{ kind: "read", capture, reading: known }], left);
    expect(late.state.mode).toMatchObject({ kind: "till", basket: { entry: 5_000 } });
    expect(late.effects).toEqual([]);
  });
});

describe("the decision", () => {
  test("[C9] the sale is ordered once with the charged amount, and no key disturbs it", () => {
    const { state, effects } = place(charged(12_500), known);
    expect(effects).toContainEqual({
      kind: "sell",
      charge: 1,
      student: aisyah,
      amount: 12_500,
      method: "finger",
    });
    const presses: CheckoutEvent[] = [
      { kind: "cancel" },
      { kind: "charge" },
      { kind: "repeat" },
      key("7"),
      { kind: "pin-start" },
      { kind: "pause" },
    ];
    for (const press of presses) expect(run([press], state).state.mode).toBe(state.mode);
  });

  test("[C9] an answer of another charge is not this charge's answer", () => {
    const deciding = place(charged(), known).state;
    expect(run([{ kind: "sold", charge: 7, sale }], deciding).state.mode.kind).toBe("deciding");
  });

  test("[C10] sold is shown, signalled and reported as shown in one step", () => {
    const deciding = place(charged(), known).state;
    const { state, effects } = run([{ kind: "sold", charge: 1, sale }], deciding);
    expect(state.mode).toEqual({ kind: "approved", sale });
    expect(effects).toEqual([
      { kind: "signal", signal: "approved" },
      { kind: "mark-shown", saleId: sale.saleId },
      { kind: "start-timer", timer: "approved", ms: 1_200 },
      { kind: "light", light: "approved" },
    ]);
  });

  test("[C11] a key during approved begins the next amount", () => {
    const deciding = place(charged(), known).state;
    const { state } = run([{ kind: "sold", charge: 1, sale }, key("8")], deciding);
    expect(state.mode).toMatchObject({ kind: "till", basket: { items: [], entry: 8 } });
    const waited = run(
      [
        { kind: "sold", charge: 1, sale },
        { kind: "timer", timer: "approved" },
      ],
      deciding,
    );
    expect(waited.state.mode).toMatchObject({ kind: "till", basket: { entry: 0 } });
  });

  test("[C11] after not-this-time the amount is kept for editing", () => {
    const deciding = place(charged(), known).state;
    const refused = run([{ kind: "refused", charge: 1, reason: "funds" }], deciding);
    expect(refused.effects).toContainEqual({
      kind: "start-timer",
      timer: "not-this-time",
      ms: 2_500,
    });
    expect(run([key("back")], refused.state).state.mode).toMatchObject({ basket: { entry: 500 } });
    expect(
      run([{ kind: "timer", timer: "not-this-time" }], refused.state).state.mode,
    ).toMatchObject({
      kind: "till",
      basket: { entry: 5_000 },
    });
  });

  test("[C17] the reserve is offered only where the desk says so, and serves the same child and amount once", () => {
    const deciding = place(charged(), known).state;
    const plain = run([{ kind: "refused", charge: 1, reason: "funds" }], deciding).state;
    expect(run([{ kind: "reserve" }], plain).state.mode).toBe(plain.mode);
    const reserve = { student: aisyah, method: "finger" } as const;
    const offered = run([{ kind: "refused", charge: 1, reason: "funds", reserve }], deciding);
    expect(offered.effects).toContainEqual({
      kind: "start-timer",
      timer: "not-this-time",
      ms: 8_000,
    });
    const asked = run([{ kind: "reserve" }], offered.state);
    expect(asked.effects).toContainEqual({
      kind: "serve-reserve",
      charge: 2,
      student: aisyah,
      amount: 5_000,
      method: "finger",
    });
    expect(run([{ kind: "reserve" }], asked.state).effects).toEqual([]);
    const served = run([{ kind: "sold", charge: 2, sale }], asked.state).state;
    expect(served.mode).toMatchObject({ kind: "approved" });
  });

  test("[C12] the reason is shown only when the merchant holds the button", () => {
    const deciding = place(charged(), known).state;
    const refused = run([{ kind: "refused", charge: 1, reason: "limit" }], deciding).state;
    expect(refused.mode).toMatchObject({ isReasonShown: false });
    const held = run([{ kind: "reason" }], refused);
    expect(held.state.mode).toMatchObject({ isReasonShown: true, reason: "limit" });
    expect(held.effects).toEqual([{ kind: "start-timer", timer: "not-this-time", ms: 8_000 }]);
  });

  test("[C13] when the desk gives no answer the disk is asked, and the sale found there is put to the operator", () => {
    const deciding = place(charged(), known).state;
    const unknown = run([{ kind: "sale-unknown", charge: 1 }], deciding);
    expect(unknown.effects).toContainEqual({ kind: "find-unconfirmed" });
    const asked = run([{ kind: "unconfirmed", sale }, { kind: "charge" }, key("5")], unknown.state);
    expect(asked.state.mode).toEqual({ kind: "unconfirmed", sale, step: "asking" });
  });

  test("[C13] the operator hands over or voids, and a refused void can only be handed over", () => {
    const asking = run([{ kind: "unconfirmed", sale }], opened()).state;
    const handed = run([{ kind: "hand-over" }], asking);
    expect(handed.effects).toContainEqual({ kind: "mark-shown", saleId: sale.saleId });
    expect(handed.state.mode.kind).toBe("till");
    const voiding = run([{ kind: "void" }, { kind: "void" }], asking);
    expect(voiding.state.mode).toMatchObject({ step: "voiding" });
    expect(voiding.effects).toEqual([]);
    const refused = run(
      [{ kind: "voided", saleId: sale.saleId, isVoided: false }, { kind: "void" }],
      voiding.state,
    );
    expect(refused.state.mode).toMatchObject({ step: "void-refused" });
    expect(run([{ kind: "hand-over" }], refused.state).state.mode.kind).toBe("till");
  });
});

describe("the PIN", () => {
  const atCode = (): CheckoutState =>
    run([{ kind: "pin-start" }, ...digits("17"), enter(), pinChild(aisyah)], charged()).state;
  const wrong = (student = aisyah, nowMs = 0): CheckoutEvent => ({
    kind: "pin-checked",
    charge: 1,
    student,
    isRight: false,
    nowMs,
  });

  test("[C14] number, then PIN, then the sale", () => {
    const checking = run([...digits("1234"), enter()], atCode());
    expect(checking.effects).toContainEqual({
      kind: "check-pin",
      charge: 1,
      student: aisyah,
      pin: "1234",
    });
    const right: CheckoutEvent = {
      kind: "pin-checked",
      charge: 1,
      student: aisyah,
      isRight: true,
      nowMs: 0,
    };
    const { state, effects } = run([right], checking.state);
    expect(state.mode.kind).toBe("deciding");
    expect(effects).toContainEqual({
      kind: "sell",
      charge: 1,
      student: aisyah,
      amount: 5_000,
      method: "pin",
    });
  });

  test.each([
    ["unknown-number", { ...pinChild(aisyah), child: null } as CheckoutEvent],
    ["no-pin", pinChild(aisyah, false)],
  ])("[C14] %s asks for the number again", (note, answer) => {
    const { mode } = run(
      [{ kind: "pin-start" }, ...digits("17"), enter(), answer],
      charged(),
    ).state;
    expect(mode).toMatchObject({ kind: "pin", pin: { kind: "number", note } });
  });

  test("[C14] three digits are not a PIN and seven cannot be typed", () => {
    expect(run([...digits("123"), enter()], atCode()).effects).toEqual([]);
    expect(run(digits("1234567"), atCode()).state.mode).toMatchObject({
      pin: { digits: "123456" },
    });
  });

  test("[C14] the fifth wrong PIN makes this child wait five minutes, and only this child", () => {
    let state = atCode();
    for (let count = 1; count <= 5; count++)
      state = run([...digits("9999"), enter(1_000), wrong(aisyah, 1_000)], state).state;
    expect(state.mode).toMatchObject({
      kind: "pin",
      pin: { kind: "number", note: "cooling", untilMs: 301_000 },
    });
    const again = (child: typeof aisyah, nowMs: number): CheckoutState["mode"] =>
      run([...digits("17"), enter(), { ...pinChild(child), nowMs } as CheckoutEvent], state).state
        .mode;
    expect(again(aisyah, 300_999)).toMatchObject({ pin: { note: "cooling" } });
    expect(again(aisyah, 301_000)).toMatchObject({ pin: { kind: "code" } });
    expect(again(budi, 2_000)).toMatchObject({ pin: { kind: "code" } });
  });

  test("[C14] leaving during the check neither sells nor saves the wrong try", () => {
    const left = run([...digits("9999"), enter(), { kind: "cancel" }, wrong()], atCode());
    expect(left.state.mode.kind).toBe("till");
    expect(left.state.lockouts.get(aisyah)).toEqual({ wrongCount: 1, untilMs: 0 });
  });

  test("[C14] a right PIN forgives the wrong ones", () => {
    const once = run([...digits("9999"), enter(), wrong()], atCode()).state;
    expect(once.mode).toMatchObject({ pin: { triesLeft: 4 } });
    const right = run(
      [
        ...digits("1234"),
        enter(),
        { kind: "pin-checked", charge: 1, student: aisyah, isRight: true, nowMs: 0 },
      ],
      once,
    );
    expect(right.state.lockouts.size).toBe(0);
  });
});

describe("outages and enrolment", () => {
  test("[C15] the charge goes on when the sensor leaves and returns, with nothing captured before", () => {
    const away = run([{ kind: "sensor", sensor: "away" }], charged());
    expect(away.effects).toContainEqual({ kind: "cancel-finger" });
    expect(away.state.mode.kind).toBe("waiting");
    const back = run([{ kind: "sensor", sensor: "ready" }, lift], away.state);
    expect(back.state.finger.glass.task.kind).toBe("capture");
    const stale = run([{ kind: "captured", capture: 1, outcome: "image" }], away.state);
    expect(stale.state.mode.kind).toBe("waiting");
  });

  test("[C15] an early print of before the outage is not used after it", () => {
    const typed = run(keys("5", "000"), opened()).state;
    const capture = runningCapture(typed);
    const { state } = run(
      [
        { kind: "captured", capture, outcome: "image" },
        { kind: "sensor", sensor: "away" },
        { kind: "charge" },
      ],
      typed,
    );
    expect(state.mode.kind).toBe("waiting");
  });

  test("[C16] while enrolment has the sensor nothing is captured or charged, and the amount stays", () => {
    const typed = run(keys("5", "000"), opened()).state;
    const paused = run([{ kind: "pause" }], typed);
    expect(paused.effects).toContainEqual({ kind: "cancel-finger" });
    const pressed = run([{ kind: "charge" }, key("1"), { kind: "repeat" }], paused.state);
    expect(pressed.state.mode).toBe(paused.state.mode);
    expect(pressed.state.finger.glass.task.kind).toBe("none");
    const resumed = run([{ kind: "resume" }], pressed.state).state;
    expect(resumed.mode).toMatchObject({ kind: "till", basket: { entry: 5_000 } });
    expect(resumed.finger.glass.task.kind).toBe("lift");
  });
});
