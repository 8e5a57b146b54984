import { signIn, type CloudClient } from "../fleet/cloud-client.ts";
import type { Random } from "../random.ts";
import { pause } from "./queue.ts";

/** The school's office, which pays in while everything falls over. Every order has a key and is sent until it is answered. */
export interface PayDesk {
  /** Rupiah paid in for each child: orders that were answered, and at the end there are no others. */
  readonly paidIn: ReadonlyMap<string, number>;
  readonly orderCount: number;
  /** Why orders had to be sent again, counted. */
  readonly repeats: ReadonlyMap<string, number>;
  run(isOver: () => boolean): Promise<void>;
}

export type PayDeskOptions = {
  readonly cloudUrl: string;
  readonly login: string;
  readonly password: string;
  readonly students: readonly string[];
  /** What each child got when the school was founded. */
  readonly topUp: number;
  readonly random: Random;
};

const EVERY_MAX_MS = 3_000;
const ANSWER_TIMEOUT_MS = 8_000;
const AWAY_PAUSE_MS = 250;

/** `HTTP 503`, `ECONNREFUSED`, or the sentence. */
function reasonOf(error: unknown): string {
  const sentence = error instanceof Error ? error.message : String(error);
  const status = /HTTP \d+/.exec(sentence)?.[0];
  const cause = error instanceof Error ? error.cause : null;
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : sentence;
  return status ?? code;
}

export function createPayDesk(options: PayDeskOptions): PayDesk {
  const { students, random } = options;
  const paidIn = new Map(students.map((student) => [student, options.topUp]));
  let client: CloudClient | null = null;
  let orderCount = 0;
  const repeats = new Map<string, number>();

  async function order(student: string, amount: number, key: string): Promise<void> {
    client ??= await signIn(options.cloudUrl, options.login, options.password);
    const sent = client.post(`/v1/students/${student}/topups`, { amount }, key);
    // A stopped cloud never answers; the same key makes asking again harmless.
    const late = pause(ANSWER_TIMEOUT_MS).then(() => {
      throw new Error("No answer from the cloud");
    });
    await Promise.race([sent, late]);
  }

  return {
    paidIn,
    get orderCount() {
      return orderCount;
    },
    repeats,
    run: async (isOver) => {
      while (!isOver()) {
        await pause(random.below(EVERY_MAX_MS));
        const student = students[random.below(students.length)] ?? "";
        const amount = 1_000 + random.below(9_000);
        orderCount += 1;
        const key = `chaos-${process.pid}-${Date.now()}-${orderCount}`;
        for (let isPaid = false; !isPaid;) {
          try {
            await order(student, amount, key);
            isPaid = true;
          } catch (error) {
            const reason = reasonOf(error);
            repeats.set(reason, (repeats.get(reason) ?? 0) + 1);
            if (reason === "HTTP 401") client = null;
            await pause(AWAY_PAUSE_MS);
          }
        }
        paidIn.set(student, (paidIn.get(student) ?? 0) + amount);
      }
    },
  };
}
