import { assert, concatBytes } from "@saku/protocol";

/** PID of ZFM-20 manual v2.0 §"Data package format". */
export type PacketKind = "command" | "data" | "acknowledge" | "end";

export type Packet = { readonly kind: PacketKind; readonly content: Uint8Array };

/** The bytes after the last whole packet, never more than one packet, and how many bytes were thrown away so far. */
export type Splitter = { readonly pending: Uint8Array; readonly discardedByteCount: number };

export const DEFAULT_ADDRESS: Uint8Array = Uint8Array.of(0xff, 0xff, 0xff, 0xff);
/** A packet of the largest size code carries 256 bytes; SetSysPara 6, code 3. */
export const CONTENT_SIZE_MAX = 256;

const HEADER_HIGH = 0xef;
const HEADER_LOW = 0x01;
const OVERHEAD_SIZE = 11;
const LENGTH_OFFSET = 7;
const CONTENT_OFFSET = 9;
const SUM_SIZE = 2;

const KIND_OF_PID: ReadonlyMap<number, PacketKind> = new Map([
  [0x01, "command"],
  [0x02, "data"],
  [0x07, "acknowledge"],
  [0x08, "end"],
]);
const PID_OF_KIND: Readonly<Record<PacketKind, number>> = {
  command: 0x01,
  data: 0x02,
  acknowledge: 0x07,
  end: 0x08,
};

export const EMPTY_SPLITTER: Splitter = { pending: new Uint8Array(0), discardedByteCount: 0 };

/** Sum over PID, LEN and content. Header and address are outside, so they must be compared by themselves. */
function sumOf(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte) => (sum + byte) & 0xffff, 0);
}

/** One packet on the wire; `content` is 1 … 256 bytes, `address` 4. */
export function encodePacket(
  kind: PacketKind,
  content: Uint8Array,
  address: Uint8Array = DEFAULT_ADDRESS,
): Uint8Array {
  assert(content.length >= 1 && content.length <= CONTENT_SIZE_MAX, "A packet has 1 … 256 bytes");
  const length = content.length + SUM_SIZE;
  const summed = concatBytes(Uint8Array.of(PID_OF_KIND[kind], length >> 8, length & 255), content);
  const sum = sumOf(summed);
  return concatBytes(
    Uint8Array.of(HEADER_HIGH, HEADER_LOW),
    address,
    summed,
    Uint8Array.of(sum >> 8, sum & 255),
  );
}

type Look =
  | { readonly kind: "packet"; readonly packet: Packet; readonly size: number }
  | { readonly kind: "wrong" }
  /** Everything so far could be the start of a packet. */
  | { readonly kind: "incomplete" };

const WRONG: Look = { kind: "wrong" };
const INCOMPLETE: Look = { kind: "incomplete" };

/** Judges as early as the bytes allow, so that a damaged length never makes us wait for 64 kB. */
function lookAt(bytes: Uint8Array, address: Uint8Array): Look {
  const start = [HEADER_HIGH, HEADER_LOW, ...address];
  const known = Math.min(bytes.length, start.length);
  for (let index = 0; index < known; index++) if (bytes[index] !== start[index]) return WRONG;
  if (bytes.length < CONTENT_OFFSET) return INCOMPLETE;
  const kind = KIND_OF_PID.get(bytes[LENGTH_OFFSET - 1] ?? 0);
  const length = ((bytes[LENGTH_OFFSET] ?? 0) << 8) | (bytes[LENGTH_OFFSET + 1] ?? 0);
  const contentSize = length - SUM_SIZE;
  if (kind === undefined || contentSize < 1 || contentSize > CONTENT_SIZE_MAX) return WRONG;
  const size = contentSize + OVERHEAD_SIZE;
  if (bytes.length < size) return INCOMPLETE;
  const sumOffset = size - SUM_SIZE;
  const sum = ((bytes[sumOffset] ?? 0) << 8) | (bytes[sumOffset + 1] ?? 0);
  if (sum !== sumOf(bytes.subarray(LENGTH_OFFSET - 1, sumOffset))) return WRONG;
  return {
    kind: "packet",
    packet: { kind, content: bytes.slice(CONTENT_OFFSET, sumOffset) },
    size,
  };
}

/**
 * Takes a chunk of any size and gives the packets that are now whole. On a wrong header, address, length or checksum
 * it moves on by ONE byte, because the next good packet may begin inside the damaged one.
 */
export function splitPackets(
  splitter: Splitter,
  chunk: Uint8Array,
  address: Uint8Array = DEFAULT_ADDRESS,
): { readonly splitter: Splitter; readonly packets: readonly Packet[] } {
  // A copy, always: a chunk may be a window on a buffer that the line uses again.
  const bytes = concatBytes(splitter.pending, chunk);
  const packets: Packet[] = [];
  let discardedByteCount = splitter.discardedByteCount;
  let offset = 0;
  while (offset < bytes.length) {
    const look = lookAt(bytes.subarray(offset, offset + CONTENT_SIZE_MAX + OVERHEAD_SIZE), address);
    if (look.kind === "incomplete") break;
    if (look.kind === "packet") packets.push(look.packet);
    else discardedByteCount++;
    offset += look.kind === "packet" ? look.size : 1;
  }
  return { splitter: { pending: bytes.slice(offset), discardedByteCount }, packets };
}
