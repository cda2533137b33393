/** Pixels as a network takes them, each drawn as a square. */

import { context2d, h } from "../dom.ts";

export interface Picture {
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
}

/** One canvas pixel for each; a style sheet makes them larger. */
export function paintPixels(canvas: HTMLCanvasElement, { pixels, width, height, channels }: Picture): void {
  canvas.width = width;
  canvas.height = height;
  const image = new ImageData(width, height);
  const plane = width * height;
  for (let index = 0; index < plane; index += 1) {
    const channel = (number: number): number => pixels[index + (channels === 3 ? number * plane : 0)] ?? 0;
    image.data.set([channel(0), channel(1), channel(2), 255], 4 * index);
  }
  context2d(canvas).putImageData(image, 0, 0);
}

export function thumbnail(picture: Picture, description: string): HTMLCanvasElement {
  const canvas = h("canvas", { class: "pixels", role: "img", "aria-label": description });
  paintPixels(canvas, picture);
  return canvas;
}
