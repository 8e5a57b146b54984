import { z } from "zod";
import { bytesSchema, countSchema, studentIdSchema } from "../encoding/schema.ts";
import type { StudentId } from "../primitives/ids.ts";

/**
 * A secret of one child as it leaves a terminal: readable only by terminals of the school's roster.
 * `wrap` is the child's 32-byte data key under the epoch key, `sealed` the content under the data key; both are
 * AES-256-GCM as nonce(12) ‖ ciphertext ‖ tag(16) with `vaultItemAad` as associated data.
 */
export type VaultItem = {
  readonly student: StudentId;
  readonly item: "fingers" | "pin";
  /** Rises with every new content of this student and item; the higher one wins. */
  readonly version: number;
  readonly epoch: number;
  readonly wrap: Uint8Array;
  /** At most 24 kB. */
  readonly sealed: Uint8Array;
};

/** The schema of a sealed secret; SPEC.md P36. */
export const vaultItemSchema: z.ZodType<VaultItem> = z.strictObject({
  student: studentIdSchema,
  item: z.enum(["fingers", "pin"]),
  version: countSchema,
  epoch: countSchema,
  wrap: bytesSchema({ min: 60, max: 60 }),
  sealed: bytesSchema({ min: 28, max: 24_576 }),
}) as unknown as z.ZodType<VaultItem>;

/** What both seals of an item are bound to, so that no ciphertext can be moved to another child. */
export function vaultItemAad(
  item: Pick<VaultItem, "student" | "item" | "version" | "epoch">,
): string {
  return `saku.vault.v1|${item.student}|${item.item}|${item.version}|${item.epoch}`;
}
