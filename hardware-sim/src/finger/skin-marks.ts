import type { Random } from "../random.ts";
import type { Plane } from "./enlargement.ts";
import type { FingerAge } from "./master.ts";

/** Sweat pores: openings on the ridges about a millimetre apart along them; each is open by its own measure. */
export function addPores(skin: Plane, random: Random): void {
  const { width, height, values } = skin;
  const spacing = 10;
  for (let top = 4; top < height - 4; top += spacing) {
    for (let left = 4; left < width - 4; left += spacing) {
      const x = Math.min(width - 3, left + random.below(spacing));
      const y = Math.min(height - 3, top + random.below(spacing));
      const depth = 1.3 * random.next() ** 2;
      const at = highestNear(skin, x, y);
      if ((values[at] ?? 0) < 0.55) continue;
      for (let dy = -1; dy <= 1; dy++) {
        for (let dx = -1; dx <= 1; dx++) {
          const share = dx === 0 && dy === 0 ? 1 : dx === 0 || dy === 0 ? 0.55 : 0.3;
          const cell = at + dy * width + dx;
          values[cell] = (values[cell] ?? 0) - depth * share;
        }
      }
    }
  }
}

function highestNear({ width, height, values }: Plane, x: number, y: number): number {
  let best = y * width + x;
  for (let dy = -3; dy <= 3; dy++) {
    for (let dx = -3; dx <= 3; dx++) {
      const [column, row] = [x + dx, y + dy];
      if (column < 2 || row < 2 || column >= width - 2 || row >= height - 2) continue;
      const at = row * width + column;
      if ((values[at] ?? 0) > (values[best] ?? 0)) best = at;
    }
  }
  return best;
}

/** White lines: fine creases of worn skin, mostly across the finger, and now and then a scar. They stay for years. */
export function addCreases(skin: Plane, random: Random, age: FingerAge): void {
  const often = age === "adult" ? 3.2 : 1.4;
  const count = Math.min(9, Math.floor(-often * Math.log(1 - random.next())));
  for (let i = 0; i < count; i++) {
    drawLine(skin, {
      x: skin.width * (0.2 + 0.6 * random.next()),
      y: skin.height * (0.15 + 0.7 * random.next()),
      direction: 0.45 * random.gaussian(),
      length: 25 + 75 * random.next() ** 2,
      halfWidth: 0.5 + 0.8 * random.next(),
      depth: 0.9 + 1.2 * random.next(),
      bend: 0.006 * random.gaussian(),
    });
  }
  if (random.chance(0.03)) {
    drawLine(skin, {
      x: skin.width * (0.3 + 0.4 * random.next()),
      y: skin.height * (0.3 + 0.4 * random.next()),
      direction: Math.PI * random.next(),
      length: 60 + 120 * random.next(),
      halfWidth: 1.8 + 1.6 * random.next(),
      depth: 2.2,
      bend: 0.004 * random.gaussian(),
    });
  }
}

type Line = {
  readonly x: number;
  readonly y: number;
  readonly direction: number;
  readonly length: number;
  readonly halfWidth: number;
  readonly depth: number;
  /** Turn per pixel, radians. */
  readonly bend: number;
};

function drawLine(skin: Plane, line: Line): void {
  const { width, height, values } = skin;
  const reach = Math.ceil(line.halfWidth + 1);
  let { x, y, direction } = line;
  for (let along = 0; along < line.length; along++) {
    // Thin at both ends.
    const half =
      line.halfWidth * Math.min(1, 8 * (along / line.length) * (1 - along / line.length));
    for (let dy = -reach; dy <= reach; dy++) {
      for (let dx = -reach; dx <= reach; dx++) {
        const [column, row] = [Math.round(x) + dx, Math.round(y) + dy];
        if (column < 0 || row < 0 || column >= width || row >= height) continue;
        const cover = Math.max(0, Math.min(1, half + 0.5 - Math.hypot(column - x, row - y)));
        const at = row * width + column;
        values[at] = Math.min(values[at] ?? 0, 1 - line.depth * cover);
      }
    }
    x += Math.cos(direction);
    y += Math.sin(direction);
    direction += line.bend;
  }
}
