// A browser with a fresh profile, and the built page in it.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { pageServer } from "../serve.mjs";

/** @import { AddressInfo } from "node:net" */
/** @import { AxeResults } from "axe-core" */
/** @import { Browser, BrowserContextOptions, Page } from "playwright-core" */

export const root = fileURLToPath(new URL("../../../", import.meta.url));
const dist = fileURLToPath(new URL("../dist", import.meta.url));
const screenshots = fileURLToPath(new URL("../.screenshots/", import.meta.url));
const measurements = fileURLToPath(new URL("../.measured.json", import.meta.url));
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Starts a browser. */
export async function browse() {
  const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
  assert.ok(existsSync(executablePath), `${executablePath} is missing: apt-get install chromium, or set CHROMIUM`);
  return chromium.launch({ executablePath, args: FLAGS, headless: true });
}

/** Starts a server and a browser. */
export async function start(/** @type {{ omit?: readonly string[] }} */ options = {}) {
  assert.ok(existsSync(dist), "apps/web/dist is missing: npm run build");
  const server = pageServer(dist, options);
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {AddressInfo} */ (server.address());
  const browser = await browse();
  return {
    server,
    browser,
    origin: `http://127.0.0.1:${port}`,
    async stop() {
      await browser.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(() => resolve(undefined)));
    },
  };
}

/**
 * A tab of a fresh profile, with all that it asks for and complains about.
 * @param {{ browser: Browser, origin: string }} site
 * @param {BrowserContextOptions} [options]
 * @param {(page: Page) => Promise<unknown>} [prepare]
 */
export async function visit({ browser, origin }, options = {}, prepare = async () => {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  /** @type {string[]} */
  const complaints = [];
  /** @type {string[]} */
  const requests = [];
  page.on("console", (line) => ["error", "warning"].includes(line.type()) && complaints.push(line.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  context.on("request", (request) => requests.push(request.url()));
  await prepare(page);
  await page.goto(origin);
  await ready(page);
  return { context, page, complaints, requests };
}

/** For `prepare`: lets the page think that there are so many cores. One of them it leaves free; 3 give two threads. */
export const withCores = (/** @type {number} */ cores) => (/** @type {Page} */ page) =>
  page.addInitScript(`Object.defineProperty(navigator, "hardwareConcurrency", { get: () => ${cores} })`);

/** Waits until the package is loaded. */
export async function ready(/** @type {Page} */ page) {
  await page.locator("#status", { hasText: /^Ready/ }).or(page.locator("#failure:visible")).first().waitFor();
  assert.equal(await page.locator("#failure").textContent(), "");
}

/** A seven, by mouse. */
export async function drawSeven(/** @type {Page} */ page) {
  await drawLines(page, [[[0.28, 0.24], [0.5, 0.23], [0.72, 0.24], [0.6, 0.5], [0.44, 0.82]]]);
}

/**
 * Lines in shares of the pad, by mouse.
 * @param {Page} page
 * @param {[number, number][][]} lines
 */
export async function drawLines(page, lines) {
  await page.locator(".pad").scrollIntoViewIfNeeded();
  const box = await page.locator(".pad").boundingBox();
  assert.ok(box);
  for (const [first, ...rest] of lines) {
    assert.ok(first);
    const at = (/** @type {[number, number]} */ [x, y]) => /** @type {const} */ ([box.x + x * box.width, box.y + y * box.height]);
    await page.mouse.move(...at(first));
    await page.mouse.down();
    for (const point of rest) await page.mouse.move(...at(point), { steps: 8 });
    await page.mouse.up();
  }
}

/** Proves what is on the page and waits for the result. */
export async function prove(/** @type {Page} */ page) {
  await page.locator(".go button.primary").click();
  await page.locator(".result:visible, .prover > .refusal:visible").first().waitFor();
  const refusal = page.locator(".prover > .refusal:visible");
  assert.equal(await refusal.count(), 0, (await refusal.count()) > 0 ? ((await refusal.textContent()) ?? "") : "");
}

/**
 * A value of the result's list.
 * @param {Page} page
 * @param {string} within
 * @param {string} name
 */
export async function fact(page, within, name) {
  const row = page.locator(`${within} .facts > div`).filter({ has: page.locator("dt", { hasText: new RegExp(`^${name}$`) }) });
  return (await row.first().locator("dd").textContent()) ?? "";
}

/** @param {Page} page @param {string} name */
export async function screenshot(page, name) {
  mkdirSync(screenshots, { recursive: true });
  await page.screenshot({ path: `${screenshots}${name}.png`, fullPage: true });
}

/** Keeps a number for the report. @param {string} name @param {unknown} value */
export function measured(name, value) {
  const all = existsSync(measurements) ? JSON.parse(readFileSync(measurements, "utf8")) : {};
  writeFileSync(measurements, `${JSON.stringify({ ...all, [name]: value }, null, 2)}\n`);
}

/** Findings of axe that are serious or worse. */
export async function axe(/** @type {Page} */ page) {
  // The page's Content-Security-Policy lets no script in from outside; the debugger may.
  const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  await page.evaluate(source);
  const { violations } = /** @type {AxeResults} */ (await page.evaluate("axe.run(document, { resultTypes: ['violations'] })"));
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}
