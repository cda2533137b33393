import assert from "node:assert/strict";
import { test } from "node:test";
import { accountNow, ask, chainName, connect, explorer, isAddress, send } from "../src/wallet/chain.ts";
import type { Question, Step } from "../src/wallet/chain.ts";
import { discover } from "../src/wallet/provider.ts";
import type { Provider, Request, Wallet } from "../src/wallet/provider.ts";
import { reverted } from "../src/wallet/refusal.ts";

const ACCOUNT = `0x${"a1".repeat(20)}`;
const CONTRACT = `0x${"c0".repeat(20)}`;
const MODEL = `0x${"8d".repeat(32)}`;
const HASH = `0x${"77".repeat(32)}`;
const TRUE = `0x${"1".padStart(64, "0")}`;
/** Nodes and wallets write addresses in capitals or not. */
const RECEIPT = { to: CONTRACT.toUpperCase().replace("0X", "0x"), blockNumber: "0x10", status: "0x1", gasUsed: "0x91000" };
const WAIT = { every: 1, signal: new AbortController().signal };
const FALSE = `0x${"0".repeat(64)}`;
const QUESTION: Question = {
  contract: CONTRACT,
  chainId: 31337,
  account: ACCOUNT,
  modelId: MODEL,
  calldata: { modelId: "0x01", verify: "0x02", check: "0x03" },
};

type Answers = Record<string, unknown>;

/** Answers by method; `eth_call` by method and data. An answer that is an error is thrown, one that is a list is given one by one. */
class FakeWallet implements Provider {
  readonly requests: Request[] = [];
  readonly answers: Answers;
  constructor(answers: Answers = {}) {
    this.answers = {
      eth_requestAccounts: [[ACCOUNT]],
      eth_chainId: "0x7a69",
      eth_getCode: "0x6001",
      "eth_call 0x01": MODEL,
      "eth_call 0x02": TRUE,
      "eth_call 0x03": "0x",
      eth_estimateGas: "0x91a2b",
      eth_sendTransaction: HASH,
      eth_getTransactionReceipt: RECEIPT,
      ...answers,
    };
  }
  async request(request: Request): Promise<unknown> {
    this.requests.push(request);
    const [call] = request.params ?? [];
    const name = request.method === "eth_call" ? `eth_call ${(call as { data: string }).data}` : request.method;
    let answer = this.answers[name];
    if (Array.isArray(answer)) answer = answer.length > 1 ? answer.shift() : answer[0];
    if (answer instanceof Error || (typeof answer === "object" && answer !== null && "code" in answer)) throw answer;
    return answer;
  }
  sent(): unknown[] {
    return this.requests.filter(({ method }) => method === "eth_sendTransaction").map(({ params }) => params?.[0]);
  }
}

const error = (code: number, message: string, data?: unknown): object => ({ code, message, data });
const refused = (reason: number): string => `0xbd5adfec${reason.toString(16).padStart(64, "0")}`;
const noStep = (): void => undefined;

async function refusalOf(answers: Answers, question = QUESTION): Promise<string> {
  try {
    await ask(new FakeWallet(answers), question, noStep);
  } catch (thrown) {
    return (thrown as Error).message;
  }
  return assert.fail("nothing was refused");
}

test("connecting gives an account and its chain", async () => {
  assert.deepEqual(await connect(new FakeWallet()), { address: ACCOUNT, chainId: 31337 });
  assert.equal(chainName(31337), "a local chain (chain 31337)");
  assert.equal(chainName(5), "chain 5");
});

test("a person who declines is told so", async () => {
  const wallet = new FakeWallet({ eth_requestAccounts: error(4001, "User rejected the request.") });
  await assert.rejects(connect(wallet), /You declined this in your wallet/);
  const busy = new FakeWallet({ eth_requestAccounts: error(-32002, "Already processing") });
  await assert.rejects(connect(busy), /already asking you/);
  await assert.rejects(connect(new FakeWallet({ eth_requestAccounts: [[]] })), /gave no account/);
});

test("a true proof goes through code, model, gas and verdict, in this order", async () => {
  const wallet = new FakeWallet();
  const steps: Step[] = [];
  const { gas } = await ask(wallet, QUESTION, (step) => steps.push(step));
  assert.equal(gas, 0x91a2bn);
  assert.deepEqual(steps, ["code", "model", "gas", "verdict"]);
  assert.deepEqual(
    wallet.requests.map(({ method }) => method),
    ["eth_chainId", "eth_getCode", "eth_call", "eth_estimateGas", "eth_call", "eth_chainId"],
  );
});

test("nothing at the address is a sentence", async () => {
  assert.match(await refusalOf({ eth_getCode: "0x" }), /no contract at this address on a local chain/);
});

test("a contract for another model is asked nothing more", async () => {
  const wallet = new FakeWallet({ "eth_call 0x01": `0x${"11".repeat(32)}` });
  await assert.rejects(ask(wallet, QUESTION, noStep), /another network: model id 0x1111/);
  assert.equal(wallet.requests.length, 3);
});

test("a contract that is no verifier is a sentence", async () => {
  for (const answer of ["0x", "0x01", error(3, "execution reverted"), error(-32000, "execution reverted")]) {
    assert.match(await refusalOf({ "eth_call 0x01": answer }), /not a verifier of zklens/);
  }
  assert.match(await refusalOf({ "eth_call 0x02": "0x" }), /neither true nor false/);
});

test("a wallet on another chain than the one seen is refused before anything is asked", async () => {
  const wallet = new FakeWallet({ eth_chainId: "0x1" });
  await assert.rejects(ask(wallet, QUESTION, noStep), /now on Ethereum \(chain 1\), not on a local chain/);
  assert.equal(wallet.requests.length, 1);
});

test("a wallet that moves to another chain while it is asked gives no verdict", async () => {
  const wallet = new FakeWallet({ eth_chainId: ["0x7a69", "0x1"] });
  const steps: Step[] = [];
  await assert.rejects(ask(wallet, QUESTION, (step) => steps.push(step)), /now on Ethereum \(chain 1\), not on a local chain/);
  assert.deepEqual(steps, ["code", "model", "gas"]);
});

test("an account that is no longer shown is the one of before", async () => {
  const before = { address: ACCOUNT, chainId: 1 };
  const other = `0x${"a2".repeat(20)}`;
  assert.deepEqual(await accountNow(new FakeWallet({ eth_accounts: [[other]] }), before), { address: other, chainId: 31337 });
  assert.deepEqual(await accountNow(new FakeWallet({ eth_accounts: [[]] }), before), { address: ACCOUNT, chainId: 31337 });
  await assert.rejects(accountNow(new FakeWallet({ eth_accounts: error(4900, "Disconnected") }), before), /not connected to any chain/);
});

test("every reason of the contract is a sentence, however deep a wallet buries it", async () => {
  const buried = [
    error(3, "execution reverted", refused(1)),
    error(-32603, "Internal JSON-RPC error.", { code: 3, message: "execution reverted", data: refused(1) }),
    error(-32603, "Internal", { originalError: { code: 3, data: refused(1) } }),
  ];
  for (const answer of buried) {
    assert.match(await refusalOf({ eth_estimateGas: answer }), /no layout for this number of images/);
  }
  const sentences = Array.from({ length: 9 }, (_, index) => reverted(refused(index + 1)));
  assert.equal(new Set(sentences).size, 9);
  assert.ok(sentences.every((text) => /^The contract refuses this proof: .+\.$/.test(text)));
});

test("a verdict of false asks check for the reason", async () => {
  const why = error(3, "execution reverted", refused(9));
  assert.match(await refusalOf({ "eth_call 0x02": FALSE, "eth_call 0x03": why }), /refuses this proof: the proof is false/);
  assert.match(await refusalOf({ "eth_call 0x02": FALSE }), /says that the proof is false/);
});

test("a revert without a reason says nothing about the proof", async () => {
  assert.match(await refusalOf({ eth_estimateGas: error(3, "execution reverted", "0x") }), /says nothing about the proof/);
  assert.match(await refusalOf({ "eth_call 0x02": error(-32000, "execution reverted") }), /says nothing about the proof/);
  assert.match(reverted(refused(77)), /says nothing about the proof/);
});

test("a reason in words is passed on", () => {
  const words = Buffer.from("not today").toString("hex").padEnd(64, "0");
  const data = `0x08c379a0${"20".padStart(64, "0")}${"9".padStart(64, "0")}${words}`;
  assert.equal(reverted(data), "The contract refused: not today");
});

test("a transaction is sent to check and waited for", async () => {
  const wallet = new FakeWallet({ eth_getTransactionReceipt: [null, null, RECEIPT] });
  const hashes: string[] = [];
  const answered = await ask(wallet, QUESTION, noStep);
  const result = await send(answered, (hash) => hashes.push(hash), WAIT);
  assert.deepEqual(result, { hash: HASH, block: 16n, gasUsed: 0x91000n });
  assert.deepEqual(hashes, [HASH]);
  assert.deepEqual(wallet.sent(), [{ from: ACCOUNT, to: CONTRACT, data: "0x03" }]);
});

test("what is sent is what was asked, whatever becomes of the question", async () => {
  const wallet = new FakeWallet();
  const question = { ...QUESTION, calldata: { ...QUESTION.calldata } };
  const answered = await ask(wallet, question, noStep);
  Object.assign(question, { contract: `0x${"ee".repeat(20)}`, account: `0x${"ef".repeat(20)}` });
  question.calldata.check = "0x";
  await send(answered, noStep, WAIT);
  assert.deepEqual(wallet.sent(), [{ from: ACCOUNT, to: CONTRACT, data: "0x03" }]);
});

async function sendRefusal(answers: Answers, wait = WAIT): Promise<string> {
  const wallet = new FakeWallet();
  const answered = await ask(wallet, QUESTION, noStep);
  Object.assign(wallet.answers, answers);
  try {
    await send(answered, noStep, wait);
  } catch (thrown) {
    return (thrown as Error).message;
  }
  return assert.fail("nothing was refused");
}

test("a transaction that is declined, reverted or awaited no longer is a sentence", async () => {
  assert.match(await sendRefusal({ eth_sendTransaction: error(4001, "User denied") }), /Nothing was sent/);
  assert.match(await sendRefusal({ eth_getTransactionReceipt: { ...RECEIPT, status: "0x0" } }), /in block 16, but it was reverted/);
  assert.match(await sendRefusal({ eth_getTransactionReceipt: null }, { every: 1, signal: AbortSignal.abort() }), /no longer waits/);
});

test("a receipt of another address is not the contract's word", async () => {
  const other = `0x${"c1".repeat(20)}`;
  assert.match(await sendRefusal({ eth_getTransactionReceipt: { ...RECEIPT, to: other } }), new RegExp(`it went to ${other}, not to the contract`));
  for (const to of [null, undefined, "", CONTRACT.slice(0, -2)]) {
    assert.match(await sendRefusal({ eth_getTransactionReceipt: { ...RECEIPT, to } }), /it went elsewhere, not to the contract/);
  }
});

test("a receipt of another chain is not accepted, and the transaction is named", async () => {
  const text = await sendRefusal({ eth_chainId: ["0x7a69", "0x1"] });
  assert.match(text, /now on Ethereum \(chain 1\), not on a local chain/);
  assert.ok(text.includes(HASH), text);
});

test("whatever else a node says is passed on in one line", async () => {
  assert.equal(await refusalOf({ eth_getCode: new Error("no route\nstack") }), "Your wallet or its node answered: no route");
});

test("a transaction has a link where a place to look it up is known", () => {
  assert.equal(explorer(1, HASH), `https://etherscan.io/tx/${HASH}`);
  assert.equal(explorer(31337, HASH), undefined);
  assert.equal(explorer(1, "0x/../"), undefined);
});

test("addresses are 20 bytes", () => {
  assert.ok(isAddress(CONTRACT));
  for (const text of ["", "0x", CONTRACT.slice(2), `${CONTRACT}0`, `0x${"g".repeat(40)}`]) assert.ok(!isAddress(text));
});

test("wallets are found by announcement and in window.ethereum, each once", () => {
  const [one, two] = [new FakeWallet(), new FakeWallet()];
  const window = Object.assign(new EventTarget(), { ethereum: two });
  const announce = (uuid: unknown, provider: unknown): boolean =>
    window.dispatchEvent(Object.assign(new Event("eip6963:announceProvider"), { detail: { info: { uuid, name: "One" }, provider } }));
  window.addEventListener("eip6963:requestProvider", () => announce("1", one));
  let wallets: readonly Wallet[] = [];
  discover(window, (found) => (wallets = found));
  assert.deepEqual(wallets.map(({ name }) => name), ["One", "Wallet of this browser"]);
  announce("1", one);
  announce(7, one);
  announce("2", {});
  assert.equal(wallets.length, 2);
  announce("2", two);
  assert.deepEqual(wallets.map(({ provider }) => provider), [one, two]);
});

test("no wallet is an empty list", () => {
  let wallets: readonly Wallet[] | undefined;
  discover(new EventTarget(), (found) => (wallets = found));
  assert.deepEqual(wallets, []);
});
