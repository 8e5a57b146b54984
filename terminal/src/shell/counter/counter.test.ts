import { rupiah, studentId } from "@saku/protocol";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  CRASHING_FINGER,
  leftSale,
  openBench,
  OPERATOR_CODE,
  POOR_FINGER,
  SLOW_FINGER,
  type Bench,
} from "./counter.suite.ts";
import type { EnrolmentView } from "./enrolment-view.ts";
import type { CounterView } from "./view.ts";

let bench: Bench;

beforeEach(async () => {
  bench = openBench();
  await untilScreen("till");
});

afterEach(async () => {
  bench.station.put(null);
  await bench.counter.close();
});

async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = { host: "localhost:4300", ...(init.headers as Record<string, string>) };
  return bench.counter.app.request(path, { ...init, headers });
}

function post(
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  return ask(path, {
    method: "POST",
    body: JSON.stringify(body),
    headers: { "content-type": "application/json", ...headers },
  });
}

async function view(): Promise<CounterView> {
  return (await ask("/counter/view")).json() as Promise<CounterView>;
}

async function untilScreen(screen: CounterView["screen"]): Promise<CounterView> {
  return vi.waitFor(
    async () => {
      const now = await view();
      expect(now.screen).toBe(screen);
      return now;
    },
    { timeout: 3_000, interval: 5 },
  );
}

async function press(kind: string, more: object = {}): Promise<{ isAccepted: boolean }> {
  return (await post("/counter/press", { kind, ...more })).json() as Promise<{
    isAccepted: boolean;
  }>;
}

async function charge(amount: number): Promise<void> {
  expect((await post("/counter/charge", { amount })).status).toBe(200);
}

describe("a sale over HTTP", () => {
  test("a finger pays: sold once, shown once, and the journey names nobody", async () => {
    await charge(5_000);
    bench.station.put(10);
    const approved = await untilScreen("approved");
    expect(approved).toMatchObject({ amount: 5_000, firstName: "Aisyah" });
    expect(bench.sold).toMatchObject([{ student: "stu-0", amount: 5_000, method: "finger" }]);
    expect(bench.shownSales).toHaveLength(1);
    expect(bench.signals).toContain("approved");
    const { journeys } = (await (await ask("/service/journeys.json")).json()) as {
      journeys: object[];
    };
    expect(journeys).toMatchObject([
      {
        outcome: "approved",
        method: "finger",
        attemptCount: 1,
        readings: ["identified"],
        stages: { captureMs: 200, transferMs: 900, extractMs: 120, commitMs: 4.2, ackMs: null },
      },
    ]);
    expect(JSON.stringify(journeys)).not.toContain("Aisyah");
  });

  test("the acknowledgement completes the journey", async () => {
    await charge(5_000);
    bench.station.put(10);
    await untilScreen("approved");
    bench.setNow(Date.UTC(2026, 10, 23, 3, 5, 7));
    bench.ack(bench.shownSales);
    const { journeys } = (await (await ask("/service/journeys.json")).json()) as {
      journeys: { stages: { ackMs: number } }[];
    };
    expect(journeys[0]?.stages.ackMs).toBeGreaterThan(5_000);
  });

  test("a second charge while one is under way is refused with 409", async () => {
    await charge(5_000);
    expect((await post("/counter/charge", { amount: 6_000 })).status).toBe(409);
    expect(await view()).toMatchObject({ screen: "waiting", amount: 5_000 });
  });

  test("an amount over the cap is not charged", async () => {
    expect((await post("/counter/charge", { amount: 50_001 })).status).toBe(409);
    expect(await view()).toMatchObject({ screen: "till", note: "over-cap" });
  });

  test("an unknown finger is coached, then another finger, then the PIN, which sells", async () => {
    await charge(5_000);
    for (const finger of [POOR_FINGER, 99, 99]) {
      await vi.waitFor(async () => expect((await view()).wants).toBe("finger"));
      bench.station.put(finger);
      await vi.waitFor(async () => expect((await view()).wants).not.toBe("finger"));
      bench.station.put(null);
    }
    expect(await untilScreen("pin")).toMatchObject({ pin: { canUseFinger: false } });
    for (const digit of "102") await press("digit", { digit });
    await press("enter");
    await vi.waitFor(async () =>
      expect((await view()).pin).toMatchObject({ step: "code", firstName: "Budi" }),
    );
    for (const digit of "1234") await press("digit", { digit });
    expect(JSON.stringify(await view())).not.toContain("1234");
    await press("enter");
    expect(await untilScreen("approved")).toMatchObject({ firstName: "Budi" });
    expect(bench.sold).toMatchObject([{ student: "stu-1", method: "pin" }]);
  });

  test("a matcher that crashes or runs out of time leads to the PIN, and names nobody", async () => {
    await charge(5_000);
    for (const finger of [CRASHING_FINGER, SLOW_FINGER, CRASHING_FINGER]) {
      await vi.waitFor(async () => expect((await view()).wants).toBe("finger"));
      bench.station.put(finger);
      await vi.waitFor(async () => expect((await view()).wants).not.toBe("finger"));
      bench.station.put(null);
    }
    expect(await untilScreen("pin")).toMatchObject({ pin: { canUseFinger: false } });
    expect(bench.sold).toEqual([]);
    expect(bench.logLines.join()).toContain("ended with code 3");
  });

  test("a refusal is neutral until the merchant holds for the reason", async () => {
    bench.refuse("funds");
    await charge(5_000);
    bench.station.put(10);
    expect((await untilScreen("not-this-time")).reason).toBeNull();
    await press("reason");
    expect((await view()).reason).toBe("funds");
  });

  test("a desk that throws after writing leads to the operator's question", async () => {
    bench.refuse("throws");
    await charge(5_000);
    bench.station.put(10);
    expect(await untilScreen("unconfirmed")).toMatchObject({ amount: 5_000, canVoid: true });
    expect((await post("/counter/charge", { amount: 1_000 })).status).toBe(409);
    await press("hand-over");
    await untilScreen("till");
    expect(bench.shownSales).toHaveLength(1);
  });

  test("without the sensor the charge offers the PIN", async () => {
    bench.station.become("away");
    await charge(5_000);
    expect(await view()).toMatchObject({ screen: "sensor-away", wants: null });
    expect(await press("pin-start")).toMatchObject({ isAccepted: true });
  });

  test("the whole view stays below 2 kB, with the longest basket", async () => {
    for (let index = 0; index < 8; index++) await press("quick", { index });
    bench.setLink({ isOnline: false, unsentCount: 14 });
    const text = await (await ask("/counter/view")).text();
    expect(text.length).toBeLessThan(2_048);
    expect(JSON.parse(text)).toMatchObject({ isOnline: false, unsentCount: 14, lineCount: 8 });
  });
});

test("a sale left by a crash is asked about before anything else", async () => {
  await bench.counter.close();
  bench = openBench({ unconfirmed: leftSale(rupiah(7_500)) });
  expect(await untilScreen("unconfirmed")).toMatchObject({ amount: 7_500, firstName: "Budi" });
  await press("void");
  await untilScreen("till");
});

describe("fingers from elsewhere", () => {
  const citra = studentId("stu-2");

  test("a child enrolled at another stall while this one starts is known here", async () => {
    await bench.counter.close();
    bench = openBench({ enrolledWhileLoading: { student: citra, finger: 12 } });
    await untilScreen("till");
    await charge(5_000);
    bench.station.put(12);
    expect(await untilScreen("approved")).toMatchObject({ firstName: "Citra" });
  });

  test("erased fingers pay no more", async () => {
    bench.changeFinger(studentId("stu-0"), null);
    await charge(5_000);
    bench.station.put(10);
    expect(await untilScreen("retry")).toMatchObject({ attempt: 2 });
    expect(bench.sold).toEqual([]);
  });
});

test("the live stream begins with the view and tells every change", async () => {
  const reader = (await ask("/counter/live")).body?.getReader();
  if (reader === undefined) throw new Error("No stream");
  const texts = new TextDecoder();
  let heard = "";
  const hear = async (until: string): Promise<void> => {
    while (!heard.includes(until)) heard += texts.decode((await reader.read()).value);
  };
  await hear('"screen":"till"');
  await press("amount", { amount: 7_000 });
  await hear('"amount":7000');
  expect(heard.match(/^data: /gm)?.length).toBeGreaterThan(1);
  await reader.cancel();
});

describe("who may ask", () => {
  test.each(["evil.example", "192.168.1.4:4300", ""])(
    "the host %o is not answered",
    async (host) => {
      expect((await ask("/counter/view", { headers: { host } })).status).toBe(421);
    },
  );

  test("a POST of another site is refused, of the page itself and of the stage accepted", async () => {
    const statusFor = async (origin: string): Promise<number> =>
      (await post("/counter/press", { kind: "cancel" }, { origin })).status;
    expect(await statusFor("http://evil.example")).toBe(403);
    expect(await statusFor("http://localhost:4300")).toBe(200);
    expect(await statusFor("http://127.0.0.1:4100")).toBe(200);
  });

  test.each([
    { kind: "sold" },
    { kind: "key", key: "x" },
    { kind: "amount", amount: 1.5 },
    { kind: "amount", amount: -5 },
    { kind: "charge", extra: 1 },
    [],
    "charge",
  ])("%o is not a press", async (body) => {
    expect((await post("/counter/press", body)).status).toBe(400);
  });

  test("a body over 4 kB is refused", async () => {
    expect((await post("/counter/press", { kind: "x".repeat(5_000) })).status).toBe(413);
  });

  test("pages carry a policy without inline code and with the frames of the configuration", async () => {
    for (const path of ["/", "/recent", "/enrol"]) {
      const response = await ask(path);
      const policy = response.headers.get("content-security-policy") ?? "";
      expect(policy).toContain("script-src 'self';");
      expect(policy).toContain("frame-ancestors 'self' http://127.0.0.1:4100");
      expect(policy).not.toContain("unsafe");
      expect(await response.text()).not.toMatch(/<script>|style="|onclick=/);
    }
  });

  test("the language is switched by ?lang and remembered", async () => {
    expect(await (await ask("/")).text()).toContain("Tagih");
    const english = await ask("/?lang=en");
    expect(await english.text()).toContain("Charge");
    const cookie = (english.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
    expect(await (await ask("/", { headers: { cookie } })).text()).toContain("Charge");
  });
});

describe("the sales of today", () => {
  async function sold(): Promise<string> {
    await charge(5_000);
    bench.station.put(10);
    await untilScreen("approved");
    return bench.shownSales[0] ?? "";
  }

  test("the list shows initials and no name", async () => {
    await sold();
    const html = await (await ask("/recent")).text();
    expect(html).toContain("A.");
    expect(html).not.toContain("Aisyah");
  });

  test("the operator takes a sale back within 60 seconds and not later", async () => {
    const sale = await sold();
    const order = { sale, code: OPERATOR_CODE };
    expect(await (await post("/counter/void", { ...order, code: "0000" })).json()).toEqual({
      note: "wrong",
    });
    bench.setNow(Date.UTC(2026, 10, 23, 3, 6, 1));
    expect(await (await post("/counter/void", order)).json()).toEqual({ note: "too-late" });
    bench.setNow(Date.UTC(2026, 10, 23, 3, 5, 59));
    expect(await (await post("/counter/void", order)).json()).toEqual({ note: "voided" });
  });

  test("five wrong codes rest the code, even for the right one", async () => {
    const sale = await sold();
    for (let count = 0; count < 5; count++) await post("/counter/void", { sale, code: "0000" });
    const locked = await post("/counter/void", { sale, code: OPERATOR_CODE });
    expect(await locked.json()).toEqual({ note: "locked" });
  });
});

describe("enrolment over HTTP", () => {
  let session = "";

  async function open(): Promise<void> {
    const response = await post("/enrol/open", { code: OPERATOR_CODE });
    session = ((await response.json()) as { session: string }).session;
  }

  async function enrol(body: object): Promise<EnrolmentView> {
    const response = await post("/enrol/press", body, { authorization: `Bearer ${session}` });
    return ((await response.json()) as { view: EnrolmentView }).view;
  }

  async function enrolView(): Promise<EnrolmentView> {
    const headers = { authorization: `Bearer ${session}` };
    return (await ask("/enrol/view", { headers })).json() as Promise<EnrolmentView>;
  }

  async function place(finger: number): Promise<void> {
    await vi.waitFor(async () => expect((await enrolView()).wants).toBe("finger"));
    bench.station.put(finger);
    await vi.waitFor(async () => expect((await enrolView()).wants).not.toBe("finger"));
    bench.station.put(null);
  }

  async function choose(student: string, fingers: readonly string[]): Promise<void> {
    await enrol({ kind: "choose", student });
    await enrol({ kind: "assent", isYes: true });
    expect((await enrol({ kind: "fingers", fingers })).screen).toBe("placing");
  }

  test("two fingers and a PIN are stored together, and the child can pay at once", async () => {
    await open();
    await choose("stu-2", ["right-index", "left-index"]);
    for (const finger of [12, 12, 12, 12, 13, 13, 13, 13]) await place(finger);
    await vi.waitFor(async () => expect((await enrolView()).screen).toBe("pin"));
    expect(bench.saved).toEqual([]);
    await enrol({ kind: "pin", pin: "4821" });
    await enrol({ kind: "pin", pin: "4821" });
    await vi.waitFor(async () => expect((await enrolView()).screen).toBe("saved"));
    expect(bench.saved).toMatchObject([
      { student: "stu-2", fingers: [{ finger: "right-index" }, { finger: "left-index" }] },
    ]);
    expect(bench.pins.get("stu-2")).toBe("4821");
    await post("/enrol/close", {}, { authorization: `Bearer ${session}` });
    await charge(4_000);
    await vi.waitFor(async () => expect((await view()).wants).toBe("finger"));
    bench.station.put(13);
    expect(await untilScreen("approved")).toMatchObject({ firstName: "Citra" });
    expect(bench.logLines.join("\n")).not.toMatch(/4821|Citra|stu-2/);
  });

  test("a sensor with a small glass asks for six placements, each of another part", async () => {
    bench.station.become("ready", 6);
    await open();
    await choose("stu-2", ["right-index"]);
    const headers = { cookie: `saku-operator=${session}` };
    const said = new Set<string>();
    for (let placed = 0; placed < 6; placed++) {
      await vi.waitFor(async () => expect((await enrolView()).wants).toBe("finger"));
      expect(await enrolView()).toMatchObject({
        phase: "build",
        placementCount: placed,
        placementMax: 6,
      });
      const html = await (await ask("/enrol", { headers })).text();
      expect(html).toContain(`aria-label="${placed} dari 6"`);
      said.add(/<p class="placing-say" role="status">([^<]*)</.exec(html)?.[1] ?? "");
      await place(12);
    }
    expect(said.size).toBe(6);
    await vi.waitFor(async () => expect((await enrolView()).phase).toBe("verify"));
  });

  test("a finger of another child stores nothing", async () => {
    await open();
    await choose("stu-4", ["right-index"]);
    for (const finger of [10, 10, 10, 10]) await place(finger);
    await vi.waitFor(async () => expect((await enrolView()).screen).toBe("duplicate"));
    await enrol({ kind: "cancel" });
    expect(bench.saved).toEqual([]);
  });

  test("no consent, no finger; the page's button is dead too", async () => {
    await open();
    expect(await enrol({ kind: "choose", student: "stu-3" })).toMatchObject({
      screen: "roster",
      rosterNote: "no-consent",
    });
    const headers = { cookie: `saku-operator=${session}` };
    const html = await (await ask("/enrol", { headers })).text();
    expect(html.match(/<button class="child-key" disabled="">/g)).toHaveLength(1);
  });

  test("while enrolment is open nothing can be charged, and an open sale keeps enrolment out", async () => {
    await open();
    expect((await post("/counter/charge", { amount: 1_000 })).status).toBe(409);
    expect((await view()).screen).toBe("enrolling");
    await post("/enrol/close", {}, { authorization: `Bearer ${session}` });
    await charge(1_000);
    expect((await post("/enrol/open", { code: OPERATOR_CODE })).status).toBe(409);
  });

  test("without the operator's session nothing is told or done", async () => {
    expect((await post("/enrol/open", { code: "0000" })).status).toBe(401);
    for (const path of ["/enrol/roster", "/enrol/view", "/enrol/live", "/enrol/panel"])
      expect((await ask(path)).status).toBe(401);
    expect((await post("/enrol/press", { kind: "cancel" })).status).toBe(401);
  });
});
