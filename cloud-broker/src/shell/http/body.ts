import { fromBase64Url } from "@saku/protocol";
import { z } from "zod";

/** A terminal's or technician's message: the largest is a roster of 200 terminals. */
const BODY_SIZE_MAX = 131_072;

/** Reads a JSON body of a bounded size; null when it is larger, broken or not what the schema wants. */
export async function readJsonBody<T>(request: Request, schema: z.ZodType<T>): Promise<T | null> {
  if (request.body === null) return null;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body) {
    size += chunk.length;
    if (size > BODY_SIZE_MAX) return null;
    chunks.push(chunk);
  }
  try {
    const parsed = schema.safeParse(JSON.parse(Buffer.concat(chunks).toString("utf8")));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** Bytes as unpadded base64url. */
export const bytesText: z.ZodType<Uint8Array> = z
  .string()
  .min(1)
  .max(BODY_SIZE_MAX)
  .transform((text, context) => {
    const bytes = fromBase64Url(text);
    if (bytes !== null) return bytes;
    context.addIssue({ code: "custom", message: "base64url" });
    return z.NEVER;
  }) as unknown as z.ZodType<Uint8Array>;
