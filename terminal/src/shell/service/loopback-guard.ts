import type { MiddlewareHandler } from "hono";

const LOOPBACK = new Set(["127.0.0.1", "localhost", "[::1]"]);

function hostNameOf(host: string): string {
  return host.replace(/:[0-9]{1,5}$/, "");
}

/**
 * Keeps other sites out of a server that trusts who sits before it: the Host must be a loopback name (DNS rebinding),
 * a write must come from this server's own pages or from no page at all, and as JSON (CSRF).
 */
export function loopbackGuard(ownHost: string): MiddlewareHandler {
  return async (context, next) => {
    const host = context.req.header("host") ?? "";
    const name = hostNameOf(host);
    if (!LOOPBACK.has(name) && name !== ownHost) return context.text("Misdirected request", 421);
    const { method } = context.req;
    if (method !== "GET" && method !== "HEAD") {
      const origin = context.req.header("origin");
      if (origin !== undefined && origin !== `http://${host}`)
        return context.text("Foreign origin", 403);
      const type = context.req.header("content-type") ?? "";
      if (!/^application\/json(;|$)/.test(type)) return context.text("JSON only", 415);
    }
    return next();
  };
}
