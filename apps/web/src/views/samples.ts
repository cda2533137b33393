/** Choose up to sixteen of the sample digits, for one proof. */

import { button, freshId, h } from "../dom.ts";
import type { Engine } from "../engine/engine.ts";
import { latest } from "../engine/latest.ts";
import type { Execution } from "../engine/messages.ts";
import { thumbnail } from "./pixels.ts";
import type { Source, Subject } from "./subject.ts";

const NETWORK = "mnist-cnn";
const MOST = 16;

interface Sample {
  /** Its number in the test set. */
  readonly index: number;
  /** The digit that it shows, according to the data set. */
  readonly digit: number;
  readonly pixels: Uint8Array;
}

export class Samples implements Source {
  readonly #engine: Engine;
  readonly #onChange: () => void;
  readonly #onFailure: (error: unknown) => void;
  readonly #count = h("p", { class: "count", "aria-live": "polite" });
  readonly #grid = h("div", { class: "grid", role: "group" });
  readonly #chosenList = h("ol", { class: "chosen" });
  readonly #tools: HTMLButtonElement[];
  readonly #classify: (chosen: readonly Sample[]) => void;
  #samples: readonly Sample[] = [];
  #toggles: HTMLButtonElement[] = [];
  #chosen: readonly Sample[] = [];
  #subject: Subject | undefined;

  constructor(element: HTMLElement, engine: Engine, onChange: () => void, onFailure: (error: unknown) => void) {
    this.#engine = engine;
    this.#onChange = onChange;
    this.#onFailure = onFailure;
    this.#classify = latest((chosen) => this.#show(chosen).catch(onFailure));
    this.#tools = [
      button("Choose 16 at random", () => this.#choose(atRandom(this.#samples, MOST))),
      button("Choose none", () => this.#choose([])),
    ];
    const [titleId, answersId] = [freshId(), freshId()];
    this.#grid.setAttribute("aria-labelledby", titleId);
    element.append(
      h(
        "div",
        { class: "bench samples" },
        h(
          "section",
          { class: "card yours", "aria-labelledby": titleId },
          h("h2", { id: titleId }, "You choose"),
          this.#grid,
          h("div", { class: "tools" }, ...this.#tools, this.#count),
          h("p", { class: "hint" }, "From the test images of MNIST, which the network has not learned from: the first six of each digit."),
        ),
        h("section", { class: "card answers", "aria-labelledby": answersId }, h("h2", { id: answersId }, "It sees, and answers"), this.#chosenList),
      ),
    );
    this.#choose([]);
  }

  get subject(): Subject | undefined {
    return this.#subject;
  }

  /** Fetches the samples; they are part of the page. */
  async load(): Promise<void> {
    if (this.#samples.length > 0) return;
    const [listing, bytes] = await Promise.all([
      fetched("samples/digits.json").then((response) => response.json() as Promise<{ samples: { index: number; digit: number }[] }>),
      fetched("samples/digits.bin").then((response) => response.arrayBuffer()),
    ]);
    this.#samples = listing.samples.map((sample, position) => ({ ...sample, pixels: new Uint8Array(bytes, position * 784, 784) }));
    this.#toggles = this.#samples.map((sample) => {
      const picture = { pixels: sample.pixels, width: 28, height: 28, channels: 1 };
      const toggle = button("", () => this.#toggle(sample), {
        class: "sample",
        "aria-pressed": "false",
        "aria-label": `A ${sample.digit}, test image ${sample.index}`,
      });
      const canvas = thumbnail(picture, "");
      canvas.setAttribute("aria-hidden", "true");
      toggle.append(canvas);
      return toggle;
    });
    this.#grid.replaceChildren(...this.#toggles);
    this.#choose(this.#chosen);
  }

  lock(isLocked: boolean): void {
    this.#grid.inert = isLocked;
    for (const tool of this.#tools) tool.disabled = isLocked;
    if (!isLocked) this.#mark();
  }

  #toggle(sample: Sample): void {
    if (this.#chosen.includes(sample)) this.#choose(this.#chosen.filter((other) => other !== sample));
    else if (this.#chosen.length < MOST) this.#choose([...this.#chosen, sample]);
  }

  #choose(chosen: readonly Sample[]): void {
    this.#chosen = chosen;
    this.#subject = undefined;
    this.#mark();
    this.#onChange();
    this.#classify(chosen);
  }

  #mark(): void {
    const isFull = this.#chosen.length === MOST;
    for (const [index, toggle] of this.#toggles.entries()) {
      const isChosen = this.#samples.some((sample, position) => position === index && this.#chosen.includes(sample));
      toggle.setAttribute("aria-pressed", String(isChosen));
      toggle.setAttribute("aria-disabled", String(isFull && !isChosen));
    }
    this.#count.textContent = `${this.#chosen.length} of at most ${MOST} chosen`;
    const [, none] = this.#tools;
    if (none !== undefined) none.disabled = this.#chosen.length === 0;
  }

  async #show(chosen: readonly Sample[]): Promise<void> {
    const images = chosen.map(({ pixels }) => pixels);
    const executions = images.length === 0 ? [] : await this.#engine.call("classifyPixels", { network: NETWORK, images });
    this.#list(chosen, executions);
    this.#subject = executions.length === 0 ? undefined : { network: NETWORK, executions };
    this.#onChange();
  }

  #list(chosen: readonly Sample[], executions: readonly Execution[]): void {
    const empty = h("li", { class: "hint" }, "Choose one or more. All of them go into one proof.");
    const items = executions.map((execution, index) => {
      const isOther = execution.label !== chosen[index]?.digit;
      return h(
        "li",
        { class: isOther ? "other" : undefined },
        thumbnail(execution, "What the network sees"),
        h("strong", {}, execution.class),
        h("small", {}, isOther ? `people: ${chosen[index]?.digit}` : ""),
      );
    });
    this.#chosenList.replaceChildren(...(items.length === 0 ? [empty] : items));
  }

  /** Loads the samples for people who open this tab first, and reports a failure. */
  loadOrTell(): void {
    this.load().catch(this.#onFailure);
  }
}

async function fetched(path: string): Promise<Response> {
  const response = await fetch(new URL(path, document.baseURI));
  if (!response.ok) throw new Error("The samples could not be loaded. Reload the page to try again.");
  return response;
}

function atRandom<T>(values: readonly T[], count: number): T[] {
  const rest = [...values];
  return Array.from({ length: Math.min(count, rest.length) }, () => rest.splice(Math.floor(Math.random() * rest.length), 1)[0] as T);
}
