import { expect, test } from "vitest";
import { consolidate } from "../../biometrics/enrol.ts";
import { extract } from "../../biometrics/extract.ts";
import { createGallery } from "../../biometrics/identify.ts";
import { decodeTemplate, encodeTemplate } from "../../biometrics/templates/codec.ts";
import { createEngineDesk, type EngineDesk } from "./engine-desk.ts";
import type { IdentifyReport } from "./messages.ts";
import { syntheticTemplate } from "./synthetic-template.suite.ts";

const bytes = (finger: number, impression = 0): Uint8Array =>
  encodeTemplate(syntheticTemplate(finger, impression));

function openDesk(fingerCount = 5): EngineDesk {
  const desk = createEngineDesk({
    extract,
    consolidate,
    createGallery,
    encodeTemplate,
    decodeTemplate,
    nowMs: () => 0,
  });
  const records = Array.from({ length: fingerCount }, (_, finger) => ({
    key: `stu-${finger}`,
    templates: [bytes(finger)],
  }));
  desk.load(records);
  return desk;
}

function search(desk: EngineDesk, finger: number): IdentifyReport {
  return desk.identify({ probe: { kind: "template", template: bytes(finger, 3) }, earlier: [] });
}

test("a known finger is found and a stranger is not", () => {
  const desk = openDesk();
  expect(search(desk, 2)).toMatchObject({
    kind: "searched",
    identification: { kind: "identified", key: "stu-2" },
  });
  expect(search(desk, 77)).toMatchObject({ identification: { kind: "not-found" } });
});

test("a removed child is found no more, a put one is", () => {
  const desk = openDesk();
  expect(desk.remove("stu-2").keyCount).toBe(4);
  expect(search(desk, 2)).toMatchObject({ identification: { kind: "not-found" } });
  desk.put({ key: "stu-77", templates: [bytes(77)] });
  expect(search(desk, 77)).toMatchObject({ identification: { key: "stu-77" } });
});

test("a load replaces everybody and counts what it cannot read", () => {
  const desk = openDesk();
  const damaged = Uint8Array.of(9, 9, 9);
  const report = desk.load([{ key: "stu-1", templates: [damaged, bytes(1)] }]);
  expect(report).toEqual({ keyCount: 1, skippedCount: 1 });
  expect(search(desk, 2)).toMatchObject({ identification: { kind: "not-found" } });
});

test("a record without a readable template is nobody", () => {
  expect(openDesk(0).put({ key: "stu-1", templates: [] })).toEqual({
    keyCount: 0,
    skippedCount: 0,
  });
});

test("a duplicate is seen among the others, and the child's own record stays out of it and stays in", () => {
  const desk = openDesk();
  const probes = [bytes(2, 1), bytes(2, 2)];
  expect(desk["find-duplicate"]({ probes, except: "stu-4" })).toBe(true);
  expect(desk["find-duplicate"]({ probes, except: "stu-2" })).toBe(false);
  expect(search(desk, 2)).toMatchObject({ identification: { key: "stu-2" } });
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

test("a blank image is poor, with the engine's reason", () => {
  const image = {
    widthPx: 160,
    heightPx: 160,
    resolutionDpi: 500,
    pixels: new Uint8Array(160 * 160).fill(200),
  };
  expect(openDesk().extract(image).kind).toBe("poor");
  expect(openDesk().identify({ probe: { kind: "image", image }, earlier: [] }).kind).toBe("poor");
});
