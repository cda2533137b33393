// @zklens/wasm as somebody else's project has it: the README's example, built by Vite as it comes; and the types, with an old lib.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { build, createServer } from "vite";
import { pageServer } from "../serve.mjs";
import { browse, root } from "./page.mjs";

/** @import { AddressInfo } from "node:net" */

const project = mkdtempSync(join(tmpdir(), "zklens-project-"));
const pkg = process.env["ZKLENS_WASM_PKG"] ?? join(root, "apps/wasm/pkg");

/** The block of the README that begins with this comment. @param {string} name */
function example(name) {
  const readme = readFileSync(join(root, "apps/wasm/README.md"), "utf8");
  const blocks = [...readme.matchAll(/```js\n(.*?)```/gs)].map(([, code]) => code ?? "");
  return blocks.find((code) => code.startsWith(`// ${name}\n`)) ?? assert.fail(`the README has no ${name}`);
}

before(() => {
  const installed = join(project, "node_modules/@zklens/wasm");
  mkdirSync(installed, { recursive: true });
  cpSync(pkg, join(installed, "pkg"), { recursive: true });
  cpSync(join(root, "apps/wasm/package.json"), join(installed, "package.json"));
  for (const name of ["worker.js", "page.js"]) writeFileSync(join(project, name), example(name));
  writeFileSync(join(project, "package.json"), '{ "type": "module" }');
  writeFileSync(join(project, "index.html"), '<!doctype html><link rel="icon" href="data:,"><input type="file"><script type="module" src="/page.js"></script>');
});
after(() => rmSync(project, { recursive: true }));

/** Gives the page at this address a seven as soon as it is there, and gives what it says. @param {string} address */
async function prove(address) {
  const browser = await browse();
  try {
    const page = await browser.newPage();
    const says = page.waitForEvent("console", { predicate: (line) => /digit|rror/.test(line.text()), timeout: 60_000 });
    await page.goto(address);
    await page.locator("input").setInputFiles(join(root, "examples/mnist/digit_7.png"));
    return (await says).text();
  } finally {
    await browser.close();
  }
}

test("the README's worker, built by Vite with its defaults, proves the first file that it is given", async () => {
  await build({ root: project, configFile: false, logLevel: "warn" });
  const server = pageServer(join(project, "dist"));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  try {
    const { port } = /** @type {AddressInfo} */ (server.address());
    assert.match(await prove(`http://127.0.0.1:${port}/`), /^a digit that looks like 7, proved in \d{4} bytes$/);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test("the README's worker proves in Vite's development server", async () => {
  const server = await createServer({ root: project, configFile: false, logLevel: "error", server: { host: "127.0.0.1", port: 0 } });
  try {
    await server.listen();
    const { port } = /** @type {AddressInfo} */ (server.httpServer?.address());
    assert.match(await prove(`http://127.0.0.1:${port}/`), /^a digit that looks like 7, proved/);
  } finally {
    await server.close();
  }
});

test("the types compile as strictly as can be, with lib ES2020 and DOM", () => {
  const imports = ["@zklens/wasm", "@zklens/wasm/web", "@zklens/wasm/web-threads"];
  const code = imports.map((name, index) => `
    import * as zklens${index} from "${name}";
    export function label${index}(file: Uint8Array): number {
      const network = zklens${index}.Network.shipped("mnist-cnn");
      const { label, pixels } = network.execute(file);
      const proof = new zklens${index}.Prover(network, "fast").prove([pixels], { onStage: (stage) => stage !== "check" });
      network.free();
      return zklens${index}.verify(proof.file).labels[0] ?? label;
    }`);
  writeFileSync(join(project, "use.ts"), code.join("\n"));
  const tsc = fileURLToPath(new URL("../node_modules/.bin/tsc", import.meta.url));
  for (const resolution of [["--module", "NodeNext", "--moduleResolution", "NodeNext"], ["--module", "ESNext", "--moduleResolution", "Bundler"]]) {
    const options = ["--noEmit", "--strict", "--exactOptionalPropertyTypes", "--noUncheckedIndexedAccess", "--skipLibCheck", "false", "--types", "", "--target", "ES2020", "--lib", "ES2020,DOM"];
    try {
      execFileSync(tsc, [...options, ...resolution, "use.ts"], { cwd: project, encoding: "utf8" });
    } catch (error) {
      assert.fail(/** @type {{ stdout: string }} */ (error).stdout);
    }
  }
});
