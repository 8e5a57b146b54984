import { Hono, type Context } from "hono";
import type { Assets } from "./assets.ts";
import type { CounterDesk } from "./desk.ts";
import { hasSession, rosterLine, type RosterLine } from "./enrol-routes.ts";
import { operatorRefused } from "./events.ts";
import { readFields } from "./guard.ts";
import { EnrolCodePage, EnrolPage, type EnrolNote } from "./pages/enrol-page.tsx";
import { EnrolPanel } from "./pages/enrol-panel.tsx";
import { RecentPage, type RecentNote } from "./pages/recent-page.tsx";
import { TillPage } from "./pages/till-page.tsx";
import type { CounterDeps } from "./ports.ts";
import { isForm, oneOf, operatorTextOf, textOf } from "./page-query.ts";
import { parseVoid } from "./presses.ts";

const RECENT_COUNT = 20;
/** The operator may take a sale back this long; the wallet has the last word. */
const VOID_WINDOW_MS = 60_000;

type Parts = { readonly desk: CounterDesk; readonly deps: CounterDeps; readonly assets: Assets };

/** The pages: `/` till, `/recent` sales of today, `/enrol` enrolment. `?lang=en` is remembered. */
export function pageRoutes(parts: Parts): Hono {
  const { desk, deps, assets } = parts;
  return new Hono()
    .get("/", (c) =>
      c.html(
        <TillPage
          text={textOf(c)}
          words={operatorTextOf(c)}
          assets={assets}
          view={desk.view()}
          stall={desk.stall()}
        />,
      ),
    )
    .get("/recent", (c) => recentPage(c, parts))
    .post("/counter/void", (c) => voidSale(c, parts))
    .get("/enrol", async (c) => {
      const text = textOf(c);
      if (!hasSession(c, desk)) {
        const note = oneOf<EnrolNote>(c.req.query("note"), ["wrong", "locked", "busy"]);
        return c.html(<EnrolCodePage text={text} assets={assets} note={note} />);
      }
      const view = desk.enrolmentView();
      const roster = await rosterFor(parts);
      return c.html(<EnrolPage text={text} assets={assets} view={view} roster={roster} />);
    })
    .get("/enrol/panel", async (c) => {
      if (!hasSession(c, desk)) return c.text("No session", 401);
      const roster = await rosterFor(parts);
      return c.html(<EnrolPanel text={textOf(c)} view={desk.enrolmentView()} roster={roster} />);
    })
    .get("/counter/recent", async (c) =>
      c.json({ sales: await deps.saleDesk.recentSales(RECENT_COUNT) }),
    );
}

async function rosterFor({ desk, deps }: Parts): Promise<readonly RosterLine[]> {
  const { screen } = desk.enrolmentView();
  return screen === "roster" || screen === "closed"
    ? (await deps.directory.students()).map(rosterLine)
    : [];
}

async function recentPage(c: Context, { desk, deps, assets }: Parts): Promise<Response> {
  const sales = await deps.saleDesk.recentSales(RECENT_COUNT);
  const chosen = sales.find(({ saleId }) => saleId === c.req.query("sale")) ?? null;
  const notes: readonly RecentNote[] = ["voided", "too-late", "wrong", "locked", "failed"];
  return c.html(
    <RecentPage
      text={textOf(c)}
      words={operatorTextOf(c)}
      assets={assets}
      sales={sales}
      zone={desk.stall()?.zone ?? 420}
      voidableSince={deps.now() - VOID_WINDOW_MS}
      chosen={chosen}
      note={oneOf(c.req.query("note"), notes)}
    />,
  );
}

/** JSON `{sale, code}` is answered with JSON `{note}`, a form with 303 to the list. */
async function voidSale(c: Context, parts: Parts): Promise<Response> {
  const order = parseVoid(await readFields(c));
  if (order === null && !isForm(c)) return c.json({ error: "sale and code" }, 400);
  const note = order === null ? "wrong" : await tryVoid(parts, order);
  if (!isForm(c)) return c.json({ note }, note === "voided" ? 200 : 409);
  const again = note === "wrong" && order !== null ? `&sale=${order.sale}` : "";
  return c.redirect(`/recent?note=${note}${again}`, 303);
}

async function tryVoid(
  { desk, deps }: Parts,
  { sale, code }: { readonly sale: string; readonly code: string },
): Promise<RecentNote> {
  const checked = await desk.session.check(code);
  if (checked !== true) {
    operatorRefused(deps.log, "void");
    return checked === "locked" ? "locked" : "wrong";
  }
  const known = (await deps.saleDesk.recentSales(RECENT_COUNT)).find(
    ({ saleId }) => saleId === sale,
  );
  if (known === undefined || known.atMs < deps.now() - VOID_WINDOW_MS) return "too-late";
  const outcome = await deps.saleDesk.voidSale(sale, "operator");
  if (outcome.kind === "voided") return "voided";
  return outcome.reason === "too-late" ? "too-late" : "failed";
}
