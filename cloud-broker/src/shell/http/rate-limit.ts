import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import type { WebContext } from "./web-context.ts";

/** Null when the caller may go on, else how long to wait. */
export type Gate = { readonly retryAfterMs: number } | null;

export type Gates = {
  /** Counts one try against the account and the address, whoever is right. */
  signIn(login: string, address: string): Promise<Gate>;
  /** A right password clears the account's count and gives the address its try back: schools share one address. */
  signedIn(login: string, address: string): Promise<void>;
  /** Founding and invitations: each costs a password hash, whoever asks. */
  newcomer(address: string): Promise<Gate>;
  /** Anything that changes something, by session or address. */
  order(who: string): Promise<Gate>;
};

const WINDOW_S = 15 * 60;

/** In memory: one process serves the pages, and a restart forgiving a few tries is harmless. */
export function createGates(): Gates {
  const byLogin = new RateLimiterMemory({ points: 8, duration: WINDOW_S, keyPrefix: "login" });
  const byAddress = new RateLimiterMemory({ points: 60, duration: WINDOW_S, keyPrefix: "address" });
  const newcomers = new RateLimiterMemory({
    points: 120,
    duration: WINDOW_S,
    keyPrefix: "newcomer",
  });
  const orders = new RateLimiterMemory({ points: 600, duration: 60, keyPrefix: "order" });
  return {
    async signIn(login, address) {
      return (await take(byAddress, address)) ?? (await take(byLogin, login.toLowerCase()));
    },
    async signedIn(login, address) {
      await byLogin.delete(login.toLowerCase());
      await byAddress.reward(address);
    },
    newcomer: (address) => take(newcomers, address),
    order: (who) => take(orders, who),
  };
}

async function take(limiter: RateLimiterMemory, key: string): Promise<Gate> {
  try {
    await limiter.consume(key.slice(0, 128));
    return null;
  } catch (refusal) {
    if (refusal instanceof RateLimiterRes) return { retryAfterMs: refusal.msBeforeNext };
    throw refusal;
  }
}

type NodeBindings = {
  readonly incoming?: { readonly socket?: { readonly remoteAddress?: string } };
};

/**
 * The peer's address. Only a proxy on this machine is believed about whom it forwards for, and only the last entry,
 * which is the one it wrote itself.
 */
export function addressOf(c: WebContext): string {
  const peer = (c.env as NodeBindings | undefined)?.incoming?.socket?.remoteAddress ?? "unknown";
  if (!/^(::ffff:)?127\.|^::1$/.test(peer)) return peer;
  return c.req.header("x-forwarded-for")?.split(",").at(-1)?.trim() ?? peer;
}
