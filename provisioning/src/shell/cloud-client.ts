import { fromBase64Url, ID_PATTERN, toBase64Url, type SchoolId } from "@saku/protocol";
import { z } from "zod";
import { text } from "../language.ts";
import { requestJson } from "./http.ts";

export interface CloudClient {
  found(input: {
    readonly setupToken: string;
    readonly name: string;
    readonly zone: number;
    readonly rootKey: string;
    readonly adminLogin: string;
    readonly adminPassword: string;
  }): Promise<{ readonly school: string }>;
  /** The signed roster, or null while the school has none. Public keys only. */
  roster(school: SchoolId, claim: string): Promise<Uint8Array | null>;
  putRoster(school: SchoolId, claim: string, signed: Uint8Array): Promise<void>;
}

const WHOM = text("Awan Saku", "The Saku cloud");

const foundSchema = z.object({ school: z.string().regex(ID_PATTERN) });
const rosterSchema = z.object({
  roster: z
    .string()
    .max(200_000)
    .nullable()
    .transform((value) => (value === null ? null : fromBase64Url(value))),
});

export function createCloudClient(baseUrl: URL): CloudClient {
  const rosterUrl = (school: SchoolId): URL => new URL(`/v1/schools/${school}/roster`, baseUrl);
  const authorization = (claim: string): string => `Claim ${claim}`;
  return {
    found: (body) =>
      requestJson({
        method: "POST",
        url: new URL("/v1/found", baseUrl),
        answer: foundSchema,
        body,
        whom: WHOM,
      }),
    roster: async (school, claim) =>
      (
        await requestJson({
          method: "GET",
          url: rosterUrl(school),
          answer: rosterSchema,
          authorization: authorization(claim),
          whom: WHOM,
        })
      ).roster,
    putRoster: async (school, claim, signed) => {
      await requestJson({
        method: "PUT",
        url: rosterUrl(school),
        answer: z.unknown(),
        body: { roster: toBase64Url(signed) },
        authorization: authorization(claim),
        whom: WHOM,
      });
    },
  };
}
