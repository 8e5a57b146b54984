import {
  parseDownFrame,
  upTopic,
  type DeviceId,
  type DownFrame,
  type SchoolId,
} from "@saku/protocol";
import mqtt from "mqtt";
import type { Login } from "./stranger.ts";

/** Somebody who holds a terminal's keys and speaks MQTT with a program of their own. */
export interface Thief {
  /** Resolves when the broker acknowledged the frame. */
  publish(payload: Uint8Array): Promise<void>;
  /** Frames from the cloud so far. */
  readonly heard: readonly DownFrame[];
  close(): Promise<void>;
}

export type ThiefOptions = {
  readonly mqttPort: number;
  readonly login: Login;
  readonly school: SchoolId;
  readonly device: DeviceId;
};

/** Logs in; rejects when the broker refuses. */
export async function openThief(options: ThiefOptions): Promise<Thief> {
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${options.mqttPort}`, {
    ...options.login,
    protocolVersion: 4,
    clean: true,
    reconnectPeriod: 0,
  });
  const heard: DownFrame[] = [];
  client.on("message", (_, payload) => {
    const frame = parseDownFrame(new Uint8Array(payload));
    if (frame.ok) heard.push(frame.value);
  });
  const topic = upTopic(options.school, options.device);
  return {
    heard,
    publish: async (payload) =>
      void (await client.publishAsync(topic, Buffer.from(payload), { qos: 1 })),
    close: () => client.endAsync(true),
  };
}
