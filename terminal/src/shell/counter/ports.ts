import type { Rupiah, UnixMs } from "@saku/protocol";
import type { Directory } from "../../core/directory/directory.ts";
import type { OperatorDesk } from "../../core/drawer/operator-desk.ts";
import type { Vault } from "../../core/vault/vault.ts";
import type {
  LinkStatus,
  RecentSale,
  SaleDesk,
  SaleOrder,
  SaleOutcome,
} from "../../core/wallet/sale-desk.ts";
import type {
  Cancellation,
  CaptureOutcome,
  SensorInfo,
  SensorLight,
} from "../../sensors/sensor.ts";
import type { MatchWorker } from "../match-worker/match-worker.ts";

/** The wallet as the counter needs it: selling, and the one question after a crash. */
export interface CounterSaleDesk extends SaleDesk, OperatorDesk {
  /** The newest sale that is on disk but whose approval was never shown, or null. */
  lastUnconfirmedSale(): Promise<RecentSale | null>;
  /** The approval of this sale has been on the screen (or the operator has handed over). Idempotent. */
  markShown(saleId: string): Promise<void>;
  /** A meal that the school's reserve pays, privately. */
  serveEmergency(order: SaleOrder): Promise<SaleOutcome>;
  /** What one such meal may cost now; 0 = none is offered. */
  emergencyRoom(): Promise<Rupiah>;
}

/** `kind` is "ready" when a capture can be asked for; otherwise the sensor is away. */
export type CounterStationStatus =
  | { readonly kind: "ready"; readonly info: Pick<SensorInfo, "enrolPlacementCount"> }
  | { readonly kind: "starting" | "away" };

/** The sensor and its recovery ladder. One operation at a time; `capture` and `waitLifted` throw while it is away. */
export interface CounterStation {
  status(): CounterStationStatus;
  onStatus(listener: () => void): () => void;
  capture(options: {
    readonly waitMs: number;
    readonly cancellation: Cancellation;
    readonly onTaken?: () => void;
  }): Promise<CaptureOutcome>;
  waitLifted(options: {
    readonly waitMs: number;
    readonly cancellation: Cancellation;
  }): Promise<boolean>;
  setLight(light: SensorLight): Promise<void>;
}

export type CounterSignal = "idle" | "waiting" | "approved" | "retry" | "not-this-time";

/** Buzzer and lamps: orders are fire and forget. */
export interface CounterIndicator {
  show(signal: CounterSignal): void;
}

export interface CounterLink {
  status(): LinkStatus;
  /** Calls when the link or the number of unsent events changed; returns the way to stop. */
  onChange(listener: () => void): () => void;
}

/** The stall's operator code; never logged, compared in constant time by its owner. */
export interface CounterOperator {
  check(code: string): boolean | Promise<boolean>;
}

/** Structurally a pino logger. */
export interface CounterLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Everything that the counter meets of the rest of the terminal. */
export type CounterDeps = {
  readonly saleDesk: CounterSaleDesk;
  readonly directory: Directory;
  readonly vault: Vault;
  readonly station: CounterStation;
  readonly matcher: MatchWorker;
  readonly indicator: CounterIndicator;
  readonly link: CounterLink;
  readonly operator: CounterOperator;
  /** Tells the ids (64 hexadecimal characters) of events that the cloud has booked; returns the way to stop. */
  onAcked(listener: (eventIds: readonly string[]) => void): () => void;
  now(): UnixMs;
  /** Origins that may show the counter in a frame, for example `http://127.0.0.1:4100`. */
  readonly frameAncestors: readonly string[];
  readonly log: CounterLog;
};
