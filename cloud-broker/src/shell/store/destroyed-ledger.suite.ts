// A paper school whose ledger is destroyed and built again from a copy, and terminals that keep what they wrote.
import { join } from "node:path";
import { expect } from "vitest";
import {
  askId,
  leaseId,
  must,
  openObject,
  parseCommand,
  rupiah,
  type CommandBody,
  type EventBody,
  type LeaseId,
  type SignedBytes,
  type StudentId,
} from "@saku/protocol";
import type { VerifiedEvent } from "../../core/ingest/plan.ts";
import { openEvent } from "../../core/ingest/verify.ts";
import {
  MORNING_MS,
  paperSchool,
  SCHOOL,
  TODAY,
  type PaperSchool,
  type PaperTerminal,
} from "../paper-school.suite.ts";
import { temporaryFolder } from "../temporary-folder.suite.ts";
import { backUp } from "./backup.ts";
import { commandsAfter } from "./commands.ts";
import { emptyHome } from "./databases.suite.ts";
import { bookDelivery, type Delivery } from "./deliveries.ts";
import { grantLease } from "./leases.ts";
import type { Database } from "./migrations/render.ts";
import { restoreLedger } from "./restore.ts";
import type { Store } from "./store.ts";
import { tellPassedOn } from "./sub-grants.ts";

/** A terminal that keeps what it wrote until the cloud says `safe`, as the real one does. */
export type Keeper = PaperTerminal & {
  kept: { readonly n: number; readonly id: string; readonly bytes: SignedBytes }[];
  have: number;
};

export type DestroyedLedger = {
  readonly school: PaperSchool;
  readonly keeperAt: (index: number) => Keeper;
  readonly kid: (index: number) => StudentId;
  /** Delivers all that the terminal kept, or its first `count` events. */
  deliver(store: Store, keeper: Keeper, count?: number): Promise<Delivery>;
  /** Grants, and the terminal takes it. */
  grant(keeper: Keeper, student: StudentId, amount: number): Promise<LeaseId>;
  /** The terminal takes the cloud's signed commands. */
  applyCommands(store: Store, keeper: Keeper): Promise<void>;
  backUp(): Promise<string>;
  rebuild(file: string, database: Database, clock?: () => number): Promise<Store>;
  close(): Promise<void>;
};

export function write(keeper: Keeper, body: EventBody): string {
  const { n, id, bytes } = keeper.write(body);
  const hex = Buffer.from(id).toString("hex");
  keeper.kept.push({ n, id: hex, bytes });
  return hex;
}

export const sell = (keeper: Keeper, student: StudentId, lease: LeaseId, amount: number): string =>
  write(keeper, {
    type: "sale",
    student,
    merchant: keeper.merchant,
    purse: "snack",
    method: "finger",
    amount: rupiah(amount),
    spends: [{ lease, amount: rupiah(amount) }],
  });

export const giveBack = (keeper: Keeper, lease: LeaseId, amount: number): string =>
  write(keeper, { type: "lease-return", lease, amount: rupiah(amount), reason: "requested" });

/** The hub passes `amount` of its lease on; its signed event. */
export function passOn(
  hub: Keeper,
  to: Keeper,
  of: { readonly student: StudentId; readonly lease: LeaseId; readonly amount: number },
): { readonly sub: LeaseId; readonly bytes: SignedBytes } {
  const sub = leaseId(`sub-${hub.n + 1}`);
  write(hub, {
    type: "sub-grant",
    lease: sub,
    to: to.device,
    ask: askId("ask-1"),
    student: of.student,
    purse: "snack",
    amount: rupiah(of.amount),
    spends: [{ lease: of.lease, amount: rupiah(of.amount) }],
  });
  return { sub, bytes: must(hub.kept.at(-1), "the sub-grant").bytes };
}

function bodyOf(bytes: SignedBytes): CommandBody {
  const opened = openObject("saku.command.v1", bytes);
  const parsed = opened.ok ? parseCommand(opened.value.payload) : opened;
  return must(parsed.ok ? parsed.value : null, "A command of ours").body;
}

/** As the terminal's desk for commands does it. */
function apply(keeper: Keeper, bytes: SignedBytes): void {
  const body = bodyOf(bytes);
  if (body.kind !== "lease-grant") return;
  const { lease, amount, subGrant } = body;
  const isHere = keeper.kept.some(({ bytes: kept, n }) => {
    const opened = openEvent({ school: SCHOOL, device: keeper.device, inc: keeper.inc }, n, kept);
    const event = opened.ok ? opened.value.verified.event.body : null;
    return event?.type === "grant-accept" && event.lease === lease;
  });
  if (isHere) return;
  write(
    keeper,
    subGrant === undefined
      ? { type: "lease-accept", lease, amount, grant: bytes }
      : { type: "grant-accept", lease, amount, grant: subGrant },
  );
}

export async function destroyedLedger(counts: {
  readonly terminals: number;
  readonly students: number;
}): Promise<DestroyedLedger> {
  const school = await paperSchool(counts);
  const open: Store[] = [];
  const keepers = school.terminals.map((terminal): Keeper => {
    const fresh: Pick<Keeper, "kept" | "have"> = { kept: [], have: 0 };
    return Object.assign(terminal, fresh);
  });
  const bench: DestroyedLedger = {
    school,
    keeperAt: (index) => must(keepers[index], "a terminal"),
    kid: (index) => must(school.students[index], "a child"),
    deliver(store, keeper, count) {
      const owner = { school: SCHOOL, device: keeper.device, inc: keeper.inc };
      const events = keeper.kept.slice(0, count).map(({ n, bytes }): VerifiedEvent => {
        const opened = openEvent(owner, n, bytes);
        return must(opened.ok ? opened.value.verified : null, "A paper event opens");
      });
      const cloudKey = school.cloudKey.publicKey;
      return store.commit(async (work) => {
        const outcome = await bookDelivery({ work, owner, cloudKey, isOnline: () => true }, events);
        await tellPassedOn(work, school.outbox, SCHOOL, outcome.passedOn);
        return outcome;
      });
    },
    async grant(keeper, student, amount) {
      const { store, outbox } = school;
      const granted = await store.commit((work) =>
        grantLease(work, outbox, SCHOOL, {
          device: keeper.device,
          student,
          purse: "snack",
          day: TODAY,
          amount: rupiah(amount),
          ask: null,
          actor: "test",
        }),
      );
      await bench.applyCommands(store, keeper);
      return granted.lease;
    },
    async applyCommands(store, keeper) {
      const due = await commandsAfter({ db: store.read }, keeper.device, keeper.have);
      for (const { rev, bytes } of due) {
        keeper.have = rev;
        apply(keeper, bytes);
      }
    },
    async backUp() {
      const { file } = await backUp(school.store, join(school.directory, "backup"), MORNING_MS);
      for (const keeper of keepers) await forget(school.store, keeper);
      return file;
    },
    async rebuild(file, database, clock = () => MORNING_MS + 3_600_000) {
      const home = await emptyHome(database, temporaryFolder("rebuilt"));
      const restored = await restoreLedger(file, home.place, temporaryFolder("scratch"), clock);
      expect(restored.failed).toEqual([]);
      const store = await home.open(clock);
      open.push(store);
      expect(store.term).toBe(restored.term);
      return store;
    },
    async close() {
      for (const store of open.splice(0)) await store.close();
      await school.close();
    },
  };
  return bench;
}

async function forget(store: Store, keeper: Keeper): Promise<void> {
  const row = await store.read
    .selectFrom("incarnation")
    .select("safe")
    .where("device", "=", keeper.device)
    .executeTakeFirst();
  keeper.kept = keeper.kept.filter(({ n }) => n > (row?.safe ?? 0));
}

/** Every account to the rupiah, and every lease. */
export async function picture(store: Store): Promise<unknown> {
  const accounts = await store.read
    .selectFrom("account")
    .select(["id", "kind", "debit", "credit"])
    .orderBy("id")
    .execute();
  const leases = await store.read
    .selectFrom("lease")
    .select(["id", "device", "student", "day", "amount", "spent", "returned", "passed", "state"])
    .orderBy("id")
    .execute();
  const marks = await store.read
    .selectFrom("incarnation")
    .select(["device", "ack", "tip"])
    .orderBy("device")
    .execute();
  return { accounts, leases, marks };
}
