import type { Random } from "../../random.ts";
import type { GrowProfile } from "./profiles.ts";
import type { GlassImage, GrowFlash, GrowMemory, RingState } from "./state.ts";

/** One opcode of the command set: how many parameter bytes it takes and what the module does. */
export type Command = {
  readonly opcode: number;
  readonly name: string;
  readonly parameterBytes: number;
  /** In the ZFM-20 generation, or only in the R503's longer list. */
  readonly since: "zfm20" | "r503";
  run(module: ModuleHands, parameters: Parameters): Promise<void>;
};

/** What a command may touch while it runs. */
export type ModuleHands = {
  readonly profile: GrowProfile;
  readonly flash: GrowFlash;
  readonly memory: GrowMemory;
  readonly random: Random;
  /** What the glass shows now; every look has its own sensor noise. */
  lookAtGlass(): GlassImage | null;
  acknowledge(code: number, reply?: Uint8Array): Promise<void>;
  sendData(bytes: Uint8Array): Promise<void>;
  /** Collects data packets up to the end packet; null when they are too many or late. */
  receiveData(byteCount: number): Promise<Uint8Array | null>;
  /** Time the module's processor needs; nothing when the simulator is not paced. */
  work(durationMs: number): Promise<void>;
  /** Time that passes in the room, always real. */
  idle(durationMs: number): Promise<void>;
  isCancelled(): boolean;
  setRing(state: RingState): void;
  restart(): void;
  applyBaudRate(): void;
};

/** The bytes after the opcode, big endian. */
export type Parameters = {
  byte(offset: number): number;
  word(offset: number): number;
  long(offset: number): number;
  readonly bytes: Uint8Array;
};

export function readParameters(bytes: Uint8Array): Parameters {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return {
    byte: (offset) => view.getUint8(offset),
    word: (offset) => view.getUint16(offset),
    long: (offset) => view.getUint32(offset),
    bytes,
  };
}

/** Big-endian 16-bit words. */
export function words(...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 2);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => view.setUint16(i * 2, value & 0xffff));
  return bytes;
}

/** ASCII, filled up with zeros. */
export function asciiField(text: string, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  bytes.set(new TextEncoder().encode(text).subarray(0, length));
  return bytes;
}

/** Confirmation codes: ZFM-20 manual "Confirmation code" table, R503 manual V1.2.2 appendix. */
export const confirmation = {
  ok: 0x00,
  packetError: 0x01,
  noFinger: 0x02,
  captureFailed: 0x03,
  tooFewFeatures: 0x07,
  noMatch: 0x08,
  notFound: 0x09,
  cannotCombine: 0x0a,
  pageOutOfRange: 0x0b,
  templateReadError: 0x0c,
  templateUploadError: 0x0d,
  cannotReceiveData: 0x0e,
  imageUploadError: 0x0f,
  deleteFailed: 0x10,
  wrongPassword: 0x13,
  noValidImage: 0x15,
  undefinedCommand: 0x19,
  badRegister: 0x1a,
  badRegisterValue: 0x1b,
  badNotepadPage: 0x1c,
  libraryFull: 0x1f,
  passwordNotVerified: 0x21,
  templateEmpty: 0x22,
  libraryEmpty: 0x24,
  timeout: 0x26,
  alreadyEnrolled: 0x27,
  echo: 0x55,
} as const;
