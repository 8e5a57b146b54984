import { existsSync, readFileSync, statSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { afterEach, expect, it } from "vitest";
import {
  must,
  parseCommand,
  openObject,
  rupiah,
  type CommandBody,
  type StudentId,
} from "@saku/protocol";
import { nodeTimers } from "../clock/node-timers.ts";
import { verifyOnThreads } from "../keys/ed25519.ts";
import { nodeEntropy } from "../keys/node-entropy.ts";
import type { Order, OrderOutcome } from "../http/office.ts";
import { paperSchool, SCHOOL, type PaperSchool } from "../paper-school.suite.ts";
import { auditHash } from "../store/audit.ts";
import { describeOnBoth } from "../store/databases.suite.ts";
import { failedChecks } from "../store/checks.ts";
import { queueCommands } from "../store/commands.ts";
import { createChanges } from "./changes.ts";
import type { Cloud } from "./cloud.ts";
import { createOffice } from "./office.ts";
import { createPeople } from "./people.ts";
import { loadSetupToken } from "./setup-token.ts";

let school: PaperSchool;
afterEach(async () => {
  const failed = await failedChecks(school.store.read);
  await school.close();
  if (failed.length > 0) throw new Error(failed.join("; "));
});

function cloudOf(paper: PaperSchool): Cloud & { readonly stopped: string[] } {
  const stopped: string[] = [];
  return {
    store: paper.store,
    outbox: paper.outbox,
    changes: createChanges(),
    isOnline: () => false,
    stop: (device) => stopped.push(device),
    tokenSecret: randomBytes(32),
    key: school.cloudKey,
    clock: () => Date.UTC(2026, 10, 23, 1),
    timers: nodeTimers,
    entropy: nodeEntropy,
    verify: verifyOnThreads,
    stopped,
  };
}

async function open(counts = { terminals: 2, students: 2 }) {
  school = await paperSchool(counts);
  const cloud = cloudOf(school);
  await school.store.commit(async ({ db, now }) => {
    await db
      .insertInto("person")
      .values({
        id: "per-admin",
        login: "admin",
        password_hash: "x",
        role: "school-admin",
        school: SCHOOL,
        created_at: now,
      })
      .execute();
  });
  return { cloud, office: createOffice(cloud) };
}

let count = 0;
const admin = (key = `key-${(count += 1)}`): Order => ({
  actor: { person: "per-admin", role: "school-admin" },
  idempotencyKey: key,
});
const kid = (): StudentId => must(school.students[0], "a child");
const valueOf = <T>(outcome: OrderOutcome<T>): T => {
  if (outcome.kind === "refused") throw new Error(`${outcome.reason} ${outcome.detail}`);
  return outcome.value;
};

async function commands(index: number): Promise<readonly CommandBody[]> {
  const rows = await school.store.read
    .selectFrom("command")
    .select("bytes")
    .where("device", "=", must(school.terminals[index], "a terminal").device)
    .orderBy("rev")
    .execute();
  return rows.map(({ bytes }) => {
    const opened = openObject("saku.command.v1", new Uint8Array(bytes));
    const parsed = opened.ok ? parseCommand(opened.value.payload) : opened;
    return must(parsed.ok ? parsed.value : null, "a stored command parses").body;
  });
}

/** As if terminal 0 had sent a child's sealed fingers, which went on to terminal 1. */
async function keepSealed(sealed: Uint8Array): Promise<void> {
  const item = {
    student: kid(),
    item: "fingers" as const,
    version: 1,
    epoch: 1,
    wrap: new Uint8Array(60),
    sealed,
  };
  const [from, to] = school.terminals;
  await school.store.commit(async (work) => {
    const { now } = work;
    const row = { school: SCHOOL, ...item, from_device: must(from, "one").device, stored_at: now };
    await work.db.insertInto("vault_item").values(row).execute();
    const target = { school: SCHOOL, device: must(to, "another").device };
    await queueCommands(work, school.outbox, target, [{ kind: "vault", item }]);
  });
}

const filesOf = ({ home: { place } }: PaperSchool): readonly string[] =>
  "file" in place ? [place.file, `${place.file}-wal`] : [];

describeOnBoth("orders of the office", (database) => {
  it("happen once per key: the same order gets the same answer, another body is refused", async () => {
    const { office } = await open();
    const first = await office.writing.topUpCash(admin("k1"), kid(), rupiah(20_000));
    expect(await office.writing.topUpCash(admin("k1"), kid(), rupiah(20_000))).toEqual(first);
    expect(await office.writing.topUpCash(admin("k1"), kid(), rupiah(30_000))).toMatchObject({
      reason: "key-reused-with-other-body",
    });
    const trial = await office.reading.trialBalance(SCHOOL);
    expect(trial).toMatchObject({ isBalanced: true });
    expect(trial.rows.find(({ kind }) => kind === "cash")?.debit).toBe(20_000);
  });

  it("are refused to a person who is neither the child's guardian nor its school's admin", async () => {
    const { office } = await open();
    const stranger: Order = {
      actor: { person: "per-stranger", role: "school-admin" },
      idempotencyKey: "k",
    };
    expect(await office.writing.setFrozen(stranger, kid(), true)).toMatchObject({
      reason: "not-found",
    });
    expect(
      await office.writing.addMerchant({ ...stranger, idempotencyKey: "k2" }, SCHOOL, "Kantin X"),
    ).toMatchObject({ reason: "not-allowed" });
  });

  it("[G4] a top-up reserves today's share at every terminal in the same commit", async () => {
    const { office } = await open();
    valueOf(await office.writing.topUpCash(admin(), kid(), rupiah(20_000)));
    const grants = [...(await commands(0)), ...(await commands(1))];
    expect(grants).toMatchObject([
      { kind: "lease-grant", amount: 9_000 },
      { kind: "lease-grant", amount: 9_000 },
    ]);
    const [row] = await office.reading.students(SCHOOL);
    expect(row).toMatchObject({ balance: 20_000, atSchool: 18_000 });
  });

  it("[G7] freezing asks every holder back, names whom it waits for, and thawing grants again", async () => {
    const { office, cloud } = await open();
    valueOf(await office.writing.topUpCash(admin(), kid(), rupiah(20_000)));
    let told = 0;
    cloud.changes.onChild(kid(), () => (told += 1));
    valueOf(await office.writing.setFrozen(admin(), kid(), true));
    expect(told).toBe(1);
    expect((await commands(0)).slice(-2)).toMatchObject([
      { kind: "freeze", isFrozen: true },
      { kind: "return-request" },
    ]);
    const { token } = valueOf(await office.writing.inviteGuardian(admin(), kid()));
    const people = createPeople(cloud, { file: "", hash: null });
    const { person } = valueOf(
      await people.acceptInvitation({ token, login: "ibu@rumah", password: "kata sandi" }),
    );
    const view = must(await office.reading.child(person, kid()), "her child");
    expect(view.freeze).toEqual({ isFrozen: true, waitingFor: ["Kantin 0", "Kantin 1"] });
    expect(view).toMatchObject({ balance: 20_000, atSchool: 18_000 });
    // Nothing is granted to a frozen child.
    valueOf(await office.writing.topUpCash(admin(), kid(), rupiah(5_000)));
    expect((await commands(0)).at(-1)?.kind).toBe("return-request");
    const guardian: Order = { actor: { person, role: "guardian" }, idempotencyKey: "g1" };
    valueOf(await office.writing.setFrozen(guardian, kid(), false));
    expect((await commands(0)).at(-1)).toMatchObject({ kind: "lease-grant" });
  });

  it("[G3] a limit caps what is granted, and a cut asks the rest back", async () => {
    const { office } = await open();
    valueOf(await office.writing.setDailyLimit(admin(), kid(), rupiah(10_000)));
    valueOf(await office.writing.topUpCash(admin(), kid(), rupiah(50_000)));
    const total = (await office.reading.students(SCHOOL))[0]?.atSchool ?? 0;
    expect(total).toBeGreaterThan(0);
    expect(total).toBeLessThanOrEqual(10_000);
    valueOf(await office.writing.setDailyLimit(admin(), kid(), rupiah(3_000)));
    expect([...(await commands(0)), ...(await commands(1))]).toContainEqual({
      kind: "return-request",
      student: kid(),
    });
  });

  it("[L16] a colleague gets an account of the school with a new login, never a guardian's", async () => {
    const { cloud, office } = await open();
    const people = createPeople(cloud, { file: "", hash: null });
    const invite = async (): Promise<string> =>
      valueOf(await office.writing.inviteColleague(admin(), SCHOOL)).token;
    const password = "kalimat yang panjang";
    const token = await invite();
    valueOf(await people.acceptInvitation({ token, login: "rekan", password }));
    const signedIn = await people.signIn("rekan", password);
    expect(signedIn?.account).toMatchObject({ role: "school-admin", school: SCHOOL });
    const guardian = valueOf(await office.writing.inviteGuardian(admin(), kid())).token;
    valueOf(await people.acceptInvitation({ token: guardian, login: "ibu", password }));
    const again = { token: await invite(), login: "ibu", password };
    expect(await people.acceptInvitation(again)).toMatchObject({ reason: "already-exists" });
    const stranger = { actor: { person: "x", role: "school-admin" as const }, idempotencyKey: "k" };
    expect(await office.writing.inviteColleague(stranger, SCHOOL)).toMatchObject({
      reason: "not-allowed",
    });
  });

  it("without an invitation nobody learns whether a password is right", async () => {
    const { cloud, office } = await open();
    const people = createPeople(cloud, await loadSetupToken(school.store, school.directory));
    const { token } = valueOf(await office.writing.inviteGuardian(admin(), kid()));
    const mother = { login: "ibu@rumah", password: "kata sandi" };
    valueOf(await people.acceptInvitation({ token, ...mother }));
    const refusals = [
      await people.acceptInvitation({ token: "not-a-token", ...mother }),
      await people.acceptInvitation({ token: "not-a-token", ...mother, password: "salah sekali" }),
      await people.acceptInvitation({ token, ...mother, password: "salah sekali" }),
    ];
    expect(new Set(refusals.map((outcome) => JSON.stringify(outcome))).size).toBe(1);
  });

  it("[CN2] a withdrawal erases ciphertext everywhere in the cloud and orders receipts", async () => {
    const { office } = await open();
    valueOf(await office.writing.setConsent(admin(), kid(), "granted"));
    const sealed = new TextEncoder().encode("SEALED-TEMPLATE-OF-A-CHILD-".repeat(8));
    await keepSealed(sealed);
    const holdsIt = (): boolean =>
      filesOf(school).some((file) => readFileSync(file).includes("SEALED-TEMPLATE"));
    // The files of a PostgreSQL server are not ours to read; what stays in them is said in record 6.
    expect(holdsIt()).toBe(database === "sqlite");
    valueOf(await office.writing.setConsent(admin(), kid(), "withdrawn"));
    expect(await commands(1)).toEqual([
      { kind: "consent", student: kid(), state: "granted", version: 1 },
      // The revision that carried the ciphertext now carries the withdrawal.
      { kind: "consent", student: kid(), state: "withdrawn", version: 2 },
      { kind: "consent", student: kid(), state: "withdrawn", version: 2 },
    ]);
    await school.store.scrub();
    expect(holdsIt()).toBe(false);
    const owed = await school.store.read.selectFrom("erasure").selectAll().execute();
    expect(owed.map(({ consent, erased_at }) => [consent, erased_at])).toEqual([
      [2, null],
      [2, null],
    ]);
  });

  it("give the same one-time claim to a repeated order, and store only its hash", async () => {
    const { office } = await open();
    const order = admin("claim-1");
    const claim = { merchant: "mer-0", terminalName: "Kasir" };
    const first = valueOf(await office.writing.createClaim(order, SCHOOL, claim));
    expect(valueOf(await office.writing.createClaim(order, SCHOOL, claim))).toEqual(first);
    const stored = JSON.stringify([
      await school.store.read.selectFrom("claim").selectAll().execute(),
      await school.store.read.selectFrom("order_key").selectAll().execute(),
    ]);
    expect(stored).not.toContain(first.claim);
  });

  it("leave a trail in which every row holds the hash of the one before", async () => {
    const { office, cloud } = await open();
    valueOf(await office.writing.setFrozen(admin(), kid(), true));
    valueOf(await office.writing.revokeTerminal(admin(), school.terminals[0]?.device ?? ""));
    expect(cloud.stopped).toEqual([school.terminals[0]?.device]);
    const rows = await school.store.read.selectFrom("audit").selectAll().orderBy("seq").execute();
    expect(rows.map(({ action }) => action)).toEqual(["freeze", "revoke-terminal"]);
    let previous = "";
    for (const row of rows) {
      expect(row.previous).toBe(previous);
      expect(row.hash).toBe(auditHash(previous, row));
      previous = row.hash;
    }
    await expect(school.store.commit(({ db }) => db.deleteFrom("audit").execute())).rejects.toThrow(
      "audit is immutable",
    );
  });
});

describeOnBoth("people", () => {
  it("found one school with the token of the first start, and never again", async () => {
    school = await paperSchool({ terminals: 0, students: 0 });
    await school.store.commit(({ db }) => db.deleteFrom("school").execute());
    const cloud = cloudOf(school);
    const setup = await loadSetupToken(school.store, school.directory);
    expect(statSync(setup.file).mode & 0o777).toBe(0o600);
    const input = {
      setupToken: readFileSync(setup.file, "utf8"),
      name: "SD Merdeka",
      zone: 420 as const,
      rootKey: school.cloudKey.publicKey,
      adminLogin: "Tata.Usaha",
      adminPassword: "rahasia sekolah",
    };
    const people = createPeople(cloud, setup);
    expect(await people.foundSchool({ ...input, setupToken: "guess" })).toMatchObject({
      reason: "not-allowed",
    });
    const founded = valueOf(await people.foundSchool(input));
    expect(existsSync(setup.file)).toBe(false);
    expect(await people.foundSchool(input)).toMatchObject({ reason: "already-exists" });
    const again = await loadSetupToken(school.store, school.directory);
    expect(again.hash).toBeNull();

    expect(await people.signIn("tata.usaha", "wrong password")).toBeNull();
    expect(await people.signIn("nobody", "wrong password")).toBeNull();
    const signed = must(await people.signIn("tata.usaha", "rahasia sekolah"), "signed in");
    expect(signed.account).toMatchObject({ role: "school-admin", school: founded.school });
    expect(await people.accountOf(signed.session)).toEqual(signed.account);
    await people.signOut(signed.session);
    expect(await people.accountOf(signed.session)).toBeNull();
  });
});
