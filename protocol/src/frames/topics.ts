import { ID_PATTERN, type DeviceId, type SchoolId } from "../primitives/ids.ts";

/** Where a terminal speaks. There are no other topics than this and `downTopic`, both by exact match. */
export function upTopic(school: SchoolId, device: DeviceId): string {
  return `saku/v1/${school}/${device}/up`;
}

/** Where the cloud speaks to one terminal. */
export function downTopic(school: SchoolId, device: DeviceId): string {
  return `saku/v1/${school}/${device}/dn`;
}

/** A topic taken apart. */
export type ParsedTopic = {
  readonly school: SchoolId;
  readonly device: DeviceId;
  readonly direction: "up" | "dn";
};

/** The parts of a topic of ours, or null. */
export function parseTopic(topic: string): ParsedTopic | null {
  const [product, version, school = "", device = "", direction, ...rest] = topic.split("/");
  if (product !== "saku" || version !== "v1" || rest.length > 0) return null;
  if (!ID_PATTERN.test(school) || !ID_PATTERN.test(device)) return null;
  if (direction !== "up" && direction !== "dn") return null;
  return { school: school as SchoolId, device: device as DeviceId, direction };
}

/** The MQTT client id and user name of a terminal. */
export function mqttClientId(school: SchoolId, device: DeviceId): string {
  return `${school}.${device}`;
}
