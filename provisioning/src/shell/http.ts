import type { z } from "zod";
import { text, type Text } from "../language.ts";
import { CommandError } from "../outcome.ts";

const REQUEST_TIMEOUT_MS = 15_000;
const ANSWER_SIZE_MAX = 1_000_000;

/** An answer that is not 2xx: its status and the sentence the server gave, if any. */
export class AnswerError extends Error {
  override readonly name = "AnswerError";
  readonly status: number;
  /** The server's own word for it, empty when it gave none. */
  readonly code: string;
  readonly sentence: string;
  constructor(status: number, said: { readonly code: string; readonly sentence: string }) {
    super(`HTTP ${status} ${said.code}: ${said.sentence}`);
    this.status = status;
    this.code = said.code;
    this.sentence = said.sentence;
  }
}

export type Request<T> = {
  readonly method: "GET" | "POST" | "PUT";
  readonly url: URL;
  readonly answer: z.ZodType<T>;
  readonly body?: unknown;
  readonly authorization?: string;
  /** Who is called, for the sentence when nobody answers. */
  readonly whom: Text;
};

function away(whom: Text, url: URL): CommandError {
  return new CommandError(
    "H01",
    text(
      `${whom.id} tidak menjawab di ${url.origin}`,
      `${whom.en} does not answer at ${url.origin}`,
    ),
    {
      todo: text(
        "Periksa alamat, daya, dan jaringan, lalu jalankan lagi; langkah yang sudah selesai tidak diulang.",
        "Check the address, power and network, then run it again; finished steps are not repeated.",
      ),
    },
  );
}

const SAID_LENGTH_MAX = 200;

function saidIn(body: string): { readonly code: string; readonly sentence: string } {
  const value = tryJson(body);
  const read = (...names: readonly string[]): string => {
    for (const name of names) {
      const said = typeof value === "object" && value !== null ? Reflect.get(value, name) : null;
      if (typeof said === "string") return said.slice(0, SAID_LENGTH_MAX);
    }
    return "";
  };
  return { code: read("reason", "error", "code"), sentence: read("sentence", "detail", "message") };
}

/** One JSON request. Throws `CommandError` H01 when nobody answers, H02 for nonsense, `AnswerError` for a refusal. */
export async function requestJson<T>(request: Request<T>): Promise<T> {
  const { method, url, whom } = request;
  const headers: Record<string, string> = { accept: "application/json" };
  if (request.body !== undefined) headers["content-type"] = "application/json";
  if (request.authorization !== undefined) headers["authorization"] = request.authorization;
  const response = await fetch(url, {
    method,
    headers,
    redirect: "error",
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
  }).catch(() => {
    throw away(whom, url);
  });
  const body = await response.text().catch(() => {
    throw away(whom, url);
  });
  if (!response.ok) throw new AnswerError(response.status, saidIn(body));
  const parsed = request.answer.safeParse(body.length > ANSWER_SIZE_MAX ? null : tryJson(body));
  if (parsed.success) return parsed.data;
  throw new CommandError(
    "H02",
    text(`Jawaban ${whom.id} tidak dikenal.`, `The answer of ${whom.en} cannot be understood.`),
    {
      todo: text(
        `Apakah ${url.origin} alamat yang benar? Apakah versinya sama?`,
        `Is ${url.origin} the right address? Is it the same version?`,
      ),
    },
  );
}

function tryJson(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return null;
  }
}
