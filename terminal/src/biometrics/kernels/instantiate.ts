import { ASSEMBLED } from "./assembled.ts";

/** Memory of one instance; `buffer` is replaced when it grows, so views are made anew after `grow`. */
export type KernelMemory = {
  readonly buffer: ArrayBuffer;
  /** Adds pages of 64 KiB and answers the former count; throws RangeError beyond the machine's limit. */
  grow(pageCount: number): number;
};

/** Addresses and lengths are bytes in the instance's own memory; what each parameter means is said in the `.wat` source. */
export type KernelFunction = (...numbers: number[]) => number;

export type Kernel = {
  readonly memory: KernelMemory;
  /** @throws TypeError for a name that the kernel does not export. */
  readonly call: (name: string) => KernelFunction;
};

/** The few parts of the WebAssembly interface used here: the engine compiles without any host's types. */
type WebAssemblyHost = {
  readonly validate: (bytes: Uint8Array) => boolean;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => {
    readonly exports: Readonly<Record<string, unknown>>;
  };
};

/** Part of the language's host on every machine that runs Saku; a machine without it uses the twins. */
declare const WebAssembly: WebAssemblyHost | undefined;
const host = typeof WebAssembly === "undefined" ? undefined : WebAssembly;

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** RFC 4648 section 4; only ever given what `npm run kernels` wrote. */
export const fromBase64 = (text: string): Uint8Array => {
  const digits = text.replace(/=+$/, "");
  const bytes = new Uint8Array(Math.floor((digits.length * 3) / 4));
  let held = 0;
  let heldBits = 0;
  let at = 0;
  for (const digit of digits) {
    held = (held << 6) | ALPHABET.indexOf(digit);
    heldBits += 6;
    if (heldBits < 8) continue;
    heldBits -= 8;
    bytes[at++] = (held >> heldBits) & 255;
  }
  return bytes;
};

const compiled = new Map<string, object | null>();

const compile = (name: keyof typeof ASSEMBLED): object | null => {
  const known = compiled.get(name);
  if (known !== undefined) return known;
  const bytes = fromBase64(ASSEMBLED[name]);
  const module = host?.validate(bytes) === true ? new host.Module(bytes) : null;
  compiled.set(name, module);
  return module;
};

/**
 * A fresh instance with its own memory, or null on a machine without WebAssembly SIMD: every kernel has a plain
 * TypeScript twin that is used there and gives the same bits.
 */
export const instantiate = (name: keyof typeof ASSEMBLED): Kernel | null => {
  const module = compile(name);
  if (module === null || host === undefined) return null;
  const { exports } = new host.Instance(module);
  return {
    memory: exports["memory"] as KernelMemory,
    call: (exportName) => {
      const found = exports[exportName];
      if (typeof found !== "function")
        throw new TypeError(`kernel ${name} exports no ${exportName}`);
      return found as KernelFunction;
    },
  };
};
