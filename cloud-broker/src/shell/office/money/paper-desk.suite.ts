// A paper school with two admins, a guardian and the money desk over it.
import { randomBytes } from "node:crypto";
import { must, type StudentId } from "@saku/protocol";
import { nodeTimers } from "../../clock/node-timers.ts";
import type { MoneyDesk } from "../../http/money-desk.ts";
import type { Order, OrderOutcome } from "../../http/office.ts";
import { verifyOnThreads } from "../../keys/ed25519.ts";
import { nodeEntropy } from "../../keys/node-entropy.ts";
import { paperBooks, type PaperBooks } from "../../paper-books.suite.ts";
import { MORNING_MS, SCHOOL } from "../../paper-school.suite.ts";
import { createChanges } from "../changes.ts";
import type { Cloud } from "../cloud.ts";
import { createMoneyDesk } from "./money-office.ts";

export type PaperDesk = {
  readonly books: PaperBooks;
  readonly cloud: Cloud;
  readonly desk: MoneyDesk;
  /** A fresh order of the first admin, of the second, and of the first child's guardian. */
  ani(key?: string): Order;
  budi(): Order;
  guardian(): Order;
  kid(index: number): StudentId;
};

export function valueOf<T>(outcome: OrderOutcome<T>): T {
  if (outcome.kind === "refused") throw new Error(`${outcome.reason} ${outcome.detail}`);
  return outcome.value;
}

async function enterPeople({ school }: PaperBooks): Promise<void> {
  await school.store.commit(async ({ db, now }) => {
    for (const [id, role] of [
      ["per-ani", "school-admin"],
      ["per-budi", "school-admin"],
      ["per-wali", "guardian"],
    ] as const)
      await db
        .insertInto("person")
        .values({
          id,
          login: id.slice(4),
          password_hash: "x",
          role,
          school: role === "guardian" ? null : SCHOOL,
          created_at: now,
        })
        .execute();
    await db
      .insertInto("guardianship")
      .values({ person: "per-wali", school: SCHOOL, student: must(school.students[0], "a child") })
      .execute();
  });
}

export async function paperDesk(
  counts: { readonly terminals: number; readonly students: number } = { terminals: 2, students: 2 },
  clock: () => number = () => MORNING_MS,
): Promise<PaperDesk> {
  const books = await paperBooks(counts, clock);
  await enterPeople(books);
  const { store, outbox } = books.school;
  const cloud: Cloud = {
    store,
    outbox,
    changes: createChanges(),
    isOnline: () => false,
    stop: () => undefined,
    key: books.school.cloudKey,
    tokenSecret: randomBytes(32),
    clock,
    timers: nodeTimers,
    entropy: nodeEntropy,
    verify: verifyOnThreads,
  };
  let count = 0;
  const order = (person: string, role: Order["actor"]["role"], key?: string): Order => {
    count += 1;
    return { actor: { person, role }, idempotencyKey: key ?? `key-${count}` };
  };
  return {
    books,
    cloud,
    desk: createMoneyDesk(cloud),
    ani: (key) => order("per-ani", "school-admin", key),
    budi: () => order("per-budi", "school-admin"),
    guardian: () => order("per-wali", "guardian"),
    kid: books.kid,
  };
}
