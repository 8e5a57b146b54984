import { z } from "zod";

/** The people-facing REST API of the cloud, as the school's office and a parent use it. */
export interface CloudClient {
  get(path: string): Promise<unknown>;
  /** A money or settings order; `key` makes it happen once however often it is sent. */
  post(path: string, body: unknown, key?: string): Promise<unknown>;
  /** The session cookie, for a browser that should be signed in. */
  readonly cookie: string;
}

const sessionSchema = z.object({ csrf: z.string(), school: z.string().nullable().optional() });

async function readJson(response: Response, what: string): Promise<unknown> {
  const text = await response.text();
  if (!response.ok) throw new Error(`${what}: HTTP ${response.status} ${text.slice(0, 300)}`);
  return text === "" ? null : (JSON.parse(text) as unknown);
}

/** Signs in and returns a client that carries the session. */
export async function signIn(
  cloudUrl: string,
  login: string,
  password: string,
): Promise<CloudClient & { readonly school: string | null }> {
  const response = await fetch(`${cloudUrl}/v1/session`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: cloudUrl },
    body: JSON.stringify({ login, password }),
  });
  const session = sessionSchema.parse(await readJson(response, "POST /v1/session"));
  const cookie = response.headers
    .getSetCookie()
    .map((line) => line.split(";")[0] ?? "")
    .join("; ");
  const headers = { cookie, origin: cloudUrl, "x-saku-csrf": session.csrf };
  return {
    cookie,
    school: session.school ?? null,
    get: async (path) => readJson(await fetch(cloudUrl + path, { headers }), `GET ${path}`),
    post: async (path, body, key) =>
      readJson(
        await fetch(cloudUrl + path, {
          method: "POST",
          headers: {
            ...headers,
            "content-type": "application/json",
            ...(key === undefined ? {} : { "idempotency-key": key }),
          },
          body: JSON.stringify(body),
        }),
        `POST ${path}`,
      ),
  };
}

/** A guardian takes up an invitation. */
export async function acceptInvitation(
  cloudUrl: string,
  body: { readonly token: string; readonly login: string; readonly password: string },
): Promise<void> {
  const response = await fetch(`${cloudUrl}/v1/invitations/accept`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: cloudUrl },
    body: JSON.stringify(body),
  });
  await readJson(response, "POST /v1/invitations/accept");
}
