import { describe, expect, it } from "vitest";
import type { DeviceId, Incarnation, SchoolId } from "../primitives/ids.ts";
import { signingKeyFromSeed, verifyWithTweetnacl } from "../signing/keys.ts";
import { bytesOfHex, readVectors, type Vector } from "../vectors.suite.ts";
import { authMessage, encodeAuthPassword, parseAuthPassword } from "./auth.ts";
import { downTopic, mqttClientId, parseTopic, upTopic } from "./topics.ts";

type Question = {
  readonly host: string;
  readonly clientId: string;
  readonly nonce: string;
  readonly inc: Incarnation;
};
const vectors = readVectors<{
  readonly good: readonly (Vector & {
    readonly question: Question;
    readonly seed: string;
    readonly message: string;
    readonly signature: string;
    readonly password: string;
  })[];
  readonly badPasswords: readonly (Vector & { readonly password: string })[];
  readonly topics: readonly {
    readonly school: SchoolId;
    readonly device: DeviceId;
    readonly up: string;
    readonly down: string;
    readonly clientId: string;
  }[];
  readonly badTopics: readonly (Vector & { readonly topic: string })[];
}>("connect");
const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const questionOf = (vector: { readonly question: Question }) => ({
  ...vector.question,
  nonce: bytesOfHex(vector.question.nonce),
});

describe("the proof at CONNECT", () => {
  it("[P38] is a signature over host, client id, incarnation and nonce", () => {
    for (const vector of vectors.good) {
      const message = authMessage(questionOf(vector));
      const { publicKey, sign } = signingKeyFromSeed(bytesOfHex(vector.seed));
      expect(hexOf(message)).toBe(vector.message);
      expect(hexOf(sign(message))).toBe(vector.signature);
      expect(verifyWithTweetnacl(publicKey, message, bytesOfHex(vector.signature))).toBe(true);
    }
  });
  it("[P38] differs when any of the four differs, also when texts move across the border", () => {
    for (const vector of vectors.good) {
      const question = questionOf(vector);
      const messages = [
        question,
        { ...question, host: `${question.host}x` },
        { ...question, clientId: `x${question.clientId}` },
        { ...question, inc: "0000000000000001" as Incarnation },
        { ...question, nonce: question.nonce.map((byte) => byte ^ 1) },
      ].map((it) => hexOf(authMessage(it)));
      expect(new Set(messages).size).toBe(messages.length);
    }
  });
  it("[P38] is never asked of a text with a NUL or a nonce of another size", () => {
    for (const vector of vectors.good) {
      const question = questionOf(vector);
      expect(() => authMessage({ ...question, host: "a\0b" })).toThrow();
      expect(() => authMessage({ ...question, clientId: "\0" })).toThrow();
      expect(() => authMessage({ ...question, nonce: new Uint8Array(31) })).toThrow();
    }
  });
  it("[P39] travels as a password of 150 characters and is read back", () => {
    for (const vector of vectors.good) {
      const { nonce, inc } = questionOf(vector);
      const signature = bytesOfHex(vector.signature);
      expect(encodeAuthPassword(nonce, inc, signature)).toBe(vector.password);
      expect(vector.password.length).toBe(150);
      expect(parseAuthPassword(vector.password)).toEqual({ nonce, inc, signature });
    }
  });
  it.each(vectors.badPasswords.map((vector) => [vector.comment, vector.password] as const))(
    "[P39] is null: %s",
    (_comment, password) => {
      expect(parseAuthPassword(password)).toBeNull();
    },
  );
});

describe("a topic", () => {
  it("[P28] is made of school, device and direction, and taken apart again", () => {
    for (const { school, device, up, down, clientId } of vectors.topics) {
      expect(upTopic(school, device)).toBe(up);
      expect(downTopic(school, device)).toBe(down);
      expect(mqttClientId(school, device)).toBe(clientId);
      expect(parseTopic(up)).toEqual({ school, device, direction: "up" });
      expect(parseTopic(down)).toEqual({ school, device, direction: "dn" });
    }
  });
  it.each(vectors.badTopics.map((vector) => vector.topic))("[P29] is not ours: %j", (topic) => {
    expect(parseTopic(topic)).toBeNull();
  });
});
