/** Two members of the family as their manuals describe them. */
export type GrowModel = "R503" | "R307";

export type GrowProfile = {
  readonly model: GrowModel;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly resolutionDpi: number;
  /** Character buffers that Img2Tz accepts. */
  readonly bufferCount: number;
  readonly capacity: number;
  readonly templateBytes: number;
  readonly systemId: number;
  /** Silence after power-on before the first command is heard. */
  readonly bootMs: number;
  /** R503 says 0x55 when it is ready; the ZFM-20 generation says nothing. */
  readonly wakeByte: number | null;
  readonly hasRing: boolean;
  readonly isExtended: boolean;
  /** Where the settings take hold after SetSysPara 4: manuals and field reports disagree, so both kinds exist. */
  readonly baudChange: "immediate" | "after-power-cycle";
  /** Level of the touch line while a finger is on the glass. */
  readonly touchActiveLevel: 0 | 1;
  readonly timings: GrowTimings;
};

export type GrowTimings = {
  readonly noFingerMs: number;
  readonly captureMs: number;
  readonly extractMs: number;
  readonly searchMs: number;
  readonly flashMs: number;
  readonly replyMs: number;
};

const timings: GrowTimings = {
  noFingerMs: 25,
  captureMs: 130,
  extractMs: 220,
  searchMs: 40,
  flashMs: 60,
  replyMs: 3,
};

export const growProfiles: Readonly<Record<GrowModel, GrowProfile>> = {
  R503: {
    model: "R503",
    widthPx: 192,
    heightPx: 192,
    resolutionDpi: 508,
    bufferCount: 6,
    capacity: 200,
    templateBytes: 1536,
    systemId: 0x0000,
    bootMs: 50,
    wakeByte: 0x55,
    hasRing: true,
    isExtended: true,
    baudChange: "immediate",
    touchActiveLevel: 0,
    timings,
  },
  R307: {
    model: "R307",
    widthPx: 256,
    heightPx: 288,
    resolutionDpi: 500,
    bufferCount: 2,
    capacity: 1000,
    templateBytes: 512,
    systemId: 0x0009,
    bootMs: 500,
    wakeByte: null,
    hasRing: false,
    isExtended: false,
    baudChange: "after-power-cycle",
    touchActiveLevel: 0,
    timings: { ...timings, captureMs: 200, extractMs: 300, noFingerMs: 40 },
  },
};
