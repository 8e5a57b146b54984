import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeCommand, parseCommand } from "./commands/command.ts";
import { encodeDecision, parseDecision } from "./decisions/decision.ts";
import { decodeCbor, type CborValue } from "./encoding/cbor.ts";
import { readCddl } from "./encoding/cddl.suite.ts";
import { encodeEvent, eventId, parseEvent } from "./events/event.ts";
import { encodeAck, encodeDownFrame, parseAck, parseDownFrame } from "./frames/down.ts";
import { encodeUpFrame, FRAME_SIZE_MAX, parseUpFrame } from "./frames/up.ts";
import { encodeHubAnswer, parseHubAnswer } from "./hub/hub-answer.ts";
import { encodeHubAsk, parseHubAsk, subLeaseId } from "./hub/hub-ask.ts";
import { isLabel } from "./primitives/label.ts";
import type { ParseError, Result } from "./primitives/result.ts";
import { deviceIdOfKey, encodeClaim, parseClaim } from "./roster/claim.ts";
import { hardwarePhrase } from "./roster/hardware-phrase.ts";
import { encodeRoster, parseRoster } from "./roster/roster.ts";
import { vaultItemAad, type VaultItem } from "./roster/vault-item.ts";
import type { CanonicalBytes } from "./encoding/cbor.ts";
import {
  bytesOf,
  bytesOfHex,
  readVectors,
  revive,
  tagsOf,
  type ByteVector,
} from "./vectors.suite.ts";

type Parser =
  | "event"
  | "command"
  | "ack"
  | "up"
  | "down"
  | "roster"
  | "claim"
  | "hub-ask"
  | "hub-answer"
  | "decision";
type Message = ByteVector & { readonly parser: Parser };
const vectors = readVectors<{
  readonly good: readonly (Message & { readonly value: CborValue })[];
  readonly bad: readonly (Message & { readonly path: string })[];
}>("messages");
const matches = readCddl(readFileSync(new URL("../schema.cddl", import.meta.url), "utf8"));

type Codec = {
  readonly parse: (bytes: Uint8Array) => Result<unknown, ParseError>;
  readonly encode: (value: never) => Uint8Array;
};
const CODECS: Readonly<Record<Parser, Codec>> = {
  event: { parse: parseEvent, encode: encodeEvent },
  command: { parse: parseCommand, encode: encodeCommand },
  ack: { parse: parseAck, encode: encodeAck },
  up: { parse: parseUpFrame, encode: encodeUpFrame },
  down: { parse: parseDownFrame, encode: encodeDownFrame },
  roster: { parse: parseRoster, encode: encodeRoster },
  claim: { parse: parseClaim, encode: encodeClaim },
  "hub-ask": { parse: parseHubAsk, encode: encodeHubAsk },
  "hub-answer": { parse: parseHubAnswer, encode: encodeHubAnswer },
  decision: { parse: parseDecision, encode: encodeDecision },
};

// What a grammar cannot say: sums, distinct leases, and one counter that may not pass another.
const BEYOND_GRAMMAR = new Set([
  "spends that add up to more",
  "spends that add up to less",
  "one lease twice",
  "a sub-grant whose spends add up to less",
  "a sub-grant that names one lease twice",
  "safe ahead of ack",
  "one person who decides twice",
  "30 February",
  "month 13",
]);

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const goodOf = (parser: Parser): (Message & { readonly value: CborValue })[] =>
  vectors.good.filter((vector) => vector.parser === parser);
const kindsOf = (parser: Parser, key: string): Set<unknown> =>
  new Set(
    goodOf(parser).map(({ value }) => {
      const message = value as Readonly<Record<string, CborValue>>;
      const body = (message["body"] ?? message) as Readonly<Record<string, CborValue>>;
      return body[key];
    }),
  );
const badOf = (...tags: readonly string[]): (Message & { readonly path: string })[] =>
  vectors.bad.filter((vector) => tags.every((tag) => vector.tags.includes(tag)));

function expectRefused(vector: Message & { readonly path: string }): void {
  const result = CODECS[vector.parser].parse(bytesOf(vector));
  expect(result.ok, vector.comment).toBe(false);
  if (!result.ok) expect(result.error.path, vector.comment).toBe(vector.path);
}

describe("every message", () => {
  it.each(vectors.good.map((vector) => [`${vector.parser}: ${vector.comment}`, vector] as const))(
    "[P19] is encoded to these bytes and read back: %s",
    (_name, vector) => {
      const { parse, encode } = CODECS[vector.parser];
      const value = revive(vector.value);
      expect(hexOf(encode(value as never))).toBe(vector.hex);
      expect(parse(bytesOf(vector))).toEqual({ ok: true, value });
      expect(matches(vector.parser, value)).toBe(true);
    },
  );

  it.each(vectors.bad.map((vector) => [`${vector.parser}: ${vector.comment}`, vector] as const))(
    "[P19] is refused by parser, encoder and grammar: %s",
    (_name, vector) => {
      expectRefused(vector);
      const decoded = decodeCbor(bytesOf(vector));
      if (!decoded.ok) throw new Error("A bad message must still be good CBOR");
      expect(() => CODECS[vector.parser].encode(decoded.value as never)).toThrow();
      expect(matches(vector.parser, decoded.value)).toBe(BEYOND_GRAMMAR.has(vector.comment));
    },
  );

  it("[P19] has bad vectors of every kind", () => {
    for (const tag of [
      "header",
      "missing",
      "unknown-key",
      "amount",
      "spends",
      "enum",
      "type",
      "label",
    ])
      expect(tagsOf(vectors.bad)).toContain(tag);
    for (const parser of Object.keys(CODECS)) expect(tagsOf(vectors.bad)).toContain(parser);
  });

  it("[P19] with any byte changed is refused or is another message, and never throws", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...vectors.good),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (vector, at, by) => {
          const bytes = Uint8Array.from(bytesOf(vector));
          const place = at % bytes.length;
          bytes[place] = (bytes[place] ?? 0) ^ by;
          const { parse, encode } = CODECS[vector.parser];
          const result = parse(bytes);
          if (result.ok) expect(hexOf(encode(result.value as never))).toBe(hexOf(bytes));
          const decoded = decodeCbor(bytes);
          if (result.ok && decoded.ok) expect(matches(vector.parser, decoded.value)).toBe(true);
        },
      ),
      { numRuns: 1500 },
    );
  });

  it("[P6] shows people texts of 1 to 80 characters without control characters", () => {
    for (const vector of badOf("label")) expectRefused(vector);
    expect(badOf("event", "label").length).toBe(3);
    for (const good of ["a", "Siti 'Aisyah", "水", "x".repeat(80), "😀".repeat(40)])
      expect(isLabel(good), good).toBe(true);
    for (const bad of [
      "",
      "a\nb",
      "\0",
      "\u0085",
      "\ud800",
      "\ufeffa",
      "x".repeat(81),
      "😀".repeat(41),
    ])
      expect(isLabel(bad), bad).toBe(false);
  });
});

describe("an event", () => {
  it("[P14] has a closed header of version 1", () => {
    for (const vector of badOf("event", "header")) expectRefused(vector);
    expect(badOf("event", "header", "missing").length).toBe(12);
  });
  it("[P15] counts from 1 and names its parent by 32 bytes, chained in these vectors", () => {
    let parent = "00".repeat(32);
    for (const [index, vector] of goodOf("event").entries()) {
      const event = parseEvent(bytesOf(vector));
      if (!event.ok) throw new Error(event.error.expected);
      expect(event.value.n).toBe(index + 1);
      expect(hexOf(event.value.parent)).toBe(parent);
      parent = hexOf(eventId(bytesOf(vector) as CanonicalBytes));
    }
  });
  it("[P16] is of one of the types of money and sync", () => {
    expect(kindsOf("event", "type")).toEqual(
      new Set([
        "boot",
        "sale",
        "void",
        "lease-accept",
        "lease-return",
        "day-open",
        "day-close",
        "refund",
        "cash-in",
        "emergency-sale",
        "sub-grant",
        "grant-accept",
        "operator-on",
        "operator-off",
        "enrol",
        "erase-receipt",
        "clock-set",
        "key-rotate",
        "end",
      ]),
    );
    for (const vector of badOf("event", "type")) expectRefused(vector);
  });
  it("[P17] of a sale names 1 to 8 different leases that add up", () => {
    expect(badOf("event", "spends").length).toBe(6);
    for (const vector of badOf("event", "spends")) expectRefused(vector);
  });
  it("[P48] of a hub's sub-grant names what it was asked by whom, and 1 to 8 leases that add up", () => {
    expect(badOf("event", "sub-grant").length).toBe(3);
    for (const vector of badOf("event", "sub-grant")) expectRefused(vector);
  });
  it("[P49] of a Z report names the day's first and last event and who closed it", () => {
    expect(badOf("event", "day-close").length).toBe(2);
    for (const vector of badOf("event", "day-close")) expectRefused(vector);
  });
  it("[P18] moves Rp 1 to Rp 100.000.000, and only a lease-return moves nothing", () => {
    for (const vector of badOf("event", "amount")) expectRefused(vector);
    const returned = goodOf("event").find(({ comment }) => comment.includes("closed with 0"));
    expect(returned && parseEvent(bytesOf(returned)).ok).toBe(true);
  });
});

describe("a command", () => {
  it("[P20] has a closed header and revisions from 1", () => {
    for (const vector of badOf("command", "header")) expectRefused(vector);
    for (const vector of badOf("command", "unknown-key")) expectRefused(vector);
  });
  it("[P21] is of one of thirteen kinds", () => {
    expect(kindsOf("command", "kind")).toEqual(
      new Set([
        "stall",
        "student",
        "consent",
        "freeze",
        "lease-grant",
        "return-request",
        "limits",
        "hub",
        "emergency",
        "checkpoint",
        "rotate-key",
        "vault",
        "roster",
      ]),
    );
  });
  it("[P22] keeps quick keys to 8, zones to three, a student's number to 10 digits", () => {
    for (const tag of ["range", "enum", "label"])
      for (const vector of badOf("command", tag)) expectRefused(vector);
  });
  it("[P23] of a lease names its question or null, and leaves it out never", () => {
    expect(badOf("command", "missing").map((vector) => vector.path)).toEqual(["body.ask"]);
    const asks = goodOf("command").flatMap(({ value }) => {
      const { body } = value as { readonly body: Readonly<Record<string, CborValue>> };
      return body["kind"] === "lease-grant" ? [body["ask"]] : [];
    });
    expect(asks).toEqual([null, "ask-77aa", null]);
  });
});

describe("a frame", () => {
  it("[P30] has at most 65,536 bytes, and 200 events of at most 8,192 bytes", () => {
    const paths = badOf("up").map((vector) => vector.path);
    expect(paths).toContain("events");
    expect(paths).toContain("events.0");
    expect(parseUpFrame(new Uint8Array(FRAME_SIZE_MAX + 1)).ok).toBe(false);
    expect(parseDownFrame(new Uint8Array(FRAME_SIZE_MAX + 1)).ok).toBe(false);
  });
  it("[P31] from a terminal is one of four", () => {
    expect(kindsOf("up", "t")).toEqual(new Set(["hello", "events", "ask", "vault"]));
    for (const vector of badOf("up")) expectRefused(vector);
  });
  it("[P32] from the cloud is one of five, and an answer is granted or refused with a reason", () => {
    expect(kindsOf("down", "t")).toEqual(new Set(["ack", "cmd", "answer", "vault-ack", "error"]));
    for (const vector of badOf("down")) expectRefused(vector);
  });
  it("[P33] of an ack never says safe beyond ack", () => {
    const [good] = goodOf("ack");
    const ack = good && parseAck(bytesOf(good));
    if (!ack?.ok) throw new Error("The vector must parse");
    const [mark] = ack.value.incs;
    if (mark === undefined) throw new Error("The vector must have a watermark");
    const withSafe = (safe: number) => ({ ...ack.value, incs: [{ ...mark, safe }] });
    expect(() => encodeAck(withSafe(mark.ack))).not.toThrow();
    expect(() => encodeAck(withSafe(mark.ack + 1))).toThrow();
  });
  it("[P34] of an error is retry, quarantine or stop", () => {
    const errors = goodOf("down").filter(({ tags }) => tags.includes("error"));
    expect(errors.map(({ value }) => (value as { readonly kind: string }).kind)).toEqual([
      "retry",
      "quarantine",
      "stop",
    ]);
  });
});

describe("trust", () => {
  it("[P35] has terminals with two keys and a sealed epoch key of 104 bytes in a roster", () => {
    for (const vector of badOf("roster")) expectRefused(vector);
  });
  it("[P36] binds the seals of a vault item to student, item, version and epoch", () => {
    const item = { student: "stu-1", item: "fingers", version: 2, epoch: 1 } as VaultItem;
    const others: readonly Partial<VaultItem>[] = [
      { student: "stu-2" as VaultItem["student"] },
      { item: "pin" },
      { version: 3 },
      { epoch: 2 },
    ];
    const aads = [item, ...others.map((change) => ({ ...item, ...change }))].map(vaultItemAad);
    expect(aads[0]).toBe("saku.vault.v1|stu-1|fingers|2|1");
    expect(new Set(aads).size).toBe(aads.length);
    for (const vector of badOf("vault")) if (vector.parser === "command") expectRefused(vector);
  });
  it("[P37] takes a claim of 16 to 64 characters with the terminal's two keys", () => {
    for (const vector of badOf("claim")) expectRefused(vector);
  });
  it("[P47] shows a terminal's two keys as six words that change with either key", () => {
    const key = new Uint8Array(32).fill(1);
    const other = new Uint8Array(32).fill(2);
    const phrases = [
      hardwarePhrase(key, key),
      hardwarePhrase(key, other),
      hardwarePhrase(other, key),
      hardwarePhrase(other, other),
    ];
    expect(phrases[0]).toMatch(/^([a-z]{4} ){5}[a-z]{4}$/);
    expect(new Set(phrases).size).toBe(phrases.length);
    const words = new Set<string>();
    for (let n = 0; n < 2000; n++) {
      const counter = Uint8Array.of(n >> 8, n & 255);
      for (const word of hardwarePhrase(counter, key).split(" ")) words.add(word);
    }
    expect(words.size).toBe(256);
  });
  it("[P26] names a terminal by the hash of its first key", () => {
    const { keys, kids } = readVectors<{
      readonly keys: Readonly<Record<string, { readonly publicKey: string }>>;
      readonly kids: Readonly<Record<string, string>>;
    }>("signed");
    const id = deviceIdOfKey(bytesOfHex(keys["terminal"]?.publicKey ?? ""));
    expect(id).toMatch(/^trm-[a-hjkmnp-tv-z0-9]{20}$/);
    expect(kids[id]).toBe("terminal");
  });
});

describe("between a stall and the hub", () => {
  it("[P50] a question names school, asker, hub, name, day, child, stall, purse and amount, and nothing else", () => {
    for (const vector of badOf("hub-ask")) expectRefused(vector);
    expect(badOf("hub-ask", "missing").length).toBe(10);
  });
  it("[P51] an answer is the hub's signed event or a named refusal", () => {
    for (const vector of badOf("hub-answer")) expectRefused(vector);
    expect(kindsOf("hub-answer", "outcome")).toEqual(new Set(["granted", "refused"]));
  });
  it("[P52] a question's bytes name the lease that answers it", () => {
    const [good] = goodOf("hub-ask");
    if (good === undefined) throw new Error("There must be a question");
    const bytes = bytesOf(good) as CanonicalBytes;
    const lease = subLeaseId(bytes);
    expect(lease).toBe(subLeaseId(Uint8Array.from(bytes) as CanonicalBytes));
    expect(lease).toMatch(/^sub-[a-hjkmnp-tv-z0-9]{24}$/);
    const other = { ...(revive(good.value) as Parameters<typeof encodeHubAsk>[0]), amount: 1 };
    expect(subLeaseId(encodeHubAsk(other as never))).not.toBe(lease);
  });
});

describe("what persons decided", () => {
  it("[P53] about an event names its bytes, its place, what becomes of it, and one or two different persons", () => {
    for (const vector of badOf("decision")) expectRefused(vector);
    expect(badOf("decision", "missing").length).toBe(9);
    expect(kindsOf("decision", "what")).toEqual(new Set(["discard", "suspense"]));
  });
  it("[P54] about a terminal is `stop: true` in an ack, or nothing", () => {
    for (const vector of badOf("ack", "stop")) expectRefused(vector);
    expect(kindsOf("ack", "stop")).toEqual(new Set([undefined, true]));
  });
});
