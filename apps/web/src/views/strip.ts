/** A file drawn byte by byte: all that leaves this device, if you send it. */

import { context2d, h } from "../dom.ts";
import { bytes } from "../text.ts";

const ROWS = 12;

export function strip(file: Uint8Array): HTMLCanvasElement {
  const canvas = h("canvas", { class: "strip", role: "img", "aria-label": `All ${bytes(file.length)} of the proof file, each as a shade` });
  const columns = Math.ceil(file.length / ROWS);
  canvas.width = columns;
  canvas.height = ROWS;
  const image = new ImageData(columns, ROWS);
  for (const [index, value] of file.entries()) {
    const pixel = (index % ROWS) * columns + Math.floor(index / ROWS);
    image.data.set([226, 150, 74, value], 4 * pixel);
  }
  context2d(canvas).putImageData(image, 0, 0);
  return canvas;
}
