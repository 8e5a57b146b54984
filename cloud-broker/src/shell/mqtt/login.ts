import {
  authMessage,
  mqttClientId,
  parseAuthPassword,
  parsePublicKey,
  type DeviceId,
  type SchoolId,
} from "@saku/protocol";
import { maySync } from "../../core/devices/device.ts";
import type { Nonces } from "../devices/nonces.ts";
import type { VerifyBatched } from "../office/cloud.ts";
import type { Store } from "../store/store.ts";

export type LoginRefusal =
  "bad-name" | "bad-password" | "unknown-device" | "not-active" | "stale-nonce" | "bad-signature";

export type LoginOutcome =
  | { readonly kind: "welcome"; readonly school: SchoolId; readonly device: DeviceId }
  | { readonly kind: "refused"; readonly reason: LoginRefusal };

const refuse = (reason: LoginRefusal): LoginOutcome => ({ kind: "refused", reason });

export type LoginDesk = {
  readonly store: Pick<Store, "read">;
  readonly nonces: Nonces;
  /** The host name that terminals sign. */
  readonly host: string;
  readonly verify: VerifyBatched;
};

/** Who is it? Proven by a fresh signature over our own question, made by the key the terminal was claimed with. */
export async function checkLogin(
  desk: LoginDesk,
  login: { readonly clientId: string; readonly username: string; readonly password: string },
): Promise<LoginOutcome> {
  const [school = "", device = "", ...rest] = login.clientId.split(".");
  if (rest.length > 0 || login.username !== login.clientId) return refuse("bad-name");
  const proof = parseAuthPassword(login.password);
  if (proof === null) return refuse("bad-password");
  const row = await desk.store.read
    .selectFrom("device")
    .select(["id", "school", "state", "sign_key"])
    .where("id", "=", device as DeviceId)
    .where("school", "=", school as SchoolId)
    .executeTakeFirst();
  if (row === undefined) return refuse("unknown-device");
  // Redeemed before anything else can fail, so that a question is never asked twice.
  if (!desk.nonces.redeem(row.id, proof.nonce)) return refuse("stale-nonce");
  if (!maySync(row.state)) return refuse("not-active");
  const key = parsePublicKey(new Uint8Array(row.sign_key));
  if (!key.ok) return refuse("bad-signature");
  const message = authMessage({
    host: desk.host,
    clientId: mqttClientId(row.school, row.id),
    nonce: proof.nonce,
    inc: proof.inc,
  });
  const isGood = await desk.verify(key.value, message, proof.signature);
  return isGood ? { kind: "welcome", school: row.school, device: row.id } : refuse("bad-signature");
}
