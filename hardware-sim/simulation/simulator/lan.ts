import type { HubNetwork } from "@saku/terminal/shell/hub/hub-door";
import type { Machine } from "./machine.ts";
import type { Line } from "./network.ts";

type Door = Parameters<HubNetwork["openDoor"]>[0];

const ANSWER_MAX_MS = 1_000;

/** The cable between the stalls: questions to the hub and its answers, with a weather of its own. */
export class SchoolLan {
  readonly line: Line;
  readonly #doors = new Map<string, { readonly machine: Machine; readonly door: Door }>();

  constructor(line: Line) {
    this.line = line;
  }

  at(machine: Machine, name: string): HubNetwork {
    const url = `http://${name.toLowerCase()}.lan:4203`;
    const open = (at: string): Door | null => {
      const found = this.#doors.get(at);
      return found !== undefined && found.machine.isAlive && !this.line.isCut ? found.door : null;
    };
    return {
      url,
      openDoor: async (door) => {
        this.#doors.set(url, { machine, door });
        return { close: async () => void this.#doors.delete(url) };
      },
      probe: async (at) => {
        await machine.sleep(this.line.delayMs());
        return open(at) !== null;
      },
      post: (at, bytes) =>
        new Promise((resolve) => {
          machine.timers.after(ANSWER_MAX_MS, () => resolve(null));
          this.line.carry(bytes, (question) => {
            const door = open(at);
            if (door === null) return;
            void door.answer(question).then((reply) => {
              if (reply.body === null) return resolve(null);
              this.line.carry(reply.body, (answer) => {
                if (machine.isAlive) resolve(answer);
              });
            });
          });
        }),
    };
  }
}
