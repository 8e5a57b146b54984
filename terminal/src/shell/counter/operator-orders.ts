import { z } from "zod";
import { EVENT_AMOUNT_MAX_RUPIAH, rupiah, type RefundReason, type Rupiah } from "@saku/protocol";

// What the operator's forms bring. Amounts may carry the dots with which the page shows them: "20.000".

export const REFUND_REASONS: readonly RefundReason[] = [
  "not-delivered",
  "wrong-amount",
  "wrong-child",
  "goodwill",
];

const AMOUNT = /^(\d{1,9}|\d{1,3}(\.\d{3}){1,2})$/;

/** Whole rupiah, also 0; null for anything else. */
export function readAmount(value: unknown): Rupiah | null {
  const text = typeof value === "number" ? String(value) : value;
  if (typeof text !== "string" || !AMOUNT.test(text)) return null;
  const amount = Number(text.replaceAll(".", ""));
  return amount <= EVENT_AMOUNT_MAX_RUPIAH ? rupiah(amount) : null;
}

const countSchema: z.ZodType<Rupiah> = z
  .unknown()
  .transform(readAmount)
  .pipe(z.custom<Rupiah>((amount) => amount !== null));
const amountSchema = countSchema.refine((amount) => amount > 0);
const code = z.string().regex(/^[0-9]{4,12}$/);
/** Drawn with the page: a second press of the same page is the same order. */
const press = z.string().regex(/^[0-9a-z-]{8,64}$/);
const sale = z.string().regex(/^[0-9a-f]{64}$/);
export const NUMBER_PATTERN: RegExp = /^[0-9]{1,10}$/;

export type RefundForm = {
  readonly press: string;
  /** The sale's event, 64 hexadecimal characters. */
  readonly sale: string;
  readonly amount: Rupiah;
  readonly reason: RefundReason;
  readonly code: string;
};
export type CashForm = {
  readonly press: string;
  readonly number: string;
  readonly amount: Rupiah;
  readonly code: string;
};
export type CloseForm = { readonly counted: Rupiah; readonly code: string };

const refundSchema: z.ZodType<RefundForm> = z.strictObject({
  press,
  sale,
  amount: amountSchema,
  reason: z.enum(["not-delivered", "wrong-amount", "wrong-child", "goodwill"]),
  code,
});
const cashSchema: z.ZodType<CashForm> = z.strictObject({
  press,
  number: z.string().regex(NUMBER_PATTERN),
  amount: amountSchema,
  code,
});
const closeSchema: z.ZodType<CloseForm> = z.strictObject({ counted: countSchema, code });

export function parseRefund(value: unknown): RefundForm | null {
  return refundSchema.safeParse(value).data ?? null;
}

export function parseCash(value: unknown): CashForm | null {
  return cashSchema.safeParse(value).data ?? null;
}

export function parseClose(value: unknown): CloseForm | null {
  return closeSchema.safeParse(value).data ?? null;
}
