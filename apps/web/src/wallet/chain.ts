/** Asking a contract about a proof, through a wallet. All calldata comes from @zklens/wasm. */

import { isRecord } from "./provider.ts";
import type { Provider } from "./provider.ts";
import { Refusal, revertData, reverted, sentence } from "./refusal.ts";

export interface Account {
  readonly address: string;
  readonly chainId: number;
}

/** A question about a proof, and the contract to which it goes. */
export interface Question {
  readonly contract: string;
  /** The chain that the page shows. If the wallet is on another one, the question is refused. */
  readonly chainId: number;
  readonly account: string;
  /** The model id of the proof, as 0x and 64 digits. */
  readonly modelId: string;
  readonly calldata: { readonly modelId: string; readonly verify: string; readonly check: string };
}

export type Step = "code" | "model" | "gas" | "verdict";

/** Evidence that a contract has answered this question with true, through this wallet. Only `ask` makes one. */
class Answered {
  readonly gas: bigint;
  readonly #provider: Provider;
  readonly #question: Question;

  constructor(provider: Provider, question: Question, gas: bigint) {
    this.#provider = provider;
    this.#question = question;
    this.gas = gas;
  }

  get provider(): Provider {
    return this.#provider;
  }

  get question(): Question {
    return this.#question;
  }
}

export type { Answered };

export interface Receipt {
  readonly hash: string;
  readonly block: bigint;
  readonly gasUsed: bigint;
}

const CHAINS: Readonly<Record<number, string>> = {
  1: "Ethereum",
  10: "OP Mainnet",
  100: "Gnosis",
  137: "Polygon",
  8453: "Base",
  17000: "Holesky",
  31337: "a local chain",
  42161: "Arbitrum One",
  84532: "Base Sepolia",
  560048: "Hoodi",
  11155111: "Sepolia",
};

export function chainName(chainId: number): string {
  const name = CHAINS[chainId];
  return name === undefined ? `chain ${chainId}` : `${name} (chain ${chainId})`;
}

const EXPLORERS: Readonly<Record<number, string>> = {
  1: "https://etherscan.io",
  10: "https://optimistic.etherscan.io",
  100: "https://gnosisscan.io",
  137: "https://polygonscan.com",
  8453: "https://basescan.org",
  42161: "https://arbiscan.io",
  84532: "https://sepolia.basescan.org",
  560048: "https://hoodi.etherscan.io",
  11155111: "https://sepolia.etherscan.io",
};

/** The address of an explorer's page about a transaction, for chains whose explorer is known here. */
export function explorer(chainId: number, hash: string): string | undefined {
  const site = EXPLORERS[chainId];
  return site === undefined || !/^0x[0-9a-f]{64}$/i.test(hash) ? undefined : `${site}/tx/${hash}`;
}

export function isAddress(text: string): boolean {
  return /^0x[0-9a-f]{40}$/i.test(text);
}

/** Asks the wallet for an account and its chain. */
export async function connect(provider: Provider): Promise<Account> {
  return told(async () => {
    const accounts = await provider.request({ method: "eth_requestAccounts" });
    const address: unknown = Array.isArray(accounts) ? accounts[0] : undefined;
    if (typeof address !== "string" || !isAddress(address)) throw new Refusal("Your wallet gave no account.");
    return { address, chainId: await chainOf(provider) };
  });
}

/** The wallet's current account and chain, without asking the user. If the wallet shows no account, the known one stays. */
export async function accountNow(provider: Provider, before: Account): Promise<Account> {
  return told(async () => {
    const chainId = await chainOf(provider);
    const accounts = await provider.request({ method: "eth_accounts" });
    const address: unknown = Array.isArray(accounts) ? accounts[0] : undefined;
    return { chainId, address: typeof address === "string" && isAddress(address) ? address : before.address };
  });
}

/** Asks a contract, without a transaction: whether it exists, its model id, the cost of a transaction, and its verdict. */
export async function ask(provider: Provider, asked: Question, onStep: (step: Step, detail: string) => void): Promise<Answered> {
  // A copy, so that a later transaction asks the same question even if the caller changes its object.
  const question = { ...asked, calldata: { ...asked.calldata } };
  return told(async () => {
    await sameChain(provider, question);
    const code = await provider.request({ method: "eth_getCode", params: [question.contract, "latest"] });
    if (typeof code !== "string" || code === "0x") {
      throw new Refusal(`There is no contract at this address on ${chainName(question.chainId)}.`);
    }
    onStep("code", `${((code.length - 2) / 2).toLocaleString("en")} bytes of code`);
    const model = await contractModel(provider, question);
    if (model.toLowerCase() !== question.modelId.toLowerCase()) {
      throw new Refusal(`This contract is for another network: model id ${model}, and the proof's is ${question.modelId}.`);
    }
    onStep("model", model);
    const gas = await estimate(provider, question);
    onStep("gas", gas.toLocaleString("en"));
    await verdict(provider, question);
    await sameChain(provider, question);
    onStep("verdict", "true");
    return new Answered(provider, question, gas);
  });
}

/** Sends an answered question as a transaction to `check`, and waits for its block. */
export async function send(
  { provider, question }: Answered,
  onHash: (hash: string) => void,
  wait: Wait = { every: 1000, signal: new AbortController().signal },
): Promise<Receipt> {
  return told(async () => {
    await sameChain(provider, question);
    const transaction = { from: question.account, to: question.contract, data: question.calldata.check };
    const hash = await provider.request({ method: "eth_sendTransaction", params: [transaction] });
    if (typeof hash !== "string") throw new Refusal("Your wallet sent no transaction.");
    onHash(hash);
    const receipt = await mined(provider, question, hash, wait);
    const block = quantity(receipt["blockNumber"], "block");
    const to = receipt["to"];
    if (typeof to !== "string" || to.toLowerCase() !== question.contract.toLowerCase()) {
      const place = typeof to === "string" && isAddress(to) ? `to ${to}` : "elsewhere";
      throw new Refusal(`The transaction is in block ${block}, but it went ${place}, not to the contract that was asked. Whether the proof was accepted is not known.`);
    }
    if (receipt["status"] !== "0x1") {
      throw new Refusal(`The transaction is in block ${block}, but it was reverted: the proof was not accepted.`);
    }
    return { hash, block, gasUsed: quantity(receipt["gasUsed"], "gas") };
  });
}

export interface Wait {
  /** In milliseconds. */
  readonly every: number;
  readonly signal: AbortSignal;
}

async function mined(provider: Provider, question: Question, hash: string, { every, signal }: Wait): Promise<Record<string, unknown>> {
  for (;;) {
    const receipt = await provider.request({ method: "eth_getTransactionReceipt", params: [hash] });
    await sameChain(provider, question, `Look there for the transaction ${hash}.`);
    if (isRecord(receipt)) return receipt;
    if (signal.aborted) throw new Refusal("This page no longer waits. The transaction may still get into a block.");
    await new Promise((resolve) => setTimeout(resolve, every));
  }
}

async function chainOf(provider: Provider): Promise<number> {
  return Number(quantity(await provider.request({ method: "eth_chainId" }), "chain"));
}

async function sameChain(provider: Provider, { chainId }: Question, advice = "Switch it back."): Promise<void> {
  const now = await chainOf(provider);
  if (now !== chainId) throw new Refusal(`Your wallet is now on ${chainName(now)}, not on ${chainName(chainId)}. ${advice}`);
}

async function contractModel(provider: Provider, { contract, calldata }: Question): Promise<string> {
  const stranger = "The contract at this address gives no model id: it is not a verifier of zklens.";
  let answer: unknown;
  try {
    answer = await provider.request(call(contract, calldata.modelId));
  } catch (error) {
    if (isRevert(error)) throw new Refusal(stranger);
    throw error;
  }
  if (typeof answer !== "string" || !/^0x[0-9a-f]{64}$/i.test(answer)) throw new Refusal(stranger);
  return answer;
}

async function estimate(provider: Provider, { contract, account, calldata }: Question): Promise<bigint> {
  const transaction = { from: account, to: contract, data: calldata.check };
  return quantity(await provider.request({ method: "eth_estimateGas", params: [transaction] }), "gas");
}

/** Throws unless the contract calls the proof true. */
async function verdict(provider: Provider, { contract, calldata }: Question): Promise<void> {
  const answer = await provider.request(call(contract, calldata.verify));
  if (typeof answer !== "string" || !/^0x0{63}[01]$/.test(answer)) {
    throw new Refusal("The contract answered neither true nor false: it is not a verifier of zklens.");
  }
  if (answer.endsWith("1")) return;
  // `check` says why.
  await provider.request(call(contract, calldata.check));
  throw new Refusal("The contract says that the proof is false.");
}

function call(to: string, data: string): { method: string; params: unknown[] } {
  return { method: "eth_call", params: [{ to, data }, "latest"] };
}

function isRevert(error: unknown): boolean {
  return revertData(error) !== undefined || (isRecord(error) && (error["code"] === 3 || /revert/i.test(String(error["message"]))));
}

function quantity(value: unknown, what: string): bigint {
  if (typeof value === "string" && /^0x[0-9a-f]{1,64}$/i.test(value)) return BigInt(value);
  throw new Refusal(`Your wallet's node gave no ${what}.`);
}

/** Turns anything that was thrown into a refusal that people can read. */
async function told<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Refusal) throw error;
    const data = revertData(error);
    throw new Refusal(data === undefined && isRevert(error) ? reverted("0x") : sentence(error));
  }
}
