import type { Context, MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";

// The counter is for this machine's own screen. A web page elsewhere, opened in some browser of this machine, must
// not reach it: DNS rebinding fails on the Host, a forged form on the Origin.

const LOOPBACK_NAMES: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"]);

export const BODY_BYTES_MAX = 4_096;

function nameOf(host: string): string {
  return host.replace(/:\d{1,5}$/, "");
}

function isOwnOrigin(origin: string, host: string, friends: readonly string[]): boolean {
  return origin === `http://${host}` || friends.includes(origin);
}

/** Loopback names only; a POST only from the page itself, from a page that may frame it, or from no browser at all. */
export function guardCaller(friends: readonly string[]): MiddlewareHandler {
  return async (c, next) => {
    const host = c.req.header("host") ?? "";
    if (!LOOPBACK_NAMES.has(nameOf(host)))
      return c.text("This counter answers to localhost only", 421);
    if (c.req.method !== "GET" && c.req.method !== "HEAD") {
      const origin = c.req.header("origin");
      if (origin !== undefined && !isOwnOrigin(origin, host, friends))
        return c.text("This request comes from another site", 403);
      if (origin === undefined && c.req.header("sec-fetch-site") === "cross-site")
        return c.text("This request comes from another site", 403);
    }
    return next();
  };
}

export function secureHeaders(frameAncestors: readonly string[]): MiddlewareHandler {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    `frame-ancestors ${["'self'", ...frameAncestors].join(" ")}`,
  ].join("; ");
  return async (c, next) => {
    await next();
    c.header("Content-Security-Policy", policy);
    c.header("X-Content-Type-Options", "nosniff");
    c.header("Referrer-Policy", "same-origin");
    c.header("Permissions-Policy", "camera=(), microphone=(), geolocation=()");
    if (!c.res.headers.has("Cache-Control")) c.header("Cache-Control", "no-store");
  };
}

export function limitBody(): MiddlewareHandler {
  return bodyLimit({
    maxSize: BODY_BYTES_MAX,
    onError: (c) => c.text(`At most ${BODY_BYTES_MAX} bytes`, 413),
  });
}

/** The fields of a JSON body or of a plain form, or null when it is neither. */
export async function readFields(c: Context): Promise<Readonly<Record<string, unknown>> | null> {
  const type = c.req.header("content-type") ?? "";
  try {
    if (type.startsWith("application/json")) {
      const value: unknown = await c.req.json();
      return typeof value === "object" && value !== null && !Array.isArray(value)
        ? (value as Record<string, unknown>)
        : null;
    }
    if (type.startsWith("application/x-www-form-urlencoded"))
      return await c.req.parseBody({ all: true });
    return null;
  } catch {
    return null;
  }
}
