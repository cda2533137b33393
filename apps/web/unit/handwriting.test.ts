/** Digits of every size, read by the network: `apps/wasm/pkg` has to be there. */

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { normalized } from "../src/drawing/mnist.ts";
import { extended } from "../src/drawing/stroke.ts";
import type { Point, Stroke } from "../src/drawing/stroke.ts";

type Line = [number, number][];
interface Network {
  executePixels(pixels: Uint8Array): { label: number };
}

// From .unit/unit, where this file runs.
const app = fileURLToPath(new URL("../../", import.meta.url));
const { DIGITS } = (await import(`${app}tests/digits.mjs`)) as { DIGITS: Line[][] };
const pkg = resolve(process.env["ZKLENS_WASM_PKG"] ?? `${app}../wasm/pkg`);
const { Network } = createRequire(import.meta.url)(`${pkg}/node/zklens_wasm.js`) as { Network: { shipped(name: string): Network } };

const PEN = 12;
/** Slants and widths of the same hand. */
const HANDS = [
  { slant: 0, width: 1 },
  { slant: -0.15, width: 1 },
  { slant: 0.15, width: 1 },
  { slant: 0, width: 0.75 },
  { slant: 0.1, width: 1.25 },
];

/** What a pointer leaves, which moves by whole units of the pad. */
function written(line: Line, side: number, { slant, width }: { slant: number; width: number }): Stroke {
  const at = ([x, y]: [number, number]): Point => ({
    x: 140 + ((x - 0.5) * width - slant * (y - 0.5)) * side,
    y: 140 + (y - 0.5) * side,
  });
  const steps = line.flatMap((point, index) => {
    const [from, to] = [at(point), at(line[index + 1] ?? point)];
    return Array.from({ length: 8 }, (_, step) => ({
      x: Math.round(from.x + ((to.x - from.x) * step) / 8),
      y: Math.round(from.y + ((to.y - from.y) * step) / 8),
    }));
  });
  return steps.reduce<Stroke>((stroke, point) => extended(stroke, point), []);
}

// In units of the pad, which has 280; the digits are about 0.6 times as high. The pen is 24 wide.
for (const side of [280, 120, 80, 45, 30]) {
  test(`digits ${Math.round(0.62 * side)} units high are seen as what they are, all 50`, () => {
    const network = Network.shipped("mnist-cnn");
    const wrong = DIGITS.flatMap((lines, digit) =>
      HANDS.flatMap((hand) => {
        const pixels = normalized(lines.map((line) => written(line, side, hand)), PEN);
        assert.ok(pixels);
        const { label } = network.executePixels(pixels);
        return label === digit ? [] : [`${digit} as ${label}`];
      }),
    );
    assert.deepEqual(wrong, []);
  });
}
