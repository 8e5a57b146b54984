import { deviceId, deviceIdOfKey, fromBase64Url, ID_PATTERN, parsePublicKey } from "@saku/protocol";
import type { DeviceId, PublicKey } from "@saku/protocol";
import { z } from "zod";
import { text } from "../language.ts";
import { CommandError } from "../outcome.ts";
import { requestJson } from "./http.ts";

/** What a terminal says of itself on its service page. */
export type TerminalIdentity = {
  readonly device: DeviceId;
  readonly signKey: PublicKey;
  readonly boxKey: Uint8Array;
  readonly software: string;
  readonly school: string | null;
};

export interface TerminalClient {
  identity(): Promise<TerminalIdentity>;
  /** The terminal redeems the claim at the cloud by itself, with its own key. */
  claim(input: {
    readonly cloudUrl: string;
    readonly claim: string;
    readonly schoolRootKey: string;
    readonly operatorCode: string;
  }): Promise<{ readonly school: string; readonly device: string }>;
  /** Whatever it tells; `checks/` reads it. */
  health(): Promise<unknown>;
}

const WHOM = text("Terminal", "The terminal");

const identitySchema = z.object({
  device: z.string().regex(ID_PATTERN),
  signKey: z.string().length(43),
  boxKey: z.string().length(43),
  software: z.string().max(80),
  school: z.string().nullable().optional(),
});
const claimedSchema = z.object({ school: z.string().regex(ID_PATTERN), device: z.string() });

export function createTerminalClient(baseUrl: URL): TerminalClient {
  const at = (path: string): URL => new URL(`/service/${path}`, baseUrl);
  return {
    identity: async () => {
      const said = await requestJson({
        method: "GET",
        url: at("identity"),
        answer: identitySchema,
        whom: WHOM,
      });
      const signKey = parsePublicKey(fromBase64Url(said.signKey));
      const boxKey = fromBase64Url(said.boxKey);
      // The id is the hash of the key: a terminal cannot borrow another one's name.
      if (!signKey.ok || boxKey === null || deviceIdOfKey(signKey.value) !== said.device)
        throw new CommandError(
          "C01",
          text(
            "Kunci terminal tidak cocok dengan namanya.",
            "The terminal's key does not match its name.",
          ),
        );
      const { software, school } = said;
      const device = deviceId(said.device);
      return { device, signKey: signKey.value, boxKey, software, school: school ?? null };
    },
    claim: (body) =>
      requestJson({ method: "POST", url: at("claim"), answer: claimedSchema, body, whom: WHOM }),
    health: () =>
      requestJson({ method: "GET", url: at("health"), answer: z.unknown(), whom: WHOM }),
  };
}
