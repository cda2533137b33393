// Verifying on a chain: a node of its own, a contract deployed by the CLI, and a wallet that passes everything on to the node.
// Needs ZKLENS, the built command line, and Foundry's anvil (contracts/run.sh installs it).
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { after, before, test } from "node:test";
import { drawSeven, fact, measured, prove, ready, root, screenshot, start, visit } from "./page.mjs";

/** @import { ChildProcess } from "node:child_process" */
/** @import { Page } from "playwright-core" */

const ACCOUNT = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
const OTHER_ACCOUNT = "0x70997970c51812dc3a010c7d01b50e0d17dc79c8";

/** @type {Awaited<ReturnType<typeof start>>} */
let site;
/** @type {ChildProcess} */
let anvil;
let node = "";
let contract = "";
let otherContract = "";
/** What the wallet refuses, by method: a JSON-RPC error to throw once. @type {Map<string, object>} */
const refusals = new Map();
let chainId = "";
/** Of the wallet; the node's first one otherwise. */
let account = "";
/** What the wallet waits for before it answers a method, once. @type {Map<string, Promise<void>>} */
const delays = new Map();
/** What the wallet was asked to send. @type {unknown[]} */
const sent = [];

before(async () => {
  const zklens = process.env["ZKLENS"];
  assert.ok(zklens !== undefined && existsSync(zklens), "this test needs ZKLENS, the path of the built command line: cargo build --release --bin zklens");
  site = await start();
  anvil = spawn(process.env["ANVIL"] ?? `${root}contracts/run.sh`, [...(process.env["ANVIL"] === undefined ? ["anvil"] : []), "--port", "0"]);
  node = await new Promise((resolve, reject) => {
    let text = "";
    const fail = () => reject(new Error(`anvil did not start: ${text}`));
    setTimeout(fail, 60_000).unref();
    anvil.on("exit", fail);
    for (const stream of [anvil.stdout, anvil.stderr]) {
      stream?.on("data", (data) => {
        text += data;
        const address = /Listening on (\S+)/.exec(text)?.[1];
        if (address !== undefined) resolve(`http://${address}`);
      });
    }
  });
  const deploy = (/** @type {string} */ model) =>
    JSON.parse(
      execFileSync(zklens, ["evm", "deploy", "--json", "--model", model, "--batches", "1,16", "--rpc-url", node, "--unlocked", ACCOUNT], { encoding: "utf8" }),
    ).contract;
  contract = deploy("mnist-cnn");
  otherContract = deploy("fashion-mlp");
});

after(async () => {
  anvil?.kill();
  await site?.stop();
});

/** @param {string} method @param {readonly unknown[]} params */
async function rpc(method, params) {
  const delay = delays.get(method);
  delays.delete(method);
  await delay;
  const refusal = refusals.get(method);
  refusals.delete(method);
  if (refusal !== undefined) return { error: refusal };
  if (method === "eth_sendTransaction") sent.push(params[0]);
  if (method === "eth_chainId" && chainId !== "") return { result: chainId };
  if (method === "eth_accounts" && account !== "") return { result: [account] };
  const name = method === "eth_requestAccounts" ? "eth_accounts" : method;
  const response = await fetch(node, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: name, params }),
  });
  return /** @type {{ result?: unknown, error?: object }} */ (await response.json());
}

/** @param {Page} page */
async function withWallet(page) {
  await page.exposeFunction("zklensTestRpc", rpc);
  await page.addInitScript(() => {
    /** @type {Set<() => void>} */
    const listeners = new Set();
    Object.assign(window, { zklensTestListeners: listeners });
    const provider = {
      on: (/** @type {string} */ _event, /** @type {() => void} */ listener) => listeners.add(listener),
      removeListener: (/** @type {string} */ _event, /** @type {() => void} */ listener) => listeners.delete(listener),
      async request(/** @type {{ method: string, params?: unknown[] }} */ { method, params = [] }) {
        const { result, error } = await /** @type {any} */ (window).zklensTestRpc(method, params);
        if (error !== undefined) throw error;
        return result;
      },
    };
    const detail = Object.freeze({ info: { uuid: "1", name: "Test wallet", icon: "", rdns: "test" }, provider });
    window.addEventListener("eip6963:requestProvider", () => window.dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail })));
  });
}

/** Draws, proves for a contract and connects. @param {Page} page */
async function connected(page) {
  await drawSeven(page);
  await page.locator("#source-draw .label", { hasText: /^7$/ }).waitFor();
  await page.getByLabel(/^A contract/).check();
  await prove(page);
  await page.getByRole("button", { name: "Verify on a chain" }).click();
  await page.getByRole("button", { name: "Connect" }).click();
}

/** @param {Page} page @param {string} address */
async function ask(page, address) {
  await page.getByLabel("Address of the verifier contract").fill(address);
  await page.getByRole("button", { name: "Ask the contract" }).click();
  await page.locator('.chain:not([aria-busy="true"])').waitFor();
}

/** Lets the wallet say that its chain or its account is another one. @param {Page} page */
const move = (page) => page.evaluate("zklensTestListeners.forEach((listener) => listener())");

/** What the wallet waits for at its next `method`, and how to end that. @param {string} method */
function held(method) {
  let release = () => {};
  delays.set(method, new Promise((resolve) => (release = resolve)));
  return release;
}

/** Nothing that was answered is on the page, and nothing can be sent. @param {Page} page */
async function isForgotten(page) {
  assert.equal(await page.locator(".chain .true").count(), 0);
  assert.equal(await page.locator(".chain .steps").count(), 0);
  assert.equal(await page.getByRole("button", { name: "Send it as a transaction" }).count(), 0);
}

/** @param {Page} page */
async function isTrue(page) {
  await page.locator(".chain .true, .chain .refusal:visible").first().waitFor();
  const refusals = await page.locator(".chain .refusal:visible").allTextContents();
  assert.deepEqual(refusals, []);
}

/** @param {Page} page */
const refusal = async (page) => {
  const place = page.locator(".chain .refusal:visible");
  await place.waitFor();
  return (await place.textContent()) ?? "";
};

test("a proof made here is true for a contract, asked and by transaction", async () => {
  const { page, context, complaints, requests } = await visit(site, {}, withWallet);
  await connected(page);
  await page.locator(".chain dd", { hasText: "a local chain (chain 31337)" }).waitFor();
  await ask(page, contract);
  await isTrue(page);
  const steps = await page.locator(".chain .steps li").allTextContents();
  assert.equal(steps.length, 4, steps.join());
  measured("gas that the node estimates", await page.locator(".chain .steps li code").nth(2).textContent());
  await page.getByRole("button", { name: "Send it as a transaction" }).click();
  await page.locator(".chain .true", { hasText: "The chain has accepted the proof." }).waitFor();
  assert.match(await fact(page, ".chain div[aria-live]", "Transaction"), /^0x[0-9a-f]{64}$/);
  assert.match(await fact(page, ".chain div[aria-live]", "Block"), /^\d+$/);
  assert.equal(await fact(page, ".chain div[aria-live]", "Contract"), contract);
  assert.match((await page.locator(".chain div[aria-live] .hint").textContent()) ?? "", /does not compare the contract's code/);
  await screenshot(page, "desktop-chain");
  const { result } = await rpc("eth_getTransactionReceipt", [await fact(page, ".chain div[aria-live]", "Transaction")]);
  assert.equal(/** @type {{ status: string }} */ (result).status, "0x1");

  // The address is remembered for this chain.
  await page.reload();
  await ready(page);
  await connected(page);
  assert.equal(await page.getByLabel("Address of the verifier contract").inputValue(), contract);
  assert.deepEqual(complaints, []);
  assert.deepEqual(requests.filter((url) => !url.startsWith(site.origin)), []);
  await context.close();
});

test("another address in the field takes the answer back", async () => {
  const { page, context } = await visit(site, {}, withWallet);
  await connected(page);
  await ask(page, contract);
  await isTrue(page);
  const field = page.getByLabel("Address of the verifier contract");
  await field.fill(`0x${"12".repeat(20)}`);
  await isForgotten(page);
  await field.fill(contract);
  await isForgotten(page);

  // Even if the field says nothing of its change, what is sent is what was asked.
  await ask(page, contract);
  await isTrue(page);
  await field.evaluate((/** @type {HTMLInputElement} */ input) => (input.value = `0x${"12".repeat(20)}`));
  sent.length = 0;
  await page.getByRole("button", { name: "Send it as a transaction" }).click();
  await page.locator(".chain .true", { hasText: "The chain has accepted the proof." }).waitFor();
  assert.deepEqual(sent.map((transaction) => /** @type {{ to: string }} */ (transaction).to), [contract]);
  await field.fill(`0x${"12".repeat(20)}`);
  await isForgotten(page);
  await context.close();
});

test("a wallet that moves while the page is busy is followed when it no longer is", async () => {
  const { page, context } = await visit(site, {}, withWallet);
  await connected(page);
  const field = page.getByLabel("Address of the verifier contract");
  await field.fill(contract);
  /** @param {() => void} change */
  const askAndMove = async (change) => {
    const release = held("eth_getCode");
    await page.getByRole("button", { name: "Ask the contract" }).click();
    await page.locator('.chain[aria-busy="true"]').waitFor();
    assert.equal(await field.getAttribute("readonly"), "");
    change();
    await move(page);
    release();
    await page.locator('.chain:not([aria-busy="true"])').waitFor();
    await isForgotten(page);
  };
  try {
    await askAndMove(() => (account = OTHER_ACCOUNT));
    assert.equal((await fact(page, ".chain", "Account")).toLowerCase(), OTHER_ACCOUNT);
    await page.getByText("What the contract said before no longer counts").waitFor();
    assert.equal(await field.inputValue(), contract);

    await askAndMove(() => (chainId = "0x1"));
    assert.match(await refusal(page), /now on Ethereum \(chain 1\), not on a local chain/);
    assert.equal(await fact(page, ".chain", "Chain"), "Ethereum (chain 1)");

    chainId = "";
    await move(page);
    await page.locator(".chain dd", { hasText: "a local chain (chain 31337)" }).waitFor();
    await ask(page, contract);
    await isTrue(page);
    await move(page);
    await page.getByText("What the contract said before no longer counts").waitFor();
    await isForgotten(page);
  } finally {
    [account, chainId] = ["", ""];
  }
  await context.close();
});

test("a wallet that was connected is no longer listened to when the proof is gone", async () => {
  const { page, context } = await visit(site, {}, withWallet);
  await connected(page);
  await page.getByLabel("Address of the verifier contract").waitFor();
  assert.notEqual(await page.evaluate("zklensTestListeners.size"), 0);
  await prove(page);
  assert.equal(await page.evaluate("zklensTestListeners.size"), 0);
  await context.close();
});

test("sixteen pictures in one proof are true for a contract", async () => {
  const { page, context } = await visit(site, {}, withWallet);
  await page.getByRole("tab", { name: "Choose samples" }).click();
  for (let index = 0; index < 16; index += 1) await page.locator(".sample").nth(index).click();
  await page.locator(".chosen strong").nth(15).waitFor();
  await page.getByLabel(/^A contract/).check();
  await prove(page);
  await page.getByRole("button", { name: "Verify on a chain" }).click();
  await page.getByRole("button", { name: "Connect" }).click();
  await ask(page, contract);
  await isTrue(page);
  await context.close();
});

test("a proof with two pictures has no layout in this contract, and that is said", async () => {
  const { page, context } = await visit(site, {}, withWallet);
  await page.getByRole("tab", { name: "Choose samples" }).click();
  for (let index = 0; index < 2; index += 1) await page.locator(".sample").nth(index).click();
  await page.locator(".chosen strong").nth(1).waitFor();
  await page.getByLabel(/^A contract/).check();
  await prove(page);
  await page.getByRole("button", { name: "Verify on a chain" }).click();
  await page.getByRole("button", { name: "Connect" }).click();
  await ask(page, contract);
  assert.match(await refusal(page), /no layout for this number of images/);
  await context.close();
});

test("every refusal is a sentence", async () => {
  const { page, context } = await visit(site, {}, withWallet);
  await drawSeven(page);
  await page.locator("#source-draw .label", { hasText: /^7$/ }).waitFor();
  await prove(page);
  await page.getByRole("button", { name: "Verify on a chain" }).click();
  await page.getByText("This proof was made for people.").waitFor();

  await page.getByLabel(/^A contract/).check();
  await prove(page);
  await page.getByRole("button", { name: "Verify on a chain" }).click();
  refusals.set("eth_requestAccounts", { code: 4001, message: "User rejected the request." });
  await page.getByRole("button", { name: "Connect" }).click();
  assert.match(await refusal(page), /^You declined this in your wallet/);
  await page.getByRole("button", { name: "Connect" }).click();
  await ask(page, "0x12");
  assert.match(await refusal(page), /40 hexadecimal digits/);
  await ask(page, `0x${"12".repeat(20)}`);
  assert.match(await refusal(page), /no contract at this address/);
  await ask(page, otherContract);
  assert.match(await refusal(page), /for another network/);
  chainId = "0x1";
  await ask(page, contract);
  assert.match(await refusal(page), /now on Ethereum \(chain 1\)/);
  chainId = "";
  await ask(page, contract);
  await isTrue(page);
  refusals.set("eth_sendTransaction", { code: 4001, message: "User rejected the request." });
  await page.getByRole("button", { name: "Send it as a transaction" }).click();
  assert.match(await refusal(page), /Nothing was sent/);
  await page.getByRole("button", { name: "Send it as a transaction" }).waitFor();
  await screenshot(page, "desktop-declined");
  await context.close();
});

test("without a wallet the page says what to do", async () => {
  const { page, context } = await visit(site);
  await drawSeven(page);
  await page.locator("#source-draw .label", { hasText: /^7$/ }).waitFor();
  await page.getByLabel(/^A contract/).check();
  await prove(page);
  await page.getByRole("button", { name: "Verify on a chain" }).click();
  await page.getByText("This browser has no wallet that the page can see.").waitFor();
  await context.close();
});
