// A school on paper with its office: admins who order, and what terminals would hear of it.
import { randomBytes } from "node:crypto";
import { must, openObject, parseCommand, type CommandBody } from "@saku/protocol";
import { nodeTimers } from "./clock/node-timers.ts";
import type { Office, Order } from "./http/office.ts";
import { verifyOnThreads } from "./keys/ed25519.ts";
import { nodeEntropy } from "./keys/node-entropy.ts";
import { createChanges } from "./office/changes.ts";
import type { Cloud } from "./office/cloud.ts";
import { createOffice } from "./office/office.ts";
import { MORNING_MS, paperSchool, SCHOOL, type PaperSchool } from "./paper-school.suite.ts";

export type PaperOffice = Office & {
  readonly school: PaperSchool;
  readonly cloud: Cloud;
  /** Terminals whose connection was ended. */
  readonly stopped: readonly string[];
  /** An order of the first admin with a key of its own. */
  order(): Order;
  orderOf(person: string): Order;
  close(): Promise<void>;
};

export function bodyOfCommand(bytes: Uint8Array): CommandBody {
  const signed = openObject("saku.command.v1", bytes);
  const command = signed.ok ? parseCommand(signed.value.payload) : signed;
  return must(command.ok ? command.value : null, "a stored command").body;
}

/** Two admins of the school: `per-admin` and `per-second`. */
export async function officeOf(
  counts: { readonly terminals: number; readonly students: number },
  clock: () => number = () => MORNING_MS,
): Promise<PaperOffice> {
  const school = await paperSchool(counts, clock);
  const stopped: string[] = [];
  const cloud: Cloud = {
    store: school.store,
    outbox: school.outbox,
    changes: createChanges(),
    isOnline: () => false,
    stop: (device) => stopped.push(device),
    tokenSecret: randomBytes(32),
    key: school.cloudKey,
    clock,
    timers: nodeTimers,
    entropy: nodeEntropy,
    verify: verifyOnThreads,
  };
  await school.store.commit(async ({ db, now }) => {
    for (const [id, login] of [
      ["per-admin", "admin"],
      ["per-second", "second"],
    ] as const)
      await db
        .insertInto("person")
        .values({
          id,
          login,
          password_hash: "x",
          school: SCHOOL,
          created_at: now,
          role: "school-admin",
        })
        .execute();
  });
  let count = 0;
  const orderOf = (person: string): Order => ({
    actor: { person, role: "school-admin" },
    idempotencyKey: `key-${(count += 1)}`,
  });
  return {
    ...createOffice(cloud),
    school,
    cloud,
    stopped,
    order: () => orderOf("per-admin"),
    orderOf,
    close: () => school.close(),
  };
}
