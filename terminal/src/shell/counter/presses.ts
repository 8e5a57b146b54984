import { z } from "zod";
import { EVENT_AMOUNT_MAX_RUPIAH, rupiah, type StudentId } from "@saku/protocol";
import type { Press as EnrolmentPress } from "../../core/enrolment/reaction.ts";
import type { CheckoutEvent } from "../../core/checkout/checkout-state.ts";

const keySchema = z.enum([
  "0",
  "1",
  "2",
  "3",
  "4",
  "5",
  "6",
  "7",
  "8",
  "9",
  "000",
  "plus",
  "back",
  "clear",
]);

const amountSchema = z.number().int().min(1).max(EVENT_AMOUNT_MAX_RUPIAH).transform(rupiah);

/** What may be posted to `/counter/press`: exactly what a finger on the till's screen can do. */
const pressSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("key"), key: keySchema }),
  z.strictObject({ kind: z.literal("quick"), index: z.number().int().min(0).max(7) }),
  z.strictObject({ kind: z.literal("amount"), amount: amountSchema }),
  z.strictObject({ kind: z.literal("charge") }),
  z.strictObject({ kind: z.literal("repeat") }),
  z.strictObject({ kind: z.literal("cancel") }),
  z.strictObject({ kind: z.literal("pin-start") }),
  z.strictObject({ kind: z.literal("finger-start") }),
  z.strictObject({ kind: z.literal("digit"), digit: z.string().regex(/^[0-9]$/) }),
  z.strictObject({ kind: z.literal("back") }),
  z.strictObject({ kind: z.literal("enter") }),
  z.strictObject({ kind: z.literal("reason") }),
  z.strictObject({ kind: z.literal("hand-over") }),
  z.strictObject({ kind: z.literal("void") }),
  z.strictObject({ kind: z.literal("reserve") }),
]);

export function parsePress(value: unknown, nowMs: number): CheckoutEvent | null {
  const parsed = pressSchema.safeParse(value);
  if (!parsed.success) return null;
  return parsed.data.kind === "enter" ? { kind: "enter", nowMs } : parsed.data;
}

const chargeSchema = z.strictObject({ amount: amountSchema });

export function parseCharge(value: unknown): { readonly amount: ReturnType<typeof rupiah> } | null {
  const parsed = chargeSchema.safeParse(value);
  return parsed.success ? parsed.data : null;
}

const fingerSchema = z.enum([
  "right-thumb",
  "right-index",
  "right-middle",
  "right-ring",
  "right-little",
  "left-thumb",
  "left-index",
  "left-middle",
  "left-ring",
  "left-little",
]);

const studentSchema: z.ZodType<StudentId, string> = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{1,39}$/)
  .transform((text) => text as StudentId);

/** A form sends one value as a text, several as a list. */
const fingersSchema = z
  .union([fingerSchema.transform((finger) => [finger]), z.array(fingerSchema)])
  .pipe(z.array(fingerSchema).min(1).max(2));

const yesSchema = z.union([
  z.boolean(),
  z.enum(["true", "false"]).transform((text) => text === "true"),
]);

const enrolPressSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("choose"), student: studentSchema }),
  z.strictObject({ kind: z.literal("choose-pin"), student: studentSchema }),
  z.strictObject({ kind: z.literal("assent"), isYes: yesSchema }),
  z.strictObject({ kind: z.literal("fingers"), fingers: fingersSchema }),
  z.strictObject({ kind: z.literal("other-finger"), finger: fingerSchema }),
  z.strictObject({ kind: z.literal("redo") }),
  z.strictObject({ kind: z.literal("pin-only") }),
  z.strictObject({ kind: z.literal("pin"), pin: z.string().max(12) }),
  z.strictObject({ kind: z.literal("pin-skip") }),
  z.strictObject({ kind: z.literal("cancel") }),
  z.strictObject({ kind: z.literal("next") }),
]);

/** The operator's presses; a child is named by its id and looked up by the shell. */
export type EnrolPress =
  | Exclude<EnrolmentPress, { readonly kind: "choose" | "choose-pin" | "open" | "close" }>
  | { readonly kind: "choose"; readonly student: StudentId }
  | { readonly kind: "choose-pin"; readonly student: StudentId };

export function parseEnrolPress(value: unknown): EnrolPress | null {
  const parsed = enrolPressSchema.safeParse(value);
  return parsed.success ? parsed.data : null;
}

const codeSchema = z.strictObject({ code: z.string().regex(/^[0-9]{4,12}$/) });

export function parseCode(value: unknown): string | null {
  const parsed = codeSchema.safeParse(value);
  return parsed.success ? parsed.data.code : null;
}

const voidSchema = z.strictObject({
  sale: z.string().regex(/^[0-9a-f]{64}$/),
  code: z.string().regex(/^[0-9]{4,12}$/),
});

export function parseVoid(value: unknown): { readonly sale: string; readonly code: string } | null {
  const parsed = voidSchema.safeParse(value);
  return parsed.success ? parsed.data : null;
}
