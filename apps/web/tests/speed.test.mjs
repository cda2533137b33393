// How long proving and verifying take in the browser, and how much the first load transfers. Numbers go to .measured.json.
import assert from "node:assert/strict";
import { test } from "node:test";
import { drawSeven, fact, measured, prove, root, start, visit, withCores } from "./page.mjs";

/** @import { Socket } from "node:net" */
/** @import { Page } from "playwright-core" */

const TIMES = 5;

/** @param {string} text */
function milliseconds(text) {
  const [, number, unit] = /([\d.]+) (ms|s)/.exec(text) ?? [];
  return Number(number) * (unit === "s" ? 1000 : 1);
}

/** @param {number[]} values */
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

/** The key, once, and medians of proving and verifying. @param {Page} page */
async function times(page) {
  let key = NaN;
  /** @type {number[]} */
  const proofs = [];
  /** @type {number[]} */
  const checks = [];
  for (let turn = 0; turn <= TIMES; turn += 1) {
    await prove(page);
    const time = await fact(page, ".result", "Time");
    if (turn === 0) key = milliseconds(/after (.*) for/.exec(time)?.[1] ?? "");
    proofs.push(milliseconds(time));
    await page.getByRole("button", { name: "Verify here" }).click();
    checks.push(milliseconds((await page.locator(".verdict .true").textContent()) ?? ""));
  }
  return { key, prove: median(proofs.slice(1)), verify: median(checks.slice(1)) };
}

for (const { build, omit, cores } of [
  { build: "one thread", omit: ["Cross-Origin-Embedder-Policy"], cores: 3 },
  { build: "threads", omit: [], cores: 3 },
]) {
  test(`proving and verifying with ${build}`, async () => {
    const site = await start({ omit });
    try {
      const { page, complaints } = await visit(site, {}, withCores(cores));
      const status = (await page.locator("#status").textContent()) ?? "";
      assert.equal(status === "Ready, with one thread", build === "one thread", status);
      await drawSeven(page);
      await page.locator("#source-draw .label", { hasText: /^7$/ }).waitFor();
      /** @type {Record<string, Awaited<ReturnType<typeof times>>>} */
      const all = { "mnist-cnn": await times(page) };
      await page.getByRole("tab", { name: "Use a file" }).click();
      await page.locator("#source-file input[type=file]").setInputFiles(`${root}examples/fashion/7_sneaker.jpg`);
      await page.locator("#source-file .label", { hasText: /^Sneaker$/ }).waitFor();
      all["fashion-mlp"] = await times(page);
      await page.getByLabel(/^A contract/).check();
      all["fashion-mlp, for a chain"] = await times(page);
      measured(`${status}, ms`, all);
      // Reported, not judged: how long it takes depends on what else this machine does.
      assert.deepEqual(complaints, []);
    } finally {
      await site.stop();
    }
  });
}

test("the first load takes at most 3 MB, compressed", async () => {
  const site = await start();
  try {
    /** @type {Socket[]} */
    const sockets = [];
    site.server.on("connection", (socket) => sockets.push(socket));
    const { page } = await visit(site, {}, withCores(3));
    const sent = () => sockets.reduce((sum, { bytesWritten }) => sum + bytesWritten, 0);
    measured("first load until ready, bytes sent", sent());
    await page.evaluate("navigator.serviceWorker.ready.then(() => undefined)");
    const total = sent();
    measured("first load with all that is kept for offline use, bytes sent", total);
    assert.ok(total > 0 && total <= 3_000_000, `${total} bytes`);
  } finally {
    await site.stop();
  }
});
