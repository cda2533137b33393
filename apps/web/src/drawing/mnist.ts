/**
 * A drawing in MNIST's form: the box around the ink is scaled to fit 20×20 with its proportions, anti-aliased, and moved so
 * that its centre of mass is the middle of 28×28.
 */

import { distance, inkBox, smoothed } from "./stroke.ts";
import type { Point, Stroke } from "./stroke.ts";

export const SIDE = 28;
const INK_SIDE = 20;
/**
 * The widest pen, in pixels of the picture. The strokes of MNIST's digits are hardly wider, however small they were written. The
 * pad's pen, enlarged together with a small digit, would fill its loops.
 */
const WIDEST_RADIUS = 1.4;
/** Each pixel is the share of its SAMPLES × SAMPLES points that are inked. */
const SAMPLES = 5;

/** White on black, a byte for each pixel, row by row; undefined if nothing is drawn. */
export function normalized(strokes: readonly Stroke[], penRadius: number): Uint8Array | undefined {
  const lines = strokes.map(smoothed);
  const reach = inkBox(lines, 0);
  if (reach === undefined) return undefined;
  const pen = narrowed(penRadius, Math.max(reach.right - reach.left, reach.bottom - reach.top));
  const box = { left: reach.left - pen, top: reach.top - pen };
  const [width, height] = [reach.right + pen - box.left, reach.bottom + pen - box.top];
  const scale = INK_SIDE / Math.max(width, height);
  const radius = pen * scale;
  const placed = (left: number, top: number): Point[][] =>
    lines.map((line) => line.map(({ x, y }) => ({ x: (x - box.left) * scale + left, y: (y - box.top) * scale + top })));

  const middle = { x: (SIDE - width * scale) / 2, y: (SIDE - height * scale) / 2 };
  const mass = centreOfMass(rasterized(placed(middle.x, middle.y), radius));
  return rasterized(
    placed(within(middle.x + SIDE / 2 - mass.x, SIDE - width * scale), within(middle.y + SIDE / 2 - mass.y, SIDE - height * scale)),
    radius,
  );
}

/** The radius of the pen for lines of this extent: at most WIDEST_RADIUS once they are scaled. */
function narrowed(penRadius: number, reach: number): number {
  // A drawing that is smaller than the pen is a dot, and has the pen's shape.
  if (reach < penRadius) return penRadius;
  return Math.min(penRadius, (WIDEST_RADIUS * reach) / (INK_SIDE - 2 * WIDEST_RADIUS));
}

/** Limits the shift so that no ink leaves the picture, even if its weight is far from its middle. */
function within(value: number, most: number): number {
  return Math.min(most, Math.max(0, value));
}

/** The centre of mass, in pixels from the upper left corner; for a picture without ink, its middle. */
export function centreOfMass(pixels: Uint8Array): Point {
  let [mass, x, y] = [0, 0, 0];
  for (const [index, value] of pixels.entries()) {
    mass += value;
    x += value * ((index % SIDE) + 0.5);
    y += value * (Math.floor(index / SIDE) + 0.5);
  }
  return mass === 0 ? { x: SIDE / 2, y: SIDE / 2 } : { x: x / mass, y: y / mass };
}

/** Lines drawn with a round pen, in pixels of the result. */
function rasterized(lines: readonly (readonly Point[])[], radius: number): Uint8Array {
  const side = SIDE * SAMPLES;
  const inked = new Uint8Array(side * side);
  for (const line of lines) {
    for (const [index, from] of line.entries()) {
      const to = line[index + 1] ?? (line.length === 1 ? from : undefined);
      if (to !== undefined) ink(inked, side, from, to, radius);
    }
  }
  const pixels = new Uint8Array(SIDE * SIDE);
  for (const [index, value] of inked.entries()) {
    if (value === 0) continue;
    const pixel = Math.floor(index / side / SAMPLES) * SIDE + Math.floor((index % side) / SAMPLES);
    pixels[pixel] = (pixels[pixel] ?? 0) + 1;
  }
  return pixels.map((count) => Math.round((count * 255) / SAMPLES ** 2));
}

function ink(inked: Uint8Array, side: number, from: Point, to: Point, radius: number): void {
  const first = (value: number): number => Math.max(0, Math.floor((value - radius) * SAMPLES));
  const last = (value: number): number => Math.min(side - 1, Math.ceil((value + radius) * SAMPLES));
  const [left, right] = [first(Math.min(from.x, to.x)), last(Math.max(from.x, to.x))];
  for (let row = first(Math.min(from.y, to.y)); row <= last(Math.max(from.y, to.y)); row += 1) {
    for (let column = left; column <= right; column += 1) {
      const sample = { x: (column + 0.5) / SAMPLES, y: (row + 0.5) / SAMPLES };
      if (distance(sample, from, to) <= radius) inked[row * side + column] = 1;
    }
  }
}
