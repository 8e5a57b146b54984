import { Hono, type Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import type { StudentEntry } from "../../core/directory/directory.ts";
import type { EnrolChild, EnrolmentEvent } from "../../core/enrolment/enrolment-state.ts";
import type { CounterDesk } from "./desk.ts";
import { operatorRefused } from "./events.ts";
import { readFields } from "./guard.ts";
import type { CounterDeps } from "./ports.ts";
import { parseCode, parseEnrolPress, type EnrolPress } from "./presses.ts";

/*
 * Enrolment for programs; the page uses the same calls. All bodies are JSON (a plain form works too and is answered
 * with 303 to /enrol).
 *
 *   POST /enrol/open    {"code": "482913"}   200 {"session": "…", "view"}; 401 wrong code, 429 too many wrong codes,
 *                                            409 a sale is under way. The session is also set as a cookie; programs send
 *                                            it back as `authorization: Bearer …`. It ends after 10 idle minutes.
 *   GET  /enrol/roster                       200 {"students": [{student, number, firstName, className, consent,
 *                                            canEnrol, hasFingers, hasPin}]}, 401 without a session (as all below)
 *   GET  /enrol/view                         the view (enrolment-view.ts); GET /enrol/live the same as server-sent events
 *   POST /enrol/press   {"kind": …}          200 {"isAccepted", "view"}
 *   POST /enrol/close                        ends the session; the till has the sensor again
 *
 * One child, as a program does it:
 *   press {"kind":"choose","student":"stu-…"}            → view.screen "assent" (roster + rosterNote without consent)
 *   press {"kind":"assent","isYes":true}                  → "fingers"
 *   press {"kind":"fingers","fingers":["right-index","left-index"]}   1 or 2 names → "placing"
 *   then follow the view: `wants: "finger"` = put view.finger on the sensor, `wants: "lift"` = take it off. Three usable
 *   placements (phase "build", placementCount 0 … 3), one more (phase "verify"), then the next finger. `note` says why a
 *   placement did not count. "duplicate" = the finger is another child's: {"kind":"redo"} or {"kind":"cancel"}.
 *   screen "pin": press {"kind":"pin","pin":"4821"} twice (pinStep "first", "second"); {"kind":"pin-skip"} keeps an old PIN
 *   screen "saving" → "saved" (or "failed" with reason); press {"kind":"next"} → "roster"
 *   press {"kind":"choose-pin","student":"stu-…"} goes straight to "pin"; {"kind":"cancel"} leaves a child anywhere.
 */
const COOKIE = "saku-operator";
const WRONG = { kind: "wrong" } as const;

export function enrolRoutes(desk: CounterDesk, deps: CounterDeps): Hono {
  return new Hono()
    .post("/enrol/open", (c) => open(c, desk, deps))
    .get("/enrol/roster", async (c) => {
      if (!hasSession(c, desk)) return noSession(c);
      return c.json({ students: (await deps.directory.students()).map(rosterLine) });
    })
    .get("/enrol/view", (c) => (hasSession(c, desk) ? c.json(desk.enrolmentView()) : noSession(c)))
    .get("/enrol/live", (c) => (hasSession(c, desk) ? desk.enrolmentLive.serve(c) : noSession(c)))
    .post("/enrol/press", async (c) => {
      if (!hasSession(c, desk)) return noSession(c);
      const press = parseEnrolPress(await readFields(c));
      if (press === null) return c.json({ error: "Not a press of enrolment" }, 400);
      const event = await eventOf(press, deps);
      if (event === null) return c.json({ error: "This school has no such child" }, 404);
      const isAccepted = desk.enrolment.send(event);
      return respond(c, { isAccepted, view: desk.enrolmentView() });
    })
    .post("/enrol/close", (c) => {
      if (hasSession(c, desk)) desk.session.close();
      deleteCookie(c, COOKIE);
      return isForm(c) ? c.redirect("/", 303) : c.json({ isAccepted: true });
    });
}

/** True for a request that carries the open session; keeps it open. */
export function hasSession(c: Context, desk: CounterDesk): boolean {
  const bearer = c.req.header("authorization")?.replace(/^Bearer /, "");
  return desk.session.touch(bearer ?? getCookie(c, COOKIE));
}

async function open(c: Context, desk: CounterDesk, deps: CounterDeps): Promise<Response> {
  const code = parseCode(await readFields(c));
  const opened = code === null ? WRONG : await desk.session.open(code);
  if (opened.kind !== "open") {
    operatorRefused(deps.log, "enrol");
    if (isForm(c)) return c.redirect(`/enrol?note=${opened.kind}`, 303);
    return c.json({ error: opened.kind }, opened.kind === "wrong" ? 401 : 429);
  }
  if (!desk.openEnrolment()) {
    desk.session.close();
    return isForm(c) ? c.redirect("/enrol?note=busy", 303) : c.json({ error: "busy" }, 409);
  }
  setCookie(c, COOKIE, opened.token, { httpOnly: true, sameSite: "Strict", path: "/" });
  return respond(c, { session: opened.token, view: desk.enrolmentView() });
}

function respond(c: Context, body: object): Response {
  return isForm(c) ? c.redirect("/enrol", 303) : c.json(body);
}

function isForm(c: Context): boolean {
  return (c.req.header("content-type") ?? "").startsWith("application/x-www-form-urlencoded");
}

function noSession(c: Context): Response {
  return isForm(c) ? c.redirect("/enrol", 303) : c.json({ error: "no-session" }, 401);
}

async function eventOf(press: EnrolPress, deps: CounterDeps): Promise<EnrolmentEvent | null> {
  if (press.kind !== "choose" && press.kind !== "choose-pin") return press;
  const entry = await deps.directory.student(press.student);
  return entry?.isActive === true ? { kind: press.kind, child: childOf(entry) } : null;
}

function childOf(entry: StudentEntry): EnrolChild {
  const { student, number, firstName, className, hasPin } = entry;
  return { student, number, firstName, className, hasPin, consent: entry.consent.state };
}

export type RosterLine = EnrolChild & { readonly canEnrol: boolean; readonly hasFingers: boolean };

export function rosterLine(entry: StudentEntry): RosterLine {
  const canEnrol = entry.isActive && entry.consent.state === "granted";
  return { ...childOf(entry), canEnrol, hasFingers: entry.hasFingers };
}
