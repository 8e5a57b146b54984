import { expect, test } from "vitest";
import { consolidate } from "../../biometrics/enrol.ts";
import { extract } from "../../biometrics/extract.ts";
import { createGallery } from "../../biometrics/identify.ts";
import { drawRidges, scatter } from "../../biometrics/synthetic-print.suite.ts";
import { decodeTemplate, encodeTemplate } from "../../biometrics/templates/codec.ts";
import { createEngineDesk, type Engine, type EngineDesk, type Patience } from "./engine-desk.ts";
import type { IdentifyReport } from "./messages.ts";
import { syntheticTemplate } from "./synthetic-template.suite.ts";

const bytes = (finger: number, impression = 0): Uint8Array =>
  encodeTemplate(syntheticTemplate(finger, impression));

const PATIENT = { isCancelled: (): boolean => false };

function openDesk(fingerCount = 5, changes: Partial<Engine> = {}): EngineDesk {
  const desk = createEngineDesk({
    extract,
    consolidate,
    createGallery,
    encodeTemplate,
    decodeTemplate,
    nowMs: () => 0,
    breathe: async () => undefined,
    searchBudgetMs: 1000,
    ...changes,
  });
  const records = Array.from({ length: fingerCount }, (_, finger) => ({
    key: `stu-${finger}`,
    templates: [bytes(finger)],
  }));
  desk.load(records);
  return desk;
}

function search(
  desk: EngineDesk,
  finger: number,
  patience: Patience = PATIENT,
): Promise<IdentifyReport> {
  const probe = { kind: "template", template: bytes(finger, 3) } as const;
  return desk.identify({ probe, earlier: [] }, patience);
}

test("a known finger is found and a stranger is not", async () => {
  const desk = openDesk();
  expect(await search(desk, 2)).toMatchObject({
    kind: "searched",
    identification: { kind: "identified", key: "stu-2" },
  });
  expect(await search(desk, 77)).toMatchObject({ identification: { kind: "not-found" } });
});

test("a removed child is found no more, a put one is", async () => {
  const desk = openDesk();
  expect(desk.remove("stu-2").keyCount).toBe(4);
  expect(await search(desk, 2)).toMatchObject({ identification: { kind: "not-found" } });
  desk.put({ key: "stu-77", templates: [bytes(77)] });
  expect(await search(desk, 77)).toMatchObject({ identification: { key: "stu-77" } });
});

test("a load replaces everybody and counts what it cannot read", async () => {
  const desk = openDesk();
  const damaged = Uint8Array.of(9, 9, 9);
  const report = desk.load([{ key: "stu-1", templates: [damaged, bytes(1)] }]);
  expect(report).toEqual({ keyCount: 1, skippedCount: 1 });
  expect(await search(desk, 2)).toMatchObject({ identification: { kind: "not-found" } });
});

test("a record without a readable template is nobody", () => {
  expect(openDesk(0).put({ key: "stu-1", templates: [] })).toEqual({
    keyCount: 0,
    skippedCount: 0,
  });
});

test("a duplicate is seen among the others, and the child's own record stays out of it and stays in", async () => {
  const desk = openDesk();
  const probes = [bytes(2, 1), bytes(2, 2)];
  expect(await desk["find-duplicate"]({ probes, except: "stu-4" }, PATIENT)).toBe(true);
  expect(await desk["find-duplicate"]({ probes, except: "stu-2" }, PATIENT)).toBe(false);
  expect(await search(desk, 2)).toMatchObject({ identification: { key: "stu-2" } });
});

test("placements of one finger merge and verify; a foreign placement is named", () => {
  const desk = openDesk();
  const merged = desk.consolidate([bytes(9, 1), bytes(9, 2), bytes(9, 3)]);
  if (merged.kind !== "merged") throw new Error(`Not merged but ${merged.kind}`);
  expect(desk.verify({ template: merged.template, probe: bytes(9, 4) })).toBe(true);
  expect(desk.verify({ template: merged.template, probe: bytes(10, 4) })).toBe(false);
  expect(desk.consolidate([bytes(9, 1), bytes(8, 2), bytes(9, 3)])).toEqual({
    kind: "inconsistent",
    placementIndex: 1,
  });
});

test("a blank image is poor, with the engine's reason", async () => {
  const image = {
    widthPx: 160,
    heightPx: 160,
    resolutionDpi: 500,
    pixels: new Uint8Array(160 * 160).fill(200),
  };
  expect(openDesk().extract(image).kind).toBe("poor");
  const report = await openDesk().identify(
    { probe: { kind: "image", image }, earlier: [] },
    PATIENT,
  );
  expect(report.kind).toBe("poor");
});

test("what a touch leaves on the glass is told to be wiped away, and the next finger is read again", async () => {
  const area = { widthPx: 256, heightPx: 288 };
  const touch = drawRidges({
    ...area,
    wavelengthPx: 9,
    centre: { x: -150, y: 420 },
    dislocations: scatter(20, 8, { ...area, apartPx: 28 }),
  });
  const left = { ...touch, pixels: touch.pixels.map((grey) => 200 + Math.round(grey / 8)) };
  const desk = openDesk();
  const read = (image: typeof touch): Promise<IdentifyReport> =>
    desk.identify({ probe: { kind: "image", image }, earlier: [] }, PATIENT);
  expect((await read(left)).kind).toBe("searched");
  expect((await read(touch)).kind).toBe("searched");
  expect(await read(left)).toMatchObject({ kind: "poor", reason: "residual-print" });
  expect((await read(touch)).kind).toBe("searched");
});

/** A clock that a search makes go 4 ms a look. */
function ticking(): () => number {
  let now = 0;
  return () => (now += 4);
}

test("a search beyond its budget names nobody, although the finger is there", async () => {
  const desk = openDesk(5, { nowMs: ticking(), searchBudgetMs: 12 });
  expect(await search(desk, 2)).toMatchObject({ kind: "stopped", reason: "out-of-time" });
  const patient = openDesk(5, { nowMs: ticking(), searchBudgetMs: 10_000 });
  expect(await search(patient, 2)).toMatchObject({ identification: { key: "stu-2" } });
});

test("a search that is cancelled between two slices names nobody, and the next one works", async () => {
  let breaths = 0;
  const breathe = async (): Promise<void> => void breaths++;
  const desk = openDesk(5, { nowMs: ticking(), breathe });
  const cancelled = await search(desk, 2, { isCancelled: () => breaths >= 2 });
  expect(cancelled).toMatchObject({ kind: "stopped", reason: "cancelled" });
  expect(breaths).toBe(2);
  expect(await search(desk, 2)).toMatchObject({ identification: { key: "stu-2" } });
});

test("half a search for a duplicate is no answer", async () => {
  const ask = { probes: [bytes(2, 1)], except: "stu-4" };
  const answer = openDesk()["find-duplicate"](ask, { isCancelled: () => true });
  await expect(answer).rejects.toThrow("cancelled");
});

test("children beyond the gallery's limit are counted as skipped, never dropped silently", () => {
  const desk = openDesk(0, {
    createGallery: () => ({
      ...createGallery(),
      keyCount: 1,
      add: () => ({ kind: "refused", reason: "gallery-full" }),
    }),
  });
  expect(desk.put({ key: "stu-9", templates: [bytes(1), bytes(2)] })).toEqual({
    keyCount: 1,
    skippedCount: 2,
  });
});
