/** A place to drop a file. It is also a button that opens a file chooser. */

import { freshId, h } from "../dom.ts";

export interface Zone {
  readonly title: string;
  readonly hint: string;
  readonly accept: string;
  readonly multiple?: boolean;
}

export function dropzone({ title, hint, accept, multiple = false }: Zone, onFiles: (files: File[]) => void): HTMLElement {
  const id = freshId();
  const input = h("input", { type: "file", id, accept, multiple, class: "unseen" });
  const zone = h("div", { class: "dropzone" }, input, h("label", { for: id }, h("strong", {}, title), h("span", {}, hint)));
  input.addEventListener("change", () => {
    const files = [...(input.files ?? [])];
    // So that choosing the same file again counts as a change.
    input.value = "";
    if (files.length > 0) onFiles(files);
  });
  for (const type of ["dragenter", "dragover"] as const) {
    zone.addEventListener(type, (event) => {
      event.preventDefault();
      zone.classList.add("over");
    });
  }
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    const files = [...(event.dataTransfer?.files ?? [])];
    if (files.length > 0) onFiles(multiple ? files : files.slice(0, 1));
  });
  return zone;
}

/** Ignores files that are dropped outside a zone: the browser would show them instead of the page. */
export function keepStrayFiles(): void {
  for (const type of ["dragover", "drop"] as const) window.addEventListener(type, (event) => event.preventDefault());
}

const MOST_BYTES = 64 * 1024 * 1024;

export async function contents(file: File): Promise<Uint8Array> {
  if (file.size > MOST_BYTES) throw new Error(`${file.name} is larger than 64 MiB, which is the most that this page reads.`);
  return new Uint8Array(await file.arrayBuffer());
}
