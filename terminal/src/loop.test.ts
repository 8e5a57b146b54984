import {
  askId,
  encodeAck,
  encodeDownFrame,
  objectId,
  openObject,
  parseEvent,
  parseUpFrame,
  encodeUpFrame,
  rupiah,
  signObject,
  toHex,
  unixMs,
  type Ack,
  type CommandBody,
  type DownFrame,
  type Incarnation,
  type UpFrame,
} from "@saku/protocol";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { DEFAULT_TIMING } from "./core/sync/timing.ts";
import type { SaleOrder } from "./core/wallet/sale-desk.ts";
import { startLoop, type Loop } from "./loop.ts";
import { nodeTimers } from "./shell/clock/node-timers.ts";
import { nodeEntropy } from "./shell/keys/node-entropy.ts";
import { LinkError, type OpenTransport, type TransportListener } from "./shell/mqtt/transport.ts";
import {
  CHILD,
  CLOUD,
  grant,
  openTestTerminal,
  STALL,
  student,
  type TestTerminal,
} from "./shell/sale-desk/desk.suite.ts";
import { readHead, readIncarnations } from "./shell/store/journal-store.ts";
import { NO_HUB } from "./shell/hub/hub-line.ts";
import { activeLeases } from "./shell/store/money-store.ts";
import { createSaleDesk } from "./shell/sale-desk/sale-desk.ts";
import { openVault, type TerminalVault } from "./shell/vault/vault.ts";

/** A cloud of few lines behind a real transport port: frames go through their bytes in both directions. */
class PaperCloud {
  readonly received: UpFrame[] = [];
  readonly booked = new Map<Incarnation, number>();
  readonly saleIds: string[] = [];
  /** Types of the events, as they came. */
  readonly types: string[] = [];
  isStopping = false;
  listener: TransportListener | null = null;
  isReachable = true;
  isMute = false;
  commands: readonly CommandBody[] = [];
  onAsk: (frame: Extract<UpFrame, { t: "ask" }>) => void = () => undefined;
  readonly #terminal: TestTerminal;

  constructor(terminal: TestTerminal) {
    this.#terminal = terminal;
  }

  open: OpenTransport = (listener) => {
    if (!this.isReachable) return Promise.reject(new LinkError("The cloud cannot be reached"));
    this.listener = listener;
    return Promise.resolve({
      send: (frame) => {
        const parsed = parseUpFrame(encodeUpFrame(frame));
        if (!parsed.ok) throw new Error("The terminal sent what the protocol refuses");
        this.received.push(parsed.value);
        queueMicrotask(() => {
          this.#answer(parsed.value);
        });
      },
      close: () => {
        this.listener = null;
      },
    });
  };

  say(frame: DownFrame): void {
    this.listener?.onFrame(encodeDownFrame(frame));
  }

  cut(): void {
    const listener = this.listener;
    this.listener = null;
    listener?.onClosed();
  }

  ack(changes: Partial<Ack> = {}, sign = CLOUD.sign): void {
    const ack: Ack = {
      v: 1,
      device: this.#terminal.keys.device,
      term: 1,
      at: unixMs(this.#terminal.wall.ms),
      incs: [...this.booked].map(([inc, n]) => ({ inc, ack: n, safe: n })),
      credit: 2,
      delayMs: 0,
      drain: false,
      ...(this.isStopping ? { stop: true } : {}),
      ...changes,
    };
    this.say({ t: "ack", ack: signObject("saku.ack.v1", "cloud", encodeAck(ack), sign) });
  }

  #answer(frame: UpFrame): void {
    if (this.isMute) return;
    if (frame.t === "events") {
      const cum = this.booked.get(frame.inc) ?? 0;
      if (frame.from <= cum + 1) {
        for (const bytes of frame.events.slice(cum + 1 - frame.from)) this.#book(bytes);
        this.booked.set(frame.inc, Math.max(cum, frame.from + frame.events.length - 1));
      }
    }
    if (frame.t === "hello" && frame.have < this.commands.length)
      this.say({
        t: "cmd",
        commands: this.commands
          .slice(frame.have)
          .map((body, index) => this.#terminal.sign(frame.have + 1 + index, body)),
      });
    if (frame.t === "ask") this.onAsk(frame);
    if (frame.t === "vault") this.say({ t: "vault-ack", ask: frame.ask });
    if (frame.t === "hello" || frame.t === "events") this.ack();
  }

  #book(bytes: Uint8Array): void {
    const signed = openObject("saku.event.v1", bytes);
    if (!signed.ok) throw new Error("An event that is no COSE_Sign1");
    const event = parseEvent(signed.value.payload);
    if (event.ok) this.types.push(event.value.body.type);
    if (event.ok && event.value.body.type === "sale")
      this.saleIds.push(toHex(objectId("saku.event.v1", signed.value.payload)));
  }
}

let terminal: TestTerminal;
let vault: TerminalVault;
let cloud: PaperCloud;
let loop: Loop;

beforeEach(async () => {
  terminal = await openTestTerminal();
  vault = await openVault(terminal);
  cloud = new PaperCloud(terminal);
});
afterEach(async () => {
  await loop.close();
  await terminal.close();
});

async function start(): Promise<void> {
  loop = await startLoop({
    database: terminal.database,
    vault,
    commands: terminal.commandParts,
    openTransport: cloud.open,
    timers: nodeTimers,
    entropy: nodeEntropy,
    timing: {
      ...DEFAULT_TIMING,
      coldBootMaxMs: 0,
      reconnectBaseMs: 5,
      reconnectMaxMs: 20,
      retryFloorMs: 20,
      retryBaseMs: 10,
      retryMaxMs: 50,
    },
    software: "test",
    metrics: () => ({ answer: 42 }),
    lan: () => null,
  });
}

function desk() {
  const { database, journal, clock, log } = terminal;
  return createSaleDesk({
    database,
    journal,
    clock,
    timers: nodeTimers,
    askLine: loop,
    hubLine: NO_HUB,
    askTimeoutMs: 300,
    log,
  });
}

function order(amount: number): SaleOrder {
  return { student: CHILD, amount: rupiah(amount), purse: "snack", method: "finger" };
}

/** A busy machine is given time. */
const PATIENCE = { timeout: 20_000 };

/** The journal itself is asked: the loop may not have heard yet of what was written last. */
const drained = () =>
  vi.waitFor(async () => {
    const lanes = await readIncarnations(terminal.database.read);
    expect(lanes.map(({ lastN, safe }) => lastN - safe)).toEqual(lanes.map(() => 0));
    expect(loop.facts()).toMatchObject({ link: "online", unsafeCount: 0 });
  }, PATIENCE);

describe("the loop", () => {
  it("[S1] says hello, learns its commands, and sends what the journal holds", async () => {
    cloud.commands = [STALL, student(), grant(20_000)];
    await start();
    await drained();
    expect(cloud.received[0]).toMatchObject({
      t: "hello",
      have: 0,
      term: 0,
      metrics: { answer: 42 },
    });
    await vi.waitFor(async () => {
      expect((await readHead(terminal.database.read)).have).toBe(3);
    });
    await drained();
    const outcome = await desk().sell(order(5_000));
    await drained();
    expect(outcome.kind).toBe("sold");
    expect(cloud.saleIds).toEqual([outcome.kind === "sold" ? outcome.saleId : ""]);
  });

  it("tells which sales the cloud has committed", async () => {
    await terminal.command(STALL, student(), grant(20_000));
    await start();
    const acked: string[] = [];
    loop.onAcked((saleIds) => acked.push(...saleIds));
    await drained();
    const outcome = await desk().sell(order(5_000));
    await drained();
    await vi.waitFor(() => {
      expect(acked).toEqual(outcome.kind === "sold" ? [outcome.saleId] : []);
    }, PATIENCE);
    expect((await terminal.desk.recentSales(1))[0]?.state).toBe("safe");
  });

  it("sells on while nothing is reachable and delivers everything once when it is again", async () => {
    cloud.isReachable = false;
    await terminal.command(STALL, student(), grant(20_000));
    await start();
    const sold = [];
    for (let sale = 0; sale < 5; sale++) sold.push(await desk().sell(order(1_000)));
    await vi.waitFor(() => {
      expect(loop.status()).toMatchObject({ isOnline: false, unsentCount: 8 });
    });
    cloud.isReachable = true;
    await drained();
    expect(cloud.saleIds).toEqual(
      sold.map((outcome) => (outcome.kind === "sold" ? outcome.saleId : "")),
    );
    await vi.waitFor(() => {
      expect(loop.status()).toEqual({
        isOnline: true,
        isStopped: false,
        unsentCount: 0,
        oldestUnsentAtMs: null,
      });
    });
  });

  it("comes back by itself when the line is cut", async () => {
    await start();
    await drained();
    const seen: boolean[] = [];
    loop.onChange(() => seen.push(loop.isOnline));
    cloud.cut();
    await vi.waitFor(() => {
      expect(cloud.received.filter((frame) => frame.t === "hello").length).toBe(2);
    });
    await drained();
    expect([seen[0], seen.at(-1)]).toEqual([false, true]);
  });

  it("[S6] [S7] stores the cloud's term and watermarks", async () => {
    await start();
    await drained();
    expect((await readHead(terminal.database.read)).term).toBe(1);
    const [row] = await readIncarnations(terminal.database.read);
    expect(row).toMatchObject({ ack: row?.lastN, safe: row?.lastN });
  });

  it("believes no acknowledgement that another key has signed", async () => {
    cloud.isMute = true;
    await start();
    await vi.waitFor(() => {
      expect(loop.isOnline).toBe(true);
    });
    const { inc } = terminal.journal;
    cloud.ack({ incs: [{ inc, ack: 2, safe: 2 }] }, terminal.keys.sign);
    cloud.ack({ incs: [{ inc, ack: 2, safe: 2 }], device: "trm-other" as Ack["device"] });
    cloud.ack({ incs: [{ inc, ack: 1, safe: 0 }] });
    await vi.waitFor(() => {
      expect(loop.facts()).toMatchObject({ term: 1, unsentCount: 1, unsafeCount: 2 });
    });
  });

  it("asks for a missing lease and gets the grant in one round trip", async () => {
    await terminal.command(STALL, student());
    await start();
    await drained();
    cloud.onAsk = ({ ask, need }) => {
      cloud.say({ t: "answer", ask, outcome: "granted", rev: 3 });
      cloud.say({ t: "cmd", commands: [terminal.sign(3, { ...grant(need), ask })] });
    };
    const outcome = await desk().sell(order(5_000));
    expect(outcome.kind).toBe("sold");
    expect(outcome.kind === "sold" && outcome.timings.askMs).toBeGreaterThan(0);
    await drained();
  });

  it("hears a refusal, and gives up waiting when no answer comes", async () => {
    await terminal.command(STALL, student());
    await start();
    await drained();
    expect(await desk().sell(order(5_000))).toEqual({
      kind: "refused",
      reason: "lease-short-offline",
    });
    cloud.onAsk = ({ ask }) => {
      cloud.say({ t: "answer", ask, outcome: "refused", reason: "funds" });
    };
    expect(await desk().sell(order(5_000))).toEqual({ kind: "refused", reason: "funds" });
  });

  it("asks for a revision that was lost on the way", async () => {
    await start();
    await drained();
    cloud.commands = [STALL, student()];
    cloud.say({ t: "cmd", commands: [terminal.sign(2, student())] });
    await vi.waitFor(async () => {
      expect((await readHead(terminal.database.read)).have).toBe(2);
    });
  });

  it("[S11] ends its service when the cloud says stop", async () => {
    await terminal.command(STALL, student(), grant(20_000));
    await start();
    await drained();
    cloud.isMute = true;
    cloud.say({ t: "error", kind: "stop", reason: "revoked", inc: null, n: null, delayMs: 0 });
    await vi.waitFor(() => {
      expect(loop.isStopped).toBe(true);
    });
    expect(await desk().sell(order(1_000))).toEqual({
      kind: "refused",
      reason: "terminal-not-ready",
    });
  });

  it("[S14] gives back what it holds and delivers it when the cloud signs the end of its service", async () => {
    await terminal.command(STALL, student(), grant(20_000));
    await start();
    await drained();
    cloud.isStopping = true;
    cloud.ack();
    await vi.waitFor(() => {
      expect(loop.facts()).toMatchObject({ link: "stopped", isStopped: true, unsafeCount: 0 });
    });
    expect(await activeLeases(terminal.database.read)).toEqual([]);
    expect(cloud.types.at(-1)).toBe("lease-return");
    expect((await desk().sell(order(1_000))).kind).toBe("refused");
    expect(loop.status().isStopped).toBe(true);
  });

  it("[S14] sells nothing after the next start either, also while nothing is reachable", async () => {
    await terminal.command(STALL, student(), grant(20_000));
    await start();
    await drained();
    cloud.isStopping = true;
    cloud.ack();
    await vi.waitFor(() => {
      expect(loop.facts().link).toBe("stopped");
    });
    await loop.close();
    cloud.isReachable = false;
    await start();
    expect(loop.isStopped).toBe(true);
    expect((await desk().sell(order(1_000))).kind).toBe("refused");
  });

  it("survives frames that are none", async () => {
    await start();
    await drained();
    for (const bytes of [new Uint8Array(0), Uint8Array.of(255, 1), new Uint8Array(70_000)])
      cloud.listener?.onFrame(bytes);
    cloud.say({ t: "vault-ack", ask: askId("ask-unknown") });
    cloud.say({ t: "answer", ask: askId("ask-unknown"), outcome: "granted", rev: 9 });
    await drained();
    expect(loop.isOnline).toBe(true);
  });
});
