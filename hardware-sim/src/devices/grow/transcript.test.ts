import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { createRandom } from "../../random.ts";
import type { SerialLine } from "../../serial-line.ts";
import { createGrowDevice } from "./device.ts";
import { createPacketReader, encodePacket } from "./frame.ts";
import { growProfiles } from "./profiles.ts";
import { createFlash, type GlassImage } from "./state.ts";

const folder = new URL("../../../vectors/grow/", import.meta.url);

type TranscriptLine = { readonly mark: string; readonly rest: string };

function transcriptLines(name: string): readonly TranscriptLine[] {
  return readFileSync(new URL(name, folder), "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => ({ mark: line.slice(0, 1), rest: line.slice(2).trim() }));
}

const fromHex = (text: string): Uint8Array =>
  Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));
const toHex = (bytes: Uint8Array): string =>
  Buffer.from(bytes)
    .toString("hex")
    .toUpperCase()
    .replaceAll(/(..)(?!$)/g, "$1 ");

/** A cable in memory: it keeps what the module sends and hands over what the host sends. */
function memoryLine(): SerialLine & { readonly sent: Uint8Array[]; feed(bytes: Uint8Array): void } {
  const sent: Uint8Array[] = [];
  let listener: (bytes: Uint8Array) => void = () => undefined;
  return {
    sent,
    feed: (bytes) => listener(bytes),
    send: async (packet) => void sent.push(packet),
    onBytes: (next) => {
      listener = next;
    },
    setBaudRate: () => undefined,
    discard: () => undefined,
    counters: { sentBytes: 0, receivedBytes: 0, mismatchedPackets: 0 },
  };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function play(
  lines: readonly TranscriptLine[],
  answer: (said: string) => void,
): Promise<void> {
  const profile = growProfiles[lines[0]?.rest.endsWith("R307") === true ? "R307" : "R503"];
  const line = memoryLine();
  let glass: GlassImage | null = null;
  const device = createGrowDevice({
    profile,
    line,
    flash: createFlash({}),
    random: createRandom(1),
    isPaced: false,
    lookAtGlass: () => glass,
    onRing: () => undefined,
    onReady: () => undefined,
    onCommand: () => undefined,
  });
  const collect = async (): Promise<void> => {
    await settled();
    for (const packet of line.sent.splice(0)) answer(toHex(packet));
  };
  device.powerOn();
  await collect();
  for (const { mark, rest } of lines.slice(1)) {
    const [verb, name = ""] = rest.split(" ");
    if (mark === ">") line.feed(fromHex(rest));
    else if (verb === "place") {
      glass = {
        fingerKey: name,
        levels: new Uint8Array(profile.widthPx * profile.heightPx).fill(3),
      };
    } else if (verb === "lift") glass = null;
    else if (verb === "power-cycle") device.powerOn();
    await collect();
  }
}

const sessions = readdirSync(folder).filter((name) => name !== "packets.hex");

test.each(sessions)("the module answers transcript %s byte for byte", async (name) => {
  const lines = transcriptLines(name);
  const answers: string[] = [];
  await play(lines, (said) => answers.push(said));
  expect(answers).toEqual(lines.filter(({ mark }) => mark === "<").map(({ rest }) => rest));
  expect(answers.length).toBeGreaterThan(8);
});

test.each(transcriptLines("packets.hex"))(
  "a public packet $rest decodes and encodes to itself",
  (line) => {
    const bytes = fromHex(line.rest);
    const [packet] = createPacketReader().push(bytes, 0);
    if (packet === undefined) throw new Error("the packet was not found");
    expect(packet.isSumRight).toBe(true);
    expect(toHex(encodePacket(packet.address, packet.identifier, packet.content))).toBe(line.rest);
  },
);

test("the sums of full end packets of FF are those the arithmetic gives", () => {
  const end = (size: number): string =>
    toHex(encodePacket(0xffffffff, "end", new Uint8Array(size).fill(0xff)).slice(-2));
  expect(end(128)).toBe("80 0A");
  expect(end(256)).toBe("FF 0B");
});

test("the reader finds packets whatever way the stream is cut and whatever noise lies between", () => {
  const random = createRandom(7);
  const wanted = Array.from({ length: 50 }, (_, i) =>
    encodePacket(0xffffffff, i % 3 === 0 ? "data" : "command", Uint8Array.of(i, 0xef, 0x01, i)),
  );
  const stream = wanted.flatMap((packet) => [0x55, 0xef, ...packet, 0x00, 0xff]);
  const reader = createPacketReader();
  const found: string[] = [];
  for (let offset = 0; offset < stream.length;) {
    const size = 1 + random.below(9);
    const part = Uint8Array.from(stream.slice(offset, offset + size));
    for (const packet of reader.push(part, offset)) found.push(toHex(packet.content));
    offset += size;
  }
  expect(found).toEqual(wanted.map((packet) => toHex(packet.slice(9, -2))));
});
