/** A square to draw on, with mouse, finger, pen or keys. */

import { context2d, h } from "../dom.ts";
import { extended, midpoint } from "./stroke.ts";
import type { Point, Stroke } from "./stroke.ts";

/** Strokes have coordinates from 0 to this, whatever the pad's size on a screen. */
export const PAD_SIDE = 280;
export const PEN_RADIUS = 12;
const KEY_STEP = 8;
const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

export class Pad {
  readonly canvas = h("canvas", { class: "pad", tabindex: 0, role: "application", "aria-roledescription": "drawing pad" });
  readonly #onChange: (strokes: readonly Stroke[]) => void;
  #strokes: readonly Stroke[] = [];
  #pointer: number | undefined;
  /** The pen that keys move, once they have. */
  #pen: { at: Point; isDown: boolean } | undefined;
  #isLocked = false;

  constructor(labelId: string, hintId: string, onChange: (strokes: readonly Stroke[]) => void) {
    this.#onChange = onChange;
    this.canvas.setAttribute("aria-labelledby", labelId);
    this.canvas.setAttribute("aria-describedby", hintId);
    this.canvas.addEventListener("pointerdown", (event) => this.#down(event));
    this.canvas.addEventListener("pointermove", (event) => this.#move(event));
    for (const type of ["pointerup", "pointercancel"] as const) this.canvas.addEventListener(type, (event) => this.#up(event));
    this.canvas.addEventListener("keydown", (event) => this.#key(event));
    this.canvas.addEventListener("blur", () => this.#hidePen());
    new ResizeObserver(() => this.#paint()).observe(this.canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#paint());
  }

  get strokes(): readonly Stroke[] {
    return this.#strokes;
  }

  undo(): void {
    this.#set(this.#strokes.slice(0, -1));
  }

  clear(): void {
    this.#set([]);
  }

  set isLocked(value: boolean) {
    this.#isLocked = value;
    this.#pointer = undefined;
    this.canvas.classList.toggle("locked", value);
  }

  #set(strokes: readonly Stroke[]): void {
    if (this.#isLocked) return;
    this.#strokes = strokes;
    if (this.#pen !== undefined) this.#pen.isDown = false;
    this.#changed();
  }

  #changed(): void {
    this.#paint();
    this.#onChange(this.#strokes);
  }

  #down(event: PointerEvent): void {
    if (this.#isLocked || this.#pointer !== undefined || event.button !== 0) return;
    this.#pointer = event.pointerId;
    this.canvas.setPointerCapture(event.pointerId);
    this.#pen = undefined;
    this.#strokes = [...this.#strokes, [this.#point(event)]];
    this.#changed();
  }

  #move(event: PointerEvent): void {
    if (event.pointerId !== this.#pointer) return;
    const events = event.getCoalescedEvents();
    for (const each of events.length > 0 ? events : [event]) this.#extend(this.#point(each));
    this.#changed();
  }

  #up(event: PointerEvent): void {
    if (event.pointerId === this.#pointer) this.#pointer = undefined;
  }

  #extend(point: Point): void {
    const last = this.#strokes.at(-1);
    if (last !== undefined) this.#strokes = [...this.#strokes.slice(0, -1), extended(last, point)];
  }

  #point({ clientX, clientY }: PointerEvent): Point {
    const { left, top, width, height } = this.canvas.getBoundingClientRect();
    const within = (value: number): number => Math.min(PAD_SIDE, Math.max(0, value * PAD_SIDE));
    return { x: within((clientX - left) / width), y: within((clientY - top) / height) };
  }

  #key(event: KeyboardEvent): void {
    const arrow = ARROWS[event.key];
    if (this.#isLocked) return;
    if (arrow !== undefined) this.#movePen(arrow[0] * KEY_STEP, arrow[1] * KEY_STEP);
    else if (event.key === " " || event.key === "Enter") this.#togglePen();
    else if (event.key === "z" && (event.ctrlKey || event.metaKey)) this.undo();
    else if (event.key === "Delete" || event.key === "Backspace") this.clear();
    else return;
    event.preventDefault();
  }

  #movePen(dx: number, dy: number): void {
    const { at, isDown } = this.#pen ?? { at: { x: PAD_SIDE / 2, y: PAD_SIDE / 2 }, isDown: false };
    const within = (value: number): number => Math.min(PAD_SIDE - PEN_RADIUS, Math.max(PEN_RADIUS, value));
    this.#pen = { at: { x: within(at.x + dx), y: within(at.y + dy) }, isDown };
    if (!isDown) return this.#paint();
    this.#extend(this.#pen.at);
    this.#changed();
  }

  #togglePen(): void {
    const { at, isDown } = this.#pen ?? { at: { x: PAD_SIDE / 2, y: PAD_SIDE / 2 }, isDown: false };
    this.#pen = { at, isDown: !isDown };
    if (!isDown) this.#strokes = [...this.#strokes, [at]];
    this.#changed();
  }

  #hidePen(): void {
    this.#pen = undefined;
    this.#paint();
  }

  #paint(): void {
    const size = Math.round(this.canvas.clientWidth * devicePixelRatio);
    if (size === 0) return;
    if (this.canvas.width !== size) this.canvas.width = this.canvas.height = size;
    const context = context2d(this.canvas);
    const scale = size / PAD_SIDE;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, PAD_SIDE, PAD_SIDE);
    context.lineCap = context.lineJoin = "round";
    context.lineWidth = 2 * PEN_RADIUS;
    context.strokeStyle = "#f6f3ea";
    for (const stroke of this.#strokes) paintStroke(context, stroke);
    if (this.#pen !== undefined) paintPen(context, this.#pen.at, this.#pen.isDown);
  }
}

/** The same curves as `smoothed` makes. */
function paintStroke(context: CanvasRenderingContext2D, stroke: Stroke): void {
  const [first] = stroke;
  const last = stroke.at(-1);
  if (first === undefined || last === undefined) return;
  context.beginPath();
  context.moveTo(first.x, first.y);
  for (const [index, control] of stroke.entries()) {
    const next = stroke[index + 1];
    if (index === 0 || next === undefined) continue;
    const to = midpoint(control, next);
    context.quadraticCurveTo(control.x, control.y, to.x, to.y);
  }
  context.lineTo(last.x, last.y);
  context.stroke();
}

function paintPen(context: CanvasRenderingContext2D, at: Point, isDown: boolean): void {
  context.save();
  context.beginPath();
  context.arc(at.x, at.y, PEN_RADIUS, 0, 2 * Math.PI);
  context.lineWidth = 3;
  context.strokeStyle = "#e2964a";
  context.stroke();
  if (isDown) {
    context.fillStyle = "#e2964a";
    context.fill();
  }
  context.restore();
}
