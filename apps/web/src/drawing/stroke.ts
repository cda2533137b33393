/** Strokes as geometry: no canvas here, so that what the network sees does not depend on a browser's drawing. */

export interface Point {
  readonly x: number;
  readonly y: number;
}

export type Stroke = readonly Point[];

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Points that are closer together than this, in units of the pad, add noise and no shape. */
const NEAREST = 1.5;
/** How long the straight pieces of a smoothed stroke are; in units of the pad. */
const PIECE = 4;

/** The stroke with one more point, or the same stroke if the point is too near the last one. */
export function extended(stroke: Stroke, point: Point): Stroke {
  const last = stroke.at(-1);
  if (last !== undefined && Math.hypot(point.x - last.x, point.y - last.y) < NEAREST) return stroke;
  return [...stroke, point];
}

export function midpoint(a: Point, b: Point): Point {
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
}

/**
 * The smoothed stroke as a line of short straight pieces: quadratic curves between the middles of neighbouring points, with the
 * points themselves as control points.
 */
export function smoothed(stroke: Stroke): Point[] {
  const [first] = stroke;
  const last = stroke.at(-1);
  if (first === undefined || last === undefined) return [];
  const line = [first];
  let from = first;
  for (const [index, control] of stroke.entries()) {
    const next = stroke[index + 1];
    if (index === 0 || next === undefined) continue;
    const to = midpoint(control, next);
    line.push(...curve(from, control, to));
    from = to;
  }
  if (stroke.length > 1) line.push(last);
  return line;
}

function curve(from: Point, control: Point, to: Point): Point[] {
  const length = Math.hypot(control.x - from.x, control.y - from.y) + Math.hypot(to.x - control.x, to.y - control.y);
  const pieces = Math.max(1, Math.ceil(length / PIECE));
  return Array.from({ length: pieces }, (_, index) => {
    const t = (index + 1) / pieces;
    const [a, b, c] = [(1 - t) ** 2, 2 * t * (1 - t), t ** 2];
    return { x: a * from.x + b * control.x + c * to.x, y: a * from.y + b * control.y + c * to.y };
  });
}

/** The box around all that a round pen of this radius has inked, or undefined if there is nothing. */
export function inkBox(lines: readonly (readonly Point[])[], radius: number): Box | undefined {
  const points = lines.flat();
  if (points.length === 0) return undefined;
  const box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (const { x, y } of points) {
    box.left = Math.min(box.left, x - radius);
    box.top = Math.min(box.top, y - radius);
    box.right = Math.max(box.right, x + radius);
    box.bottom = Math.max(box.bottom, y + radius);
  }
  return box;
}

/** How far a point is from the straight piece between two others. */
export function distance(point: Point, from: Point, to: Point): number {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : ((point.x - from.x) * dx + (point.y - from.y) * dy) / length;
  const t = Math.min(1, Math.max(0, along));
  return Math.hypot(point.x - from.x - t * dx, point.y - from.y - t * dy);
}
