import type { GrowProfile } from "./profiles.ts";

/** What survives a power cycle. */
export type GrowFlash = {
  password: number;
  address: number;
  baudFactor: number;
  securityLevel: number;
  packetSizeCode: number;
  readonly notepad: Uint8Array[];
  /** Library page → feature. */
  readonly library: Map<number, GrowFeature>;
};

/** The module's own matcher is not simulated: a feature only remembers which finger it came from. */
export type GrowFeature = { readonly fingerKey: string };

/** What the glass gives at one moment, already at the module's geometry. */
export type GlassImage = {
  readonly fingerKey: string;
  /** One value 0 … 15 per pixel, row-major. */
  readonly levels: Uint8Array;
};

/** What a power cut loses. */
export type GrowMemory = {
  isUnlocked: boolean;
  isLastMatchGood: boolean;
  image: GlassImage | null;
  readonly buffers: Map<number, GrowFeature>;
};

export type RingState = {
  readonly control: "off" | "breathing" | "flashing" | "steady" | "fade-in" | "fade-out";
  readonly colour: "red" | "blue" | "purple" | "green" | "yellow" | "cyan" | "white";
  readonly speed: number;
  /** 0 = for ever. */
  readonly count: number;
};

export const ringOff: RingState = { control: "off", colour: "blue", speed: 0, count: 0 };

export const packetSizes: readonly number[] = [32, 64, 128, 256];

export type GrowSettings = {
  readonly baudRate?: number;
  readonly packetSize?: 32 | 64 | 128 | 256;
  readonly password?: number;
};

export function createFlash(settings: GrowSettings): GrowFlash {
  const packetSizeCode = packetSizes.indexOf(settings.packetSize ?? 128);
  return {
    password: settings.password ?? 0,
    address: 0xffffffff,
    baudFactor: (settings.baudRate ?? 57_600) / 9600,
    securityLevel: 3,
    packetSizeCode,
    notepad: Array.from({ length: 16 }, () => new Uint8Array(32)),
    library: new Map(),
  };
}

export function createMemory(): GrowMemory {
  return { isUnlocked: false, isLastMatchGood: false, image: null, buffers: new Map() };
}

/** Register word 0 of ReadSysPara. Bit 2 is "password verified" and is set on a module that needs none (R503 trace). */
export function statusWord(flash: GrowFlash, memory: GrowMemory): number {
  const isVerified = memory.isUnlocked || flash.password === 0;
  return (memory.isLastMatchGood ? 2 : 0) | (isVerified ? 4 : 0) | (memory.image === null ? 0 : 8);
}

/** Four bits per pixel, the left pixel in the high nibble. */
export function packLevels(levels: Uint8Array): Uint8Array {
  const packed = new Uint8Array(levels.length / 2);
  for (let i = 0; i < packed.length; i++) {
    packed[i] = ((levels[2 * i] ?? 0) << 4) | (levels[2 * i + 1] ?? 0);
  }
  return packed;
}

export function unpackLevels(packed: Uint8Array): Uint8Array {
  const levels = new Uint8Array(packed.length * 2);
  packed.forEach((byte, i) => {
    levels[2 * i] = byte >> 4;
    levels[2 * i + 1] = byte & 15;
  });
  return levels;
}

/** A feature on the wire: a mark, the key's length and the key, filled up to the model's template size. */
export function encodeFeature(feature: GrowFeature, profile: GrowProfile): Uint8Array {
  const key = new TextEncoder().encode(feature.fingerKey).subarray(0, 255);
  const bytes = new Uint8Array(profile.templateBytes);
  bytes.set([0x03, 0x03, key.length]);
  bytes.set(key, 3);
  return bytes;
}

export function decodeFeature(bytes: Uint8Array): GrowFeature | null {
  const length = bytes[2] ?? 0;
  if (bytes[0] !== 0x03 || bytes[1] !== 0x03 || bytes.length < 3 + length) return null;
  return { fingerKey: new TextDecoder().decode(bytes.subarray(3, 3 + length)) };
}
