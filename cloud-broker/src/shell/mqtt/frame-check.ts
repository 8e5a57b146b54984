import { must, parsePublicKey, type PublicKey, type UpFrame } from "@saku/protocol";
import type { VerifiedEvent } from "../../core/ingest/plan.ts";
import { openEvent, type BadEvent, type OpenedEvent } from "../../core/ingest/verify.ts";
import type { Cloud } from "../office/cloud.ts";
import type { Connection } from "./connections.ts";

type EventsFrame = Extract<UpFrame, { t: "events" }>;

export type CheckedFrame = {
  /** What stands before the first bad one. */
  readonly good: readonly VerifiedEvent[];
  readonly bad:
    | BadEvent
    /** Rightly signed, of a kind that this cloud does not know yet [N14]. */
    | { readonly n: number; readonly reason: "newer-than-cloud" }
    | null;
};

/** The key of an incarnation: the one with which it began, or, if it is new, the terminal's key of today [K2]. */
async function keyOf(
  { store }: Pick<Cloud, "store">,
  { device }: Connection,
  { inc }: EventsFrame,
): Promise<PublicKey> {
  const begun = await store.read
    .selectFrom("incarnation_key")
    .select("sign_key")
    .where("device", "=", device)
    .where("inc", "=", inc)
    .executeTakeFirst();
  const row =
    begun ??
    (await store.read
      .selectFrom("device")
      .select("sign_key")
      .where("id", "=", device)
      .executeTakeFirstOrThrow());
  const parsed = parsePublicKey(new Uint8Array(row.sign_key));
  return must(parsed.ok ? parsed.value : null, "A stored key is usable");
}

/** Opens the events of a frame in order and checks the signature of each. */
export async function checkFrame(
  cloud: Pick<Cloud, "store" | "verify">,
  connection: Connection,
  frame: EventsFrame,
): Promise<CheckedFrame> {
  const key = await keyOf(cloud, connection, frame);
  const { verify } = cloud;
  const owner = { school: connection.school, device: connection.device, inc: frame.inc };
  const opened: OpenedEvent[] = [];
  let bad: CheckedFrame["bad"] = null;
  for (const [index, bytes] of frame.events.entries()) {
    const event = openEvent(owner, frame.from + index, bytes);
    if (event.ok) {
      opened.push(event.value);
      continue;
    }
    const { n, reason } = event.error;
    if (reason !== "newer-than-cloud") bad = { n, reason };
    else {
      const { message, signature } = event.error.signed;
      const isSigned = await verify(key, message, signature);
      bad = { n, reason: isSigned ? "newer-than-cloud" : "bad-signature" };
    }
    break;
  }
  const checks = await Promise.all(
    opened.map(({ signed }) => verify(key, signed.message, signed.signature)),
  );
  const firstBad = checks.indexOf(false);
  if (firstBad < 0) return { good: opened.map(({ verified }) => verified), bad };
  return {
    good: opened.slice(0, firstBad).map(({ verified }) => verified),
    bad: { n: frame.from + firstBad, reason: "bad-signature" },
  };
}
