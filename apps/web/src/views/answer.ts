/** The pixels that the network gets of one picture, and how sure it is of each class. */

import type { Execution } from "../engine/messages.ts";
import { freshId, h } from "../dom.ts";
import { labelled, percent } from "../text.ts";
import { paintPixels } from "./pixels.ts";

export class Seen {
  readonly element: HTMLElement;
  readonly #canvas = h("canvas", { class: "pixels large", role: "img", "aria-label": "The 28 by 28 pixels that the network sees" });

  constructor(explanation: string) {
    const id = freshId();
    this.element = h(
      "section",
      { class: "card seen", "aria-labelledby": id },
      h("h2", { id }, "It sees"),
      h("div", { class: "plate" }, this.#canvas),
      h("p", { class: "hint" }, explanation),
    );
    this.show(undefined);
  }

  show(execution: Execution | undefined): void {
    paintPixels(this.#canvas, execution ?? { pixels: new Uint8Array(784), width: 28, height: 28, channels: 1 });
  }
}

export class Answer {
  readonly element: HTMLElement;
  readonly #label = h("p", { class: "label" });
  readonly #bars = h("ol", { class: "bars" });
  readonly #spoken = h("p", { class: "unseen", "aria-live": "polite" });
  #rows: { row: HTMLElement; bar: HTMLElement; share: HTMLElement }[] = [];
  #names: readonly string[] = [];
  #timer = 0;

  constructor() {
    const id = freshId();
    this.element = h(
      "section",
      { class: "card answer", "aria-labelledby": id },
      h("h2", { id }, "It answers"),
      this.#label,
      this.#bars,
      this.#spoken,
    );
  }

  /** The classes, listed even before there is an answer. */
  set classes(names: readonly string[]) {
    if (names.join() === this.#names.join()) return;
    this.#names = names;
    this.#rows = names.map((name) => {
      const [bar, share] = [h("span", { class: "bar" }), h("span", { class: "share" }, "")];
      const row = h("li", {}, h("span", { class: "name" }, name), h("span", { class: "track" }, bar), share);
      return { row, bar, share };
    });
    this.#bars.replaceChildren(...this.#rows.map(({ row }) => row));
    this.#bars.classList.toggle("wide", names.some((name) => name.length > 2));
    this.show(undefined);
  }

  show(execution: Execution | undefined): void {
    this.#label.textContent = execution?.class ?? "–";
    this.#label.classList.toggle("long", (execution?.class.length ?? 0) > 2);
    for (const [index, { row, bar, share }] of this.#rows.entries()) {
      const probability = execution?.probabilities[index] ?? 0;
      bar.style.transform = `scaleX(${probability})`;
      share.textContent = execution === undefined ? "" : percent(probability);
      row.classList.toggle("first", index === execution?.label);
    }
    this.#say(execution === undefined ? "" : `The network sees ${labelled(execution.label, execution.class)}.`);
  }

  /** Announces the answer to screen readers, not at every stroke but once it has stopped changing. */
  #say(text: string): void {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => {
      if (this.#spoken.textContent !== text) this.#spoken.textContent = text;
    }, 700);
  }
}
