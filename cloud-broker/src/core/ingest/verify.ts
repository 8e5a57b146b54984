import {
  eventId,
  err,
  ok,
  openObject,
  parseEvent,
  toHex,
  type DeviceId,
  type Incarnation,
  type Result,
  type SchoolId,
  type SignedBytes,
  type SignedObject,
} from "@saku/protocol";
import type { VerifiedEvent } from "./plan.ts";

/** Why an event of a frame will never be accepted [N8]. */
export type BadEvent = {
  readonly n: number;
  readonly reason: "not-canonical" | "wrong-signer" | "wrong-place" | "bad-signature";
};

export type OpenedEvent = { readonly verified: VerifiedEvent; readonly signed: SignedObject };

export type FrameOwner = {
  readonly school: SchoolId;
  readonly device: DeviceId;
  readonly inc: Incarnation;
};

/**
 * Opens event number `n` of a frame and checks all but the signature, which the shell checks on other threads: it must
 * be signed by, and speak of, the very terminal that sends it [N8].
 */
export function openEvent(
  owner: FrameOwner,
  n: number,
  bytes: Uint8Array,
): Result<OpenedEvent, BadEvent> {
  const opened = openObject("saku.event.v1", bytes);
  if (!opened.ok) return err({ n, reason: "not-canonical" });
  if (opened.value.kid !== owner.device) return err({ n, reason: "wrong-signer" });
  const parsed = parseEvent(opened.value.payload);
  if (!parsed.ok) return err({ n, reason: "not-canonical" });
  const event = parsed.value;
  const isInPlace =
    event.school === owner.school &&
    event.device === owner.device &&
    event.inc === owner.inc &&
    event.n === n;
  if (!isInPlace) return err({ n, reason: "wrong-place" });
  const id = toHex(eventId(opened.value.payload));
  return ok({
    verified: { id, event, bytes: bytes as SignedBytes },
    signed: opened.value,
  });
}
