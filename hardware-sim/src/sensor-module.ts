import { createGrowDevice, type GrowDevice } from "./devices/grow/device.ts";
import { type GrowModel, type GrowProfile, growProfiles } from "./devices/grow/profiles.ts";
import { createFlash, type GlassImage, type GrowFlash } from "./devices/grow/state.ts";
import type { GrowSettings, RingState } from "./devices/grow/state.ts";
import { createFaults, type FaultCounters, type Faults } from "./faults.ts";
import { type GrayImage, imageOnGlass } from "./gray-image.ts";
import { openPty, type PtyPort } from "./pty.ts";
import { createRandom, hashBytes, hashText, type Random } from "./random.ts";
import { createSerialLine, type LineCounters } from "./serial-line.ts";
import type { Placement } from "./world.ts";

export type SensorModuleOptions = {
  readonly model: GrowModel;
  /** Where the port's stable name lives. */
  readonly directory: string;
  readonly name: string;
  readonly seed: number;
  /** False: no pacing and no processing time, for tests. */
  readonly paced: boolean;
  /** What an earlier project left in the module's flash. */
  readonly settings?: GrowSettings;
  readonly baudChange?: GrowProfile["baudChange"];
  /** Grey levels (of 255) of noise per look; 0 gives the same picture every time. */
  readonly noiseDeviation?: number;
};

export type ModuleEvent =
  | { readonly kind: "ring"; readonly ring: RingState }
  /** Powered and booted: commands sent before this are lost, as on the real part. */
  | { readonly kind: "ready" }
  | { readonly kind: "command"; readonly name: string }
  | { readonly kind: "finger"; readonly isOnGlass: boolean }
  | { readonly kind: "cable"; readonly isPlugged: boolean };

export type ModuleCounters = {
  readonly faults: FaultCounters;
  readonly line: LineCounters;
  readonly commands: ReadonlyMap<string, number>;
  readonly powerCuts: number;
};

/** One fingerprint module on a serial cable, seen from outside. */
export interface SimulatedModule {
  readonly model: GrowModel;
  readonly name: string;
  /** Stable device path; survives unplug and replug. */
  readonly path: string;
  readonly ring: RingState;
  readonly isPlugged: boolean;
  readonly isFingerOn: boolean;
  /** Level of the touch line (WAKEUP on the R503: low while touched). */
  readonly touchLevel: 0 | 1;
  readonly faults: Faults;
  readonly counters: ModuleCounters;
  /** What lies on the glass as the module sees it: 0 … 15 a pixel, without the noise of a look. */
  glassLevels(): {
    readonly widthPx: number;
    readonly heightPx: number;
    readonly levels: Uint8Array;
  } | null;
  /** Lays a finger, or any picture, on the glass. */
  place(what: Placement | GrayImage): void;
  lift(): void;
  /** Pulls the cable and with it the supply: the host sees a hang-up. */
  unplug(): void;
  replug(): void;
  /** The supply fails and returns; the port stays open, as behind a USB adapter. */
  cutPower(): void;
  onEvent(listener: (event: ModuleEvent) => void): () => void;
  close(): void;
}

/** Opens a pty and puts a powered module behind it. */
export function createSensorModule(options: SensorModuleOptions): SimulatedModule {
  const base = growProfiles[options.model];
  const profile = { ...base, baudChange: options.baudChange ?? base.baudChange };
  const random = createRandom(options.seed ^ hashText(options.name));
  const faults = createFaults(options.seed);
  const flash = createFlash(options.settings ?? {});
  const glass = createGlass(profile, random.fork("glass"), options.noiseDeviation ?? 1.5);
  const listeners = new Set<(event: ModuleEvent) => void>();
  const tell = (event: ModuleEvent): void => {
    for (const listener of listeners) listener(event);
  };
  const cable = createCable(
    () => plugIn({ options, profile, random, faults, flash, glass, tell }),
    tell,
  );
  let powerCuts = 0;
  const setGlass = (picture: GlassPicture | null): void => {
    glass.picture = picture;
    tell({ kind: "finger", isOnGlass: picture !== null });
  };
  return {
    model: options.model,
    name: options.name,
    path: cable.path,
    faults,
    get ring() {
      return cable.last.device.ring;
    },
    get isPlugged() {
      return cable.isPlugged;
    },
    get isFingerOn() {
      return glass.picture !== null;
    },
    get touchLevel() {
      const isTouched = glass.picture !== null && cable.isPlugged;
      return isTouched === (profile.touchActiveLevel === 1) ? 1 : 0;
    },
    get counters() {
      const { device, lineCounters } = cable.last;
      const commands = device.commandCounts;
      return { faults: faults.counters, line: lineCounters, commands, powerCuts };
    },
    glassLevels: () => {
      if (glass.picture === null) return null;
      const { widthPx, heightPx, pixels } = glass.picture.image;
      return { widthPx, heightPx, levels: pixels.map((grey) => grey >> 4) };
    },
    place: (what) => setGlass(pictureOf(what, profile)),
    lift: () => setGlass(null),
    unplug: cable.unplug,
    replug: cable.replug,
    cutPower: () => {
      powerCuts++;
      if (cable.isPlugged) cable.last.device.powerOn();
    },
    onEvent: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close: cable.unplug,
  };
}

/** What is behind the plug now, or was last. */
type Cable = {
  readonly path: string;
  readonly isPlugged: boolean;
  readonly last: Plugged;
  unplug(): void;
  replug(): void;
};

function createCable(plug: () => Plugged, tell: (event: ModuleEvent) => void): Cable {
  let last = plug();
  let isPlugged = true;
  return {
    path: last.port.path,
    get isPlugged() {
      return isPlugged;
    },
    get last() {
      return last;
    },
    unplug: () => {
      if (!isPlugged) return;
      isPlugged = false;
      last.device.powerOff();
      last.port.close();
      tell({ kind: "cable", isPlugged });
    },
    replug: () => {
      if (isPlugged) return;
      isPlugged = true;
      last = plug();
      tell({ kind: "cable", isPlugged });
    },
  };
}

type Plugged = {
  readonly port: PtyPort;
  readonly device: GrowDevice;
  readonly lineCounters: LineCounters;
};

function plugIn(parts: {
  readonly options: SensorModuleOptions;
  readonly profile: GrowProfile;
  readonly random: Random;
  readonly faults: Faults;
  readonly flash: GrowFlash;
  readonly glass: Glass;
  readonly tell: (event: ModuleEvent) => void;
}): Plugged {
  const { options, random, tell } = parts;
  const port = openPty({ directory: options.directory, name: options.name });
  const line = createSerialLine({
    port,
    faults: parts.faults,
    random: random.fork("line"),
    // Looked at again for every byte: the caller may let time pass only from some moment on.
    get isPaced() {
      return options.paced;
    },
  });
  const device = createGrowDevice({
    profile: parts.profile,
    line,
    flash: parts.flash,
    random: random.fork("device"),
    get isPaced() {
      return options.paced;
    },
    lookAtGlass: () => parts.glass.look(),
    onRing: (ring) => tell({ kind: "ring", ring }),
    onReady: () => tell({ kind: "ready" }),
    onCommand: (name) => tell({ kind: "command", name }),
  });
  device.powerOn();
  return { port, device, lineCounters: line.counters };
}

type GlassPicture = { readonly fingerKey: string; readonly image: GrayImage };

type Glass = { picture: GlassPicture | null; look(): GlassImage | null };

/** The camera: every look adds its own noise and keeps sixteen levels. */
function createGlass(profile: GrowProfile, random: Random, noiseDeviation: number): Glass {
  const glass: Glass = {
    picture: null,
    look: () => {
      if (glass.picture === null) return null;
      const { fingerKey, image } = glass.picture;
      const levels = new Uint8Array(profile.widthPx * profile.heightPx);
      for (let i = 0; i < levels.length; i++) {
        const noise = noiseDeviation === 0 ? 0 : random.gaussian() * noiseDeviation;
        levels[i] = Math.min(255, Math.max(0, (image.pixels[i] ?? 255) + noise)) >> 4;
      }
      return { fingerKey, levels };
    },
  };
  return glass;
}

/** A picture of the module's own size and resolution is taken as it is; others are centred and cut or padded. */
function pictureOf(what: Placement | GrayImage, profile: GrowProfile): GlassPicture {
  const image = "image" in what ? what.image : what;
  const fingerKey =
    "image" in what ? what.fingerId : `image-${hashBytes(image.pixels).toString(16)}`;
  const isFitting =
    image.widthPx === profile.widthPx &&
    image.heightPx === profile.heightPx &&
    image.resolutionDpi === profile.resolutionDpi;
  return { fingerKey, image: isFitting ? image : imageOnGlass(image, profile, { x: 0, y: 0 }) };
}
