import {
  deviceId,
  incarnation,
  toHex,
  unixMs,
  ZERO_ID,
  type Ack,
  type Incarnation,
} from "@saku/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { helloRanges } from "./outbox.ts";
import { initialSync, nextTickMs, step, type SyncEffect, type SyncState } from "./sync.ts";

// A cloud of a few lines, a network that loses, doubles and cuts, and the real machine between them.

type Ledger = { term: number; committed: Map<Incarnation, number>; safe: Map<Incarnation, number> };
type Up =
  | { readonly kind: "hello" }
  | {
      readonly kind: "events";
      readonly inc: Incarnation;
      readonly from: number;
      readonly to: number;
    };

class World {
  state: SyncState = initialSync();
  nowMs = 0;
  faults = true;
  readonly journal = new Map<Incarnation, number>();
  readonly ledger: Ledger = { term: 1, committed: new Map(), safe: new Map() };
  readonly up: Up[] = [];
  readonly down: Ack[] = [];
  isUp = false;
  seed: number;

  constructor(seed: number) {
    this.seed = seed;
    this.restart();
  }

  /** mulberry32: the run is a function of its seed. */
  random(): number {
    this.seed = (this.seed + 0x6d2b79f5) | 0;
    let t = Math.imul(this.seed ^ (this.seed >>> 15), 1 | this.seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }

  chance(share: number): boolean {
    return this.faults && this.random() < share;
  }

  feed(event: object): void {
    const stamp = { nowMs: this.nowMs, random: this.random() };
    const next = step(this.state, { ...event, ...stamp } as Parameters<typeof step>[1]);
    this.state = next.state;
    for (const effect of next.effects) this.perform(effect);
  }

  perform(effect: SyncEffect): void {
    if (effect.kind === "connect") this.connect();
    else if (effect.kind === "disconnect") this.cut();
    else if (effect.kind === "send-hello") this.transmit({ kind: "hello" });
    else if (effect.kind === "send-events") {
      const last = this.journal.get(effect.inc) ?? 0;
      const to = Math.min(last, effect.from + Math.floor(this.random() * 5));
      this.transmit({ kind: "events", inc: effect.inc, from: effect.from, to });
      this.feed({ kind: "sent", inc: effect.inc, to });
    }
  }

  connect(): void {
    this.isUp = !this.chance(0.3);
    this.feed({ kind: this.isUp ? "connected" : "disconnected" });
  }

  cut(): void {
    this.isUp = false;
    this.up.length = 0;
    this.down.length = 0;
  }

  transmit(frame: Up): void {
    if (!this.isUp || this.chance(0.2)) return;
    this.up.push(frame);
    if (this.chance(0.1)) this.up.push(frame);
  }

  sell(): void {
    const inc = [...this.journal.keys()].at(-1);
    if (inc === undefined) return;
    const n = (this.journal.get(inc) ?? 0) + 1;
    this.journal.set(inc, n);
    this.feed({ kind: "appended", inc, n, tip: ZERO_ID });
  }

  /** kill -9: memory is gone, the journal and the stored watermarks stay; a new incarnation begins. */
  restart(): void {
    this.cut();
    const inc = incarnation(
      toHex(Uint8Array.from({ length: 8 }, () => Math.floor(this.random() * 256))),
    );
    const lanes = this.state.outbox.map(({ sentTo: _, ...lane }) => lane);
    this.journal.set(inc, 1);
    lanes.push({ inc, firstN: 1, lastN: 1, ack: 0, safe: 0, tip: ZERO_ID });
    const { term } = this.state;
    this.state = initialSync();
    this.feed({ kind: "started", term, lanes });
  }

  /** The cloud loses what was not safe and comes back with a higher term. */
  restore(): void {
    this.cut();
    this.ledger.term += 1;
    for (const inc of this.ledger.committed.keys())
      this.ledger.committed.set(inc, this.ledger.safe.get(inc) ?? 0);
    this.feed({ kind: "disconnected" });
  }

  serve(): void {
    const frame = this.up.shift();
    if (frame === undefined) return;
    const { committed, safe } = this.ledger;
    if (frame.kind === "events") {
      const have = committed.get(frame.inc) ?? 0;
      // Gapless, and twice is once.
      if (frame.from <= have + 1) committed.set(frame.inc, Math.max(have, frame.to));
    }
    if (!this.chance(0.5)) for (const [inc, n] of committed) safe.set(inc, n);
    const known = new Set([
      ...committed.keys(),
      ...helloRanges(this.state.outbox).map((range) => range.inc),
    ]);
    if (this.chance(0.2)) return;
    this.down.push({
      v: 1,
      device: deviceId("trm-1"),
      term: this.ledger.term,
      at: unixMs(this.nowMs),
      incs: [...known].map((inc) => ({
        inc,
        ack: committed.get(inc) ?? 0,
        safe: safe.get(inc) ?? 0,
      })),
      credit: this.chance(0.2) ? 0 : 1 + Math.floor(this.random() * 4),
      delayMs: this.chance(0.2) ? 500 : 0,
      drain: this.chance(0.02),
    });
  }

  turn(): void {
    const choice = this.random();
    if (this.faults && choice < 0.02) this.restart();
    else if (this.faults && choice < 0.04) this.restore();
    else if (this.faults && choice < 0.06) {
      this.cut();
      this.feed({ kind: "disconnected" });
    } else if (this.faults && choice < 0.3) this.sell();
    else if (choice < 0.6) this.serve();
    else if (choice < 0.8) {
      const ack = this.down.shift();
      if (ack !== undefined) this.feed({ kind: "acked", ack });
    } else {
      const due = nextTickMs(this.state);
      if (this.up.length === 0 && this.down.length === 0 && due !== null)
        this.nowMs = Math.max(this.nowMs, due);
      else this.nowMs += 20;
      this.feed({ kind: "tick" });
    }
    for (const lane of this.state.outbox) {
      if (!(lane.safe <= lane.ack && lane.ack <= lane.sentTo && lane.sentTo <= lane.lastN))
        throw new Error(`Lane out of order: ${JSON.stringify(lane)}`);
      // I17: what a terminal may forget is truly stored elsewhere.
      if (lane.safe > (this.ledger.safe.get(lane.inc) ?? 0))
        throw new Error("Safe beyond the truth");
    }
  }
}

describe("the outbox and a bad network", () => {
  it("[S13] [S7] drains without loss, doubling or reordering once the faults stop", () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 50, max: 400 }), (seed, faultyTurns) => {
        const world = new World(seed);
        for (let turn = 0; turn < faultyTurns; turn++) world.turn();
        world.faults = false;
        const healedAtMs = world.nowMs;
        const isDrained = () => world.state.outbox.every((lane) => lane.safe === lane.lastN);
        for (let turn = 0; turn < 5_000 && !isDrained(); turn++) world.turn();
        expect(isDrained()).toBe(true);
        // I18: one wait to come back, then three retry periods.
        const { reconnectMaxMs, retryMaxMs } = world.state.timing;
        expect(world.nowMs - healedAtMs).toBeLessThan(reconnectMaxMs + 3 * retryMaxMs);
        expect(Object.fromEntries(world.ledger.committed)).toEqual(
          Object.fromEntries(world.journal),
        );
      }),
      { numRuns: 200 },
    );
  });
});
