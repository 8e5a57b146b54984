import { parseUpFrame, unreachable, type DeviceId, type UpFrame } from "@saku/protocol";
import { answerAsk } from "./asks-desk.ts";
import type { Connection } from "./connections.ts";
import { isLive, takeEvents } from "./events-desk.ts";
import { answerHello } from "./hello-desk.ts";
import { createTurnstile } from "./turnstile.ts";
import type { UpContext } from "./up-context.ts";
import { takeVaultItem } from "./vault-desk.ts";

/** Frames of one terminal that may wait; a terminal that keeps to its credit has at most four of events. */
const WAITING_MAX = 64;
const RETRY_MS = 2_000;

/** Questions of one terminal at a time: there is one counter, and each question may wait for others to give back [B5]. */
const ASKS_MAX = 8;

function mayAsk(connection: Connection): boolean {
  if (connection.askCount >= ASKS_MAX) return false;
  connection.askCount += 1;
  return true;
}

/** Frames that are verified and booked at a time: enough for a full group of the writer. */
const FRAMES_AT_A_TIME = 8;

export type UpDesk = {
  /** Resolves when the frame was dealt with; never rejects: faults are answered as `error` frames. */
  take(connection: Connection, payload: Uint8Array): Promise<void>;
};

/** Takes frames of one terminal strictly one after the other: an async hook of the broker would reorder them. */
export function createUpDesk(context: UpContext): UpDesk {
  const turnstile = createTurnstile(FRAMES_AT_A_TIME);
  const lines = new Map<DeviceId, { tail: Promise<void>; waiting: number }>();
  const { connections, events, metrics } = context;

  const fault = (
    connection: Connection,
    kind: "retry" | "quarantine",
    reason: string,
  ): Promise<void> =>
    connections.send(connection.device, {
      t: "error",
      kind,
      reason,
      inc: null,
      n: null,
      delayMs: kind === "retry" ? RETRY_MS : 0,
    });

  async function dispatch(connection: Connection, frame: UpFrame): Promise<void> {
    switch (frame.t) {
      case "hello":
        return answerHello(context, connection, frame);
      case "events":
        return turnstile.pass(isLive(frame), () => takeEvents(context, connection, frame));
      case "vault":
        return takeVaultItem(context, connection, frame);
      case "ask":
        if (!mayAsk(connection)) return fault(connection, "retry", "busy");
        // Not awaited: another terminal may have to give back first, and events must not wait for it.
        void answerAsk(context, connection, frame)
          .catch((error: unknown) => events.failed({ where: "ask", error }))
          .finally(() => (connection.askCount -= 1));
        return;
      default:
        return unreachable(frame);
    }
  }

  async function takeNow(connection: Connection, payload: Uint8Array): Promise<void> {
    const frame = parseUpFrame(payload);
    if (!frame.ok) {
      metrics.refusedEvents.inc({ reason: "bad-frame" });
      events.eventRefused({ device: connection.device, n: null, reason: "bad-frame" });
      return fault(connection, "quarantine", "bad-frame");
    }
    try {
      await dispatch(connection, frame.value);
    } catch (error) {
      events.failed({ where: frame.value.t, error });
      await fault(connection, "retry", "failed");
    }
  }

  return {
    take: async (connection, payload) => {
      const line = lines.get(connection.device) ?? { tail: Promise.resolve(), waiting: 0 };
      lines.set(connection.device, line);
      if (line.waiting >= WAITING_MAX) return fault(connection, "retry", "busy");
      line.waiting += 1;
      line.tail = line.tail.then(() => takeNow(connection, payload));
      await line.tail;
      line.waiting -= 1;
      if (line.waiting === 0) lines.delete(connection.device);
    },
  };
}
