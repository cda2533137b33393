/** Make a proof about the current picture; then download it, verify it, or verify it on a chain. */

import { button, code, facts, freshId, h } from "../dom.ts";
import { Cancelled } from "../engine/engine.ts";
import type { Engine } from "../engine/engine.ts";
import type { Layout, Progress, Proved, Stage } from "../engine/messages.ts";
import { bytes, duration, isZero, message } from "../text.ts";
import { Chain } from "./chain.ts";
import { strip } from "./strip.ts";
import type { Subject } from "./subject.ts";

const STAGES: Readonly<Record<Stage, string>> = {
  key: "Preparing the network's key",
  witness: "Running the network, every number written down",
  commit: "Sealing the numbers in commitments",
  lookups: "Showing that every number is in its range",
  sumcheck: "Tying each layer to the one before",
  opening: "Opening the seals at one random point",
  check: "Verifying the finished proof",
};

export class Prover {
  readonly #engine: Engine;
  readonly #onBusy: (isBusy: boolean) => void;
  readonly #layoutName = freshId();
  readonly #options = h("div", { class: "options" });
  readonly #context = h("input", { type: "text", id: freshId(), autocomplete: "off", spellcheck: "false", placeholder: "0x and 64 hexadecimal digits" });
  readonly #public = h("input", { type: "checkbox", id: freshId() });
  readonly #prove = button("Prove it", () => void this.#run(), { class: "primary" });
  readonly #cancel = button("Cancel", () => this.#controller?.abort(), { hidden: true });
  readonly #need = h("p", { class: "hint" });
  readonly #progress = h("div", { class: "progress", hidden: true });
  readonly #bar = h("progress", { max: 1, value: 0, "aria-label": "How far the proof is" });
  readonly #stage = h("p", { class: "stage", role: "status" });
  readonly #clock = h("span", { class: "clock" });
  readonly #refusal = h("p", { class: "refusal", role: "alert", hidden: true });
  readonly #result = h("div", { class: "result", hidden: true });
  #subject: Subject | undefined;
  #proved: Subject | undefined;
  #controller: AbortController | undefined;
  #earlier: HTMLElement | undefined;
  #chain: Chain | undefined;

  constructor(element: HTMLElement, engine: Engine, onBusy: (isBusy: boolean) => void) {
    this.#engine = engine;
    this.#onBusy = onBusy;
    const id = freshId();
    this.#fillOptions();
    this.#progress.append(this.#bar, h("div", { class: "stageline" }, this.#stage, this.#clock));
    element.append(
      h(
        "section",
        { class: "card prover", "aria-labelledby": id },
        h("h2", { id }, "You prove"),
        h("div", { class: "start" }, this.#options, h("div", { class: "go" }, this.#prove, this.#cancel, this.#need)),
        this.#progress,
        this.#refusal,
        this.#result,
      ),
    );
    this.subject = undefined;
  }

  set subject(subject: Subject | undefined) {
    this.#subject = subject;
    const count = subject?.executions.length ?? 0;
    this.#prove.disabled = count === 0 || this.#controller !== undefined;
    this.#prove.textContent = count > 1 ? `Prove all ${count}` : "Prove it";
    this.#need.textContent = count === 0 ? "There is no picture yet." : count === 1 ? "" : "All of them in one proof.";
    if (this.#earlier !== undefined) this.#earlier.hidden = this.#proved === subject;
  }

  #fillOptions(): void {
    const choice = (layout: Layout, label: string, detail: string): HTMLElement => {
      const input = h("input", { type: "radio", name: this.#layoutName, value: layout, checked: layout === "fast" });
      return h("label", {}, input, h("span", {}, label, h("small", {}, detail)));
    };
    const hintId = freshId();
    this.#context.setAttribute("aria-describedby", hintId);
    this.#options.append(
      h(
        "fieldset",
        { class: "choice" },
        h("legend", {}, "Who will check it?"),
        choice("fast", "People", "with zklens or this page; quicker to make"),
        choice("chain", "A contract", "on a chain, and people too; cheaper there"),
      ),
      h(
        "details",
        {},
        h("summary", {}, "More choices"),
        h("label", { for: this.#context.id, class: "above" }, "Context"),
        this.#context,
        h("p", { class: "hint", id: hintId }, "Whoever asks you for a proof may name 32 bytes, so that nobody can use it elsewhere. Leave it empty otherwise."),
        h("label", { class: "check" }, this.#public, h("span", {}, "Let people check a picture against it", h("small", {}, "Whoever has the picture, or guesses it, can then tell that it is the one: the proof no longer hides it."))),
      ),
    );
  }

  #layout(): Layout {
    const chosen = this.#options.querySelector<HTMLInputElement>(`input[name="${this.#layoutName}"]:checked`);
    return chosen?.value === "chain" ? "chain" : "fast";
  }

  async #run(): Promise<void> {
    const subject = this.#subject;
    if (subject === undefined || this.#controller !== undefined) return;
    const controller = new AbortController();
    this.#controller = controller;
    const stopClock = this.#begin();
    const context = this.#context.value.trim();
    try {
      const input = {
        network: subject.network,
        layout: this.#layout(),
        images: subject.executions.map(({ pixels }) => pixels),
        isPublic: this.#public.checked,
        ...(context === "" ? {} : { context }),
      };
      const options = { signal: controller.signal, onProgress: (progress: Progress) => this.#tell(progress) };
      this.#show(subject, await this.#engine.call("prove", input, options), input.layout, input.isPublic);
    } catch (error) {
      this.#refuse(error instanceof Cancelled ? "Cancelled. No proof was made." : message(error), error instanceof Cancelled);
    } finally {
      stopClock();
      this.#controller = undefined;
      this.#end();
    }
  }

  /** Starts the clock, and returns the function that stops it. */
  #begin(): () => void {
    const started = performance.now();
    const tick = (): void => {
      this.#clock.textContent = `${((performance.now() - started) / 1000).toFixed(1)} s`;
    };
    tick();
    const timer = setInterval(tick, 100);
    this.#onBusy(true);
    this.#chain?.close();
    this.#refusal.hidden = true;
    this.#result.hidden = true;
    this.#options.inert = true;
    this.#bar.value = 0;
    this.#stage.textContent = "Starting";
    this.#progress.hidden = false;
    this.#cancel.hidden = false;
    if (document.activeElement === this.#prove) this.#cancel.focus();
    this.#prove.hidden = true;
    return () => clearInterval(timer);
  }

  #end(): void {
    this.#onBusy(false);
    this.#options.inert = false;
    this.#progress.hidden = true;
    this.#prove.hidden = false;
    const hadFocus = document.activeElement === this.#cancel;
    this.#cancel.hidden = true;
    this.subject = this.#subject;
    if (!hadFocus) return;
    if (this.#result.hidden) this.#prove.focus();
    else this.#result.querySelector("h3")?.focus();
  }

  #tell({ stage, index, count }: Progress): void {
    if (this.#controller === undefined || this.#controller.signal.aborted) return;
    this.#bar.max = Math.max(1, count);
    this.#bar.value = index;
    this.#stage.textContent = STAGES[stage];
  }

  #refuse(text: string, isQuiet: boolean): void {
    this.#refusal.textContent = text;
    this.#refusal.classList.toggle("quiet", isQuiet);
    this.#refusal.hidden = false;
  }

  #show(subject: Subject, { proof, milliseconds, keyMilliseconds }: Proved, layout: Layout, isPublic: boolean): void {
    this.#proved = subject;
    this.#earlier = h("p", { class: "note", hidden: true }, "This proof is about the picture that you had before.");
    const verdict = h("div", { class: "verdict", "aria-live": "polite" });
    const chainPlace = h("div", {});
    this.#chain = new Chain(this.#engine, { file: proof.file, modelId: proof.modelId, layout });
    chainPlace.append(this.#chain.element);
    const chain = this.#chain;
    const count = proof.labels.length;
    const names = proof.classes.join(", ");
    this.#result.replaceChildren(
      h("h3", { tabindex: -1 }, count === 1 ? `Proved: the network sees ${names} in a picture${isPublic ? "." : " that stays hidden."}` : `Proved: the network sees ${names} in ${count} pictures${isPublic ? "." : " that stay hidden."}`),
      this.#earlier,
      strip(proof.file),
      facts([
        ["Proof file", `${bytes(proof.file.length)}, of which the proof is ${bytes(proof.proofBytes)}`],
        ["Time", duration(milliseconds) + (keyMilliseconds < 10 ? "" : `, after ${duration(keyMilliseconds)} for the network's key, once`)],
        ["Model id", code(proof.modelId)],
        ["Context", isZero(proof.context) ? "none: whoever has this proof can use it anywhere" : code(proof.context)],
      ]),
      h(
        "div",
        { class: "tools" },
        downloadLink(proof.file, fileName(subject, proof.labels)),
        button("Verify here", () => void this.#verify(proof.file, verdict)),
        button("Verify on a chain", () => chain.open()),
      ),
      verdict,
      chainPlace,
    );
    this.#result.hidden = false;
  }

  async #verify(file: Uint8Array, verdict: HTMLElement): Promise<void> {
    verdict.replaceChildren(h("p", {}, "Verifying…"));
    try {
      const { verification, milliseconds } = await this.#engine.call("verify", { file, trusted: {} });
      verdict.replaceChildren(
        h("p", { class: "true" }, h("strong", {}, "The proof is true."), ` Verified here in ${duration(milliseconds)}: the network ${verification.model} sees ${verification.classes.join(", ")}.`),
      );
    } catch (error) {
      verdict.replaceChildren(h("p", { class: "refusal" }, message(error)));
    }
  }
}

function fileName({ network }: Subject, labels: readonly number[]): string {
  return labels.length === 1 ? `${network}-${labels[0]}.zkp` : `${network}-${labels.length}-images.zkp`;
}

function downloadLink(file: Uint8Array, name: string): HTMLElement {
  return button("Download the proof", () => {
    const url = URL.createObjectURL(new Blob([new Uint8Array(file)], { type: "application/octet-stream" }));
    h("a", { href: url, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  }, { class: "primary" });
}
