import { toBase64Url } from "@saku/protocol";
import { describe, expect, test } from "vitest";
import { AISYAH, CITRA, MELATI, PASSWORD } from "./fake-office.suite.ts";
import { createTestWeb, createVisitor, type TestWeb, type Visitor } from "./web-client.suite.ts";

type Machine = {
  readonly visitor: Visitor;
  post(path: string, body: object, key?: string): Promise<Response>;
};

async function machine(web: TestWeb, login: string): Promise<Machine> {
  const visitor = createVisitor(web.app);
  const signedIn = await visitor.json("POST", "/v1/session", { login, password: PASSWORD });
  const { csrf } = (await signedIn.json()) as { csrf: string };
  let count = 0;
  return {
    visitor,
    post: (path, body, key = `key-number-${++count}`) =>
      visitor.json("POST", path, body, { "x-saku-csrf": csrf, "idempotency-key": key }),
  };
}

const FOUND = {
  setupToken: "setup-token-1234",
  name: "SDN Melati 01",
  zone: 420,
  rootKey: toBase64Url(new Uint8Array(32).fill(7)),
  adminLogin: "tu.melati",
  adminPassword: "kalimat pendek saja",
};

describe("founding a school", () => {
  test("answers with the school and its first admin", async () => {
    const response = await createVisitor(createTestWeb().app).json("POST", "/v1/found", FOUND);
    expect(response.status).toBe(201);
    expect(await response.json()).toEqual({ school: MELATI, person: "per-tu" });
  });

  test.each([
    [{ ...FOUND, setupToken: "another-token" }, 403],
    [{ ...FOUND, rootKey: toBase64Url(new Uint8Array(31)) }, 422],
    [{ ...FOUND, zone: 425 }, 422],
    [{ ...FOUND, adminPassword: "pendek" }, 422],
    [{ ...FOUND, extra: 1 }, 422],
  ])("with %j answers %d", async (body, status) => {
    const response = await createVisitor(createTestWeb().app).json("POST", "/v1/found", body);
    expect(response.status).toBe(status);
    expect(Object.keys((await response.json()) as object)).toEqual(["error", "detail"]);
  });

  test("takes the zone by its name as well", async () => {
    const visitor = createVisitor(createTestWeb().app);
    const response = await visitor.json("POST", "/v1/found", { ...FOUND, zone: "WITA" });
    expect(response.status).toBe(201);
  });
});

describe("a session", () => {
  test("tells the role, the school and the token that orders need", async () => {
    const visitor = createVisitor(createTestWeb().app);
    const login = { login: "tu.melati", password: PASSWORD };
    const response = await visitor.json("POST", "/v1/session", login);
    expect(response.status).toBe(201);
    expect(await response.json()).toMatchObject({ role: "school-admin", school: MELATI });
  });

  test("is refused for a wrong password, and slowed down after many", async () => {
    const visitor = createVisitor(createTestWeb().app);
    const wrong = { login: "tu.melati", password: "x" };
    for (let index = 0; index < 8; index++)
      expect((await visitor.json("POST", "/v1/session", wrong)).status).toBe(401);
    expect((await visitor.json("POST", "/v1/session", wrong)).status).toBe(429);
  });

  test("ends when it is deleted", async () => {
    const web = createTestWeb();
    const visitor = createVisitor(web.app);
    const login = { login: "tu.melati", password: PASSWORD };
    const signedIn = await visitor.json("POST", "/v1/session", login);
    const { csrf } = (await signedIn.json()) as { csrf: string };
    const ended = await visitor.json("DELETE", "/v1/session", undefined, { "x-saku-csrf": csrf });
    expect(ended.status).toBe(204);
    expect((await visitor.get(`/v1/schools/${MELATI}/students`)).status).toBe(401);
  });
});

describe("orders", () => {
  test.each([
    [`/v1/schools/${MELATI}/merchants`, { name: "Kantin Baru" }, 201, "merchant Kantin Baru"],
    [
      `/v1/schools/${MELATI}/students`,
      { number: "0999", firstName: "Dewi", className: "1A" },
      201,
      "student 0999",
    ],
    [
      `/v1/schools/${MELATI}/claims`,
      { merchant: "mer-sri", terminalName: "Kasir 9" },
      201,
      "claim mer-sri Kasir 9",
    ],
    [`/v1/schools/${MELATI}/hub`, { hub: "trm-kasir-1" }, 201, "hub trm-kasir-1"],
    [`/v1/students/${AISYAH}/topups`, { amount: 50_000 }, 200, `top-up ${AISYAH} 50000`],
    [`/v1/students/${AISYAH}/consent`, { state: "granted" }, 200, `consent ${AISYAH} granted`],
    [`/v1/students/${AISYAH}/freeze`, { isFrozen: true }, 200, `freeze ${AISYAH} true`],
    [`/v1/students/${AISYAH}/limit`, { dailyLimit: null }, 200, `limit ${AISYAH} null`],
    [`/v1/students/${AISYAH}/invitations`, {}, 200, `invite ${AISYAH}`],
  ])("POST %s", async (path, body, status, order) => {
    const web = createTestWeb();
    const { post } = await machine(web, "tu.melati");
    const response = await post(path, body);
    expect(response.status).toBe(status);
    expect(web.fake.orders).toEqual([order]);
  });

  test("with the same key and body are one order with one answer; with another body they are refused", async () => {
    const web = createTestWeb();
    const { post } = await machine(web, "tu.melati");
    const path = `/v1/students/${AISYAH}/topups`;
    const first = await (await post(path, { amount: 5_000 }, "same-key-1")).json();
    expect(await (await post(path, { amount: 5_000 }, "same-key-1")).json()).toEqual(first);
    const other = await post(path, { amount: 6_000 }, "same-key-1");
    expect(other.status).toBe(422);
    expect(await other.json()).toMatchObject({ error: "key-reused-with-other-body" });
    expect(web.fake.orders).toHaveLength(1);
  });

  test("need the session's token and an idempotency key", async () => {
    const web = createTestWeb();
    const { visitor } = await machine(web, "tu.melati");
    const path = `/v1/students/${AISYAH}/topups`;
    const bare = await visitor.json(
      "POST",
      path,
      { amount: 5_000 },
      { "idempotency-key": "key-123456" },
    );
    expect([bare.status, await bare.json()]).toMatchObject([403, { error: "csrf" }]);
    const stranger = await createVisitor(web.app).json("POST", path, { amount: 5_000 });
    expect(stranger.status).toBe(401);
    const { post } = await machine(web, "tu.melati");
    expect((await post(path, { amount: 5_000 }, "short")).status).toBe(400);
    expect(web.fake.orders).toEqual([]);
  });

  test.each([[{ amount: -1 }], [{ amount: 1.5 }], [{ amount: "5000" }], [{ amount: 9e15 }], [{}]])(
    "with the body %j are refused",
    async (body) => {
      const web = createTestWeb();
      const { post } = await machine(web, "tu.melati");
      expect((await post(`/v1/students/${AISYAH}/topups`, body)).status).toBe(422);
      expect(web.fake.orders).toEqual([]);
    },
  );

  test("of a guardian reach only their own children", async () => {
    const web = createTestWeb();
    const { post, visitor } = await machine(web, "ibu.aisyah");
    expect((await post(`/v1/students/${CITRA}/freeze`, { isFrozen: true })).status).toBe(404);
    expect((await visitor.get(`/v1/students/${CITRA}`)).status).toBe(404);
    expect((await visitor.get(`/v1/students/${AISYAH}`)).status).toBe(200);
    expect(web.fake.orders).toEqual([]);
  });
});

test.each(["students", "terminals", "merchants", "trial-balance"])(
  "GET /v1/schools/:school/%s answers the school's own admin and nobody else",
  async (what) => {
    const web = createTestWeb();
    const path = `/v1/schools/${MELATI}/${what}`;
    expect((await (await machine(web, "tu.melati")).visitor.get(path)).status).toBe(200);
    expect((await (await machine(web, "tu.mawar")).visitor.get(path)).status).toBe(404);
    expect((await (await machine(web, "ibu.aisyah")).visitor.get(path)).status).toBe(404);
    expect((await createVisitor(web.app).get(path)).status).toBe(401);
  },
);

test("an unknown path under /v1 answers in JSON", async () => {
  const response = await createVisitor(createTestWeb().app).get("/v1/nothing");
  expect(response.status).toBe(404);
  expect(await response.json()).toMatchObject({ error: "not-found" });
});
