/** Use an image file. */

import { code, context2d, facts, freshId, h } from "../dom.ts";
import type { Engine } from "../engine/engine.ts";
import type { Execution, ModelInfo } from "../engine/messages.ts";
import { bytes, message, networkTitle } from "../text.ts";
import { Answer, Seen } from "./answer.ts";
import { contents, dropzone } from "./dropzone.ts";
import type { Source, Subject } from "./subject.ts";

const FIRST_NETWORK = "fashion-mlp";
const EXPLANATION =
  "The file's pixels as they are stored, made grey and reduced to 28×28 as this network's definition says. The network sees nothing else.";

interface Chosen {
  readonly name: string;
  readonly file: Uint8Array;
}

export class ImageFile implements Source {
  readonly #engine: Engine;
  readonly #onChange: () => void;
  readonly #seen = new Seen(EXPLANATION);
  readonly #answer = new Answer();
  readonly #zone: HTMLElement;
  readonly #networks = h("fieldset", { class: "choice" }, h("legend", {}, "Network"));
  readonly #preview = h("canvas", { class: "preview", role: "img", hidden: true });
  readonly #facts = h("div", {});
  readonly #refusal = h("p", { class: "refusal", role: "alert", hidden: true });
  #models: readonly ModelInfo[] = [];
  #network = FIRST_NETWORK;
  #chosen: Chosen | undefined;
  #subject: Subject | undefined;
  #turn = 0;

  constructor(element: HTMLElement, engine: Engine, onChange: () => void) {
    this.#engine = engine;
    this.#onChange = onChange;
    const id = freshId();
    const zone = { title: "Drop an image, or choose one", hint: "JPEG, PNG, GIF, WebP or BMP, up to 64 MiB", accept: "image/jpeg,image/png,image/gif,image/webp,image/bmp" };
    this.#zone = dropzone(zone, ([file]) => file && void this.#take(file));
    element.append(
      h(
        "div",
        { class: "bench" },
        h(
          "section",
          { class: "card yours", "aria-labelledby": id },
          h("h2", { id }, "You bring a file"),
          this.#zone,
          this.#refusal,
          this.#preview,
          this.#facts,
          this.#networks,
        ),
        this.#seen.element,
        this.#answer.element,
      ),
    );
  }

  get subject(): Subject | undefined {
    return this.#subject;
  }

  set models(models: readonly ModelInfo[]) {
    this.#models = models;
    const name = freshId();
    const choices = models.map((model) => {
      const input = h("input", { type: "radio", name, value: model.name, checked: model.name === this.#network });
      input.addEventListener("change", () => {
        this.#network = model.name;
        void this.#classify();
      });
      return h("label", {}, input, networkTitle(model.name));
    });
    this.#networks.replaceChildren(h("legend", {}, "Network"), ...choices);
    this.#answer.classes = this.#classes();
  }

  lock(isLocked: boolean): void {
    this.#zone.inert = isLocked;
    this.#networks.disabled = isLocked;
  }

  #classes(): readonly string[] {
    return this.#models.find(({ name }) => name === this.#network)?.classes ?? [];
  }

  async #take(file: File): Promise<void> {
    try {
      this.#chosen = { name: file.name, file: await contents(file) };
      await Promise.all([this.#classify(), this.#show(file)]);
    } catch (error) {
      this.#refuse(error);
    }
  }

  async #classify(): Promise<void> {
    this.#turn += 1;
    const turn = this.#turn;
    this.#set(undefined);
    this.#answer.classes = this.#classes();
    if (this.#chosen === undefined) return;
    try {
      const execution = await this.#engine.call("classifyFile", { network: this.#network, file: this.#chosen.file });
      if (turn === this.#turn) this.#set(execution);
    } catch (error) {
      if (turn === this.#turn) this.#refuse(error);
    }
  }

  #set(execution: Execution | undefined): void {
    this.#refusal.hidden = true;
    this.#seen.show(execution);
    this.#answer.show(execution);
    this.#subject = execution && { network: this.#network, executions: [execution] };
    this.#facts.replaceChildren(...(execution && this.#chosen ? [fileFacts(this.#chosen, execution)] : []));
    this.#onChange();
  }

  #refuse(error: unknown): void {
    this.#chosen = undefined;
    this.#set(undefined);
    this.#preview.hidden = true;
    this.#refusal.textContent = message(error);
    this.#refusal.hidden = false;
  }

  /** The browser's own view of the file, for people; a file that it cannot show may still be one that the network can read. */
  async #show(file: File): Promise<void> {
    const bitmap = await createImageBitmap(file).catch(() => undefined);
    this.#preview.hidden = bitmap === undefined;
    if (bitmap === undefined) return;
    const scale = Math.min(1, 480 / Math.max(bitmap.width, bitmap.height));
    this.#preview.width = Math.max(1, Math.round(bitmap.width * scale));
    this.#preview.height = Math.max(1, Math.round(bitmap.height * scale));
    this.#preview.setAttribute("aria-label", `Preview of ${file.name}`);
    const context = context2d(this.#preview);
    context.imageSmoothingQuality = "high";
    context.drawImage(bitmap, 0, 0, this.#preview.width, this.#preview.height);
    bitmap.close();
  }
}

function fileFacts({ name, file }: Chosen, execution: Execution): HTMLElement {
  return facts([
    ["File", `${name}, ${bytes(file.length)}`],
    ["Label", String(execution.label)],
    ["Class", execution.class],
    ["Address", code(execution.ipfsUri ?? "")],
    ...(execution.exifOrientation === undefined ? [] : [["Turned", "Viewers turn or mirror this picture. The network sees it as it is stored."] as const]),
  ]);
}
