import { addRupiah, rupiah, type Rupiah } from "@saku/protocol";

/** What the merchant is adding up: finished lines, and the number that is being typed. */
export type Basket = {
  readonly items: readonly Item[];
  readonly entry: Rupiah;
};

/** `label` is null for a typed amount. */
export type Item = { readonly label: string | null; readonly amount: Rupiah };

export type Key =
  "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" | "000" | "plus" | "back" | "clear";

export const EMPTY_BASKET: Basket = { items: [], entry: rupiah(0) };

export const ITEM_COUNT_MAX = 20;

/** Unchanged basket and `isOverCap` when the step would pass the cap (rule C3). */
export type BasketStep = { readonly basket: Basket; readonly isOverCap: boolean };

export function totalOf(basket: Basket): Rupiah {
  return addRupiah(basket.entry, ...basket.items.map((item) => item.amount));
}

function capped(before: Basket, after: Basket, perSale: Rupiah): BasketStep {
  return totalOf(after) > perSale
    ? { basket: before, isOverCap: true }
    : { basket: after, isOverCap: false };
}

function undoLast(basket: Basket): Basket {
  if (basket.entry > 0) return { ...basket, entry: rupiah(Math.floor(basket.entry / 10)) };
  return { ...basket, items: basket.items.slice(0, -1) };
}

function finishEntry(basket: Basket): Basket {
  if (basket.entry === 0 || basket.items.length >= ITEM_COUNT_MAX) return basket;
  return { items: [...basket.items, { label: null, amount: basket.entry }], entry: rupiah(0) };
}

export function pressKey(basket: Basket, key: Key, perSale: Rupiah): BasketStep {
  switch (key) {
    case "clear":
      return { basket: EMPTY_BASKET, isOverCap: false };
    case "back":
      return { basket: undoLast(basket), isOverCap: false };
    case "plus":
      return { basket: finishEntry(basket), isOverCap: false };
    case "000":
      return capped(basket, { ...basket, entry: rupiah(basket.entry * 1000) }, perSale);
    default:
      return capped(basket, { ...basket, entry: rupiah(basket.entry * 10 + Number(key)) }, perSale);
  }
}

/** A quick key adds its line; a number being typed becomes a line of its own first. */
export function addItem(basket: Basket, item: Item, perSale: Rupiah): BasketStep {
  const finished = finishEntry(basket);
  if (finished.items.length >= ITEM_COUNT_MAX) return { basket, isOverCap: true };
  return capped(basket, { ...finished, items: [...finished.items, item] }, perSale);
}
