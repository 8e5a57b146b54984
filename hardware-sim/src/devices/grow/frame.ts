/**
 * Packets of the GROW/ZFM family as the module sees them (sensors manual ZFM-20 v2.0, "Data package format"): header EF01,
 * address, identifier, length, content, sum. Length counts content and sum; the sum covers identifier, length and content.
 */
export type Packet = {
  readonly address: number;
  readonly identifier: PacketIdentifier;
  readonly content: Uint8Array;
  readonly isSumRight: boolean;
};

export type PacketIdentifier = "command" | "data" | "acknowledge" | "end";

const identifierBytes: Readonly<Record<PacketIdentifier, number>> = {
  command: 0x01,
  data: 0x02,
  acknowledge: 0x07,
  end: 0x08,
};
const identifierOf: ReadonlyMap<number, PacketIdentifier> = new Map([
  [0x01, "command"],
  [0x02, "data"],
  [0x07, "acknowledge"],
  [0x08, "end"],
]);

const headBytes = 9;
const sumBytes = 2;
const maxContentBytes = 256;
/** A packet that stops half-way is given up after this. */
const stalePacketMs = 500;

export function encodePacket(
  address: number,
  identifier: PacketIdentifier,
  content: Uint8Array,
): Uint8Array {
  const length = content.length + sumBytes;
  const packet = new Uint8Array(headBytes + length);
  const view = new DataView(packet.buffer);
  view.setUint16(0, 0xef01);
  view.setUint32(2, address);
  view.setUint8(6, identifierBytes[identifier]);
  view.setUint16(7, length);
  packet.set(content, headBytes);
  view.setUint16(
    headBytes + content.length,
    packetSum(packet.subarray(6, headBytes + content.length)),
  );
  return packet;
}

function packetSum(bytes: Uint8Array): number {
  let sum = 0;
  for (const byte of bytes) sum = (sum + byte) & 0xffff;
  return sum;
}

/** Cuts a byte stream into packets; after nonsense it moves on by one byte and hunts for the next header. */
export interface PacketReader {
  push(bytes: Uint8Array, nowMs: number): readonly Packet[];
  clear(): void;
}

export function createPacketReader(): PacketReader {
  let pending: Uint8Array = new Uint8Array(0);
  let lastPushMs = 0;
  return {
    clear: () => {
      pending = new Uint8Array(0);
    },
    push: (bytes, nowMs) => {
      const kept = nowMs - lastPushMs > stalePacketMs ? new Uint8Array(0) : pending;
      lastPushMs = nowMs;
      const all = new Uint8Array(kept.length + bytes.length);
      all.set(kept);
      all.set(bytes, kept.length);
      const packets: Packet[] = [];
      let offset = 0;
      for (;;) {
        const step = readPacket(all.subarray(offset));
        offset += step.consumed;
        if (step.packet !== undefined) packets.push(step.packet);
        else if (step.consumed === 0) break;
      }
      pending = all.slice(offset);
      return packets;
    },
  };
}

/** One step over the stream; nothing consumed means: wait for more bytes. */
function readPacket(bytes: Uint8Array): { readonly consumed: number; readonly packet?: Packet } {
  if (bytes.length === 0) return { consumed: 0 };
  if (bytes[0] !== 0xef || (bytes.length > 1 && bytes[1] !== 0x01)) return { consumed: 1 };
  if (bytes.length < headBytes) return { consumed: 0 };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const identifier = identifierOf.get(view.getUint8(6));
  const length = view.getUint16(7);
  const contentBytes = length - sumBytes;
  if (identifier === undefined || contentBytes < 0 || contentBytes > maxContentBytes) {
    return { consumed: 1 };
  }
  if (bytes.length < headBytes + length) return { consumed: 0 };
  const end = headBytes + contentBytes;
  const packet: Packet = {
    address: view.getUint32(2),
    identifier,
    content: bytes.slice(headBytes, end),
    isSumRight: packetSum(bytes.subarray(6, end)) === view.getUint16(end),
  };
  return { consumed: headBytes + length, packet };
}
