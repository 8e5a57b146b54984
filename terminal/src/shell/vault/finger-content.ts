import { decodeCbor, encodeCbor, type StudentId } from "@saku/protocol";
import { z } from "zod";
import type { FingerRecord } from "../../core/vault/vault.ts";

const TEMPLATE_SIZE_MAX = 4_096;
const FINGERS_MAX = 5;

const contentSchema = z.strictObject({
  v: z.literal(1),
  fingers: z
    .array(
      z.strictObject({
        finger: z.enum([
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
        ]),
        template: z.custom<Uint8Array>(
          (value) => value instanceof Uint8Array && value.length <= TEMPLATE_SIZE_MAX,
        ),
      }),
    )
    .min(1)
    .max(FINGERS_MAX),
});

/** The bytes that are sealed; throws on more fingers or larger templates than other terminals would read. */
export function encodeFingers(record: FingerRecord): Uint8Array {
  const content = contentSchema.parse({ v: 1, fingers: record.fingers });
  return encodeCbor(content);
}

export function decodeFingers(student: StudentId, content: Uint8Array): FingerRecord | null {
  const value = decodeCbor(content);
  if (!value.ok) return null;
  const parsed = contentSchema.safeParse(value.value);
  return parsed.success ? { student, fingers: parsed.data.fingers } : null;
}
