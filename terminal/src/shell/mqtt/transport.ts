import {
  authMessage,
  downTopic,
  encodeAuthPassword,
  encodeUpFrame,
  FRAME_SIZE_MAX,
  fromBase64Url,
  mqttClientId,
  NONCE_SIZE,
  upTopic,
  type DeviceId,
  type Incarnation,
  type SchoolId,
  type Sign,
  type UpFrame,
} from "@saku/protocol";
import mqtt from "mqtt";
import { z } from "zod";

/** One connection to the cloud's broker, from challenge to close. It is never used again after it closed. */
export interface Transport {
  send(frame: UpFrame): void;
  close(): void;
}

export type TransportListener = {
  readonly onFrame: (payload: Uint8Array) => void;
  readonly onClosed: () => void;
};

/** Opens a connection and subscribes; throws `LinkError` when any step fails. */
export type OpenTransport = (listener: TransportListener) => Promise<Transport>;

export class LinkError extends Error {
  override readonly name = "LinkError";
  /** The cloud's own word for its refusal; null when it did not speak. */
  readonly code: string | null;
  constructor(sentence: string, code: string | null = null) {
    super(sentence);
    this.code = code;
  }
}

export type TransportOptions = {
  readonly cloudUrl: string;
  /** The cloud's name as it was pinned at the claim: a proof made for it is worth nothing elsewhere. */
  readonly host: string;
  readonly school: SchoolId;
  readonly device: DeviceId;
  readonly inc: Incarnation;
  readonly sign: Sign;
  /** The key before the last rotation, for a cloud that has not heard of it yet (KR1). */
  readonly formerSign?: Sign;
};

const CONNECT_TIMEOUT_MS = 10_000;
const KEEPALIVE_S = 30;
const ANSWER_SIZE_MAX = 4_096;

const challengeSchema = z.object({
  nonce: z.string().max(64),
  host: z.string().max(255),
  mqttUrl: z
    .string()
    .max(255)
    .regex(/^(mqtts?|wss?):\/\//),
});

const refusalSchema = z.object({ error: z.string().max(40), detail: z.string().max(300) });

function parsedJson(text: string): unknown {
  try {
    return text.length > ANSWER_SIZE_MAX ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

/** Posts a small question and reads a small JSON answer; throws `LinkError` for anything else. */
export async function postJson(url: string, body: object): Promise<unknown> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify(body),
      redirect: "error",
      signal: AbortSignal.timeout(CONNECT_TIMEOUT_MS),
    });
    text = await response.text();
  } catch {
    throw new LinkError("The cloud cannot be reached");
  }
  const answer = parsedJson(text);
  if (response.ok) return answer;
  const refusal = refusalSchema.safeParse(answer);
  if (refusal.success) throw new LinkError(refusal.data.detail, refusal.data.error);
  throw new LinkError(`The cloud answered ${response.status}`);
}

async function credentials(
  options: TransportOptions,
  clientId: string,
): Promise<{ readonly password: string; readonly mqttUrl: string }> {
  const answer = await postJson(new URL("/v1/auth/challenge", options.cloudUrl).href, {
    device: options.device,
  });
  const challenge = challengeSchema.safeParse(answer);
  if (!challenge.success) throw new LinkError("The cloud's challenge cannot be read");
  const nonce = fromBase64Url(challenge.data.nonce);
  if (nonce?.length !== NONCE_SIZE) throw new LinkError("The cloud's nonce cannot be read");
  if (challenge.data.host !== options.host)
    throw new LinkError("This cloud has another name than at the claim");
  const { inc, host } = options;
  const signature = options.sign(authMessage({ host, clientId, nonce, inc }));
  return {
    password: encodeAuthPassword(nonce, inc, signature),
    mqttUrl: challenge.data.mqttUrl,
  };
}

function subscribed(client: mqtt.MqttClient, topic: string): Promise<void> {
  return new Promise((resolve, reject) => {
    client.once("error", () => {
      reject(new LinkError("The broker refused the connection"));
    });
    client.once("close", () => {
      reject(new LinkError("The connection closed before it was ready"));
    });
    client.once("connect", () => {
      client.subscribe(topic, { qos: 1 }, (error, granted) => {
        if (error === null && granted?.[0]?.qos === 1) resolve();
        else reject(new LinkError("The broker refused the subscription"));
      });
    });
  });
}

/**
 * Challenge, CONNECT with the signed answer, SUBSCRIBE to this terminal's `dn` topic and nothing else. mqtt.js keeps
 * no session and never reconnects by itself: the outbox and the schedule are ours (money-and-sync §4).
 */
export function openMqttTransport(options: TransportOptions): OpenTransport {
  const clientId = mqttClientId(options.school, options.device);
  let isFormer = false;
  const topic = upTopic(options.school, options.device);
  return async (listener) => {
    const former = isFormer ? options.formerSign : undefined;
    const sign = former ?? options.sign;
    const { password, mqttUrl } = await credentials({ ...options, sign }, clientId);
    const client = mqtt.connect(mqttUrl, {
      protocolVersion: 4,
      clean: true,
      reconnectPeriod: 0,
      connectTimeout: CONNECT_TIMEOUT_MS,
      keepalive: KEEPALIVE_S,
      resubscribe: false,
      queueQoSZero: false,
      clientId,
      username: clientId,
      password,
    });
    let isClosed = false;
    // Frames may come between SUBACK and the caller's next turn, so this listener is there from the start.
    client.on("message", (_, payload) => {
      if (!isClosed && payload.length <= FRAME_SIZE_MAX) listener.onFrame(new Uint8Array(payload));
    });
    client.on("error", () => {
      client.end(true);
    });
    try {
      await subscribed(client, downTopic(options.school, options.device));
    } catch (error) {
      // Refused: the next try is made with the other key, if there are two.
      isFormer = !isFormer;
      isClosed = true;
      client.end(true);
      throw error;
    }
    client.on("close", () => {
      if (isClosed) return;
      isClosed = true;
      client.end(true);
      listener.onClosed();
    });
    return {
      send(frame) {
        if (isClosed || !client.connected) return;
        // A lost frame is the sync machine's business; mqtt.js must not keep a second outbox.
        client.publish(topic, Buffer.from(encodeUpFrame(frame)), { qos: 1 }, () => undefined);
      },
      close() {
        isClosed = true;
        client.end(true);
      },
    };
  };
}
