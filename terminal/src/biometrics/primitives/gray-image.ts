/** 8-bit grey image, row-major from the top left; 0 = black. Ridges may be dark or light (stages/polarity.ts). */
export type GrayImage = {
  readonly widthPx: number;
  readonly heightPx: number;
  /** 250 … 1000; the engine rescales to 500. */
  readonly resolutionDpi: number;
  readonly pixels: Uint8Array;
};
