// The page as `zklens serve` has it inside: ZKLENS names a program that was built with the feature `page`.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { browse, drawSeven, prove, visit } from "./page.mjs";

/** @import { ChildProcessByStdio } from "node:child_process" */
/** @import { Readable } from "node:stream" */

const zklens = process.env["ZKLENS"];

/** @type {ChildProcessByStdio<null, null, Readable>} */
let server;
/** @type {{ browser: Awaited<ReturnType<typeof browse>>, origin: string }} */
let site;

before(async () => {
  assert.ok(zklens !== undefined, "ZKLENS is not set: it names the built command line");
  server = spawn(zklens, ["serve", "--listen", "127.0.0.1:0"], { stdio: ["ignore", "ignore", "pipe"] });
  let origin;
  for await (const line of createInterface(server.stderr)) {
    origin = /listening on (http:\S+)\//.exec(line)?.[1];
    if (origin !== undefined) break;
  }
  assert.ok(origin !== undefined, "zklens serve said no address");
  server.stderr.resume();
  site = { browser: await browse(), origin };
});

after(async () => {
  await site?.browser.close();
  server?.kill("SIGTERM");
  if (server !== undefined && server.exitCode === null) await once(server, "exit");
  assert.equal(server?.exitCode, 0);
});

test("the page inside the program draws, proves and verifies, and asks nobody else", async () => {
  const home = await fetch(site.origin);
  assert.match(await home.text(), /<title>/, "this zklens was built without its page: make page");
  const { page, context, complaints, requests } = await visit(site);
  assert.equal(await page.evaluate("crossOriginIsolated"), true);
  await drawSeven(page);
  await page.locator(".answer .label:visible", { hasText: /^7$/ }).waitFor();
  await prove(page);
  await page.getByRole("button", { name: "Verify here" }).click();
  assert.match((await page.locator(".verdict .true").textContent()) ?? "", /^The proof is true\./);
  assert.deepEqual(complaints, []);
  assert.deepEqual(requests.filter((url) => !url.startsWith(site.origin) && !url.startsWith("blob:")), []);
  await context.close();
});
