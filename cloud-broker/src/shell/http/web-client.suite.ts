import type { Hono } from "hono";
import { createFakeOffice, PASSWORD, type FakeOffice } from "./fake-office.suite.ts";
import { createWeb, type WebConfig, type WebEnv } from "./web.tsx";

export type TestWeb = {
  readonly fake: FakeOffice;
  readonly app: Hono<WebEnv>;
  readonly logged: string[];
};

export function createTestWeb(config: Partial<WebConfig> = {}): TestWeb {
  const fake = createFakeOffice();
  const logged: string[] = [];
  const note = (fields: object, sentence: string): void => {
    logged.push(`${JSON.stringify(fields)} ${sentence}`);
  };
  const app = createWeb({
    office: fake.office,
    people: fake.people,
    config: { frameAncestors: [], secureCookies: false, ...config },
    log: { info: note, warn: note, error: note },
  });
  return { fake, app, logged };
}

/** A browser's manners in a few lines: keeps cookies, sends forms, finds the page's own hidden fields. */
export type Visitor = {
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  post(
    path: string,
    fields: Record<string, string>,
    headers?: Record<string, string>,
  ): Promise<Response>;
  /** Opens the page first and sends the form with that page's token and key. */
  submit(page: string, fields: Record<string, string>, action?: string): Promise<Response>;
  json(
    method: string,
    path: string,
    body?: object,
    headers?: Record<string, string>,
  ): Promise<Response>;
};

export function createVisitor(app: Hono<WebEnv>): Visitor {
  const cookies = new Map<string, string>();
  const send = async (path: string, init: RequestInit): Promise<Response> => {
    const headers = new Headers(init.headers);
    headers.set("cookie", [...cookies].map(([name, value]) => `${name}=${value}`).join("; "));
    const response = await app.request(path, { ...init, headers });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ""] = line.split(";");
      const at = pair.indexOf("=");
      if (/max-age=0/i.test(line)) cookies.delete(pair.slice(0, at));
      else cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
    return response;
  };
  const post: Visitor["post"] = (path, fields, headers = {}) =>
    send(path, {
      method: "POST",
      body: new URLSearchParams(fields).toString(),
      headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
    });
  return {
    get: (path, headers = {}) => send(path, { headers }),
    post,
    async submit(page, fields, action = page) {
      const html = await (await send(page, {})).text();
      return post(action, {
        csrf: hiddenField(html, "csrf"),
        key: hiddenField(html, "key"),
        ...fields,
      });
    },
    json: (method, path, body, headers = {}) =>
      send(path, {
        method,
        headers: {
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
  };
}

export function hiddenField(html: string, name: string): string {
  return new RegExp(`name="${name}" value="([^"]*)"`).exec(html)?.[1] ?? "";
}

export async function signedIn(web: TestWeb, login: string): Promise<Visitor> {
  const visitor = createVisitor(web.app);
  await visitor.post("/masuk", { login, password: PASSWORD });
  return visitor;
}

/** The texts a reader sees, without markup. */
export async function textOf(response: Response): Promise<string> {
  const html = await response.text();
  return html.replace(/<script[\s\S]*?<\/script>|<[^>]+>/g, " ").replace(/\s+/g, " ");
}
