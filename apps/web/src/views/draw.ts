/** Draw a digit. */

import { button, freshId, h } from "../dom.ts";
import { normalized } from "../drawing/mnist.ts";
import { Pad, PEN_RADIUS } from "../drawing/pad.ts";
import type { Stroke } from "../drawing/stroke.ts";
import type { Engine } from "../engine/engine.ts";
import { latest } from "../engine/latest.ts";
import { Answer, Seen } from "./answer.ts";
import type { Source, Subject } from "./subject.ts";

const NETWORK = "mnist-cnn";
const EXPLANATION =
  "Your strokes, scaled to fit 20×20, no wider than MNIST's, and centred by weight in 28×28. The digits of MNIST, from which this network learned, were made in the same way.";

export class Draw implements Source {
  readonly answer = new Answer();
  readonly #engine: Engine;
  readonly #onChange: () => void;
  readonly #seen = new Seen(EXPLANATION);
  readonly #pad: Pad;
  readonly #tools: HTMLButtonElement[];
  readonly #classify: (pixels: Uint8Array | undefined) => void;
  #subject: Subject | undefined;

  constructor(element: HTMLElement, engine: Engine, onChange: () => void, onFailure: (error: unknown) => void) {
    this.#engine = engine;
    this.#onChange = onChange;
    const [titleId, hintId] = [freshId(), freshId()];
    this.#pad = new Pad(titleId, hintId, (strokes) => this.#drawn(strokes));
    this.#tools = [button("Undo", () => this.#pad.undo()), button("Clear", () => this.#pad.clear())];
    this.#classify = latest((pixels) => this.#show(pixels).catch(onFailure));
    element.append(
      h(
        "div",
        { class: "bench" },
        h(
          "section",
          { class: "card yours", "aria-labelledby": titleId },
          h("h2", { id: titleId }, "You draw"),
          h("div", { class: "plate" }, this.#pad.canvas),
          h("div", { class: "tools" }, ...this.#tools),
          h("p", { class: "unseen", id: hintId }, "Arrow keys move the pen, Space puts it down and lifts it, Delete clears."),
        ),
        this.#seen.element,
        this.answer.element,
      ),
    );
    this.#drawn([]);
  }

  get subject(): Subject | undefined {
    return this.#subject;
  }

  lock(isLocked: boolean): void {
    this.#pad.isLocked = isLocked;
    for (const tool of this.#tools) tool.disabled = isLocked || this.#pad.strokes.length === 0;
  }

  #drawn(strokes: readonly Stroke[]): void {
    for (const tool of this.#tools) tool.disabled = strokes.length === 0;
    this.#subject = undefined;
    this.#onChange();
    this.#classify(normalized(strokes, PEN_RADIUS));
  }

  async #show(pixels: Uint8Array | undefined): Promise<void> {
    const [execution] = pixels === undefined ? [] : await this.#engine.call("classifyPixels", { network: NETWORK, images: [pixels] });
    this.#seen.show(execution);
    this.answer.show(execution);
    this.#subject = execution && { network: NETWORK, executions: [execution] };
    this.#onChange();
  }
}
