import type { Ask } from "./link.ts";

// Opcodes and codes of the ZFM-20 manual v2.0 and the GROW R503 manual V1.2.2. Matching is done on the host, so Store,
// Search and every command that writes passwords, addresses or templates are left out on purpose: what is not here
// cannot be sent.

/** Confirmation codes that a flow tells apart. */
export const CODE_OK = 0x00;
export const CODE_RECEIVE_ERROR = 0x01;
export const CODE_NO_FINGER = 0x02;
export const CODE_CAPTURE_FAILED = 0x03;
export const CODE_UPLOAD_FAILED = 0x0f;
export const CODE_WRONG_PASSWORD = 0x13;
export const CODE_LOCKED = 0x21;

const OP_TAKE_IMAGE = 0x01;
const OP_UPLOAD_IMAGE = 0x0a;
const OP_WRITE_PARAMETER = 0x0e;
const OP_READ_PARAMETERS = 0x0f;
const OP_VERIFY_PASSWORD = 0x13;
const OP_LIGHT = 0x35;
const OP_READ_PRODUCT = 0x3c;

const PARAMETER_BAUD = 4;
const PARAMETER_PACKET_SIZE = 6;
/** Code 3 = 256 bytes a packet: 4 % less overhead than 128. */
export const PACKET_SIZE_CODE_LARGEST = 3;
export const BAUD_UNIT = 9600;

/** ADA waits 1 s, pyfingerprint and FPM 2 s. */
const ACK_TIMEOUT_MS = 1500;
/** Silence inside a transfer; generous, because a busy host may look away for some hundred milliseconds. */
const GAP_TIMEOUT_MS = 1000;

export const VERIFY_PASSWORD: Ask = {
  content: Uint8Array.of(OP_VERIFY_PASSWORD, 0, 0, 0, 0),
  ackTimeoutMs: ACK_TIMEOUT_MS,
};
export const TAKE_IMAGE: Ask = {
  content: Uint8Array.of(OP_TAKE_IMAGE),
  ackTimeoutMs: ACK_TIMEOUT_MS,
};
export const READ_PARAMETERS: Ask = {
  content: Uint8Array.of(OP_READ_PARAMETERS),
  ackTimeoutMs: ACK_TIMEOUT_MS,
};
export const READ_PRODUCT: Ask = {
  content: Uint8Array.of(OP_READ_PRODUCT),
  ackTimeoutMs: ACK_TIMEOUT_MS,
};
export const WRITE_LARGEST_PACKET_SIZE: Ask = {
  content: Uint8Array.of(OP_WRITE_PARAMETER, PARAMETER_PACKET_SIZE, PACKET_SIZE_CODE_LARGEST),
  ackTimeoutMs: ACK_TIMEOUT_MS,
};

/** SetSysPara 4: the acknowledgement still comes at the old rate. */
export function writeBaud(baudRate: number): Ask {
  return {
    content: Uint8Array.of(OP_WRITE_PARAMETER, PARAMETER_BAUD, baudRate / BAUD_UNIT),
    ackTimeoutMs: ACK_TIMEOUT_MS,
  };
}

/** AuraLedConfig of the R503 (manual V1.2.2): control, speed, colour, count. */
export function setRing(ring: RingSetting): Ask {
  return {
    content: Uint8Array.of(OP_LIGHT, ring.control, ring.speed, ring.colour, ring.count),
    ackTimeoutMs: ACK_TIMEOUT_MS,
  };
}

export type RingSetting = {
  readonly control: number;
  readonly speed: number;
  readonly colour: number;
  readonly count: number;
};

/** Even 32-byte packets add only a third of overhead to the image itself. */
const OVERHEAD_FACTOR = 1.35;
const BITS_PER_BYTE = 10;

/** UpImage for an image of `byteCount` bytes: 1.5 × the time on the wire, and a second. */
export function uploadImage(byteCount: number, baudRate: number): Ask {
  const wireMs = (byteCount * OVERHEAD_FACTOR * BITS_PER_BYTE * 1000) / baudRate;
  return {
    content: Uint8Array.of(OP_UPLOAD_IMAGE),
    ackTimeoutMs: ACK_TIMEOUT_MS,
    data: {
      byteCountMax: byteCount,
      gapTimeoutMs: GAP_TIMEOUT_MS,
      wholeTimeoutMs: Math.ceil(wireMs * 1.5) + 1000,
    },
  };
}

export type SystemParameters = {
  readonly packetSizeCode: number;
  /** What the module has saved; it may be in force only after the next power-up. */
  readonly savedBaudRate: number;
};

/** The 16 bytes of ReadSysPara, or null when the reply has another size. */
export function parseParameters(content: Uint8Array): SystemParameters | null {
  if (content.length !== 16) return null;
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  return {
    packetSizeCode: view.getUint16(12),
    savedBaudRate: view.getUint16(14) * BAUD_UNIT,
  };
}

export type Product = {
  readonly name: string;
  readonly widthPx: number;
  readonly heightPx: number;
};

const PRODUCT_SIZE = 46;
/** Some firmware appends four bytes (esp-idf-r503). */
const PRODUCT_SIZE_LONG = 50;
const SIDE_MIN_PX = 64;
const SIDE_MAX_PX = 512;

/**
 * ReadProdInfo, or null: an R558 takes the same opcode for its light and answers without any data, so the length is
 * checked before a word of it is believed.
 */
export function parseProduct(content: Uint8Array): Product | null {
  if (content.length !== PRODUCT_SIZE && content.length !== PRODUCT_SIZE_LONG) return null;
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const widthPx = view.getUint16(38);
  const heightPx = view.getUint16(40);
  const isPlausible = (sidePx: number): boolean =>
    sidePx >= SIDE_MIN_PX && sidePx <= SIDE_MAX_PX && sidePx % 2 === 0;
  if (!isPlausible(widthPx) || !isPlausible(heightPx)) return null;
  const name = String.fromCharCode(...content.subarray(0, 16).filter((b) => b > 32 && b < 127));
  return { name, widthPx, heightPx };
}
