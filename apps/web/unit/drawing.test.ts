import assert from "node:assert/strict";
import { test } from "node:test";
import { centreOfMass, normalized, SIDE } from "../src/drawing/mnist.ts";
import { distance, extended, inkBox, smoothed } from "../src/drawing/stroke.ts";
import type { Point } from "../src/drawing/stroke.ts";

const PEN = 12;
const line = (...points: [number, number][]): Point[] => points.map(([x, y]) => ({ x, y }));

function inkedBox(pixels: Uint8Array): { width: number; height: number } {
  const inked = [...pixels.entries()].filter(([, value]) => value > 0).map(([index]) => index);
  const span = (values: number[]): number => Math.max(...values) - Math.min(...values) + 1;
  return { width: span(inked.map((index) => index % SIDE)), height: span(inked.map((index) => Math.floor(index / SIDE))) };
}

test("nothing drawn is no picture", () => {
  assert.equal(normalized([], PEN), undefined);
  assert.equal(normalized([[]], PEN), undefined);
});

test("the longer side of the ink becomes 20 pixels, and proportions are kept", () => {
  for (const [from, to] of [[40, 240], [100, 160], [0, 280]] as const) {
    const pixels = normalized([line([140, from], [140, to])], PEN);
    assert.ok(pixels);
    const { width, height } = inkedBox(pixels);
    const expected = Math.min((20 * 2 * PEN) / (to - from + 2 * PEN), 2.8);
    assert.ok(height >= 20 && height <= 21, `height ${height}`);
    assert.ok(Math.abs(width - expected) <= 2, `width ${width}, expected about ${expected}`);
  }
});

test("the centre of mass is the middle of the picture", () => {
  const seven = [line([60, 60], [200, 60], [110, 230])];
  const six = [line([170, 40], [100, 120], [90, 190], [140, 230], [180, 190], [140, 150], [100, 180])];
  for (const strokes of [seven, six]) {
    const pixels = normalized(strokes, PEN);
    assert.ok(pixels);
    const { x, y } = centreOfMass(pixels);
    assert.ok(Math.abs(x - SIDE / 2) < 0.1, `x ${x}`);
    assert.ok(Math.abs(y - SIDE / 2) < 0.1, `y ${y}`);
  }
});

test("where and how large something is drawn makes little difference", () => {
  const seven = line([60, 60], [200, 60], [110, 230]);
  const moved = seven.map(({ x, y }) => ({ x: x / 2 + 100, y: y / 2 + 30 }));
  const [a, b] = [normalized([seven], PEN), normalized([moved], PEN / 2)];
  assert.ok(a && b);
  const largest = Math.max(...a.map((value, index) => Math.abs(value - (b[index] ?? 0))));
  assert.ok(largest <= 64, `a pixel differs by ${largest}`);
});

test("edges are anti-aliased and the middle of a stroke is white", () => {
  const pixels = normalized([line([60, 60], [200, 60], [110, 230])], PEN);
  assert.ok(pixels);
  assert.equal(Math.max(...pixels), 255);
  assert.ok(pixels.filter((value) => value > 0 && value < 255).length > 20);
});

test("a tap is a disc, also of a hand that trembles", () => {
  for (const tap of [line([30, 250]), line([30, 250], [32, 251], [31, 249])]) {
    const pixels = normalized([tap], PEN);
    assert.ok(pixels);
    const { width, height } = inkedBox(pixels);
    assert.ok(width >= 18 && width <= 21 && height >= 18 && height <= 21, `${width} × ${height}`);
  }
});

test("a small drawing has no wider strokes than one of MNIST", () => {
  for (const side of [130, 60, 25, 12]) {
    const pixels = normalized([line([100, 100], [100, 100 + side], [100 + side, 100 + side])], PEN);
    assert.ok(pixels);
    const row = pixels.subarray(12 * SIDE, 13 * SIDE);
    const width = row.reduce((sum, value) => sum + value, 0) / 255;
    assert.ok(width > 2.4 && width < 3.2, `${side}: ${width} pixels`);
  }
});

test("ink stays inside, however far its weight is from its middle", () => {
  const scribble = Array.from({ length: 60 }, (_, index): [number, number] => [20 + (index % 2) * 50, 20 + index]);
  const pixels = normalized([line(...scribble), line([70, 80], [270, 270])], PEN);
  assert.ok(pixels);
  const { width, height } = inkedBox(pixels);
  assert.ok(Math.max(width, height) >= 20);
});

test("a point that is too near the last one is left out", () => {
  const stroke = line([10, 10]);
  assert.equal(extended(stroke, { x: 10.5, y: 10.5 }), stroke);
  assert.equal(extended(stroke, { x: 14, y: 10 }).length, 2);
});

test("a smoothed stroke begins and ends where it was drawn and cuts its corners", () => {
  const corner = smoothed(line([0, 0], [100, 0], [100, 100]));
  assert.deepEqual(corner[0], { x: 0, y: 0 });
  assert.deepEqual(corner.at(-1), { x: 100, y: 100 });
  const nearest = Math.min(...corner.map(({ x, y }) => Math.hypot(100 - x, y)));
  assert.ok(nearest > 10 && nearest < 50, `${nearest} from the corner`);
  assert.deepEqual(smoothed([]), []);
  assert.deepEqual(smoothed(line([5, 5])), line([5, 5]));
});

test("the box of ink has the pen's width", () => {
  assert.deepEqual(inkBox([line([10, 20], [30, 60])], 5), { left: 5, top: 15, right: 35, bottom: 65 });
  assert.equal(inkBox([], 5), undefined);
});

test("the distance to a piece is that to its nearest point", () => {
  assert.equal(distance({ x: 5, y: 3 }, { x: 0, y: 0 }, { x: 10, y: 0 }), 3);
  assert.equal(distance({ x: 13, y: 4 }, { x: 0, y: 0 }, { x: 10, y: 0 }), 5);
  assert.equal(distance({ x: 3, y: 4 }, { x: 0, y: 0 }, { x: 0, y: 0 }), 5);
});
