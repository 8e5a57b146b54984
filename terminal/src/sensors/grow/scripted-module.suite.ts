import { createMemoryLine, createVirtualClock, type MemoryLine } from "../memory-line.suite.ts";

/**
 * A module reduced to what the golden vectors say: it knows whole command lines as hexadecimal text and builds its
 * packets with its own arithmetic, so that a mistake of the driver's encoder cannot hide in it.
 */
export type ScriptedModule = {
  readonly memory: MemoryLine;
  readonly heard: string[];
  baudRate: number;
  isSilent: boolean;
  /** Confirmation code of the next looks at the glass; empty = `isTouched` decides. */
  readonly glassCodes: number[];
  isTouched: boolean;
  /** One entry a transfer: what happens to its bytes on the wire. */
  readonly wireFaults: ((bytes: Uint8Array) => Uint8Array)[];
  /** Answers 21 to everything but a login until the next login. */
  isLocked: boolean;
  /** The password is not the factory's. */
  isForeign: boolean;
  /** A little different at every look, as real pictures are. */
  packed: Uint8Array;
  /** Sends its old picture again whatever lies on the glass. */
  isFrozen: boolean;
  packetSizeCode: number;
  savedBaudUnits: number;
  /** When the new rate begins: "saved" = only after a power cut. */
  baudPersonality: "at-once" | "saved";
  /** The whole content of ReadProdInfo after the code; null = unknown command (19). */
  product: Uint8Array | null;
  /** Bytes a chunk to the host. */
  chunkSize: number;
  /** Colours above this are refused. */
  colourMax: number;
};

const HEAD = "ef01ffffffff";

export function packetHex(pid: number, content: Uint8Array): string {
  const length = content.length + 2;
  let sum = pid + (length >> 8) + (length & 0xff);
  for (const byte of content) sum += byte;
  const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, "0");
  const body = Buffer.from(content).toString("hex");
  return `${HEAD}${hex(pid, 2)}${hex(length, 4)}${body}${hex(sum & 0xffff, 4)}`;
}

function ack(...content: number[]): string {
  return packetHex(7, Uint8Array.from(content));
}

const COMMAND_OK = ack(0);

function parameters(module: ScriptedModule): string {
  const middle = "000400000 0c80003ffffffff".replace(" ", "");
  const rest = Buffer.from(`00${middle}`, "hex");
  return ack(...rest, 0, module.packetSizeCode, 0, module.savedBaudUnits);
}

function transferBytes(module: ScriptedModule): Uint8Array {
  const size = 32 << module.packetSizeCode;
  let hex = "";
  for (let offset = 0; offset < module.packed.length; offset += size) {
    const isLast = offset + size >= module.packed.length;
    hex += packetHex(isLast ? 8 : 2, module.packed.subarray(offset, offset + size));
  }
  return Buffer.from(hex, "hex");
}

function replyTo(module: ScriptedModule, command: string): Uint8Array {
  const body = command.slice(HEAD.length);
  if (body.startsWith("01000713")) {
    if (module.isForeign) return Buffer.from(ack(0x13), "hex");
    module.isLocked = false;
    return Buffer.from(COMMAND_OK, "hex");
  }
  if (module.isLocked) return Buffer.from(ack(0x21), "hex");
  if (body === "010003010005") {
    const code = module.glassCodes.shift() ?? (module.isTouched ? 0 : 2);
    if (code === 0 && !module.isFrozen)
      module.packed = module.packed.map((b, at) => (at === 0 ? b + 1 : b));
    return Buffer.from(ack(code), "hex");
  }
  if (body === "0100030a000e") {
    const fault = module.wireFaults.shift() ?? ((bytes: Uint8Array): Uint8Array => bytes);
    return Buffer.concat([Buffer.from(COMMAND_OK, "hex"), fault(transferBytes(module))]);
  }
  if (body === "0100030f0013") return Buffer.from(parameters(module), "hex");
  if (body === "0100050e0603001d") module.packetSizeCode = 3;
  if (body.startsWith("01000735")) {
    const colour = Number.parseInt(body.slice(12, 14), 16);
    return Buffer.from(ack(colour > module.colourMax ? 0x1b : 0), "hex");
  }
  if (body === "0100033c0040")
    return Buffer.from(module.product === null ? ack(0x19) : ack(0, ...module.product), "hex");
  return Buffer.from(COMMAND_OK, "hex");
}

/** 46 bytes of ReadProdInfo with a name and a geometry. */
export function productPage(name: string, widthPx: number, heightPx: number): Uint8Array {
  const page = Buffer.alloc(46);
  page.write(name, "latin1");
  page.writeUInt16BE(widthPx, 38);
  page.writeUInt16BE(heightPx, 40);
  return page;
}

/** A picture in which every byte differs from its neighbours; `count` packed bytes. */
export function testPicture(count: number): Uint8Array {
  return Uint8Array.from({ length: count }, (_, index) => (index * 37 + (index >> 7)) & 255);
}

export function createScriptedModule(
  options: { readonly canSetBaud?: boolean } = {},
): ScriptedModule {
  const clock = createVirtualClock();
  let inbox = "";
  const module: ScriptedModule = {
    memory: createMemoryLine(clock, hear, options),
    heard: [],
    baudRate: 57_600,
    isSilent: false,
    glassCodes: [],
    isTouched: false,
    wireFaults: [],
    isLocked: false,
    isForeign: false,
    packed: testPicture(18_432),
    isFrozen: false,
    packetSizeCode: 2,
    savedBaudUnits: 6,
    baudPersonality: "at-once",
    product: productPage("R503", 192, 192),
    chunkSize: 333,
    colourMax: 7,
  };
  function send(bytes: Uint8Array): void {
    const chunk = bytes.slice(0, module.chunkSize);
    clock.after((chunk.length * 10_000) / module.baudRate, () => {
      if (!module.isSilent) module.memory.deliver(chunk);
      if (chunk.length < bytes.length) send(bytes.subarray(chunk.length));
    });
  }
  function answer(command: string): void {
    module.heard.push(command);
    send(replyTo(module, command));
    if (!command.endsWith("0e040c0024")) return;
    module.savedBaudUnits = 12;
    if (module.baudPersonality === "at-once") module.baudRate = 115_200;
  }
  function hear(bytes: Uint8Array, baudRate: number): void {
    if (baudRate !== module.baudRate || module.isSilent) return;
    inbox += Buffer.from(bytes).toString("hex");
    const size = (9 + Number.parseInt(inbox.slice(14, 18), 16)) * 2;
    if (inbox.length < size) return;
    const command = inbox.slice(0, size);
    inbox = inbox.slice(size);
    answer(command);
  }
  return module;
}
