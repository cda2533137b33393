/** Numbers and lists as people read them. */

export function bytes(count: number): string {
  return `${count.toLocaleString("en")} bytes`;
}

export function duration(milliseconds: number): string {
  if (milliseconds < 100) return `${milliseconds.toFixed(1)} ms`;
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  return `${(milliseconds / 1000).toFixed(2)} s`;
}

export function percent(share: number): string {
  return share > 0.999 && share < 1 ? "> 99.9 %" : `${(share * 100).toFixed(1)} %`;
}

export function isZero(hex: string): boolean {
  return /^(0x)?0*$/.test(hex);
}

/** The name of a network in lists from which people choose. */
export function networkTitle(name: string): string {
  if (name === "mnist-cnn") return "Handwritten digits";
  if (name === "fashion-mlp") return "Clothing";
  return name;
}

/** "7", or "Ankle boot (9)": shows the number if the name differs from it. */
export function labelled(label: number, name: string): string {
  return name === String(label) ? name : `${name} (${label})`;
}

export function message(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
