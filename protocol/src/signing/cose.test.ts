import {
  createPrivateKey,
  createPublicKey,
  sign as nodeSign,
  verify as nodeVerify,
} from "node:crypto";
import { Ed25519Key } from "@ldclabs/cose-ts/ed25519";
import { Header } from "@ldclabs/cose-ts/header";
import { Sign1Message } from "@ldclabs/cose-ts/sign1";
import fc from "fast-check";
import nacl from "tweetnacl";
import { describe, expect, it } from "vitest";
import type { CanonicalBytes } from "../encoding/cbor.ts";
import { encodeCbor } from "../encoding/cbor.ts";
import {
  bytesOf,
  bytesOfHex,
  readVectors,
  tagsOf,
  type ByteVector,
  type Vector,
} from "../vectors.suite.ts";
import {
  objectId,
  openObject,
  signObject,
  verifyObject,
  ZERO_ID,
  type SignedBytes,
} from "./cose.ts";
import {
  parsePublicKey,
  signingKeyFromSeed,
  verifyWithTweetnacl,
  type PublicKey,
  type Verify,
} from "./keys.ts";
import type { SignedKind } from "./kinds.ts";

type Key = { readonly seed: string; readonly publicKey: string };
const vectors = readVectors<{
  readonly keys: Readonly<Record<string, Key>>;
  readonly kids: Readonly<Record<string, string>>;
  readonly good: readonly (ByteVector & {
    readonly kind: SignedKind;
    readonly kid: string;
    readonly signer: string;
    readonly payload: string;
    readonly id: string;
  })[];
  readonly bad: readonly (ByteVector & { readonly kind: SignedKind; readonly error: string })[];
  readonly ed25519: readonly (Vector &
    Key & { readonly message: string; readonly signature: string })[];
  readonly badKeys: readonly ByteVector[];
}>("signed");

const SPKI = bytesOfHex("302a300506032b6570032100");
const PKCS8 = bytesOfHex("302e020100300506032b657004220420");

const verifyWithNode: Verify = (publicKey, message, signature) =>
  nodeVerify(
    null,
    message,
    createPublicKey({ key: Buffer.concat([SPKI, publicKey]), format: "der", type: "spki" }),
    signature,
  );

const KINDS: readonly SignedKind[] = [
  "saku.event.v1",
  "saku.command.v1",
  "saku.ack.v1",
  "saku.roster.v1",
  "saku.claim.v1",
];
const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const keyNamed = (name: string): Key => {
  const key = vectors.keys[name];
  if (key === undefined) throw new Error(`No key ${name}`);
  return key;
};
const directory = new Map(
  Object.entries(vectors.kids).map(([kid, name]): [string, PublicKey] => [
    kid,
    bytesOfHex(keyNamed(name).publicKey) as PublicKey,
  ]),
);
const keyOf = (kid: string): PublicKey | undefined => directory.get(kid);
const utf8Of = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));

describe("a signature", () => {
  it.each(vectors.ed25519.map((vector) => [vector.source, vector] as const))(
    "[P11] is the one of %s in tweetnacl and in node:crypto",
    (_source, vector) => {
      const message = bytesOfHex(vector.message);
      const seed = bytesOfHex(vector.seed);
      const ours = signingKeyFromSeed(seed);
      expect(hexOf(ours.publicKey)).toBe(vector.publicKey);
      expect(hexOf(ours.sign(message))).toBe(vector.signature);
      const key = createPrivateKey({
        key: Buffer.concat([PKCS8, seed]),
        format: "der",
        type: "pkcs8",
      });
      expect(nodeSign(null, message, key).toString("hex")).toBe(vector.signature);
    },
  );

  it("[P11] in another spelling (S + L) is refused, though tweetnacl alone would take it", () => {
    const vector = vectors.bad.find((it) => it.tags.includes("malleable"));
    const opened = vector && openObject(vector.kind, bytesOf(vector));
    if (!opened?.ok) throw new Error("The vector must open");
    const { kid, message, signature } = opened.value;
    const publicKey = keyOf(kid);
    if (publicKey === undefined) throw new Error("The vector must have a known signer");
    expect(nacl.sign.detached.verify(message, signature, publicKey)).toBe(true);
    expect(verifyWithTweetnacl(publicKey, message, signature)).toBe(false);
    expect(verifyWithNode(publicKey, message, signature)).toBe(false);
  });

  it("[P11] is judged alike by tweetnacl and node:crypto with any of its bits changed", () => {
    const { publicKey, sign } = signingKeyFromSeed(bytesOfHex(keyNamed("cloud").seed));
    const message = utf8Of("a message");
    const signature = sign(message);
    fc.assert(
      fc.property(fc.nat({ max: 511 }), fc.boolean(), (bit, isWhole) => {
        const changed = Uint8Array.from(signature);
        if (!isWhole) changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(verifyWithTweetnacl(publicKey, message, changed)).toBe(isWhole);
        expect(verifyWithNode(publicKey, message, changed)).toBe(isWhole);
      }),
      { numRuns: 60 },
    );
  });
});

describe("a public key", () => {
  it.each(vectors.badKeys.map((vector) => [vector.comment, vector.hex] as const))(
    "[P12] is refused: %s (%s)",
    (_comment, hex) => {
      expect(parsePublicKey(bytesOfHex(hex)).ok).toBe(false);
    },
  );
  it("[P12] of small order would let node:crypto accept a forgery, which is why it is refused", () => {
    const identity = bytesOfHex(`01${"00".repeat(31)}`) as PublicKey;
    const forged = bytesOfHex(`01${"00".repeat(63)}`);
    expect(verifyWithNode(identity, utf8Of("anything"), forged)).toBe(true);
    expect(parsePublicKey(identity).ok).toBe(false);
  });
  it("[P12] is accepted when somebody made it honestly", () => {
    for (const { publicKey } of Object.values(vectors.keys))
      expect(parsePublicKey(bytesOfHex(publicKey)).ok).toBe(true);
    expect(parsePublicKey("not bytes").ok).toBe(false);
  });
});

describe("a signed object", () => {
  it.each(vectors.good.map((vector) => [`${vector.kind}, ${vector.comment}`, vector] as const))(
    "[P7] is the same in tweetnacl, node:crypto and a COSE library: %s",
    (_name, vector) => {
      const { seed } = keyNamed(vector.signer);
      const payload = bytesOfHex(vector.payload) as CanonicalBytes;
      const bytes = bytesOf(vector);
      const ours = signObject(
        vector.kind,
        vector.kid,
        payload,
        signingKeyFromSeed(bytesOfHex(seed)).sign,
      );
      expect(hexOf(ours)).toBe(vector.hex);

      const key = Ed25519Key.fromSecret(bytesOfHex(seed));
      const header = new Header(
        new Map<number, unknown>([
          [1, -8],
          [4, utf8Of(vector.kid)],
        ]),
      );
      const theirs = new Sign1Message(payload, header, new Header()).toBytes(
        key,
        utf8Of(vector.kind),
      );
      expect(hexOf(theirs)).toBe(vector.hex);
      const read = Sign1Message.fromBytes(key.public(), bytes, utf8Of(vector.kind));
      expect(hexOf(read.payload)).toBe(vector.payload);

      for (const verify of [verifyWithNode, verifyWithTweetnacl]) {
        const result = verifyObject(vector.kind, bytes, keyOf, verify);
        expect(result.ok && hexOf(result.value.payload)).toBe(vector.payload);
        expect(result.ok && result.value.kid).toBe(vector.kid);
      }
    },
  );

  it("[P7] has a vector of every kind", () => {
    expect(tagsOf(vectors.good)).toEqual(KINDS.toSorted());
  });

  it("[P8] never verifies as another kind", () => {
    for (const vector of vectors.good)
      for (const kind of KINDS)
        expect(verifyObject(kind, bytesOf(vector), keyOf, verifyWithNode).ok).toBe(
          kind === vector.kind,
        );
  });

  it.each(vectors.bad.map((vector) => [vector.comment, vector] as const))(
    "[P10] is refused: %s",
    (_comment, vector) => {
      for (const verify of [verifyWithNode, verifyWithTweetnacl]) {
        const result = verifyObject(vector.kind, bytesOf(vector), keyOf, verify);
        expect(result.ok ? "ok" : result.error.kind).toBe(vector.error);
      }
    },
  );

  it("[P10] has a bad vector of every kind", () => {
    expect(tagsOf(vectors.bad)).toEqual([
      "aad",
      "alg",
      "context",
      "header",
      "hostile",
      "indefinite",
      "kid",
      "malleable",
      "non-canonical",
      "oversize",
      "payload",
      "shape",
      "signature",
      "signer",
      "tag",
      "trailing",
      "truncated",
      "unprotected",
    ]);
  });

  it("[P9] is not made in the name of anything but a kid", () => {
    const { sign } = signingKeyFromSeed(new Uint8Array(32).fill(7));
    const payload = encodeCbor({});
    for (const kid of ["", "A", "-a", "a b", "a".repeat(41), "é", "a\n"])
      expect(() => signObject("saku.event.v1", kid, payload, sign)).toThrow();
  });

  it("[P9] of an unknown signer is told apart from a forged one", () => {
    const { sign } = signingKeyFromSeed(new Uint8Array(32).fill(7));
    const payload = encodeCbor({});
    const stranger = signObject("saku.event.v1", "trm-nobody", payload, sign);
    const forged = signObject("saku.event.v1", "cloud", payload, sign);
    const errorOf = (bytes: SignedBytes): string => {
      const result = verifyObject("saku.event.v1", bytes, keyOf, verifyWithNode);
      return result.ok ? "ok" : result.error.kind;
    };
    expect(errorOf(stranger)).toBe("unknown-signer");
    expect(errorOf(forged)).toBe("bad-signature");
  });

  it("[P10] never verifies and never throws with any byte changed, added or removed", () => {
    const pick = fc.constantFrom(...vectors.good);
    const to = fc.integer({ min: 1, max: 255 });
    fc.assert(
      fc.property(pick, fc.nat(), to, fc.constantFrom(0, 1, 2), (vector, at, by, action) => {
        const bytes = Uint8Array.from(bytesOf(vector));
        const place = at % bytes.length;
        if (action === 0) bytes[place] = (bytes[place] ?? 0) ^ by;
        const changed =
          action === 0
            ? bytes
            : action === 1
              ? Uint8Array.from([...bytes.subarray(0, place), by, ...bytes.subarray(place)])
              : Uint8Array.from([...bytes.subarray(0, place), ...bytes.subarray(place + 1)]);
        expect(verifyObject(vector.kind, changed, keyOf, verifyWithNode).ok).toBe(false);
      }),
      { numRuns: 1500 },
    );
  });

  it("[P10] never throws on bytes of chance", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(verifyObject("saku.event.v1", bytes, keyOf, verifyWithNode).ok).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("the id of an object", () => {
  it("[P13] is the hash of its kind and payload", () => {
    for (const vector of vectors.good)
      expect(hexOf(objectId(vector.kind, bytesOfHex(vector.payload) as CanonicalBytes))).toBe(
        vector.id,
      );
  });
  it("[P13] differs between kinds of the same payload, and is never the zero id", () => {
    const payload = encodeCbor({ a: 1 });
    const ids = KINDS.map((kind) => hexOf(objectId(kind, payload)));
    expect(new Set(ids).size).toBe(KINDS.length);
    expect(ids).not.toContain(hexOf(ZERO_ID));
  });
});
