import { hash, verify } from "@node-rs/argon2";
import { rmSync } from "node:fs";
import { timingSafeEqual } from "node:crypto";
import type { Selectable } from "kysely";
import { isLabel, parsePublicKey, schoolId, type SchoolId, type UnixMs } from "@saku/protocol";
import type { Account, OrderOutcome, People } from "../http/office.ts";
import { appendAudit } from "../store/audit.ts";
import type { Work } from "../store/committer.ts";
import type { Tables } from "../store/tables.ts";
import { hashToken, newId, newToken } from "../store/random-ids.ts";
import type { Cloud } from "./cloud.ts";
import { done, refused } from "./orders.ts";
import type { SetupToken } from "./setup-token.ts";

const SESSION_LIFE_MS = 30 * 24 * 3_600_000;
// OWASP's argon2id floor: 19 MiB, two passes.
const ARGON = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
const LOGIN = /^[a-z0-9][a-z0-9._@+-]{2,63}$/;

const isPassword = (text: string): boolean => text.length >= 8 && text.length <= 200;
const loginOf = (text: string): string => text.trim().toLowerCase();

/** What an unknown login is checked against, so that it takes as long as a known one. */
let decoy: Promise<string> | null = null;
const decoyHash = (): Promise<string> => (decoy ??= hash(newToken(), ARGON));

type FoundInput = Parameters<People["foundSchool"]>[0];

function checkFounding(input: FoundInput, login: string): string | null {
  if (!isLabel(input.name.trim())) return "name";
  if (![420, 480, 540].includes(input.zone)) return "zone";
  if (!parsePublicKey(input.rootKey).ok) return "root key";
  if (!LOGIN.test(login)) return "login";
  return isPassword(input.adminPassword) ? null : "password needs 8 characters or more";
}

async function foundSchool(
  cloud: Cloud,
  setup: SetupToken,
  input: FoundInput,
): ReturnType<People["foundSchool"]> {
  const offered = Buffer.from(hashToken(input.setupToken));
  if (setup.hash === null || !timingSafeEqual(offered, Buffer.from(setup.hash)))
    return refused("not-allowed", "the set-up token is wrong or was used");
  const login = loginOf(input.adminLogin);
  const problem = checkFounding(input, login);
  if (problem !== null) return refused("invalid", problem);
  const passwordHash = await hash(input.adminPassword, ARGON);
  const outcome = await cloud.store.commit(async (work) => {
    const any = await work.db.selectFrom("school").select("id").executeTakeFirst();
    if (any !== undefined) return refused("already-exists", "the school is founded");
    const school = schoolId(newId("sch"));
    const person = newId("per");
    await work.db
      .insertInto("school")
      .values({
        id: school,
        name: input.name.trim(),
        zone: input.zone,
        root_key: input.rootKey,
        created_at: work.now,
      })
      .execute();
    await insertPerson(work, { id: person, login, passwordHash, role: "school-admin", school });
    await appendAudit(work, school, {
      actor: person,
      action: "found-school",
      object: school,
      detail: {},
    });
    return done({ school, person });
  });
  if (outcome.kind === "done") rmSync(setup.file, { force: true });
  return outcome;
}

async function insertPerson(
  { db, now }: Work,
  person: {
    readonly id: string;
    readonly login: string;
    readonly passwordHash: string;
    readonly role: Account["role"];
    readonly school: SchoolId | null;
  },
): Promise<void> {
  await db
    .insertInto("person")
    .values({
      id: person.id,
      login: person.login,
      password_hash: person.passwordHash,
      role: person.role,
      school: person.school,
      created_at: now,
    })
    .execute();
}

async function openInvitation(
  db: Work["db"],
  token: string,
  now: UnixMs,
): Promise<Selectable<Tables["invitation"]> | null> {
  const row = await db
    .selectFrom("invitation")
    .selectAll()
    .where("token_hash", "=", hashToken(token))
    .where("used_by", "is", null)
    .where("expires_at", ">", now)
    .executeTakeFirst();
  return row ?? null;
}

/** A new guardian gets an account; one who has one proves it with its password and gets a further child. */
async function acceptInvitation(
  cloud: Cloud,
  input: Parameters<People["acceptInvitation"]>[0],
): Promise<OrderOutcome<{ readonly person: string }>> {
  const login = loginOf(input.login);
  if (!LOGIN.test(login)) return refused("invalid", "login");
  if (!isPassword(input.password)) return refused("invalid", "password needs 8 characters or more");
  // Before any password is looked at: without an invitation this door must not tell right ones from wrong ones.
  const invited = await openInvitation(cloud.store.read, input.token, cloud.clock() as UnixMs);
  if (invited === null) return refused("not-found", "the invitation is over");
  const known = await cloud.store.read
    .selectFrom("person")
    .select(["id", "password_hash", "role"])
    .where("login", "=", login)
    .executeTakeFirst();
  if (known !== undefined) {
    const isOwner = await verify(known.password_hash, input.password);
    // A colleague gets a login of their own: nobody is guardian and school under one name.
    if (!isOwner || known.role !== "guardian" || invited.student === null)
      return refused("already-exists", "login is taken");
  }
  const passwordHash = known?.password_hash ?? (await hash(input.password, ARGON));
  return cloud.store.commit(async (work) => {
    const invitation = await openInvitation(work.db, input.token, work.now);
    if (invitation === null) return refused("not-found", "the invitation is over");
    const person = known?.id ?? newId("per");
    if (known === undefined) {
      const taken = await work.db
        .selectFrom("person")
        .select("id")
        .where("login", "=", login)
        .executeTakeFirst();
      if (taken !== undefined) return refused("already-exists", "login is taken");
      const role = invitation.student === null ? "school-admin" : "guardian";
      const at = invitation.student === null ? invitation.school : null;
      await insertPerson(work, { id: person, login, passwordHash, role, school: at });
    }
    const { school, student } = invitation;
    if (student !== null)
      await work.db
        .insertInto("guardianship")
        .values({ person, school, student })
        .onConflict((conflict) => conflict.columns(["person", "school", "student"]).doNothing())
        .execute();
    await work.db
      .updateTable("invitation")
      .set({ used_by: person, used_at: work.now })
      .where("token_hash", "=", invitation.token_hash)
      .execute();
    await appendAudit(work, school, {
      actor: person,
      action: "accept-invitation",
      object: student ?? school,
      detail: {},
    });
    work.afterCommit(() => cloud.changes.schoolChanged(school));
    return done({ person });
  });
}

async function signIn(cloud: Cloud, login: string, password: string): ReturnType<People["signIn"]> {
  if (password.length > 200) return null;
  const row = await cloud.store.read
    .selectFrom("person")
    .selectAll()
    .where("login", "=", loginOf(login))
    .executeTakeFirst();
  const isRight = await verify(row?.password_hash ?? (await decoyHash()), password);
  if (row === undefined || !isRight) return null;
  const session = newToken();
  await cloud.store.commit(async ({ db, now }) => {
    await db
      .insertInto("session")
      .values({
        secret_hash: hashToken(session),
        person: row.id,
        created_at: now,
        expires_at: (now + SESSION_LIFE_MS) as UnixMs,
      })
      .execute();
  });
  const { id: person, role, school } = row;
  return { session, account: { person, login: row.login, role, school } };
}

/** People and sessions over the store. */
export function createPeople(cloud: Cloud, setup: SetupToken): People {
  return {
    foundSchool: (input) => foundSchool(cloud, setup, input),
    acceptInvitation: (input) => acceptInvitation(cloud, input),
    signIn: (login, password) => signIn(cloud, login, password),
    accountOf: async (session) => {
      const row = await cloud.store.read
        .selectFrom("session")
        .innerJoin("person", "person.id", "session.person")
        .select(["person.id", "person.login", "person.role", "person.school"])
        .where("session.secret_hash", "=", hashToken(session))
        .where("session.expires_at", ">", cloud.clock() as UnixMs)
        .executeTakeFirst();
      if (row === undefined) return null;
      return { person: row.id, login: row.login, role: row.role, school: row.school };
    },
    signOut: async (session) => {
      await cloud.store.commit(async ({ db }) => {
        await db.deleteFrom("session").where("secret_hash", "=", hashToken(session)).execute();
      });
    },
  };
}
