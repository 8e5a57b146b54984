import {
  fromBase64Url,
  ID_PATTERN,
  rupiah,
  studentId,
  ZONE_BY_NAME,
  type SchoolId,
  type StudentId,
} from "@saku/protocol";
import { Hono } from "hono";
import { z } from "zod";
import { isCsrfToken, issueCsrfToken } from "./csrf.ts";
import { readJson, type BodyRefusal } from "./forms.ts";
import type { Account, Order, OrderOutcome } from "./office.ts";
import {
  LOGIN_PATTERN,
  PASSWORD_MAX_CHARACTERS,
  PASSWORD_MIN_CHARACTERS,
} from "./people-routes.tsx";
import { addressOf } from "./rate-limit.ts";
import { clearSessionCookie, writeSessionCookie } from "./session.ts";
import {
  ORDER_KEY_PATTERN,
  REFUSAL_STATUS,
  type Web,
  type WebContext,
  type WebEnv,
} from "./web-context.ts";

type Status = 200 | 201 | 400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429;

const label = z.string().trim().min(1).max(40);
const login = z.string().regex(LOGIN_PATTERN);
const newPassword = z.string().min(PASSWORD_MIN_CHARACTERS).max(PASSWORD_MAX_CHARACTERS);
const amount = z.int().min(1).max(5_000_000).transform(rupiah);
const zone = z.union([
  z.literal([420, 480, 540]),
  z.enum(["WIB", "WITA", "WIT"]).transform((name) => ZONE_BY_NAME[name]),
]);
const rootKey = z
  .string()
  .max(64)
  .transform((text, context) => {
    const bytes = fromBase64Url(text);
    if (bytes?.length === 32) return bytes;
    context.addIssue("32 bytes in base64url");
    return z.NEVER;
  });

const SCHEMAS = {
  found: z.strictObject({
    setupToken: z.string().min(8).max(128),
    name: label,
    zone,
    rootKey,
    adminLogin: login,
    adminPassword: newPassword,
  }),
  session: z.strictObject({ login: z.string().max(64), password: z.string().max(200) }),
  invitation: z.strictObject({
    token: z.string().min(8).max(128),
    login,
    password: newPassword,
  }),
  merchant: z.strictObject({ name: label }),
  student: z.strictObject({
    number: z.string().trim().min(1).max(20),
    firstName: label,
    className: z.string().trim().min(1).max(12),
  }),
  claim: z.strictObject({ merchant: z.string().regex(ID_PATTERN), terminalName: label }),
  hub: z.strictObject({ hub: z.string().regex(ID_PATTERN).nullable() }),
  consent: z.strictObject({ state: z.enum(["granted", "withdrawn"]) }),
  freeze: z.strictObject({ isFrozen: z.boolean() }),
  limit: z.strictObject({ dailyLimit: amount.nullable() }),
  topUp: z.strictObject({ amount }),
  empty: z.strictObject({}),
};

/** `/v1`: the same orders and questions as the pages, in JSON, for the `saku` command and other machines. */
export function apiRoutes(web: Web): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  doorRoutes(app, web);
  schoolRoutes(app, web);
  studentRoutes(app, web);
  return app;
}

function fail(c: WebContext, status: Status, error: string, detail: string): Response {
  return c.json({ error, detail }, status);
}

/** Founding, signing in and out, accepting an invitation: the doors without a session. */
function doorRoutes(app: Hono<WebEnv>, web: Web): void {
  app.post("/found", async (c) => {
    const gate = await web.gates.newcomer(addressOf(c));
    if (gate !== null) return tooMany(c, gate.retryAfterMs);
    return withBody(c, SCHEMAS.found, async (body) =>
      answer(c, await web.people.foundSchool(body), 201),
    );
  });
  app.post("/session", (c) =>
    withBody(c, SCHEMAS.session, async (body) => {
      const gate = await web.gates.signIn(body.login, addressOf(c));
      if (gate !== null) return tooMany(c, gate.retryAfterMs);
      const signedIn = await web.people.signIn(body.login, body.password);
      if (signedIn === null) return fail(c, 401, "sign-in", "login and password do not match");
      await web.gates.signedIn(body.login, addressOf(c));
      writeSessionCookie(c, web.config, signedIn.session);
      const { role, school, person } = signedIn.account;
      return c.json({ role, school, person, csrf: issueCsrfToken(signedIn.session) }, 201);
    }),
  );
  app.delete("/session", async (c) => {
    const actor = signedIn(c);
    if (actor instanceof Response) return actor;
    const session = c.get("session");
    if (session !== null) await web.people.signOut(session.secret);
    clearSessionCookie(c, web.config);
    return c.body(null, 204);
  });
  app.post("/invitations/accept", async (c) => {
    const gate = await web.gates.newcomer(addressOf(c));
    if (gate !== null) return tooMany(c, gate.retryAfterMs);
    return withBody(c, SCHEMAS.invitation, async (body) =>
      answer(c, await web.people.acceptInvitation(body), 201),
    );
  });
}

function schoolRoutes(app: Hono<WebEnv>, web: Web): void {
  const { reading, writing } = web.office;
  app.get("/schools/:school/students", (c) => list(c, (school) => reading.students(school)));
  app.get("/schools/:school/terminals", (c) => list(c, (school) => reading.terminals(school)));
  app.get("/schools/:school/merchants", (c) => list(c, (school) => reading.merchants(school)));
  app.get("/schools/:school/trial-balance", (c) =>
    list(c, (school) => reading.trialBalance(school)),
  );
  app.post("/schools/:school/merchants", (c) =>
    schoolOrder(c, SCHEMAS.merchant, (order, school, body) =>
      writing.addMerchant(order, school, body.name),
    ),
  );
  app.post("/schools/:school/students", (c) =>
    schoolOrder(c, SCHEMAS.student, (order, school, body) =>
      writing.addStudent(order, school, body),
    ),
  );
  app.post("/schools/:school/claims", (c) =>
    schoolOrder(c, SCHEMAS.claim, (order, school, body) =>
      writing.createClaim(order, school, body),
    ),
  );
  app.post("/schools/:school/hub", (c) =>
    schoolOrder(c, SCHEMAS.hub, (order, school, { hub }) => writing.setHub(order, school, hub)),
  );
}

function studentRoutes(app: Hono<WebEnv>, web: Web): void {
  const { writing } = web.office;
  app.get("/students/:student", (c) => showStudent(c, web));
  app.post("/students/:student/consent", (c) =>
    studentOrder(c, SCHEMAS.consent, (order, student, body) =>
      writing.setConsent(order, student, body.state),
    ),
  );
  app.post("/students/:student/freeze", (c) =>
    studentOrder(c, SCHEMAS.freeze, (order, student, body) =>
      writing.setFrozen(order, student, body.isFrozen),
    ),
  );
  app.post("/students/:student/limit", (c) =>
    studentOrder(c, SCHEMAS.limit, (order, student, body) =>
      writing.setDailyLimit(order, student, body.dailyLimit),
    ),
  );
  app.post("/students/:student/topups", (c) =>
    studentOrder(c, SCHEMAS.topUp, (order, student, body) =>
      writing.topUpCash(order, student, body.amount),
    ),
  );
  app.post("/students/:student/invitations", (c) =>
    studentOrder(c, SCHEMAS.empty, (order, student) => writing.inviteGuardian(order, student)),
  );
}

function tooMany(c: WebContext, retryAfterMs: number): Response {
  c.header("retry-after", String(Math.ceil(retryAfterMs / 1_000)));
  return fail(c, 429, "too-many", "wait as long as retry-after says");
}

const BODY_STATUS: Readonly<Record<BodyRefusal | "invalid", 400 | 413 | 415 | 422>> = {
  "too-large": 413,
  "wrong-type": 415,
  malformed: 400,
  invalid: 422,
};

async function withBody<T>(
  c: WebContext,
  schema: z.ZodType<T>,
  then: (body: T) => Promise<Response>,
): Promise<Response> {
  const body = await readJson(c.req.raw, schema);
  if (body.ok) return then(body.value);
  return fail(c, BODY_STATUS[body.error.refusal], body.error.refusal, body.error.detail);
}

/** The account that gives an order: a session, and for anything but reading its anti-forgery token. */
function signedIn(c: WebContext): Account | Response {
  const session = c.get("session");
  if (session === null) return fail(c, 401, "sign-in", "no session");
  if (c.req.method !== "GET" && !isCsrfToken(session.secret, c.req.header("x-saku-csrf")))
    return fail(c, 403, "csrf", "x-saku-csrf is missing or not this session's");
  return session.account;
}

/** A school answers to its own admins; for everyone else it does not exist. */
function ownSchool(c: WebContext): SchoolId | Response {
  const account = signedIn(c);
  if (account instanceof Response) return account;
  const { role, school } = account;
  if (role === "school-admin" && school !== null && school === c.req.param("school")) return school;
  return fail(c, 404, "not-found", "no such school");
}

async function list(c: WebContext, read: (school: SchoolId) => Promise<object>): Promise<Response> {
  const school = ownSchool(c);
  return school instanceof Response ? school : c.json(await read(school), 200);
}

async function showStudent(c: WebContext, web: Web): Promise<Response> {
  const account = signedIn(c);
  if (account instanceof Response) return account;
  const missing = (): Response => fail(c, 404, "not-found", "no such student");
  const text = c.req.param("student") ?? "";
  if (!ID_PATTERN.test(text)) return missing();
  if (account.role === "guardian") {
    const child = await web.office.reading.child(account.person, studentId(text));
    return child === null ? missing() : c.json(child, 200);
  }
  if (account.school === null) return missing();
  const rows = await web.office.reading.students(account.school);
  const row = rows.find((one) => one.student === text);
  return row === undefined ? missing() : c.json(row, 200);
}

function orderOf(c: WebContext, account: Account): Order | Response {
  const idempotencyKey = c.req.header("idempotency-key");
  if (idempotencyKey === undefined || !ORDER_KEY_PATTERN.test(idempotencyKey))
    return fail(c, 400, "idempotency-key", "8 to 100 letters, digits or . _ : -");
  return { actor: { person: account.person, role: account.role }, idempotencyKey };
}

async function schoolOrder<T, V>(
  c: WebContext,
  schema: z.ZodType<T>,
  give: (order: Order, school: SchoolId, body: T) => Promise<OrderOutcome<V>>,
): Promise<Response> {
  const school = ownSchool(c);
  if (school instanceof Response) return school;
  const account = signedIn(c);
  if (account instanceof Response) return account;
  const order = orderOf(c, account);
  if (order instanceof Response) return order;
  return withBody(c, schema, async (body) => answer(c, await give(order, school, body), 201));
}

async function studentOrder<T, V>(
  c: WebContext,
  schema: z.ZodType<T>,
  give: (order: Order, student: StudentId, body: T) => Promise<OrderOutcome<V>>,
): Promise<Response> {
  const account = signedIn(c);
  if (account instanceof Response) return account;
  const text = c.req.param("student") ?? "";
  if (!ID_PATTERN.test(text)) return fail(c, 404, "not-found", "no such student");
  const order = orderOf(c, account);
  if (order instanceof Response) return order;
  return withBody(c, schema, async (body) =>
    answer(c, await give(order, studentId(text), body), 200),
  );
}

function answer<V>(c: WebContext, outcome: OrderOutcome<V>, status: 200 | 201): Response {
  if (outcome.kind === "refused")
    return fail(c, REFUSAL_STATUS[outcome.reason], outcome.reason, outcome.detail);
  return c.json(outcome.value ?? {}, status);
}
