import { rupiah, schoolDay, type Rupiah } from "@saku/protocol";
import type { CashInOrder } from "../../core/drawer/cash-in.ts";
import { closingOf, type DayClosing } from "../../core/drawer/closing.ts";
import type { OperatorDesk } from "../../core/drawer/operator-desk.ts";
import type { RecentSale } from "../../core/wallet/sale-desk.ts";
import type { RefundOrder } from "../../core/wallet/refund.ts";

/** The operator's side of the fake desk: one order a press, and a count that stays. */
export type FakeOperatorDesk = OperatorDesk & {
  readonly refunds: RefundOrder[];
  readonly cash: CashInOrder[];
};

const TODAY = schoolDay(20261123);

export function fakeOperatorDesk(sales: () => readonly RecentSale[]): FakeOperatorDesk {
  const refunds: RefundOrder[] = [];
  const cash: CashInOrder[] = [];
  let closing: DayClosing | null = null;
  const isNew = (orders: readonly { readonly press: string }[], press: string): boolean =>
    orders.every((order) => order.press !== press);
  const leftOf = (sale: RecentSale): Rupiah =>
    rupiah(
      refunds
        .filter(({ saleId }) => saleId === sale.saleId)
        .reduce<number>((left, { amount }) => left - amount, sale.amount),
    );
  return {
    refunds,
    cash,
    async refund(order) {
      const sale = sales().find(({ saleId }) => saleId === order.saleId);
      if (sale === undefined) return { kind: "refused", reason: "unknown-sale" };
      if (isNew(refunds, order.press)) {
        if (order.amount > leftOf(sale)) return { kind: "refused", reason: "too-much" };
        refunds.push(order);
      }
      const { saleId, amount } = order;
      return { kind: "refunded", refundId: "d".repeat(64), saleId, amount, left: leftOf(sale) };
    },
    async cashIn(order) {
      if (closing !== null) return { kind: "refused", reason: "day-closed" };
      if (isNew(cash, order.press)) cash.push(order);
      const { student, amount } = order;
      return { kind: "taken", cashInId: "e".repeat(64), student, firstName: "?", amount };
    },
    refundableSales: async (limit) =>
      sales()
        .filter((sale) => sale.state !== "voided" && leftOf(sale) > 0)
        .slice(0, limit)
        .map((sale) => ({ ...sale, day: TODAY, left: leftOf(sale) })),
    async closeDay(counted) {
      const expected = rupiah(cash.reduce<number>((sum, { amount }) => sum + amount, 0));
      closing ??= closingOf(TODAY, counted, expected);
      return { kind: "closed", ...closing };
    },
    closing: async () => closing,
  };
}
