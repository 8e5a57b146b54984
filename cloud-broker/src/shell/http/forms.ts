import { err, ok, type Result } from "@saku/protocol";
import type { z } from "zod";

/** Far above any form of ours. */
export const BODY_MAX_BYTES: number = 16 * 1024;

export type BodyRefusal = "too-large" | "wrong-type" | "malformed";

/** Reads at most `BODY_MAX_BYTES`, counting what really arrives: a missing or false Content-Length changes nothing. */
async function readBytes(request: Request): Promise<Result<Uint8Array, BodyRefusal>> {
  const declared = Number(request.headers.get("content-length") ?? 0);
  if (declared > BODY_MAX_BYTES) return err("too-large");
  const chunks: Uint8Array[] = [];
  let size = 0;
  if (request.body === null) return ok(new Uint8Array());
  const reader = request.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return ok(Buffer.concat(chunks));
    size += value.length;
    if (size > BODY_MAX_BYTES) {
      await reader.cancel();
      return err("too-large");
    }
    chunks.push(value);
  }
}

function mediaTypeOf(request: Request): string {
  return (request.headers.get("content-type") ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
}

export type Fields = Readonly<Record<string, string>>;

/** The fields of a page's form; of a repeated name the last one counts. */
export async function readForm(request: Request): Promise<Result<Fields, BodyRefusal>> {
  if (mediaTypeOf(request) !== "application/x-www-form-urlencoded") return err("wrong-type");
  const bytes = await readBytes(request);
  if (!bytes.ok) return bytes;
  const fields: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [name, value] of new URLSearchParams(new TextDecoder().decode(bytes.value)))
    fields[name] = value;
  return ok(fields);
}

export type JsonRefusal = { readonly refusal: BodyRefusal | "invalid"; readonly detail: string };

/** A JSON body that the schema accepts; the detail names the first field that is wrong, never its value. */
export async function readJson<T>(
  request: Request,
  schema: z.ZodType<T>,
): Promise<Result<T, JsonRefusal>> {
  if (mediaTypeOf(request) !== "application/json")
    return err({ refusal: "wrong-type", detail: "content-type must be application/json" });
  const bytes = await readBytes(request);
  if (!bytes.ok) return err({ refusal: bytes.error, detail: `at most ${BODY_MAX_BYTES} bytes` });
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes.value));
  } catch {
    return err({ refusal: "malformed", detail: "the body is not JSON" });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return ok(parsed.data);
  const issue = parsed.error.issues[0];
  return err({
    refusal: "invalid",
    detail: `${issue?.path.join(".") ?? ""}: ${issue?.message ?? "invalid"}`,
  });
}
