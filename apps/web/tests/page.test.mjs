// The page in a real browser: `npm run build && npm run test:browser`.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { DIGITS } from "./digits.mjs";
import { axe, drawLines, drawSeven, fact, measured, prove, ready, root, screenshot, start, visit, withCores } from "./page.mjs";

/** @import { Page } from "playwright-core" */

/** @type {Awaited<ReturnType<typeof start>>} */
let site;
const scratch = mkdtempSync(join(tmpdir(), "zklens-page-"));
before(async () => {
  site = await start();
});
after(async () => {
  rmSync(scratch, { recursive: true });
  await site?.stop();
});

/** The downloaded proof. @param {Page} page */
async function download(page, name = "proof.zkp") {
  const waiting = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download the proof" }).click();
  const path = join(scratch, name);
  const file = await waiting;
  assert.match(file.suggestedFilename(), /\.zkp$/);
  await file.saveAs(path);
  return path;
}

/** Gives the checker a file. @param {Page} page @param {string} path */
async function check(page, path) {
  await page.getByRole("link", { name: "Check a proof" }).click();
  await page.locator("#checker input[type=file]").first().setInputFiles(path);
  await page.locator(".checked h2").waitFor();
}

test("a drawn 7 is seen, proved, verified here, downloaded and verified by a stranger", async () => {
  const { page, context, complaints, requests } = await visit(site);
  assert.equal(await page.evaluate("crossOriginIsolated"), true);
  await drawSeven(page);
  await page.locator(".answer .label:visible", { hasText: /^7$/ }).waitFor();
  assert.match((await page.locator("#source-draw .bars .first").textContent()) ?? "", /^7\d/);
  await screenshot(page, "desktop-draw");
  await prove(page);
  assert.match((await page.locator(".result h3").textContent()) ?? "", /^Proved: the network sees 7 in a picture that stays hidden\.$/);
  assert.match(await fact(page, ".result", "Model id"), /^0x[0-9a-f]{64}$/);
  await page.getByRole("button", { name: "Verify here" }).click();
  assert.match((await page.locator(".verdict .true").textContent()) ?? "", /^The proof is true\..* mnist-cnn sees 7\.$/);
  await screenshot(page, "desktop-proved");
  const path = await download(page);

  await check(page, path);
  assert.equal(await page.locator(".checked h2").textContent(), "The proof is true.");
  assert.equal(await fact(page, ".checked", "Label"), "7");
  assert.match(await fact(page, ".checked", "Network"), /^mnist-cnn: it comes with this page/);
  // Of a proof that may be somebody else's, made with other software.
  assert.equal(await fact(page, ".checked", "Picture"), "not in this file; its maker can show it only if they kept its opening");
  await screenshot(page, "desktop-check");

  if (process.env["ZKLENS"] !== undefined) {
    const verified = JSON.parse(execFileSync(process.env["ZKLENS"], ["verify", "--json", path], { encoding: "utf8" }));
    assert.equal(verified.verified, true);
    assert.equal(verified.images[0].label, 7);
  }
  assert.deepEqual(complaints, []);
  assert.deepEqual(requests.filter((url) => !url.startsWith(site.origin) && !url.startsWith("blob:")), []);
  await context.close();
});

const BUILDS = /** @type {const} */ ([["one thread", 2], ["threads", 3]]);

test("each digit, drawn large or small, is seen as what it is", async () => {
  const { page, context } = await visit(site);
  for (const [digit, lines] of DIGITS.entries()) {
    const small = lines.map((line) => line.map(([x, y]) => /** @type {[number, number]} */ ([0.3 + 0.2 * x, 0.6 + 0.2 * y])));
    for (const each of [lines, small]) {
      await drawLines(page, each);
      await page.locator("#source-draw .label", { hasText: new RegExp(`^${digit}$`) }).waitFor();
      await page.getByRole("button", { name: "Clear" }).click();
      await page.locator("#source-draw .label", { hasText: "–" }).waitFor();
    }
  }
  await context.close();
});

test("undo and clear do what they say, and the pen can be moved by keys", async () => {
  const { page, context } = await visit(site);
  const label = page.locator("#source-draw .label");
  await drawLines(page, [[[0.5, 0.2], [0.5, 0.8]]]);
  await page.locator("#source-draw .label", { hasText: /^1$/ }).waitFor();
  await drawLines(page, [[[0.3, 0.3], [0.7, 0.3]]]);
  await page.getByRole("button", { name: "Undo" }).click();
  await page.locator("#source-draw .label", { hasText: /^1$/ }).waitFor();
  await page.getByRole("button", { name: "Clear" }).click();
  await page.locator("#source-draw .label", { hasText: "–" }).waitFor();
  assert.equal(await page.locator(".go button.primary").isDisabled(), true);
  await page.locator(".pad").focus();
  for (const key of ["ArrowUp", "ArrowUp", "ArrowUp", "ArrowUp", "ArrowUp", "ArrowUp", "ArrowUp", "ArrowUp", " "]) await page.keyboard.press(key);
  for (let step = 0; step < 16; step += 1) await page.keyboard.press("ArrowDown");
  await page.locator("#source-draw .label", { hasText: /^1$/ }).waitFor();
  assert.equal(await label.textContent(), "1");
  await context.close();
});

test("a finger draws as a mouse does", async () => {
  const { page, context } = await visit(site, { viewport: { width: 360, height: 780 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 });
  const box = await page.locator(".pad").boundingBox();
  assert.ok(box);
  const client = await context.newCDPSession(page);
  const touch = (/** @type {string} */ type, /** @type {number[]} */ ...point) =>
    client.send("Input.dispatchTouchEvent", {
      type: /** @type {"touchStart"} */ (type),
      touchPoints: point.length === 0 ? [] : [{ x: box.x + (point[0] ?? 0) * box.width, y: box.y + (point[1] ?? 0) * box.height }],
    });
  await touch("touchStart", 0.28, 0.24);
  for (let step = 1; step <= 10; step += 1) await touch("touchMove", 0.28 + 0.044 * step, 0.24);
  for (let step = 1; step <= 10; step += 1) await touch("touchMove", 0.72 - 0.028 * step, 0.24 + 0.058 * step);
  await touch("touchEnd");
  await page.locator("#source-draw .label", { hasText: /^7$/ }).waitFor();
  assert.equal(await page.evaluate("scrollY"), 0);
  await context.close();
});

test("sixteen samples go into one proof", async () => {
  const { page, context, complaints } = await visit(site);
  await page.getByRole("tab", { name: "Choose samples" }).click();
  const samples = page.locator(".sample");
  for (let index = 0; index < 16; index += 1) await samples.nth(index).click();
  assert.equal(await page.locator('.sample[aria-disabled="true"]').count(), 44);
  await samples.nth(20).click({ force: true });
  assert.equal(await page.locator(".count").textContent(), "16 of at most 16 chosen");
  await page.locator(".chosen strong").nth(15).waitFor();
  const labels = await page.locator(".chosen strong").allTextContents();
  const digits = JSON.parse(readFileSync(new URL("../public/samples/digits.json", import.meta.url), "utf8")).samples;
  assert.deepEqual(labels, digits.slice(0, 16).map((/** @type {{ digit: number }} */ { digit }) => String(digit)));
  await screenshot(page, "desktop-samples");
  await prove(page);
  assert.match((await page.locator(".result h3").textContent()) ?? "", /in 16 pictures that stay hidden\.$/);
  measured(`mnist-cnn, 16 images: ${await page.locator("#status").textContent()}`, await fact(page, ".result", "Time"));
  const path = await download(page, "sixteen.zkp");
  await check(page, path);
  assert.equal(await fact(page, ".checked", "Label"), labels.join(", "));
  assert.deepEqual(complaints, []);
  await context.close();
});

test("every example has the address and the label that examples.json says", async () => {
  const { page, context, complaints } = await visit(site);
  const examples = JSON.parse(readFileSync(`${root}examples/examples.json`, "utf8"));
  await page.getByRole("tab", { name: "Use a file" }).click();
  for (const { file, label, class: name, model, cid } of examples) {
    await page.locator(`#source-file input[value="${model}"]`).check();
    await page.locator("#source-file input[type=file]").setInputFiles(`${root}examples/${file}`);
    await page.locator("#source-file .facts dd", { hasText: `${file.split("/")[1]}, ` }).waitFor();
    assert.equal(await fact(page, "#source-file", "Address"), `ipfs://${cid}`, file);
    assert.equal(await fact(page, "#source-file", "Label"), String(label), file);
    assert.equal(await fact(page, "#source-file", "Class"), name, file);
  }
  assert.deepEqual(complaints, []);
  await context.close();
});

test("a dropped JPEG is previewed, proved, and can be compared with the proof if that is public", async () => {
  const { page, context, complaints } = await visit(site);
  const sneaker = `${root}examples/fashion/7_sneaker.jpg`;
  await page.getByRole("tab", { name: "Use a file" }).click();
  const bytes = [...readFileSync(sneaker)];
  const transfer = await page.evaluateHandle((data) => {
    const list = new DataTransfer();
    list.items.add(new File([new Uint8Array(data)], "7_sneaker.jpg", { type: "image/jpeg" }));
    return list;
  }, bytes);
  await page.locator("#source-file .dropzone").dispatchEvent("drop", { dataTransfer: transfer });
  await page.locator("#source-file .label", { hasText: /^Sneaker$/ }).waitFor();
  await page.locator("#source-file .preview").waitFor();
  assert.equal(await fact(page, "#source-file", "Address"), "ipfs://QmWjtPo46BPrRdWQTPgXVbet1mwa29XrzznEWnVBgqUX9V");
  await screenshot(page, "desktop-file");

  await page.getByText("More choices").click();
  await page.getByLabel("Let people check a picture against it").check();
  await page.getByLabel("Context").fill("0x1234");
  await page.locator(".go button.primary").click();
  await page.locator(".prover > .refusal:visible").waitFor();
  assert.match((await page.locator(".prover > .refusal").textContent()) ?? "", /32 bytes|64/);
  const word = `0x${"ab".repeat(32)}`;
  await page.getByLabel("Context").fill(word);
  await prove(page);
  assert.equal(await page.locator(".result h3").textContent(), "Proved: the network sees Sneaker in a picture.");
  const path = await download(page, "sneaker.zkp");
  await check(page, path);
  assert.match(await fact(page, ".checked", "Context"), new RegExp(`^${word}`));
  const compare = page.locator(".comparison input[type=file]");
  await compare.setInputFiles(sneaker);
  await page.locator(".comparison .true").waitFor();
  assert.match((await page.locator(".comparison code").textContent()) ?? "", /^ipfs:\/\/QmWjtPo46/);
  await compare.setInputFiles(`${root}examples/fashion/8_bag.png`);
  await page.locator(".comparison .refusal").waitFor();
  await screenshot(page, "desktop-compared");
  assert.deepEqual(complaints, []);
  await context.close();
});

test("a file that is no image is refused with a sentence, and another one is welcome", async () => {
  const { page, context } = await visit(site);
  await page.getByRole("tab", { name: "Use a file" }).click();
  const path = join(scratch, "note.jpg");
  writeFileSync(path, "this is no picture");
  await page.locator("#source-file input[type=file]").setInputFiles(path);
  await page.locator("#source-file .refusal:visible").waitFor();
  assert.match((await page.locator("#source-file .refusal").textContent()) ?? "", /^[A-Zn].*\.$/);
  await page.locator("#source-file input[type=file]").setInputFiles(`${root}examples/fashion/8_bag.png`);
  await page.locator("#source-file .label", { hasText: /^Bag$/ }).waitFor();
  assert.equal(await page.locator("#source-file .refusal").isVisible(), false);
  await context.close();
});

test("a proof file that was tampered with is refused with a sentence", async () => {
  const { page, context, complaints } = await visit(site);
  await drawSeven(page);
  await page.locator("#source-draw .label", { hasText: /^7$/ }).waitFor();
  await prove(page);
  const good = readFileSync(await download(page));
  /** @type {[string, Buffer][]} */
  const bad = [
    ["flipped", Buffer.from(good.map((byte, index) => (index === good.length - 100 ? byte ^ 1 : byte)))],
    ["cut", good.subarray(0, good.length - 32)],
    ["longer", Buffer.concat([good, Buffer.from([0])])],
    ["empty", Buffer.alloc(0)],
    ["other", readFileSync(`${root}examples/fashion/8_bag.png`)],
  ];
  const sentences = [];
  for (const [name, bytes] of bad) {
    const path = join(scratch, `${name}.zkp`);
    writeFileSync(path, bytes);
    await check(page, path);
    await page.locator(".checked .refusal p", { hasText: `${name}.zkp: ` }).waitFor();
    assert.equal(await page.locator(".checked h2").textContent(), "This file proves nothing.");
    const text = (await page.locator(".checked .refusal p").textContent()) ?? "";
    assert.match(text, /^\w+\.zkp: .{10,}[.!]$/);
    assert.doesNotMatch(text, /undefined|\[object|Error:|unreachable/);
    sentences.push(text);
  }
  measured("refusals of tampered files", sentences);
  await screenshot(page, "desktop-refused");
  assert.deepEqual(complaints, []);
  await context.close();
});

for (const [build, cores] of BUILDS) {
  test(`the prover can be cancelled, and used again, with ${build}`, async () => {
    const { page, context, complaints } = await visit(site, {}, withCores(cores));
    assert.equal((await page.locator("#status").textContent()) === "Ready, with one thread", build === "one thread");
    await page.getByRole("tab", { name: "Choose samples" }).click();
    await page.getByRole("button", { name: "Choose 16 at random" }).click();
    await page.locator(".chosen strong").nth(15).waitFor();
    for (const wait of [0, 60, 150]) {
      await page.locator(".go button.primary").click();
      await page.waitForTimeout(wait);
      await page.getByRole("button", { name: "Cancel" }).click();
      await page.locator(".prover > .refusal:visible").waitFor();
      assert.equal(await page.locator(".prover > .refusal").textContent(), "Cancelled. No proof was made.");
      assert.equal(await page.locator(".result:visible").count(), 0);
    }
    await prove(page);
    assert.match((await page.locator(".result h3").textContent()) ?? "", /^Proved/);
    assert.deepEqual(complaints, []);
    await context.close();
  });
}

test("the page goes on while a proof is made: no frame comes more than 100 ms late, stages are named", async () => {
  const { page, context } = await visit(site);
  await page.getByRole("tab", { name: "Choose samples" }).click();
  await page.getByRole("button", { name: "Choose 16 at random" }).click();
  await page.locator(".chosen strong").nth(15).waitFor();
  await page.waitForTimeout(500);
  // Whatever else runs on this machine delays frames too. What the page itself does to them, it does every time.
  const gaps = [];
  for (let turn = 0; turn < 3; turn += 1) {
    await page.evaluate(watch);
    await prove(page);
    const { gap, stages } = await page.evaluate(() => {
      const { seen } = /** @type {{ seen: Seen }} */ (/** @type {unknown} */ (window));
      seen.isOver = true;
      return seen;
    });
    gaps.push(Math.round(gap));
    assert.ok(stages.length >= 3, stages.join());
    if (turn === 0) measured("stages seen", stages);
  }
  measured("largest frame gap of each of three proofs, ms", gaps);
  assert.ok(Math.min(...gaps) < 100, `frames came after ${gaps.join(", ")} ms`);
  await context.close();
});

/** @typedef {{ gap: number, stages: string[], isOver: boolean }} Seen */

/** Runs in the page: the longest time between two frames, and the stages that were named. */
function watch() {
  /** @type {Seen} */
  const seen = { gap: 0, stages: [], isOver: false };
  Object.assign(window, { seen });
  let last = performance.now();
  const frame = (/** @type {number} */ now) => {
    seen.gap = Math.max(seen.gap, now - last);
    last = now;
    const stage = document.querySelector(".stage")?.textContent ?? "";
    if (stage !== "" && seen.stages.at(-1) !== stage) seen.stages.push(stage);
    if (!seen.isOver) requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}

/** Waits until the service worker answers for the page. @param {Page} page */
async function controlled(page) {
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    if (navigator.serviceWorker.controller === null) {
      await new Promise((resolve) => navigator.serviceWorker.addEventListener("controllerchange", resolve));
    }
  });
}

test("with the service worker, what lies beside the page is itself, and what does not exist is not the page", async () => {
  const { page, context } = await visit(site);
  await controlled(page);
  await page.getByRole("link", { name: "where they come from" }).click();
  await page.waitForURL(`${site.origin}/samples/LICENSE.md`);
  assert.match(await page.locator("body").innerText(), /^# .*MNIST/s);
  const missing = await page.goto(`${site.origin}/nothing/here`);
  assert.equal(missing?.status(), 404);
  assert.match(await page.locator("body").innerText(), /^not found\s*$/);

  // README: after the first load the browser asks for nothing but the service worker's own script.
  /** @type {string[]} */
  const asked = [];
  const listener = (/** @type {{ url?: string }} */ { url }) => asked.push(url ?? "");
  site.server.on("request", listener);
  await page.goto(`${site.origin}/?again`);
  await ready(page);
  site.server.off("request", listener);
  assert.deepEqual(asked.filter((url) => !url.startsWith("/sw.js?")), []);
  await context.close();
});

for (const [build, cores] of BUILDS) {
  test(`after the first load the page works offline, isolated as before, with ${build}`, async () => {
    const { page, context, complaints } = await visit(site, {}, withCores(cores));
    await controlled(page);
    await context.setOffline(true);
    await new Promise((resolve) => site.server.close(() => resolve(undefined)) && site.server.closeAllConnections());
    try {
      await page.goto(`${site.origin}/samples/LICENSE.md`);
      assert.match(await page.locator("body").innerText(), /^# .*MNIST/s);
      await page.goto(`${site.origin}/index.html?offline#prove`);
      await ready(page);
      assert.equal(await page.evaluate("crossOriginIsolated"), true);
      await page.getByRole("tab", { name: "Choose samples" }).click();
      await page.locator(".sample").nth(59).waitFor();
      await page.getByRole("tab", { name: "Draw a digit" }).click();
      await drawSeven(page);
      await page.locator("#source-draw .label", { hasText: /^7$/ }).waitFor();
      await prove(page);
      assert.deepEqual(complaints, []);
    } finally {
      await context.close();
      const { port } = new URL(site.origin);
      await new Promise((resolve) => site.server.listen(Number(port), "127.0.0.1", () => resolve(undefined)));
    }
  });
}

test("nobody is kept out: axe finds nothing serious, on any page, in light, dark and forced colours, at any size", async () => {
  const looks = {
    desktop: {},
    dark: /** @type {const} */ ({ colorScheme: "dark" }),
    contrast: /** @type {const} */ ({ forcedColors: "active" }),
    phone: { viewport: { width: 360, height: 780 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true },
  };
  for (const [name, options] of Object.entries(looks)) {
    const { page, context } = await visit(site, { ...options, reducedMotion: "reduce" });
    const look = async (/** @type {string} */ what) => {
      assert.deepEqual(await axe(page), [], `${name}, ${what}`);
      const width = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
      assert.ok(width <= 0, `${name}, ${what}: ${width} pixels wider than the screen`);
      await page.waitForTimeout(200);
      await screenshot(page, `${name}-${what}`);
    };
    await look("empty");
    await drawSeven(page);
    await page.locator("#source-draw .label", { hasText: /^7$/ }).waitFor();
    await page.getByText("More choices").click();
    await page.getByLabel(/^A contract/).check();
    await prove(page);
    await page.getByRole("button", { name: "Verify here" }).click();
    await page.locator(".verdict .true").waitFor();
    await page.getByRole("button", { name: "Verify on a chain" }).click();
    await look("proved");
    const path = await download(page);
    await page.getByRole("tab", { name: "Choose samples" }).click();
    for (let index = 0; index < 16; index += 1) await page.locator(".sample").nth(index).click();
    await page.locator(".chosen strong").nth(15).waitFor();
    await look("samples");
    await page.getByRole("tab", { name: "Use a file" }).click();
    await page.locator("#source-file input[type=file]").setInputFiles(`${root}examples/fashion/7_sneaker.jpg`);
    await page.locator("#source-file .label", { hasText: /^Sneaker$/ }).waitFor();
    await look("file");
    await check(page, path);
    await look("check");
    await context.close();
  }
});

/** A computed colour. @param {import("playwright-core").Locator} place @param {string} property @returns {Promise<string>} */
const colour = (place, property) => place.evaluate((element, name) => getComputedStyle(element).getPropertyValue(name), property);

test("in forced colours it still shows what is drawn, chosen and likely", async () => {
  for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
    const { page, context } = await visit(site, { forcedColors: "active", colorScheme, reducedMotion: "reduce" });
    await drawSeven(page);
    await page.locator("#source-draw .label", { hasText: /^7$/ }).waitFor();
    // The pad's strokes are nearly white in all colours.
    assert.equal(await colour(page.locator("#source-draw .yours .plate"), "background-color"), colorScheme === "dark" ? "rgb(10, 14, 15)" : "rgb(16, 23, 25)");
    const [chosen, other] = [page.locator("#tab-draw"), page.locator("#tab-samples")];
    const canvas = await colour(page.locator("body"), "background-color");
    assert.equal(await colour(other, "border-bottom-color"), canvas);
    assert.notEqual(await colour(chosen, "border-bottom-color"), canvas);
    const bars = page.locator("#source-draw .bars");
    assert.notEqual(await colour(bars.locator(".first .bar"), "background-color"), await colour(bars.locator(".first .track"), "background-color"));
    await other.click();
    const [first, second] = [page.locator(".sample").nth(0), page.locator(".sample").nth(1)];
    await first.click();
    await page.mouse.move(0, 0);
    assert.equal(await colour(second, "border-top-color"), canvas);
    assert.notEqual(await colour(first, "border-top-color"), canvas);
    await context.close();
  }
});

test("a chosen tab is marked alike with and without a pointer on it, and a touch leaves no mark", async () => {
  const border = "border-bottom-color";
  const { page, context } = await visit(site);
  const [chosen, other] = [page.locator("#tab-draw"), page.locator("#tab-samples")];
  const mark = await colour(chosen, border);
  await chosen.hover();
  assert.equal(await colour(chosen, border), mark);
  const none = await colour(other, border);
  await other.hover();
  assert.notEqual(await colour(other, border), none);
  await context.close();

  const touched = await visit(site, { viewport: { width: 360, height: 780 }, hasTouch: true, isMobile: true });
  assert.equal(await touched.page.evaluate("matchMedia('(hover: hover)').matches"), false);
  await touched.page.locator("#tab-samples").tap();
  assert.equal(await colour(touched.page.locator("#tab-samples"), border), mark);
  assert.equal(await colour(touched.page.locator("#tab-draw"), border), none);
  await touched.context.close();
});

test("everything can be reached and used by keyboard", async () => {
  const { page, context } = await visit(site);
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate("document.activeElement.textContent"), "Skip to the content");
  const reached = new Set();
  for (let step = 0; step < 30; step += 1) {
    await page.keyboard.press("Tab");
    reached.add(await page.evaluate("document.activeElement.className || document.activeElement.textContent.trim()"));
  }
  for (const name of ["wordmark", "Check a proof", "Draw a digit", "pad", "More choices"]) assert.ok(reached.has(name), `${name}: ${[...reached].join("; ")}`);
  await page.getByRole("tab", { name: "Draw a digit" }).focus();
  await page.keyboard.press("ArrowRight");
  assert.equal(await page.getByRole("tab", { name: "Choose samples" }).getAttribute("aria-selected"), "true");
  await page.locator(".sample").first().focus();
  await page.keyboard.press("Space");
  await page.locator(".chosen strong", { hasText: "7" }).waitFor();
  await page.locator(".go button.primary").focus();
  await page.keyboard.press("Enter");
  await page.locator(".result:visible").waitFor();
  assert.match((await page.evaluate("document.activeElement.textContent")), /^Proved/);
  await context.close();
});
