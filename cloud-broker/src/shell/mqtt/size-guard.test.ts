import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CONNECT_SIZE_MAX, createHeaderGuard, PACKET_SIZE_MAX } from "./size-guard.ts";

function packet(type: number, size: number): Uint8Array {
  const header = [type << 4];
  let left = size;
  do {
    header.push((left & 127) | (left > 127 ? 128 : 0));
    left >>= 7;
  } while (left > 0);
  return new Uint8Array([...header, ...Array.from({ length: size }, () => 0xff)]);
}
const CONNECT = 1;
const PUBLISH = 3;

/** The first fault when the stream comes in pieces of these sizes. */
function faultOf(bytes: Uint8Array, sizes: readonly number[] = [bytes.length]): string | null {
  const guard = createHeaderGuard();
  for (let offset = 0, index = 0; offset < bytes.length; index++) {
    const size = sizes[index % sizes.length] ?? 1;
    const fault = guard.feed(bytes.subarray(offset, offset + size));
    if (fault !== null) return fault;
    offset += size;
  }
  return null;
}

describe("the header guard", () => {
  it("sees the same faults however the stream is cut", () => {
    const streams = fc.array(fc.tuple(fc.constantFrom(CONNECT, PUBLISH), fc.nat(3_000)), {
      minLength: 1,
      maxLength: 5,
    });
    const cuts = fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(streams, cuts, (packets, sizes) => {
        const bytes = packets.map(([type, size]) => packet(type, size));
        const stream = new Uint8Array(Buffer.concat(bytes));
        const [first] = packets;
        const wanted =
          first?.[0] !== CONNECT ? "not-connect" : first[1] > CONNECT_SIZE_MAX ? "too-large" : null;
        expect(faultOf(stream, sizes)).toBe(wanted);
        expect(faultOf(stream)).toBe(wanted);
      }),
    );
  });

  it("lets the largest packet through and stops one byte more", () => {
    const login = packet(CONNECT, 100);
    const joined = (size: number): Uint8Array =>
      new Uint8Array(Buffer.concat([login, packet(PUBLISH, size)]));
    expect(faultOf(joined(PACKET_SIZE_MAX))).toBeNull();
    expect(faultOf(joined(PACKET_SIZE_MAX + 1))).toBe("too-large");
  });

  it("stops a length that never ends", () => {
    expect(faultOf(Uint8Array.of(0x10, 0x80, 0x80, 0x80, 0x80))).toBe("bad-length");
  });
});
