import {
  eventId,
  decodeCbor,
  err,
  ok,
  openObject,
  parseEvent,
  toHex,
  type DeviceId,
  type EventBody,
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

/** An event of a type or version that this cloud does not know yet, in the right place: good data, if its signature is [N14]. */
export type NewerEvent = {
  readonly n: number;
  readonly reason: "newer-than-cloud";
  readonly signed: SignedObject;
};

export type OpenedEvent = { readonly verified: VerifiedEvent; readonly signed: SignedObject };

export type FrameOwner = {
  readonly school: SchoolId;
  readonly device: DeviceId;
  readonly inc: Incarnation;
};

const TYPES: Readonly<Record<EventBody["type"], true>> = {
  boot: true,
  sale: true,
  void: true,
  refund: true,
  "cash-in": true,
  "emergency-sale": true,
  "lease-accept": true,
  "lease-return": true,
  "sub-grant": true,
  "grant-accept": true,
  "operator-on": true,
  "operator-off": true,
  "day-open": true,
  "day-close": true,
  "key-rotate": true,
  end: true,
  enrol: true,
  "erase-receipt": true,
  "clock-set": true,
};
const KNOWN_TYPES: ReadonlySet<string> = new Set(Object.keys(TYPES));

/** Canonical, of this very place, and either of a higher version or of a type that is not among ours [N14]. */
function isNewer(owner: FrameOwner, n: number, payload: Uint8Array): boolean {
  const decoded = decodeCbor(payload);
  if (!decoded.ok || !isMap(decoded.value)) return false;
  const { v, school, device, inc, n: own, body } = decoded.value;
  const isInPlace =
    school === owner.school && device === owner.device && inc === owner.inc && own === n;
  if (!isInPlace || typeof v !== "number") return false;
  const type = isMap(body) ? body["type"] : undefined;
  return v > 1 || (typeof type === "string" && !KNOWN_TYPES.has(type));
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Uint8Array)
  );
}

/**
 * Opens event number `n` of a frame and checks all but the signature, which the shell checks on other threads: it must
 * be signed by, and speak of, the very terminal that sends it [N8].
 */
export function openEvent(
  owner: FrameOwner,
  n: number,
  bytes: Uint8Array,
): Result<OpenedEvent, BadEvent | NewerEvent> {
  const opened = openObject("saku.event.v1", bytes);
  if (!opened.ok) return err({ n, reason: "not-canonical" });
  if (opened.value.kid !== owner.device) return err({ n, reason: "wrong-signer" });
  const parsed = parseEvent(opened.value.payload);
  if (!parsed.ok)
    return isNewer(owner, n, opened.value.payload)
      ? err({ n, reason: "newer-than-cloud", signed: opened.value })
      : err({ n, reason: "not-canonical" });
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
