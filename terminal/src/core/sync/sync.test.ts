import {
  deviceId,
  incarnation,
  unixMs,
  ZERO_ID,
  type Ack,
  type Incarnation,
  type Watermark,
} from "@saku/protocol";
import { describe, expect, it } from "vitest";
import { frameFill, helloRanges } from "./outbox.ts";
import {
  initialSync,
  isStopped,
  nextTickMs,
  step,
  type SyncEffect,
  type SyncEvent,
  type SyncState,
} from "./sync.ts";
import { DEFAULT_TIMING, reconnectDelayMs, retryDelayMs } from "./timing.ts";

const OLD = incarnation("00000000000000aa");
const NEW = incarnation("00000000000000bb");

/** A machine with its clock in hand. */
class Bench {
  state: SyncState = initialSync();
  nowMs = 1_000_000;
  effects: SyncEffect[] = [];

  send(
    event: DistributiveOmit<SyncEvent, "nowMs" | "random">,
    random = 0.5,
  ): readonly SyncEffect[] {
    const stamped = { ...event, nowMs: this.nowMs, random } as SyncEvent;
    const next = step(this.state, stamped);
    this.state = next.state;
    this.effects.push(...next.effects);
    return next.effects;
  }

  /** Lets the time run to the next thing that is due. */
  tick(): readonly SyncEffect[] {
    this.nowMs = Math.max(this.nowMs, nextTickMs(this.state) ?? this.nowMs);
    return this.send({ kind: "tick" });
  }

  ack(incs: readonly Watermark[], changes: Partial<Ack> = {}): readonly SyncEffect[] {
    const ack: Ack = {
      v: 1,
      device: deviceId("trm-1"),
      term: 1,
      at: unixMs(this.nowMs),
      incs,
      credit: 1,
      delayMs: 0,
      drain: false,
      ...changes,
    };
    return this.send({ kind: "acked", ack });
  }
}
type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

function lane(inc: Incarnation, lastN: number, ack = 0, safe = 0) {
  return { inc, firstN: 1, lastN, ack, safe, tip: ZERO_ID };
}

function online(...lanes: readonly ReturnType<typeof lane>[]): Bench {
  const bench = new Bench();
  bench.send({ kind: "started", term: 1, lanes });
  bench.tick();
  bench.send({ kind: "connected" });
  return bench;
}

describe("a connection", () => {
  it("[S1] begins with hello, and events wait for the credit of the answer", () => {
    const bench = online(lane(OLD, 3));
    expect(bench.effects).toEqual([{ kind: "connect" }, { kind: "send-hello" }]);
    expect(bench.ack([])).toEqual([{ kind: "send-events", inc: OLD, from: 1 }]);
  });

  it("[S1] names in hello every incarnation that is not wholly safe", () => {
    const { outbox } = online(lane(OLD, 9, 9, 9), lane(NEW, 5, 4, 2)).state;
    expect(helloRanges(outbox)).toEqual([{ inc: NEW, from: 3, to: 5, tip: ZERO_ID }]);
  });

  it("[S17] names in hello what is pruned and yet not safe, and only that", () => {
    const { outbox } = online(
      { ...lane(OLD, 9, 4, 4), firstN: 10 },
      { ...lane(NEW, 5, 2, 2), firstN: 3 },
    ).state;
    expect(helloRanges(outbox)).toEqual([
      { inc: OLD, from: 5, to: 9, tip: ZERO_ID, first: 10 },
      { inc: NEW, from: 3, to: 5, tip: ZERO_ID },
    ]);
  });

  it("[S17] says hello after a gap, so that a restored cloud hears of the hole on this connection", () => {
    const bench = online({ ...lane(OLD, 9, 6, 6), firstN: 5 });
    bench.ack([{ inc: OLD, ack: 2, safe: 2 }], { term: 2 });
    bench.send({ kind: "sent", inc: OLD, to: 9 });
    for (let round = 0; round < 3; round++) {
      bench.ack([{ inc: OLD, ack: 2, safe: 2 }], { term: 2 });
      bench.send({ kind: "error", error: "retry", reason: "gap", inc: OLD, n: 3, delayMs: 1_000 });
      expect(bench.tick()[0]).toEqual({ kind: "send-hello" });
      expect(helloRanges(bench.state.outbox)).toMatchObject([{ from: 3, first: 5 }]);
    }
  });

  it("[S17] sends what it has of the other lanes, also after it was pruned while it ran", () => {
    const bench = online(lane(OLD, 9), lane(NEW, 5));
    const firsts = [{ inc: OLD, firstN: 10 }];
    expect(bench.send({ kind: "begins", firsts })).toEqual([]);
    expect(bench.ack([])).toEqual([{ kind: "send-events", inc: NEW, from: 1 }]);
    const half = online({ ...lane(OLD, 9), firstN: 4 });
    expect(half.ack([])).toEqual([{ kind: "send-events", inc: OLD, from: 4 }]);
  });

  it("[S17] [S11] sends the other lanes while a hole waits for persons, and goes on behind it after", () => {
    const bench = online({ ...lane(OLD, 9, 2), firstN: 5 }, lane(NEW, 5));
    bench.send({
      kind: "error",
      error: "quarantine",
      reason: "missing",
      inc: OLD,
      n: 3,
      delayMs: 0,
    });
    expect(bench.ack([{ inc: OLD, ack: 2, safe: 0 }])).toEqual([
      { kind: "send-events", inc: NEW, from: 1 },
    ]);
    bench.send({ kind: "sent", inc: NEW, to: 5 });
    const again = { error: "quarantine", inc: OLD, n: 3, delayMs: 0 } as const;
    expect(bench.send({ kind: "error", ...again })).toEqual([]);
    const done = [
      { inc: NEW, ack: 5, safe: 5 },
      { inc: OLD, ack: 4, safe: 0 },
    ];
    expect(bench.ack(done).at(-1)).toEqual({ kind: "send-events", inc: OLD, from: 5 });
  });

  it("[S2] says hello every retry interval while something is not safe and nothing is left to send", () => {
    const bench = online(lane(OLD, 3));
    bench.ack([{ inc: OLD, ack: 3, safe: 0 }]);
    for (let round = 0; round < 8; round++) {
      expect(bench.tick()).toEqual([{ kind: "send-hello" }]);
      bench.ack([{ inc: OLD, ack: 3, safe: 0 }]);
    }
    bench.ack([{ inc: OLD, ack: 3, safe: 3 }]);
    expect(nextTickMs(bench.state)).toBeNull();
  });

  it("[S12] is given up after four tries without an answer", () => {
    const bench = online(lane(OLD, 3));
    const kinds = Array.from({ length: 5 }, () => bench.tick().map((effect) => effect.kind));
    expect(kinds).toEqual([
      ["send-hello"],
      ["send-hello"],
      ["send-hello"],
      ["send-hello"],
      ["disconnect"],
    ]);
    expect(bench.state.link).toBe("offline");
  });

  it("says hello soon when a command is missing", () => {
    const bench = online();
    bench.ack([]);
    bench.send({ kind: "command-gap" });
    expect(bench.tick()).toEqual([{ kind: "send-hello" }]);
  });

  it("[S9] leaves when the cloud drains it, and comes back within the time it names", () => {
    const bench = online(lane(OLD, 3));
    const drain = { drain: true, delayMs: 20_000 };
    expect(bench.ack([], drain).at(-1)).toEqual({ kind: "disconnect" });
    // Half of the chance that the bench gives out: not all terminals come at once [S9].
    expect(nextTickMs(bench.state)).toBe(bench.nowMs + 10_000);
    expect(bench.tick()).toEqual([{ kind: "connect" }]);
  });
});

describe("sending", () => {
  it("[S3] goes through the oldest incarnation first, in order", () => {
    const bench = online(lane(OLD, 250), lane(NEW, 5));
    bench.ack([], { credit: 4 });
    bench.send({ kind: "sent", inc: OLD, to: 200 });
    bench.send({ kind: "sent", inc: OLD, to: 250 });
    bench.send({ kind: "sent", inc: NEW, to: 5 });
    expect(bench.effects.filter((effect) => effect.kind === "send-events")).toEqual([
      { kind: "send-events", inc: OLD, from: 1 },
      { kind: "send-events", inc: OLD, from: 201 },
      { kind: "send-events", inc: NEW, from: 1 },
    ]);
  });

  it.each([
    [[100, 100], 2],
    [Array.from({ length: 300 }, () => 10), 200],
    [[40_000, 9_152, 1], 2],
    [[40_000, 9_153], 1],
    [[60_000, 1], 1],
    [[], 0],
  ])("[S3] fills a frame with at most 200 events and 48 kB: case %#", (sizes, count) => {
    expect(frameFill(sizes)).toBe(count);
  });

  it("[S4] has never more frames in flight than the credit", () => {
    const bench = online(lane(OLD, 900));
    bench.ack([], { credit: 2 });
    bench.send({ kind: "sent", inc: OLD, to: 200 });
    expect(bench.send({ kind: "sent", inc: OLD, to: 400 })).toEqual([]);
    expect(bench.ack([{ inc: OLD, ack: 200, safe: 0 }], { credit: 2 })).toContainEqual({
      kind: "send-events",
      inc: OLD,
      from: 401,
    });
    expect(bench.ack([{ inc: OLD, ack: 200, safe: 0 }], { credit: 0 })).toEqual([]);
  });

  it("[S4] waits as long as the cloud says", () => {
    const bench = online(lane(OLD, 3));
    expect(bench.ack([], { delayMs: 400 })).toEqual([]);
    const askedAt = bench.nowMs;
    expect(bench.tick()).toEqual([{ kind: "send-events", inc: OLD, from: 1 }]);
    expect(bench.nowMs - askedAt).toBe(400);
  });

  it("[S5] sends again from the first event that is not acknowledged", () => {
    const bench = online(lane(OLD, 10));
    bench.ack([]);
    bench.send({ kind: "sent", inc: OLD, to: 10 });
    bench.ack([{ inc: OLD, ack: 4, safe: 0 }]);
    expect(bench.tick()).toEqual([
      { kind: "send-hello" },
      { kind: "send-events", inc: OLD, from: 5 },
    ]);
  });

  it("[S5] waits twice as long each time, with full jitter, up to a minute", () => {
    const waits = [0, 1, 4, 5, 30].map((count) => retryDelayMs(DEFAULT_TIMING, count, 1));
    expect(waits).toEqual([3_000, 5_000, 33_000, 60_000, 60_000]);
    expect(retryDelayMs(DEFAULT_TIMING, 9, 0)).toBe(DEFAULT_TIMING.retryFloorMs);
  });

  it("sends a new event at once while it has credit", () => {
    const bench = online(lane(OLD, 3, 3, 3));
    bench.ack([]);
    const effects = bench.send({ kind: "appended", inc: OLD, n: 4, tip: ZERO_ID });
    expect(effects).toEqual([{ kind: "send-events", inc: OLD, from: 4 }]);
  });

  it("ignores a frame that was read for an earlier connection", () => {
    const bench = online(lane(OLD, 3));
    bench.ack([]);
    bench.send({ kind: "disconnected" });
    bench.send({ kind: "sent", inc: OLD, to: 3 });
    expect(bench.state.inFlight).toEqual([]);
    expect(bench.state.outbox[0]?.sentTo).toBe(0);
  });
});

describe("watermarks", () => {
  it("[S6] of a lower term change nothing", () => {
    const bench = online(lane(OLD, 10, 2, 1));
    const before = bench.state;
    bench.ack([{ inc: OLD, ack: 9, safe: 9 }], { term: 0 });
    expect(bench.state).toBe(before);
  });

  it("[S6] of a higher term replace all, also by less, and what was lost is sent again", () => {
    const bench = online(lane(OLD, 10, 10, 8), lane(NEW, 3, 3, 3));
    const effects = bench.ack([{ inc: OLD, ack: 4, safe: 2 }], { term: 2 });
    expect(effects).toEqual([
      {
        kind: "store-watermarks",
        term: 2,
        marks: [
          { inc: OLD, ack: 4, safe: 2 },
          { inc: NEW, ack: 0, safe: 0 },
        ],
      },
      { kind: "report", what: "term-raised" },
      { kind: "send-hello" },
    ]);
    expect(bench.ack([{ inc: OLD, ack: 4, safe: 2 }], { term: 2 })).toContainEqual({
      kind: "send-events",
      inc: OLD,
      from: 5,
    });
  });

  it("[S16] of a higher term are followed by a hello that names all, and nothing is sent before its answer", () => {
    const bench = online(lane(OLD, 10, 10, 10), lane(NEW, 3, 3, 0));
    const effects = bench.ack([{ inc: NEW, ack: 3, safe: 0 }], { term: 2 });
    expect(effects.at(-1)).toEqual({ kind: "send-hello" });
    expect(helloRanges(bench.state.outbox).map(({ inc, from }) => [inc, from])).toEqual([
      [OLD, 1],
      [NEW, 1],
    ]);
    expect(bench.send({ kind: "tick" })).toEqual([]);
  });

  it("[S7] only rise within a term", () => {
    const bench = online(lane(OLD, 10, 5, 4));
    bench.ack([{ inc: OLD, ack: 7, safe: 3 }]);
    bench.ack([{ inc: OLD, ack: 6, safe: 6 }]);
    expect(bench.state.outbox[0]).toMatchObject({ ack: 7, safe: 6 });
  });

  it("[S7] beyond the last event, or safe beyond ack, are refused", () => {
    const bench = online(lane(OLD, 10, 5, 4));
    bench.ack([{ inc: OLD, ack: 11, safe: 4 }]);
    bench.ack([{ inc: OLD, ack: 6, safe: 7 }]);
    expect(bench.state.outbox[0]).toMatchObject({ ack: 5, safe: 4 });
  });

  it("[S7] beyond what an old image of the card holds of an earlier incarnation count as all of it", () => {
    const bench = online(lane(OLD, 10, 5, 4), lane(NEW, 1));
    bench.ack([{ inc: OLD, ack: 55, safe: 48 }]);
    expect(bench.state.outbox[0]).toMatchObject({ ack: 10, safe: 10 });
    bench.ack([{ inc: OLD, ack: 33, safe: 7 }], { term: 2 });
    expect(bench.state.outbox[0]).toMatchObject({ ack: 10, safe: 7 });
  });

  it("[S7] of one incarnation say nothing about another", () => {
    const bench = online(lane(OLD, 10, 5, 4), lane(NEW, 10, 0, 0));
    bench.ack([{ inc: OLD, ack: 7, safe: 6 }]);
    expect(bench.state.outbox[1]).toMatchObject({ ack: 0, safe: 0 });
  });

  it("[S7] are stored before anything else happens", () => {
    const bench = online(lane(OLD, 10, 0, 0));
    const effects = bench.ack([{ inc: OLD, ack: 4, safe: 2 }]);
    expect(effects.map((effect) => effect.kind)).toEqual(["store-watermarks", "send-events"]);
  });
});

describe("coming back", () => {
  it("[S9] waits up to 1 s, 2 s, 4 s … 120 s", () => {
    const longest = [0, 1, 2, 6, 7, 40].map((count) => reconnectDelayMs(DEFAULT_TIMING, count, 1));
    expect(longest).toEqual([1_000, 2_000, 4_000, 64_000, 120_000, 120_000]);
    expect(reconnectDelayMs(DEFAULT_TIMING, 7, 0)).toBe(0);
  });

  it("[S9] grows patient while nothing answers, and forgets it at the first answer", () => {
    const bench = new Bench();
    bench.send({ kind: "started", term: 1, lanes: [] }, 0);
    for (let failure = 1; failure <= 4; failure++) {
      bench.tick();
      bench.send({ kind: "disconnected" }, 1);
      expect(nextTickMs(bench.state)).toBe(bench.nowMs + 1_000 * 2 ** (failure - 1));
    }
    bench.tick();
    bench.send({ kind: "connected" });
    expect(bench.state.failureCount).toBe(4);
    bench.ack([]);
    expect(bench.state.failureCount).toBe(0);
  });

  it("[S10] spreads a school's cold boots over half a minute", () => {
    for (const random of [0, 0.5, 1]) {
      const bench = new Bench();
      bench.send({ kind: "started", term: 1, lanes: [] }, random);
      expect(nextTickMs(bench.state)).toBe(bench.nowMs + random * 30_000);
    }
  });
});

describe("errors of the cloud", () => {
  const nowhere = { inc: null, n: null, delayMs: 0 } as const;

  it("[S11] retry waits as long as it says and then sends the same again", () => {
    const bench = online(lane(OLD, 3));
    bench.ack([]);
    bench.send({ kind: "sent", inc: OLD, to: 3 });
    bench.send({ kind: "error", error: "retry", ...nowhere, delayMs: 20_000 });
    const before = bench.nowMs;
    expect(bench.tick()).toEqual([{ kind: "send-events", inc: OLD, from: 1 }]);
    expect(bench.nowMs - before).toBe(20_000);
  });

  it("[S11] the wait of a retry outlasts acknowledgements of frames that were under way with it", () => {
    const bench = online(lane(OLD, 3), lane(NEW, 5));
    bench.ack([]);
    bench.send({ kind: "sent", inc: OLD, to: 3 });
    bench.send({ kind: "error", error: "retry", ...nowhere, delayMs: 20_000 });
    expect(bench.ack([{ inc: OLD, ack: 0, safe: 0 }])).toEqual([]);
    expect(bench.ack([{ inc: OLD, ack: 1, safe: 0 }])).toContainEqual({
      kind: "send-events",
      inc: OLD,
      from: 2,
    });
  });

  it("[S11] quarantine holds a lane until the cloud has moved past the event", () => {
    const bench = online(lane(OLD, 5));
    bench.ack([]);
    bench.send({ kind: "sent", inc: OLD, to: 5 });
    bench.send({ kind: "error", error: "quarantine", inc: OLD, n: 2, delayMs: 0 });
    expect(bench.tick()).toEqual([{ kind: "send-hello" }]);
    bench.ack([{ inc: OLD, ack: 1, safe: 0 }]);
    expect(bench.state.loading).toBeNull();
    expect(bench.ack([{ inc: OLD, ack: 2, safe: 0 }])).toContainEqual({
      kind: "send-events",
      inc: OLD,
      from: 3,
    });
  });

  it("[S11] quarantine of an event that the watermark has passed holds nothing", () => {
    const bench = online(lane(OLD, 5));
    bench.ack([{ inc: OLD, ack: 2, safe: 0 }]);
    bench.send({ kind: "error", error: "quarantine", inc: OLD, n: 2, delayMs: 0 });
    expect(bench.state.blocks).toEqual([]);
    expect(bench.state.loading).toEqual({ inc: OLD, from: 3 });
  });

  it("[S11] quarantine holds only the lane of the event, and that until the next connection", () => {
    const bench = online(lane(OLD, 5), lane(NEW, 2));
    bench.ack([], { credit: 4 });
    bench.send({ kind: "sent", inc: OLD, to: 5 });
    bench.send({ kind: "sent", inc: NEW, to: 2 });
    expect(bench.send({ kind: "error", error: "quarantine", inc: OLD, n: 2, delayMs: 0 })).toEqual([
      { kind: "report", what: "quarantined" },
      { kind: "send-events", inc: NEW, from: 1 },
    ]);
    bench.send({ kind: "sent", inc: NEW, to: 2 });
    expect(bench.state.loading).toBeNull();
    bench.send({ kind: "disconnected" });
    bench.tick();
    bench.send({ kind: "connected" });
    expect(bench.ack([])).toContainEqual({ kind: "send-events", inc: OLD, from: 1 });
  });

  it("[S15] a long wait is told, and no acknowledgement that moves nothing cuts it short", () => {
    const bench = online(lane(OLD, 3));
    bench.ack([]);
    bench.send({ kind: "sent", inc: OLD, to: 3 });
    const wait = { ...nowhere, delayMs: 600_000, reason: "newer-than-cloud" };
    expect(bench.send({ kind: "error", error: "retry", ...wait })).toEqual([
      { kind: "report", what: "held" },
    ]);
    const startMs = bench.nowMs;
    expect(bench.state.heldFor).toBe("newer-than-cloud");
    let sent: readonly SyncEffect[] = [];
    while (!sent.some(({ kind }) => kind === "send-events")) {
      expect(bench.ack([])).toEqual([]);
      sent = bench.tick();
    }
    expect(bench.nowMs - startMs).toBe(600_000);
    bench.send({ kind: "sent", inc: OLD, to: 3 });
    bench.ack([{ inc: OLD, ack: 3, safe: 0 }]);
    expect(bench.state.heldFor).toBeNull();
  });

  it("[S11] an unsigned stop ends the sales until the cloud's signed word comes", () => {
    const bench = online(lane(OLD, 5));
    const stop = { kind: "error", error: "stop", ...nowhere } as const;
    expect(bench.send(stop)).toEqual([{ kind: "report", what: "stopped" }, { kind: "send-hello" }]);
    expect([isStopped(bench.state), bench.state.link]).toEqual([true, "online"]);
    bench.ack([]);
    expect(isStopped(bench.state)).toBe(false);
  });
});

describe("the end of service", () => {
  const stopped = { stop: true } as const;

  it("[S14] is stored, and everything written is still delivered until it is safe", () => {
    const bench = online(lane(OLD, 5));
    expect(bench.ack([], stopped).map((effect) => effect.kind)).toEqual([
      "store-service",
      "report",
      "send-events",
    ]);
    expect(isStopped(bench.state)).toBe(true);
    bench.send({ kind: "appended", inc: OLD, n: 6, tip: ZERO_ID });
    bench.ack([{ inc: OLD, ack: 6, safe: 5 }], stopped);
    expect(bench.state.link).toBe("online");
    expect(bench.ack([{ inc: OLD, ack: 6, safe: 6 }], stopped).at(-1)).toEqual({
      kind: "disconnect",
    });
    expect([bench.state.link, nextTickMs(bench.state)]).toEqual(["stopped", null]);
  });

  it("[S14] is known from the start, and what is written later wakes the connection", () => {
    const bench = new Bench();
    const service = { isStopped: true, sinceMs: 900_000 };
    bench.send({ kind: "started", term: 1, lanes: [lane(OLD, 5, 5, 5)], service });
    expect(isStopped(bench.state)).toBe(true);
    bench.tick();
    bench.send({ kind: "connected" });
    bench.ack([], stopped);
    expect(bench.state.link).toBe("stopped");
    bench.send({ kind: "appended", inc: OLD, n: 6, tip: ZERO_ID });
    expect(bench.tick()).toEqual([{ kind: "connect" }]);
  });

  it("[S14] is taken back only by a newer signed word", () => {
    const bench = online(lane(OLD, 5));
    const at = (ms: number) => unixMs(ms);
    bench.ack([], { ...stopped, at: at(5_000) });
    bench.ack([], { at: at(4_999) });
    expect(isStopped(bench.state)).toBe(true);
    expect(bench.ack([], { at: at(5_001) })).toContainEqual({
      kind: "store-service",
      service: { isStopped: false, sinceMs: 5_001 },
    });
    expect(isStopped(bench.state)).toBe(false);
  });
});
