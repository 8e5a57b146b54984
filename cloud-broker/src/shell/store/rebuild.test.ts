import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import {
  must,
  openObject,
  parseCommand,
  rupiah,
  type EventBody,
  type LeaseId,
  type Rupiah,
  type SignedBytes,
  type StudentId,
} from "@saku/protocol";
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
import { bookBatch } from "./bookings.ts";
import { failedChecks } from "./checks.ts";
import { commandsAfter } from "./commands.ts";
import { describeOnBoth, emptyHome } from "./databases.suite.ts";
import { grantLease } from "./leases.ts";
import type { Database } from "./migrations/render.ts";
import { restoreLedger } from "./restore.ts";
import { reviveLeases } from "./revived-leases.ts";
import type { Store } from "./store.ts";

/** A terminal that keeps what it wrote until the cloud says `safe`, as the real one does. */
type Keeper = PaperTerminal & {
  kept: { readonly inc: string; readonly n: number; readonly bytes: SignedBytes }[];
  have: number;
};

let school: PaperSchool;
const open: Store[] = [];
afterEach(async () => {
  for (const store of open.splice(0)) await store.close();
  await school.close();
});

const keeperAt = (index: number): Keeper =>
  Object.assign(must(school.terminals[index], "a terminal"), { kept: [], have: 0 });
const kid = (index: number): StudentId => must(school.students[index], "a child");

function write(keeper: Keeper, body: EventBody): string {
  const { n, id, bytes } = keeper.write(body);
  keeper.kept.push({ inc: keeper.inc, n, bytes });
  return Buffer.from(id).toString("hex");
}

/** What the events desk does with a frame. */
async function deliver(store: Store, keeper: Keeper): Promise<void> {
  const owner = { school: SCHOOL, device: keeper.device, inc: keeper.inc };
  const events = keeper.kept.map(({ n, bytes }) => {
    const opened = openEvent(owner, n, bytes);
    return must(opened.ok ? opened.value.verified : null, "A paper event opens");
  });
  await store.commit(async (work) => {
    await reviveLeases(work, owner, school.cloudKey.publicKey, events);
    return bookBatch(work, owner, events);
  });
}

async function grant(keeper: Keeper, student: StudentId, amount: Rupiah): Promise<LeaseId> {
  const { store, outbox } = school;
  const granted = await store.commit((work) =>
    grantLease(work, outbox, SCHOOL, {
      device: keeper.device,
      student,
      purse: "snack",
      day: TODAY,
      amount,
      ask: null,
      actor: "test",
    }),
  );
  await applyCommands(store, keeper);
  return granted.lease;
}

/** The terminal takes the cloud's signed commands and keeps the signed grant in its own chain. */
async function applyCommands(store: Store, keeper: Keeper): Promise<void> {
  for (const { rev, bytes } of await commandsAfter(
    { db: store.read },
    keeper.device,
    keeper.have,
  )) {
    keeper.have = rev;
    const opened = openObject("saku.command.v1", bytes);
    const parsed = opened.ok ? parseCommand(opened.value.payload) : opened;
    const { body } = must(parsed.ok ? parsed.value : null, "A command of ours");
    if (body.kind === "lease-grant")
      write(keeper, { type: "lease-accept", lease: body.lease, amount: body.amount, grant: bytes });
  }
}

const sell = (keeper: Keeper, student: StudentId, lease: LeaseId, amount: number): string =>
  write(keeper, {
    type: "sale",
    student,
    merchant: keeper.merchant,
    purse: "snack",
    method: "finger",
    amount: rupiah(amount),
    spends: [
      {
        lease,
        amount: rupiah(amount),
      },
    ],
  });

async function forget(store: Store, keeper: Keeper): Promise<void> {
  const row = await store.read
    .selectFrom("incarnation")
    .select("safe")
    .where("device", "=", keeper.device)
    .executeTakeFirstOrThrow();
  keeper.kept = keeper.kept.filter(({ n }) => n > row.safe);
}

/** Every account to the rupiah, and every lease. */
async function picture(store: Store): Promise<unknown> {
  const accounts = await store.read
    .selectFrom("account")
    .select(["id", "kind", "debit", "credit"])
    .orderBy("id")
    .execute();
  const leases = await store.read
    .selectFrom("lease")
    .select(["id", "device", "student", "day", "amount", "spent", "returned", "state"])
    .orderBy("id")
    .execute();
  const marks = await store.read
    .selectFrom("incarnation")
    .select(["device", "ack", "tip"])
    .orderBy("device")
    .execute();
  return { accounts, leases, marks };
}

/** A morning, a backup, more sales, grants, a void and a return, and nothing more from the office. */
async function liveUntilNoon(): Promise<{
  readonly file: string;
  readonly keepers: readonly Keeper[];
}> {
  school = await paperSchool({ terminals: 2, students: 3 });
  const keepers = [keeperAt(0), keeperAt(1)] as const;
  for (const student of school.students) await school.topUp(student, 50_000);
  const first = await grant(keepers[0], kid(0), rupiah(10_000));
  const second = await grant(keepers[1], kid(1), rupiah(8_000));
  sell(keepers[0], kid(0), first, 3_000);
  for (const keeper of keepers) await deliver(school.store, keeper);
  const { file } = await backUp(school.store, join(school.directory, "backup"), MORNING_MS);
  for (const keeper of keepers) await forget(school.store, keeper);

  sell(keepers[0], kid(0), first, 2_000);
  const late = await grant(keepers[1], kid(2), rupiah(7_000));
  sell(keepers[1], kid(2), late, 6_500);
  const wrong = sell(keepers[1], kid(1), second, 1_500);
  write(keepers[1], {
    type: "void",
    of: Buffer.from(wrong, "hex"),
    amount: rupiah(1500),
    reason: "operator",
  });
  await grant(keepers[0], kid(1), rupiah(4_000));
  write(keepers[0], {
    type: "lease-return",
    lease: first,
    amount: rupiah(5e3),
    reason: "requested",
  });
  for (const keeper of keepers) await deliver(school.store, keeper);
  return { file, keepers };
}

async function rebuild(
  file: string,
  database: Database,
): Promise<{ readonly store: Store; readonly term: number }> {
  const home = await emptyHome(database, temporaryFolder("rebuilt"));
  const clock = (): number => MORNING_MS + 3_600_000;
  const restored = await restoreLedger(file, home.place, temporaryFolder("scratch"), clock);
  expect(restored.failed).toEqual([]);
  const store = await home.open(clock);
  open.push(store);
  return { store, term: restored.term };
}

describeOnBoth("a ledger that was destroyed at noon", (database) => {
  it("[BK2] [BK3] is the same to the rupiah after the last backup and what terminals still hold", async () => {
    const { file, keepers } = await liveUntilNoon();
    const wanted = await picture(school.store);
    const lost = school.store.term;
    const { store, term } = await rebuild(file, database);
    expect(term).toBeGreaterThan(lost);
    expect(store.term).toBe(term);
    expect(await picture(store)).not.toEqual(wanted);
    // Twice and out of step: terminals do not know how far the others are.
    for (const keeper of [...keepers.toReversed(), ...keepers]) await deliver(store, keeper);
    expect(await picture(store)).toEqual(wanted);
    expect(await failedChecks(store.read)).toEqual([]);
    const audit = await store.read
      .selectFrom("audit")
      .select(["actor", "detail"])
      .where("action", "=", "leases-revived")
      .execute();
    expect(audit).toHaveLength(2);
  });

  it("[BK1] moves to the other database and back with every row and no posting twice", async () => {
    const { file, keepers } = await liveUntilNoon();
    const other = database === "sqlite" ? "postgresql" : "sqlite";
    const { store } = await rebuild(file, other);
    for (const keeper of keepers) await deliver(store, keeper);
    const moved = await backUp(store, join(school.directory, "moved"), MORNING_MS);
    const { store: back } = await rebuild(moved.file, database);
    expect(await picture(back)).toEqual(await picture(school.store));
    expect(await failedChecks(back.read)).toEqual([]);
  });

  it("[BK3] takes no grant that it never signed, or signed for somebody else", async () => {
    const { file, keepers } = await liveUntilNoon();
    const { store } = await rebuild(file, database);
    const [first, second] = keepers;
    const accept = must(second, "a terminal").kept.find(({ n }) => n > 0);
    const signed = must(accept, "an accepted lease");
    const opened = openEvent(
      { school: SCHOOL, device: must(second, "a terminal").device, inc: must(second, "it").inc },
      signed.n,
      signed.bytes,
    );
    const { body } = must(opened.ok ? opened.value.verified : null, "it opens").event;
    const grantBytes = body.type === "lease-accept" ? must(body.grant, "a grant") : Buffer.of();
    const before = await store.read.selectFrom("lease").select("id").execute();
    const forged = Uint8Array.from(grantBytes);
    forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1;
    const keeper = must(first, "a terminal");
    keeper.kept = keeper.kept.slice(0, 0);
    const lease = body.type === "lease-accept" ? body.lease : ("lea-none" as LeaseId);
    const owner = { school: SCHOOL, device: keeper.device };
    for (const bytes of [grantBytes, forged, Buffer.from("a000", "hex")]) {
      const event = { body: { type: "lease-accept", lease, amount: rupiah(7_000), grant: bytes } };
      await store.commit((work) =>
        reviveLeases(work, owner, school.cloudKey.publicKey, [{ event }] as never),
      );
    }
    expect(await store.read.selectFrom("lease").select("id").execute()).toEqual(before);
  });

  it("[BK2] is not built over another one, nor out of a damaged copy", async () => {
    const { file } = await liveUntilNoon();
    const restore = async (copy: string): Promise<unknown> =>
      restoreLedger(copy, school.home.place, temporaryFolder("scratch"), () => MORNING_MS);
    await expect(restore(file)).rejects.toThrow(/There is a ledger already|is not empty/);
    const broken = join(school.directory, "broken.sqlite");
    writeFileSync(broken, "not a database at all".repeat(500));
    await expect(restore(broken)).rejects.toThrow();
    rmSync(broken);
  });
});
