/** Ask a contract about a proof, through the user's own wallet. */

import { button, code, facts, freshId, h } from "../dom.ts";
import type { Engine } from "../engine/engine.ts";
import type { Layout } from "../engine/messages.ts";
import { message } from "../text.ts";
import { accountNow, ask, chainName, connect, explorer, isAddress, send } from "../wallet/chain.ts";
import type { Account, Answered, Step } from "../wallet/chain.ts";
import { discover } from "../wallet/provider.ts";
import type { Provider, Wallet } from "../wallet/provider.ts";

export interface ChainProof {
  readonly file: Uint8Array;
  readonly modelId: string;
  readonly layout: Layout | undefined;
}

const STEPS: Readonly<Record<Step, string>> = {
  code: "A contract is there",
  model: "It is for this network",
  gas: "Gas of a transaction",
  verdict: "It calls the proof",
};
const NOT_COMPARED =
  "This compares the model id that the contract gives. It does not compare the contract's code, and a contract can answer anything: zklens evm verify compares it.";
const MOVES = ["chainChanged", "accountsChanged"];
const LIFETIME = 10 * 60 * 1000;

let wallets: readonly Wallet[] = [];
const listeners = new Set<() => void>();

/** Called once, when the page starts. */
export function findWallets(): void {
  discover(window as never, (found) => {
    wallets = found;
    for (const listener of listeners) listener();
  });
}

export class Chain {
  readonly element = h("section", { class: "chain", hidden: true });
  readonly #engine: Engine;
  readonly #proof: ChainProof;
  readonly #body = h("div", {});
  readonly #wallet = h("select", { id: freshId() });
  readonly #walletField = h("div", { class: "field" });
  readonly #account = h("div", {});
  readonly #address = h("input", { type: "text", id: freshId(), autocomplete: "off", spellcheck: "false", placeholder: "0x…" });
  readonly #ask = button("Ask the contract", () => void this.#run(() => this.#asked()), { class: "primary" });
  readonly #connect = button("Connect", () => void this.#run(() => this.#connected()), { class: "primary" });
  readonly #steps = h("div", { "aria-live": "polite" });
  readonly #refusal = h("p", { class: "refusal", role: "alert", hidden: true });
  readonly #sendPlace = h("div", { "aria-live": "polite" });
  #connection: { provider: Provider; account: Account } | undefined;
  /** The question that was answered. Only this exact question can be sent as a transaction. */
  #answered: Answered | undefined;
  /** Grows whenever the question changes. If it grew during a task, the task's result is about an outdated question. */
  #turn = 0;
  #waiting: AbortController | undefined;
  #isBusy = false;
  #hasMoved = false;
  readonly #refresh = (): void => this.#listWallets();
  readonly #move = (): void => {
    if (this.#isBusy) this.#hasMoved = true;
    else void this.#run(() => this.#followed());
  };

  constructor(engine: Engine, proof: ChainProof) {
    this.#engine = engine;
    this.#proof = proof;
    const id = freshId();
    this.element.setAttribute("aria-labelledby", id);
    this.element.append(h("h4", { id, tabindex: -1 }, "Verify on a chain"), this.#body);
    this.#address.addEventListener("input", () => {
      this.#refusal.hidden = true;
      this.#forget();
    });
  }

  open(): void {
    if (this.element.hidden) this.#fill();
    this.element.hidden = false;
    this.element.querySelector("h4")?.focus();
  }

  close(): void {
    listeners.delete(this.#refresh);
    this.#waiting?.abort();
    for (const event of MOVES) this.#connection?.provider.removeListener?.(event, this.#move);
    this.#connection = undefined;
    this.#forget();
    this.element.hidden = true;
  }

  #fill(): void {
    if (this.#proof.layout === "fast") {
      this.#body.replaceChildren(h("p", {}, "This proof was made for people. Contracts take another kind: choose “A contract” above, and prove again."));
      return;
    }
    listeners.add(this.#refresh);
    this.#walletField.replaceChildren(h("label", { for: this.#wallet.id }, "Wallet"), this.#wallet);
    this.#body.replaceChildren(
      h("p", { class: "hint" }, "Your wallet shows the proof, the label and the context to its node. Asking is free; a transaction costs gas and is public."),
      this.#walletField,
      this.#account,
      this.#refusal,
      this.#steps,
      this.#sendPlace,
    );
    this.#listWallets();
  }

  #listWallets(): void {
    if (this.#connection !== undefined) return;
    this.#wallet.replaceChildren(...wallets.map(({ id, name }) => h("option", { value: id }, name)));
    this.#walletField.hidden = wallets.length < 2;
    if (wallets.length > 0) this.#account.replaceChildren(h("div", { class: "tools" }, this.#connect));
    else this.#account.replaceChildren(h("p", { class: "note" }, "This browser has no wallet that the page can see. Install one, for instance as an extension, and reload; or download the proof and use zklens evm verify."));
  }

  async #run(work: () => Promise<void>): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    this.#address.readOnly = true;
    this.#refusal.hidden = true;
    this.element.setAttribute("aria-busy", "true");
    await this.#tried(work);
    while (this.#hasMoved) {
      this.#hasMoved = false;
      await this.#tried(() => this.#followed());
    }
    this.#isBusy = false;
    this.#address.readOnly = false;
    this.element.removeAttribute("aria-busy");
  }

  async #tried(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#refusal.textContent = message(error);
      this.#refusal.hidden = false;
    }
  }

  /** Forgets the answer: it is about a question that is no longer on the page. */
  #forget(): void {
    this.#turn += 1;
    this.#answered = undefined;
    this.#steps.replaceChildren();
    this.#sendPlace.replaceChildren();
  }

  async #connected(): Promise<void> {
    const wallet = wallets.find(({ id }) => id === this.#wallet.value) ?? wallets[0];
    if (wallet === undefined) return;
    const turn = this.#turn;
    const account = await connect(wallet.provider);
    if (turn !== this.#turn) return;
    this.#connection = { provider: wallet.provider, account };
    for (const event of MOVES) wallet.provider.on?.(event, this.#move);
    this.#walletField.hidden = true;
    this.#address.value = remembered(account.chainId);
    this.#showAccount(account);
    this.#address.focus();
  }

  #showAccount(account: Account): void {
    const form = h("form", { class: "field" }, h("label", { for: this.#address.id }, "Address of the verifier contract"), this.#address, h("div", { class: "tools" }, this.#ask));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#run(() => this.#asked());
    });
    this.#account.replaceChildren(facts([["Chain", chainName(account.chainId)], ["Account", code(account.address)]]), form);
  }

  /** Called when the wallet changes its chain or account: earlier answers no longer count. */
  async #followed(): Promise<void> {
    const connection = this.#connection;
    if (connection === undefined) return;
    const { provider, account } = connection;
    let now: Account | undefined;
    try {
      now = await accountNow(provider, account);
    } finally {
      // The result of a transaction comes from the chain, so it counts even if another account is chosen now.
      if (this.#answered !== undefined || now?.chainId !== account.chainId) this.#forgetAndSay();
    }
    if (this.#connection !== connection || (now.chainId === account.chainId && now.address === account.address)) return;
    this.#connection = { provider, account: now };
    if (now.chainId !== account.chainId) this.#address.value = remembered(now.chainId);
    this.#showAccount(now);
  }

  #forgetAndSay(): void {
    const hadAnswer = this.#answered !== undefined;
    this.#forget();
    if (hadAnswer) this.#steps.replaceChildren(h("p", { class: "note" }, "Your wallet says that its chain or account has changed. What the contract said before no longer counts."));
  }

  async #asked(): Promise<void> {
    if (this.#connection === undefined) throw new Error("Connect a wallet first.");
    const { provider, account } = this.#connection;
    this.#forget();
    const turn = this.#turn;
    const contract = this.#address.value.trim();
    if (!isAddress(contract)) throw new Error("An address is 0x and 40 hexadecimal digits.");
    const list = h("ol", { class: "steps" });
    this.#steps.replaceChildren(list);
    const calldata = await this.#engine.call("calldata", { file: this.#proof.file });
    const question = { contract, chainId: account.chainId, account: account.address, modelId: this.#proof.modelId, calldata };
    const answered = await ask(provider, question, (step, detail) => list.append(h("li", {}, h("span", {}, STEPS[step]), code(detail))));
    remember(question.chainId, contract);
    if (turn === this.#turn) this.#offer(answered);
  }

  #offer(answered: Answered): void {
    this.#answered = answered;
    this.#sendPlace.replaceChildren(
      h("p", { class: "true" }, h("strong", {}, "The contract says: true."), " This answer comes from your wallet's node; nothing is written on the chain."),
      h("div", { class: "tools" }, button("Send it as a transaction", () => void this.#run(() => this.#sent()))),
      h("p", { class: "hint" }, NOT_COMPARED),
    );
  }

  async #sent(): Promise<void> {
    const answered = this.#answered;
    if (answered === undefined) throw new Error("Ask the contract first.");
    this.#answered = undefined;
    const turn = this.#turn;
    const { contract, chainId } = answered.question;
    const status = h("div", {}, h("p", {}, "Your wallet asks you."));
    this.#sendPlace.replaceChildren(status);
    this.#waiting = new AbortController();
    const timer = setTimeout(() => this.#waiting?.abort(), LIFETIME);
    let isSent = false;
    const onHash = (hash: string): void => {
      isSent = true;
      status.replaceChildren(facts([["Transaction", transaction(chainId, hash)]]), h("p", {}, "Waiting for its block…"));
    };
    try {
      const { hash, block, gasUsed } = await send(answered, onHash, { every: 1000, signal: this.#waiting.signal });
      status.replaceChildren(
        h("p", { class: "true" }, h("strong", {}, "The chain has accepted the proof.")),
        facts([["Contract", code(contract)], ["Transaction", transaction(chainId, hash)], ["Block", block.toLocaleString("en")], ["Gas used", gasUsed.toLocaleString("en")], ["Result", "true"]]),
        h("p", { class: "hint" }, NOT_COMPARED),
      );
    } catch (error) {
      status.querySelector("p")?.remove();
      if (!isSent && turn === this.#turn) this.#offer(answered);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }
}

function transaction(chainId: number, hash: string): HTMLElement {
  const href = explorer(chainId, hash);
  return href === undefined ? code(hash) : h("a", { href, target: "_blank", rel: "noopener noreferrer" }, code(hash));
}

function remembered(chainId: number): string {
  try {
    return localStorage.getItem(`contract on ${chainId}`) ?? "";
  } catch {
    return "";
  }
}

/** Remembers the address for the next visit, if the browser allows it. */
function remember(chainId: number, contract: string): void {
  try {
    localStorage.setItem(`contract on ${chainId}`, contract);
  } catch {
    // The browser stores nothing; the page works without it.
  }
}
