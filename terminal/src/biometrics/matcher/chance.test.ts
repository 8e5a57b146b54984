import { describe, expect, it } from "vitest";

import { commonArea } from "../primitives/hull.ts";
import { beyondFlow, beyondScatter } from "./chance.ts";
import type { Aligned } from "./features.ts";
import { completeTable, type MinutiaTable } from "./minutia-table.ts";
import { workspaceFor } from "./workspace.ts";

/** A lattice of minutiae, all of full quality, turned by `radOf`. */
const lattice = (across: number, spacingPx: number, radOf: (i: number) => number): MinutiaTable => {
  const count = across * across;
  const x = Float32Array.from({ length: count }, (_, i) => (i % across) * spacingPx);
  const y = Float32Array.from({ length: count }, (_, i) => Math.floor(i / across) * spacingPx);
  const rad = Float32Array.from({ length: count }, (_, i) => radOf(i) % (2 * Math.PI));
  const quality = new Float32Array(count).fill(1);
  return completeTable({ count, x, y, rad, quality, isEnding: new Uint8Array(count) });
};

const aligned = (table: MinutiaTable): Aligned => {
  const { mates, takenA, takenB } = workspaceFor(table.count);
  return {
    probe: table,
    moved: table,
    movedHull: table.hull,
    candidate: table,
    mates: { ...mates, count: 0 },
    takenA,
    takenB,
    matrix: {
      width: table.count,
      values: new Float32Array(0),
      listed: 0,
      list: new Uint32Array(0),
    },
    similarity: 0,
  };
};

describe("chance", () => {
  it("finds the area two outlines share", () => {
    const square = lattice(3, 50, () => 0).hull;
    const shifted = square.map((value) => value + 25);
    expect(commonArea(square, square)).toBeCloseTo(10_000);
    expect(commonArea(square, shifted)).toBeCloseTo(5_625);
    expect(
      commonArea(
        square,
        square.map((value) => value + 200),
      ),
    ).toBe(0);
    expect(commonArea(square, new Float32Array(4))).toBe(0);
  });

  it("believes the same mates less where minutiae are dense", () => {
    const seen = { mates: 12, probe: 16, candidate: 16 };
    const sparse = beyondScatter(aligned(lattice(4, 60, () => 0)), seen);
    const dense = beyondScatter(aligned(lattice(4, 30, () => 0)), seen);
    expect(sparse).toBeGreaterThan(dense + 5);
  });

  it("believes the same mates less where all minutiae point one way", () => {
    const seen = { mates: 12, probe: 16, candidate: 16 };
    const parallel = beyondFlow(aligned(lattice(4, 25, () => 0)), seen);
    const mixed = beyondFlow(aligned(lattice(4, 25, (i) => i * 2.4)), seen);
    expect(mixed).toBeGreaterThan(parallel + 5);
  });
});
