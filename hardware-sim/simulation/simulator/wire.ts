import {
  clientOf,
  connectionOf,
  type ClientPool,
  type PooledClient,
  type PostgresClient,
  type PostgresMode,
  type PostgresTarget,
  type PostgresWire,
} from "@saku/cloud-broker/shell/store/postgres-connection";
import { quiet } from "./agenda.ts";
import type { Machine } from "./machine.ts";

// A real server answers when it likes. Asked one thing at a time, by all connections together, it answers in the order in
// which it was asked; and virtual time stands while it is asked.

/** The one way to the server, for every connection of this run. */
export class Wire {
  #last: Promise<unknown> = Promise.resolve();
  #asked = 0;

  /** Runs an action after all that were asked before it. */
  run<T>(action: () => Promise<T>): Promise<T> {
    this.#asked += 1;
    const answer = this.#last.then(action);
    this.#last = answer.then(
      () => undefined,
      () => undefined,
    );
    return answer;
  }

  /** Until nothing is asked any more and no promise moves. */
  readonly stillness = async (): Promise<void> => {
    for (;;) {
      await quiet();
      const asked = this.#asked;
      await this.#last;
      await quiet();
      if (asked === this.#asked) return;
    }
  };
}

const forEver = <T>(): Promise<T> => new Promise<T>(() => undefined);

export type WirePace = {
  readonly commitMs: () => number;
  /** A statement of a copy takes its time, so that the writer writes meanwhile. */
  readonly copyMs: () => number;
};

/** The connections of one process: they die with it. */
export class ProcessWire implements PostgresWire {
  readonly #wire: Wire;
  readonly #machine: Machine;
  readonly #pace: WirePace;
  readonly #clients = new Set<ReturnType<typeof clientOf>>();

  constructor(wire: Wire, machine: Machine, pace: WirePace) {
    this.#wire = wire;
    this.#machine = machine;
    this.#pace = pace;
  }

  /** Asks in its turn; a process that died neither asks nor hears. */
  async #ask<T>(action: () => Promise<T>): Promise<T> {
    const { isAlive } = this.#machine;
    if (!isAlive) return forEver();
    try {
      const answer = await this.#wire.run(async () =>
        this.#machine.isAlive ? { value: await action() } : null,
      );
      if (answer === null || !this.#machine.isAlive) return await forEver();
      return answer.value;
    } catch (error) {
      if (!this.#machine.isAlive) return forEver();
      throw error;
    }
  }

  async #open(
    target: PostgresTarget,
    mode: PostgresMode,
    pauseMs: () => number,
  ): Promise<{ readonly client: PostgresClient; readonly close: () => Promise<void> }> {
    const client = clientOf(target, mode);
    client.on("error", () => undefined);
    this.#clients.add(client);
    await this.#ask(() => client.connect());
    return {
      client: {
        query: async (text, parameters) => {
          const isCommit = /^commit\b/i.test(text);
          const waitMs = isCommit ? this.#pace.commitMs() : pauseMs();
          if (waitMs > 0) await this.#machine.sleep(waitMs);
          const result = await this.#ask(() =>
            client.query<Record<string, unknown>>(text, parameters),
          );
          // Done there and not yet heard of here: a process that dies now finds it done.
          if (isCommit) await this.#machine.sleep(this.#pace.commitMs());
          return result;
        },
      },
      close: async () => {
        this.#clients.delete(client);
        await this.#ask(() => client.end());
      },
    };
  }

  async single(target: PostgresTarget): ReturnType<PostgresWire["single"]> {
    const { client, close } = await this.#open(target, "read-write", this.#pace.copyMs);
    return connectionOf(client, close);
  }

  pool(target: PostgresTarget, mode: PostgresMode, max: number): ClientPool {
    const idle: PooledClient[] = [];
    const waiting: ((client: PooledClient) => void)[] = [];
    const closers: (() => Promise<void>)[] = [];
    let count = 0;
    const open = async (): Promise<PooledClient> => {
      const { client, close } = await this.#open(target, mode, () => 0);
      closers.push(close);
      const pooled: PooledClient = {
        query: (text, parameters) => client.query(text, parameters),
        release: (isBroken = false) => {
          if (isBroken) {
            count -= 1;
            return;
          }
          const next = waiting.shift();
          if (next === undefined) idle.push(pooled);
          else next(pooled);
        },
      };
      return pooled;
    };
    return {
      connect: async () => {
        const found = idle.pop();
        if (found !== undefined) return found;
        if (count >= max) return new Promise((resolve) => waiting.push(resolve));
        count += 1;
        return open();
      },
      end: async () => {
        for (const close of closers.splice(0)) await close();
      },
    };
  }

  /** The sockets of a process that is gone. */
  kill(): void {
    for (const client of this.#clients) client.connection.stream.destroy();
    this.#clients.clear();
  }
}
