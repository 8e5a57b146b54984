import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

const TOKEN_BYTES = 16;

/** The session's own token: nobody without the cookie's secret can compute it. */
function tokenOf(sessionSecret: string): Buffer {
  return createHmac("sha256", sessionSecret)
    .update("saku.csrf.v1")
    .digest()
    .subarray(0, TOKEN_BYTES);
}

/**
 * The token under a fresh mask, so that it looks different in every compressed page and its length-guessing
 * (BREACH) has nothing to hold on to. 32 bytes in base64url.
 */
export function issueCsrfToken(sessionSecret: string): string {
  const mask = randomBytes(TOKEN_BYTES);
  return Buffer.concat([mask, xor(mask, tokenOf(sessionSecret))]).toString("base64url");
}

export function isCsrfToken(sessionSecret: string, text: string | undefined): boolean {
  if (text === undefined || text.length > 64) return false;
  const bytes = Buffer.from(text, "base64url");
  if (bytes.length !== 2 * TOKEN_BYTES) return false;
  const token = xor(bytes.subarray(0, TOKEN_BYTES), bytes.subarray(TOKEN_BYTES));
  return timingSafeEqual(token, tokenOf(sessionSecret));
}

function xor(a: Buffer, b: Buffer): Buffer {
  return Buffer.from(a.map((byte, index) => byte ^ (b[index] ?? 0)));
}

/**
 * True when a browser says that the request comes from our own page, or when no browser speaks (neither header).
 * Only hosts are compared: behind a proxy that ends TLS our own scheme is not the browser's.
 */
export function isOwnOrigin(headers: Headers, requestUrl: string): boolean {
  const origin = headers.get("origin");
  if (origin !== null)
    return URL.canParse(origin) && new URL(origin).host === new URL(requestUrl).host;
  const site = headers.get("sec-fetch-site");
  return site === null || site === "same-origin" || site === "none";
}
