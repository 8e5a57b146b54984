import { afterEach, expect, it } from "vitest";
import { rupiah } from "@saku/protocol";
import { MORNING_MS, SCHOOL } from "../../paper-school.suite.ts";
import { describeOnBoth } from "../../store/databases.suite.ts";
import { openItems } from "../../store/open-items.ts";
import { paymentArrived } from "./gateway-orders.ts";
import { paperDesk, valueOf, type PaperDesk } from "./paper-desk.suite.ts";

const DAY_MS = 86_400_000;
let paper: PaperDesk;
afterEach(() => paper.books.school.close());

const kindsAfter = async (days: number): Promise<readonly (readonly [string, number])[]> => {
  const items = await openItems(paper.books.school.store.read, MORNING_MS + days * DAY_MS);
  return items.map(({ kind, count }) => [kind, count]);
};

describeOnBoth("what should not stay open", () => {
  it("[L18] is named with its number and age once its time is over, and is gone once it is settled", async () => {
    paper = await paperDesk();
    const { desk, ani, books, cloud } = paper;
    const sale = await books.sell(3_000, 5_000);
    const paid = { provider: "midtrans", payment: "p1", orderRef: "none", amount: rupiah(9_000) };
    await paymentArrived(cloud, SCHOOL, paid);
    valueOf(await desk.writing.countCash(ani(), SCHOOL, { device: null, counted: rupiah(1) }));
    await books.school.store.commit(({ db, now }) =>
      db
        .updateTable("device")
        .set({ unsent: 3, last_seen_at: now })
        .where("id", "=", books.term(1).device)
        .execute(),
    );
    expect(await kindsAfter(0.9)).toEqual([]);
    expect(await kindsAfter(1)).toEqual([
      ["cash-count", 1],
      ["unsent", 1],
    ]);
    expect(await kindsAfter(7)).toEqual([
      ["clearing", 1],
      ["found-money", 1],
      ["oversold", 1],
      ["cash-count", 1],
      ["unsent", 1],
    ]);
    valueOf(
      await desk.writing.guarded(ani(), SCHOOL, {
        action: "suspense-decision",
        sale: sale.id,
        payer: "reserve",
      }),
    );
    expect((await kindsAfter(7)).map(([kind]) => kind)).not.toContain("oversold");
  });
});
