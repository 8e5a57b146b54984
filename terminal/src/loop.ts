import type { Cancel, Entropy, Timers, UnixMs, UpFrame } from "@saku/protocol";
import { helloRanges, noteFirsts, type Outbox } from "./core/sync/outbox.ts";
import {
  initialSync,
  isStopped,
  nextTickMs,
  step,
  type SyncEffect,
  type SyncEvent,
  type SyncState,
} from "./core/sync/sync.ts";
import type { Timing } from "./core/sync/timing.ts";
import type { CloudLink } from "./core/wallet/sale-desk.ts";
import {
  faultReported,
  inService,
  linkDown,
  linkStopped,
  linkUp,
  outboxHeld,
  outboxQuarantined,
  termRaised,
  watermarksStored,
} from "./events.ts";
import { rememberedLog } from "./shell/mqtt/checkpoint-desk.ts";
import type { CommandDeskParts } from "./shell/mqtt/command-desk.ts";
import { handleFrame, type FrameDeskParts } from "./shell/mqtt/frame-desk.ts";
import { createPendingAsks } from "./shell/mqtt/pending-asks.ts";
import { LinkError, type OpenTransport, type Transport } from "./shell/mqtt/transport.ts";
import { readService, storeService } from "./shell/mqtt/service-desk.ts";
import { createVaultCourier } from "./shell/mqtt/vault-courier.ts";
import type { AskAnswer, AskLine, AskQuestion } from "./shell/sale-desk/ask-line.ts";
import { loadFrame, storeWatermarks } from "./shell/mqtt/outbox-desk.ts";
import { eventAtMs, readHead, readIncarnations } from "./shell/store/journal-store.ts";
import { readMetaNumber } from "./shell/store/meta.ts";
import type { Database } from "./shell/store/sqlite.ts";
import type { TerminalVault } from "./shell/vault/vault.ts";

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
type Happening = DistributiveOmit<SyncEvent, "nowMs" | "random">;

/** How the sync machine stands, for `saku doctor` and the metrics. */
export type LoopFacts = {
  readonly link: SyncState["link"];
  readonly term: number;
  readonly laneCount: number;
  readonly unsentCount: number;
  readonly unsafeCount: number;
  readonly isQuarantined: boolean;
  /** Why the cloud lets the outbox wait for long, for example because it is older than this terminal. */
  readonly heldFor: string | null;
  readonly isStopped: boolean;
  /** The cloud signed a command that this program does not know. */
  readonly isBehind: boolean;
  readonly lastAckAtMs: UnixMs | null;
};

/** The way to the cloud as the rest of the terminal sees it. */
export interface Loop extends AskLine {
  status(): CloudLink;
  /** Calls when the link or the number of unsent events changed. */
  onChange(listener: () => void): () => void;
  /** Tells the ids of sales that the cloud has committed. */
  onAcked(listener: (saleIds: readonly string[]) => void): () => void;
  facts(): LoopFacts;
  close(): Promise<void>;
}

export type LoopParts = {
  readonly database: Database;
  readonly vault: TerminalVault;
  readonly commands: CommandDeskParts;
  readonly openTransport: OpenTransport;
  readonly timers: Timers;
  readonly entropy: Entropy;
  readonly timing: Timing;
  readonly software: string;
  /** Whole numbers for `hello`. */
  readonly metrics: () => Readonly<Record<string, number>>;
  /** Where this terminal answers, or would answer were it the hub, on the school's own network. */
  readonly lan: () => string | null;
};

/** Vault items without an answer are sent again after this. */
const COURIER_PATIENCE_MS = 30_000;

/**
 * The one loop of the terminal: event → step → one database transaction → effects. Happenings queue up and are taken
 * one at a time; only `core/sync` decides.
 */
class SyncLoop implements Loop {
  readonly #parts: LoopParts;
  readonly #asks;
  readonly #courier;
  readonly #frameDesk: FrameDeskParts;
  readonly #stops: (() => void)[] = [];
  readonly #changeListeners = new Set<() => void>();
  readonly #ackListeners = new Set<(saleIds: readonly string[]) => void>();
  #state: SyncState;
  #queue: Promise<void> = Promise.resolve();
  #frames: Promise<void> = Promise.resolve();
  #stopTimer: Cancel | null = null;
  #transport: Transport | null = null;
  /** Which try to connect is the current one; answers of earlier ones are stale. */
  #connection = 0;
  #isClosed = false;
  #isBehind = false;
  #lastAckAtMs: UnixMs | null = null;
  #oldestUnsentAtMs: UnixMs | null = null;

  constructor(parts: LoopParts) {
    this.#parts = parts;
    this.#state = initialSync(parts.timing);
    this.#asks = createPendingAsks(parts);
    this.#courier = createVaultCourier(parts.database);
    this.#frameDesk = {
      commands: parts.commands,
      asks: this.#asks,
      courier: this.#courier,
      vault: parts.vault,
      onAck: (ack) => {
        this.#lastAckAtMs = parts.commands.clock.nowMs();
        this.#feed({ kind: "acked", ack });
      },
      onError: ({ kind, reason, inc, n, delayMs }) => {
        this.#feed({ kind: "error", error: kind, reason, inc, n, delayMs });
      },
      onCommandGap: () => {
        this.#feed({ kind: "command-gap" });
      },
      onBehind: (isBehind) => {
        this.#isBehind = isBehind;
      },
      onVaultAck: () => {
        this.#carry();
      },
    };
  }

  async start(): Promise<void> {
    const { vault, commands } = this.#parts;
    // Listening begins before the journal is read: what is heard twice counts once.
    this.#queue = this.#takeUp();
    const stopCommitted = commands.journal.onCommitted((events) => {
      for (const { event, id } of events)
        this.#feed({ kind: "appended", inc: event.inc, n: event.n, tip: id });
    });
    const stopQueued = vault.onQueued(() => {
      this.#carry();
    });
    const stopPatience = this.#parts.timers.every(COURIER_PATIENCE_MS, () => {
      this.#courier.restart();
      this.#carry();
    });
    this.#stops.push(stopCommitted, stopQueued, stopPatience);
    await this.#queue;
  }

  async #takeUp(): Promise<void> {
    const { read } = this.#parts.database;
    const { term } = await readHead(read);
    const service = await readService(read);
    await this.#take({ kind: "started", term, service, lanes: await readIncarnations(read) });
  }

  get isOnline(): boolean {
    return this.#state.link === "online";
  }

  get isStopped(): boolean {
    return isStopped(this.#state);
  }

  async ask(question: AskQuestion, timeoutMs: number): Promise<AskAnswer> {
    if (!this.isOnline) return { kind: "no-answer" };
    const { ask, answer } = this.#asks.open(timeoutMs);
    this.#transport?.send({ t: "ask", ask, ...question });
    return answer;
  }

  status(): CloudLink {
    return {
      isOnline: this.isOnline,
      isStopped: this.isStopped,
      unsentCount: this.facts().unsentCount,
      oldestUnsentAtMs: this.#oldestUnsentAtMs,
    };
  }

  onChange(listener: () => void): () => void {
    this.#changeListeners.add(listener);
    return () => {
      this.#changeListeners.delete(listener);
    };
  }

  onAcked(listener: (saleIds: readonly string[]) => void): () => void {
    this.#ackListeners.add(listener);
    return () => {
      this.#ackListeners.delete(listener);
    };
  }

  facts(): LoopFacts {
    const { link, term, outbox, blocks, heldFor } = this.#state;
    return {
      link,
      term,
      laneCount: outbox.length,
      unsentCount: outbox.reduce((sum, lane) => sum + lane.lastN - lane.ack, 0),
      unsafeCount: outbox.reduce((sum, lane) => sum + lane.lastN - lane.safe, 0),
      isQuarantined: blocks.length > 0,
      heldFor,
      isStopped: this.isStopped,
      isBehind: this.#isBehind,
      lastAckAtMs: this.#lastAckAtMs,
    };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const stop of this.#stops) stop();
    this.#stopTimer?.();
    this.#connection += 1;
    this.#transport?.close();
    this.#asks.dropAll();
    await this.#frames;
    await this.#queue;
  }

  #feed(happening: Happening): void {
    this.#queue = this.#queue.then(() => this.#take(happening)).catch(this.#report);
  }

  async #take(happening: Happening): Promise<void> {
    if (this.#isClosed) return;
    const before = this.#state;
    const { timers, entropy } = this.#parts;
    const stamp = { nowMs: Math.round(timers.nowMs()), random: entropy.random() };
    const { state, effects } = step(before, { ...happening, ...stamp });
    this.#state = state;
    for (const effect of effects) await this.#perform(effect, before.outbox);
    this.#setTimer();
    const isOther = isStopped(state) !== isStopped(before);
    if (state.link !== before.link || state.outbox !== before.outbox || isOther)
      await this.#tellChange();
  }

  readonly #report = (error: unknown): void => {
    faultReported(this.#parts.commands.log, error);
  };

  async #perform(effect: SyncEffect, before: Outbox): Promise<void> {
    switch (effect.kind) {
      case "store-watermarks":
        await this.#storeWatermarks(effect, before);
        return;
      case "store-service":
        await storeService(this.#parts.commands.journal, effect.service);
        return;
      case "connect":
        this.#connect();
        return;
      case "disconnect":
        this.#disconnect();
        return;
      case "send-hello":
        await this.#sendHello();
        return;
      case "send-events":
        await this.#sendEvents(effect);
        return;
      case "report":
        this.#reportSync(effect.what);
        return;
    }
  }

  #reportSync(what: Extract<SyncEffect, { kind: "report" }>["what"]): void {
    const { log } = this.#parts.commands;
    const { term, blocks, heldFor } = this.#state;
    if (what === "quarantined") outboxQuarantined(log, { n: blocks.at(-1)?.n ?? null });
    else if (what === "held") outboxHeld(log, { reason: heldFor });
    else if (what === "stopped") linkStopped(log, {});
    else if (what === "in-service") inService(log, {});
    else termRaised(log, { term });
  }

  async #storeWatermarks(
    effect: Extract<SyncEffect, { kind: "store-watermarks" }>,
    before: Outbox,
  ): Promise<void> {
    const { database, commands } = this.#parts;
    const saleIds = await storeWatermarks(database, effect, before);
    for (const { inc, ack, safe } of effect.marks)
      watermarksStored(commands.log, { inc, ack, safe });
    if (saleIds.length > 0) for (const listener of this.#ackListeners) listener(saleIds);
  }

  #connect(): void {
    const connection = (this.#connection += 1);
    const isStale = (): boolean => connection !== this.#connection;
    const lost = (sentence: string): void => {
      if (isStale()) return;
      this.#transport = null;
      this.#asks.dropAll();
      linkDown(this.#parts.commands.log, { sentence });
      this.#feed({ kind: "disconnected" });
    };
    this.#parts
      .openTransport({
        onFrame: (payload) => {
          if (!isStale()) this.#receive(payload);
        },
        onClosed: () => {
          lost("The connection closed");
        },
      })
      .then((transport) => {
        if (isStale()) {
          transport.close();
          return;
        }
        this.#transport = transport;
        this.#courier.restart();
        linkUp(this.#parts.commands.log, {});
        this.#feed({ kind: "connected" });
        this.#carry();
      })
      .catch((error: unknown) => {
        if (!(error instanceof LinkError)) this.#report(error);
        else if (error.code === "revoked" && !isStale())
          this.#feed({ kind: "error", error: "stop", inc: null, n: null, delayMs: 0 });
        lost(error instanceof LinkError ? error.message : "The connection failed");
      });
  }

  #disconnect(): void {
    this.#connection += 1;
    this.#transport?.close();
    this.#transport = null;
    this.#asks.dropAll();
    linkDown(this.#parts.commands.log, { sentence: "Given up by this terminal" });
  }

  #receive(payload: Uint8Array): void {
    this.#frames = this.#frames
      .then(() => (this.#isClosed ? undefined : handleFrame(this.#frameDesk, payload)))
      .catch(this.#report);
  }

  #send(frame: UpFrame): void {
    this.#transport?.send(frame);
  }

  #carry(): void {
    if (!this.isOnline && this.#transport === null) return;
    this.#courier
      .carry((frame) => {
        this.#send(frame);
      })
      .catch(this.#report);
  }

  async #sendHello(): Promise<void> {
    const { database, software, metrics } = this.#parts;
    const head = await readHead(database.read);
    const firsts = await readIncarnations(database.read);
    this.#feed({ kind: "begins", firsts });
    this.#send({
      t: "hello",
      v: 1,
      term: this.#state.term,
      have: head.have,
      incs: helloRanges(noteFirsts(this.#state.outbox, firsts)),
      software,
      roster: (await readMetaNumber(database.read, "roster-rev")) ?? 0,
      lan: this.#parts.lan(),
      log: await rememberedLog(database.read),
      metrics: metrics(),
    });
  }

  async #sendEvents(effect: Extract<SyncEffect, { kind: "send-events" }>): Promise<void> {
    const frame = await loadFrame(this.#parts.database.read, effect);
    if (frame === null) return;
    this.#send(frame.frame);
    this.#feed({ kind: "sent", inc: effect.inc, to: frame.to });
  }

  #setTimer(): void {
    this.#stopTimer?.();
    this.#stopTimer = null;
    const dueMs = nextTickMs(this.#state);
    if (dueMs === null || this.#isClosed) return;
    const { timers } = this.#parts;
    const waitMs = Math.max(0, dueMs - timers.nowMs());
    this.#stopTimer = timers.after(Math.ceil(waitMs), () => {
      this.#feed({ kind: "tick" });
    });
  }

  async #tellChange(): Promise<void> {
    const lane = this.#state.outbox.find((each) => each.ack < each.lastN);
    this.#oldestUnsentAtMs =
      lane === undefined
        ? null
        : await eventAtMs(this.#parts.database.read, lane.inc, lane.ack + 1);
    for (const listener of this.#changeListeners) listener();
  }
}

/** Takes up the journal where it stands and begins to keep the cloud informed. */
export async function startLoop(parts: LoopParts): Promise<Loop> {
  const loop = new SyncLoop(parts);
  await loop.start();
  return loop;
}
