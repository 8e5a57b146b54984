import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { concatBytes, fromHex, must, toHex } from "@saku/protocol";
import {
  READ_PARAMETERS,
  READ_PRODUCT,
  TAKE_IMAGE,
  uploadImage,
  VERIFY_PASSWORD,
  WRITE_LARGEST_PACKET_SIZE,
  parseParameters,
  setRing,
  writeBaud,
} from "./commands.ts";
import { EMPTY_SPLITTER, encodePacket, splitPackets, type Packet } from "./frame.ts";
import { packetHex } from "./scripted-module.suite.ts";

const FOLDER = new URL("vectors/", import.meta.url);

/** The `> ` (host) and `< ` (module) lines of every transcript. */
function lines(mark: ">" | "<"): readonly Uint8Array[] {
  return readdirSync(FOLDER).flatMap((name) =>
    readFileSync(new URL(name, FOLDER), "utf8")
      .split("\n")
      .filter((line) => line.startsWith(mark))
      .map((line) => must(fromHex(line.slice(1).replaceAll(" ", "")), `Bad line in ${name}`)),
  );
}

function split(bytes: Uint8Array): readonly Packet[] {
  return splitPackets(EMPTY_SPLITTER, bytes).packets;
}

describe("golden vectors", () => {
  test("every host line is what a command of ours encodes to", () => {
    const ours = [
      VERIFY_PASSWORD,
      READ_PARAMETERS,
      READ_PRODUCT,
      TAKE_IMAGE,
      WRITE_LARGEST_PACKET_SIZE,
      uploadImage(18_432, 57_600),
      writeBaud(115_200),
      setRing({ control: 1, speed: 255, colour: 1, count: 0 }),
    ].map((ask) => toHex(encodePacket("command", ask.content)));
    expect(new Set(lines(">").map(toHex))).toEqual(new Set(ours));
  });

  test("every module line is exactly one acknowledgement", () => {
    for (const line of lines("<"))
      expect(split(line)).toMatchObject([{ kind: "acknowledge", content: line.slice(9, -2) }]);
  });

  test("the parameters of a real R503 are read: 128-byte packets, 57600 baud", () => {
    const reply = must(
      lines("<").find((line) => line.length === 28),
      "start.hex holds the parameters",
    );
    const content = split(reply)[0]?.content.subarray(1) ?? new Uint8Array();
    expect(parseParameters(content)).toEqual({ packetSizeCode: 2, savedBaudRate: 57_600 });
  });

  test("the sums of full packets of 0xFF are those of the reference: 800A for 128 bytes, FF0B for 256", () => {
    const sum = (size: number): string =>
      toHex(encodePacket("end", new Uint8Array(size).fill(0xff)).slice(-2));
    expect([sum(128), sum(256)]).toEqual(["800a", "ff0b"]);
  });
});

const content = fc.uint8Array({ minLength: 1, maxLength: 256 });
const packets = fc.array(content, { minLength: 1, maxLength: 6 });

test("packets come out whole and in order however the line cuts them", () => {
  fc.assert(
    fc.property(packets, fc.integer({ min: 1, max: 300 }), (contents, size) => {
      const wire = Buffer.from(contents.map((each) => packetHex(2, each)).join(""), "hex");
      let splitter = EMPTY_SPLITTER;
      const found: Packet[] = [];
      for (let offset = 0; offset < wire.length; offset += size) {
        const step = splitPackets(splitter, wire.subarray(offset, offset + size));
        splitter = step.splitter;
        found.push(...step.packets);
      }
      expect(found.map((packet) => toHex(packet.content))).toEqual(contents.map(toHex));
      expect(splitter).toEqual({ pending: new Uint8Array(0), discardedByteCount: 0 });
    }),
  );
});

test("one flipped bit loses the packet it hit and no other", () => {
  fc.assert(
    fc.property(packets, fc.nat(), fc.integer({ min: 0, max: 7 }), (contents, at, bit) => {
      const wire = Buffer.from(contents.map((each) => packetHex(2, each)).join(""), "hex");
      const hit = at % wire.length;
      const damaged = wire.map((byte, index) => (index === hit ? byte ^ (1 << bit) : byte));
      // A longer length may wait for bytes that never come: what follows a transfer brings them.
      const { packets: found } = splitPackets(
        EMPTY_SPLITTER,
        concatBytes(damaged, new Uint8Array(600)),
      );
      const survivors = contents.filter((_, index) => {
        const start = contents.slice(0, index).reduce((sum, each) => sum + each.length + 11, 0);
        return hit < start || hit >= start + (contents[index]?.length ?? 0) + 11;
      });
      expect(found.map((packet) => toHex(packet.content))).toEqual(survivors.map(toHex));
    }),
  );
});

test("noise never grows the buffer beyond one packet and never makes a packet", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 700 }), { maxLength: 8 }), (chunks) => {
      let splitter = EMPTY_SPLITTER;
      for (const chunk of chunks) splitter = splitPackets(splitter, chunk).splitter;
      expect(splitter.pending.length).toBeLessThan(267);
      const all = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
      expect(splitter.discardedByteCount + splitter.pending.length).toBe(all);
    }),
  );
});

test("a length beyond 256 bytes is refused at once instead of being waited for", () => {
  const start = fromHex("ef01ffffffff02ffff") ?? new Uint8Array();
  expect(splitPackets(EMPTY_SPLITTER, start).splitter).toEqual({
    pending: new Uint8Array(0),
    discardedByteCount: 9,
  });
});
