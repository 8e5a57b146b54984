import { z } from "zod";
import { decodeCbor, type CanonicalBytes } from "../encoding/cbor.ts";
import {
  countSchema,
  deviceIdSchema,
  encodeChecked,
  hashSchema,
  incarnationSchema,
  parseWith,
  schoolDaySchema,
  schoolIdSchema,
  seqSchema,
  unixMsSchema,
} from "../encoding/schema.ts";
import type { DeviceId, Incarnation, SchoolId } from "../primitives/ids.ts";
import type { ParseError, Result } from "../primitives/result.ts";
import type { SchoolDay, ZoneMinutes } from "../primitives/school-day.ts";
import type { ClockTrust, UnixMs } from "../primitives/time.ts";
import { objectId, type ObjectId } from "../signing/cose.ts";
import { eventBodySchema, type EventBody } from "./event-body.ts";

/** The header of money-and-sync §3, the same for every type. */
export type EventHeader = {
  readonly v: 1;
  readonly school: SchoolId;
  readonly device: DeviceId;
  readonly inc: Incarnation;
  /** 1, 2, 3 … inside the incarnation, gapless. */
  readonly n: number;
  /** Id of this device's previous event of any incarnation; 32 zero bytes for its first. */
  readonly parent: Uint8Array;
  readonly at: UnixMs;
  readonly trust: ClockTrust;
  readonly day: SchoolDay;
  readonly zone: ZoneMinutes;
  /** Highest command revision applied before this event. */
  readonly have: number;
};

/** An event as it is signed: header, and the body under its own key. */
export type SakuEvent = EventHeader & { readonly body: EventBody };

/** The schema of an event's payload; SPEC.md P13…P19. */
export const eventSchema: z.ZodType<SakuEvent> = z.strictObject({
  v: z.literal(1),
  school: schoolIdSchema,
  device: deviceIdSchema,
  inc: incarnationSchema,
  n: seqSchema,
  parent: hashSchema,
  at: unixMsSchema,
  trust: z.enum(["none", "file", "server", "ntp"]),
  day: schoolDaySchema,
  zone: z.union([z.literal(420), z.literal(480), z.literal(540)]),
  have: countSchema,
  body: eventBodySchema,
}) as unknown as z.ZodType<SakuEvent>;

/** Checks an event and makes the bytes that will be signed. Throws on an event that `parseEvent` would refuse: a bug. */
export function encodeEvent(event: SakuEvent): CanonicalBytes {
  return encodeChecked(eventSchema, event, "event");
}

/** Reads the payload of a verified `saku.event.v1`. */
export function parseEvent(payload: Uint8Array): Result<SakuEvent, ParseError> {
  const value = decodeCbor(payload);
  return value.ok ? parseWith(eventSchema, value.value, "event") : value;
}

/** The event's name for ever: SHA-256 over its kind and payload. */
export function eventId(payload: CanonicalBytes): ObjectId {
  return objectId("saku.event.v1", payload);
}
