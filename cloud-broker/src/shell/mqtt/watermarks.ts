import {
  encodeAck,
  signObject,
  unixMs,
  type DeviceId,
  type Incarnation,
  type SignedBytes,
  type Watermark,
} from "@saku/protocol";
import { isStopped } from "../../core/devices/device.ts";
import { allowanceOf } from "../../core/ingest/pressure.ts";
import { CLOUD_KID } from "../keys/cloud-key.ts";
import type { Cloud } from "../office/cloud.ts";

const INCS_MAX = 256;

/** The signed word on how far the cloud is; an incarnation of which nothing came yet stands at 0. */
export async function signedAck(
  cloud: Cloud,
  device: DeviceId,
  incs: readonly Incarnation[],
  how: { readonly isLive?: boolean; readonly drainMs?: number } = {},
): Promise<SignedBytes> {
  const wanted = [...new Set(incs)].slice(-INCS_MAX);
  const rows =
    wanted.length === 0
      ? []
      : await cloud.store.read
          .selectFrom("incarnation")
          .select(["inc", "ack", "safe"])
          .where("device", "=", device)
          .where("inc", "in", wanted)
          .execute();
  const known = new Map(rows.map((row) => [row.inc, row]));
  const marks: Watermark[] = wanted.map((inc) => {
    const row = known.get(inc);
    return { inc, ack: row?.ack ?? 0, safe: row?.safe ?? 0 };
  });
  const row = await cloud.store.read
    .selectFrom("device")
    .select("state")
    .where("id", "=", device)
    .executeTakeFirstOrThrow();
  const payload = encodeAck({
    v: 1,
    device,
    term: cloud.store.term,
    at: unixMs(cloud.clock()),
    incs: marks,
    ...allowanceOf({ waitingRows: cloud.store.waitingRows() }, how.isLive ?? true),
    ...(how.drainMs === undefined ? { drain: false } : { drain: true, delayMs: how.drainMs }),
    ...(isStopped(row.state) ? { stop: true } : {}),
  });
  return signObject("saku.ack.v1", CLOUD_KID, payload, cloud.outbox.sign);
}
