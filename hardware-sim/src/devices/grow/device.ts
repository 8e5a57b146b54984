import type { Random } from "../../random.ts";
import type { SerialLine } from "../../serial-line.ts";
import type { ModuleHands } from "./command.ts";
import { cancelOpcode, commandTable, runCommand } from "./commands.ts";
import { createPacketReader, encodePacket, type Packet } from "./frame.ts";
import type { GrowProfile } from "./profiles.ts";
import { confirmation } from "./command.ts";
import {
  createMemory,
  type GlassImage,
  type GrowFlash,
  type GrowMemory,
  packetSizes,
  ringOff,
  type RingState,
} from "./state.ts";

/** Everything but the cable: one powered module. */
export interface GrowDevice {
  readonly ring: RingState;
  readonly commandCounts: ReadonlyMap<string, number>;
  powerOn(): void;
  /** Forgets all but the flash, at once, in the middle of anything. */
  powerOff(): void;
}

export type GrowDeviceOptions = {
  readonly profile: GrowProfile;
  readonly line: SerialLine;
  readonly flash: GrowFlash;
  readonly random: Random;
  readonly isPaced: boolean;
  /** What the glass shows now, or null when it is free. */
  readonly lookAtGlass: () => GlassImage | null;
  readonly onRing: (ring: RingState) => void;
  readonly onReady: () => void;
  readonly onCommand: (name: string) => void;
};

/** Host data packets may pause this long before the module stops waiting. */
const dataPauseMs = 2000;

type Session = {
  /** False after a power cut: whatever still runs must fall silent. */
  isAlive: boolean;
  isReady: boolean;
  isCancelled: boolean;
  isBusy: boolean;
  readonly waiting: Packet[];
  readonly memory: GrowMemory;
  takeData: ((packet: Packet) => void) | null;
};

export function createGrowDevice(options: GrowDeviceOptions): GrowDevice {
  const { profile, line, flash } = options;
  const table = commandTable(profile);
  const reader = createPacketReader();
  const commandCounts = new Map<string, number>();
  let ring = ringOff;
  let session: Session | null = null;

  const setRing = (next: RingState): void => {
    ring = next;
    options.onRing(next);
  };
  const powerOff = (): void => {
    if (session !== null) session.isAlive = false;
    session = null;
    line.discard();
    reader.clear();
    setRing(ringOff);
  };
  const powerOn = (): void => {
    powerOff();
    const fresh = createSession();
    session = fresh;
    line.setBaudRate(flash.baudFactor * 9600);
    void sleep(options.isPaced ? profile.bootMs : 0).then(() => {
      if (!fresh.isAlive) return;
      fresh.isReady = true;
      options.onReady();
      if (profile.wakeByte !== null) void line.send(Uint8Array.of(profile.wakeByte));
    });
  };
  const work = async (current: Session): Promise<void> => {
    for (let packet = current.waiting.shift(); packet; packet = current.waiting.shift()) {
      current.isCancelled = false;
      const hands = createHands(options, current, { setRing, restart: powerOn });
      if (!packet.isSumRight) {
        await hands.acknowledge(confirmation.packetError);
        continue;
      }
      const name = await runCommand(table, hands, packet.content);
      commandCounts.set(name, (commandCounts.get(name) ?? 0) + 1);
      options.onCommand(name);
    }
  };
  line.onBytes((bytes) => {
    const current = session;
    if (current === null || !current.isReady) return;
    for (const packet of reader.push(bytes, performance.now())) {
      if (packet.address !== flash.address) continue;
      receive(current, packet);
    }
    if (current.isBusy || current.waiting.length === 0) return;
    current.isBusy = true;
    void work(current).finally(() => {
      current.isBusy = false;
    });
  });
  return {
    get ring() {
      return ring;
    },
    commandCounts,
    powerOn,
    powerOff,
  };
}

function createSession(): Session {
  return {
    isAlive: true,
    isReady: false,
    isCancelled: false,
    isBusy: false,
    waiting: [],
    memory: createMemory(),
    takeData: null,
  };
}

/** A host has at most one command in flight; a few more are kept, the rest of a flood is dropped. */
const maxWaitingCommands = 8;

function receive(session: Session, packet: Packet): void {
  if (packet.identifier === "data" || packet.identifier === "end") session.takeData?.(packet);
  if (packet.identifier !== "command") return;
  if (packet.content[0] === cancelOpcode) session.isCancelled = true;
  if (session.waiting.length < maxWaitingCommands) session.waiting.push(packet);
}

function createHands(
  options: GrowDeviceOptions,
  session: Session,
  actions: { readonly setRing: (ring: RingState) => void; readonly restart: () => void },
): ModuleHands {
  const { profile, line, flash } = options;
  const sendAlive = async (packet: Uint8Array): Promise<void> => {
    if (session.isAlive) await line.send(packet);
  };
  return {
    profile,
    flash,
    memory: session.memory,
    random: options.random,
    lookAtGlass: options.lookAtGlass,
    acknowledge: (code, reply) =>
      sendAlive(encodePacket(flash.address, "acknowledge", Uint8Array.of(code, ...(reply ?? [])))),
    sendData: async (bytes) => {
      const size = packetSizes[flash.packetSizeCode] ?? 128;
      // The last full packet is the end packet; there is no empty one after it.
      for (let offset = 0; offset < bytes.length; offset += size) {
        const identifier = offset + size >= bytes.length ? "end" : "data";
        const content = bytes.subarray(offset, offset + size);
        await sendAlive(encodePacket(flash.address, identifier, content));
        if (!session.isAlive) return;
      }
    },
    receiveData: (byteCount) => collectData(session, byteCount),
    work: (durationMs) => sleep(options.isPaced ? durationMs : 0),
    idle: sleep,
    isCancelled: () => session.isCancelled || !session.isAlive,
    setRing: actions.setRing,
    restart: actions.restart,
    applyBaudRate: () => line.setBaudRate(flash.baudFactor * 9600),
  };
}

function collectData(session: Session, byteCount: number): Promise<Uint8Array | null> {
  return new Promise((resolve) => {
    const collected = new Uint8Array(byteCount);
    let received = 0;
    const finish = (result: Uint8Array | null): void => {
      clearTimeout(timer);
      session.takeData = null;
      resolve(result);
    };
    const timer = setTimeout(() => finish(null), dataPauseMs);
    session.takeData = (packet) => {
      timer.refresh();
      // Sums of data packets are not looked at: a widely used public driver sums its last packet as if it were not
      // the last, and uploads to real modules with it.
      if (received + packet.content.length > byteCount) return finish(null);
      collected.set(packet.content, received);
      received += packet.content.length;
      if (packet.identifier === "end") finish(received === byteCount ? collected : null);
    };
  });
}

function sleep(durationMs: number): Promise<void> {
  if (durationMs === 0) return Promise.resolve();
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}
