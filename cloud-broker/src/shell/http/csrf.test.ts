import { expect, test } from "vitest";
import { isCsrfToken, isOwnOrigin, issueCsrfToken } from "./csrf.ts";

test("a token belongs to its session and to no other", () => {
  const token = issueCsrfToken("session-a");
  expect(isCsrfToken("session-a", token)).toBe(true);
  expect(isCsrfToken("session-b", token)).toBe(false);
});

test("a token looks different in every page, so that compression cannot betray it", () => {
  expect(issueCsrfToken("session-a")).not.toBe(issueCsrfToken("session-a"));
});

test.each([undefined, "", "a", "x".repeat(43), "=".repeat(64), "é".repeat(30), "A".repeat(10_000)])(
  "%j is no token",
  (text) => {
    expect(isCsrfToken("session-a", text)).toBe(false);
  },
);

test.each([
  [{ origin: "https://saku.sekolah.id" }, true],
  // A proxy ends TLS: the browser says https, we hear http.
  [{ origin: "http://saku.sekolah.id" }, true],
  [{ origin: "https://evil.example" }, false],
  [{ origin: "https://saku.sekolah.id.evil.example" }, false],
  [{ origin: "https://saku.sekolah.id:8443" }, false],
  [{ origin: "null" }, false],
  [{ "sec-fetch-site": "same-origin" }, true],
  [{ "sec-fetch-site": "none" }, true],
  [{ "sec-fetch-site": "same-site" }, false],
  [{ "sec-fetch-site": "cross-site" }, false],
  [{}, true],
])("headers %j are from our own page: %s", (headers, isOwn) => {
  expect(
    isOwnOrigin(new Headers(headers as Record<string, string>), "http://saku.sekolah.id/masuk"),
  ).toBe(isOwn);
});
