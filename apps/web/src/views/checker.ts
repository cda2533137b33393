/** Verify a proof that somebody else has sent. */

import { button, code, facts, h } from "../dom.ts";
import type { Engine } from "../engine/engine.ts";
import type { ErrorName, Inspection, Trusted, Verified } from "../engine/messages.ts";
import { bytes, duration, isZero, labelled, message } from "../text.ts";
import { Chain } from "./chain.ts";
import { contents, dropzone } from "./dropzone.ts";
import { strip } from "./strip.ts";

const KNOWN_BY = {
  shipped: "it comes with this page, and so does its model id",
  model: "from the network file that you gave: this page derived the model id from it",
  key: "a key file says so; it can call itself anything, so compare the model id with one that you trust",
};

/** Names of errors that mean that the file itself is wrong. */
const FALSE: readonly string[] = ["BadProof", "FalseProof"] satisfies ErrorName[];

export class Checker {
  readonly #engine: Engine;
  readonly #output = h("div", { class: "checked", "aria-live": "polite" });
  readonly #other = h("details", {});
  #trusted: Trusted = {};
  readonly #trustedName = h("p", { class: "hint" });
  #last: { name: string; file: Uint8Array } | undefined;
  #chain: Chain | undefined;

  constructor(element: HTMLElement, engine: Engine) {
    this.#engine = engine;
    const proof = { title: "Drop a proof, or choose one", hint: "A .zkp file", accept: ".zkp" };
    const trusted = { title: "A network or key file", hint: ".zkl or .zkk", accept: ".zkl,.zkk" };
    element.append(
      h(
        "div",
        { class: "card" },
        dropzone(proof, ([file]) => file && void this.#take(file)),
        this.#output,
        this.#other,
      ),
    );
    this.#other.append(
      h("summary", {}, "The proof is about a network that does not come with this page"),
      h("p", { class: "hint" }, "Give the network (.zkl) or its verifying key (.zkk), from a source that you trust."),
      dropzone(trusted, ([file]) => file && void this.#trust(file)),
      this.#trustedName,
    );
  }

  async #trust(file: File): Promise<void> {
    try {
      const bytes = await contents(file);
      this.#trusted = file.name.endsWith(".zkk") ? { key: bytes } : { network: bytes };
      this.#trustedName.textContent = `Proofs are now checked against ${file.name}.`;
      if (this.#last !== undefined) await this.#check(this.#last.name, this.#last.file);
    } catch (error) {
      this.#trustedName.textContent = message(error);
    }
  }

  async #take(file: File): Promise<void> {
    try {
      await this.#check(file.name, await contents(file));
    } catch (error) {
      this.#refuse(file.name, error);
    }
  }

  async #check(name: string, file: Uint8Array): Promise<void> {
    this.#last = { name, file };
    this.#chain?.close();
    this.#output.replaceChildren(h("p", {}, "Verifying…"));
    try {
      const inspection = await this.#engine.call("inspect", { file });
      const verified = await this.#engine.call("verify", { file, trusted: this.#trusted });
      this.#show(name, file, inspection, verified);
    } catch (error) {
      this.#refuse(name, error);
    }
  }

  #refuse(name: string, error: unknown): void {
    const isAboutFile = error instanceof Error && FALSE.includes(error.name);
    const title = isAboutFile ? "This file proves nothing." : "This proof could not be checked.";
    this.#output.replaceChildren(h("div", { class: "refusal" }, h("h2", {}, title), h("p", {}, `${name}: ${message(error)}`)));
    if (error instanceof Error && error.name === "UnknownNetwork") this.#other.open = true;
  }

  #show(name: string, file: Uint8Array, inspection: Inspection, { verification, milliseconds }: Verified): void {
    const { labels, classes, context, model, modelId, knownBy, layout } = verification;
    const seen = labels.map((label, index) => labelled(label, classes[index] ?? String(label)));
    const pictures = labels.length === 1 ? "a picture" : `${labels.length} pictures`;
    const chain = new Chain(this.#engine, { file, modelId, layout });
    this.#chain = chain;
    this.#output.replaceChildren(
      h("h2", { class: "true" }, "The proof is true."),
      h("p", { class: "sentence" }, `Whoever made it had ${pictures} in which ${model} sees `, h("strong", {}, seen.join(", ")), "."),
      strip(file),
      facts([
        ["Label", labels.join(", ")],
        ["Picture", inspection.public ? "not in the file, but it can be compared: see below" : "not in this file; its maker can show it only if they kept its opening"],
        ["Network", `${model}: ${KNOWN_BY[knownBy]}`],
        ["Model id", code(modelId)],
        ["Context", isZero(context) ? "none: whoever has this proof can use it anywhere" : h("span", {}, code(context), " Is it the one that you asked for?")],
        ["File", `${name}, ${bytes(file.length)}, verified in ${duration(milliseconds)}`],
      ]),
      ...(inspection.public ? [this.#comparison(file, labels.length)] : []),
      ...(layout === "chain" ? [h("div", { class: "tools" }, button("Verify on a chain", () => chain.open())), chain.element] : []),
    );
  }

  #comparison(file: Uint8Array, count: number): HTMLElement {
    const output = h("div", { "aria-live": "polite" });
    const title = count === 1 ? "Is it this image?" : `Is it these ${count} images, in this order?`;
    const zone = { title, hint: "Drop or choose image files to compare", accept: "image/*", multiple: count > 1 };
    return h("div", { class: "comparison" }, dropzone(zone, (files) => void this.#compare(file, files, output)), output);
  }

  async #compare(file: Uint8Array, files: readonly File[], output: HTMLElement): Promise<void> {
    try {
      const images = await Promise.all(files.map(contents));
      const same = await this.#engine.call("compareImages", { file, images, trusted: this.#trusted });
      output.replaceChildren(
        h("p", { class: "true" }, h("strong", {}, "Yes."), " The network was given exactly these pixels."),
        facts(same.map(({ ipfsUri }, index) => [files[index]?.name ?? "", code(ipfsUri)])),
      );
    } catch (error) {
      output.replaceChildren(h("p", { class: "refusal" }, message(error)));
    }
  }
}
