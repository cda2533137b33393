import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { runInNewContext } from "node:vm";

const SCOPE = "https://zklens.example/page/";

/** What the service worker answers to requests: the address that it looks up, or undefined where it leaves the browser alone. */
function worker(): (url: string, mode?: string, method?: string) => Promise<string | undefined> {
  let onFetch: (event: unknown) => void = () => assert.fail("it answers nothing");
  const self = {
    registration: { scope: SCOPE },
    addEventListener: (type: string, listener: typeof onFetch) => {
      if (type === "fetch") onFetch = listener;
    },
  };
  const caches = { open: async () => ({ match: async (url: string) => url }) };
  const location = { href: `${SCOPE}sw.js?build=single` };
  runInNewContext(readFileSync(join("src", "offline.js"), "utf8"), { self, caches, location, URL });
  return async (url, mode = "navigate", method = "GET") => {
    let answer: Promise<string> | undefined;
    onFetch({ request: { url, mode, method }, respondWith: (given: Promise<string>) => (answer = given) });
    return answer;
  };
}

test("the page is found offline by both of its names, with any query and fragment", async () => {
  const answer = worker();
  for (const name of ["", "index.html", "?a=b", "#check", "index.html?a=b#check"]) assert.equal(await answer(SCOPE + name), SCOPE, name);
});

test("offline, whatever is not the page is looked up by its own address", async () => {
  const answer = worker();
  for (const name of ["samples/LICENSE.md", "nothing", "sub/", "sub/index.html", "index.html/", "nothing?index.html", "nothing#index.html"]) {
    assert.equal(await answer(SCOPE + name), SCOPE + name, name);
  }
  assert.equal(await answer(`${SCOPE}index.html`, "cors"), `${SCOPE}index.html`);
});

test("the service worker leaves other places and other methods alone", async () => {
  const answer = worker();
  assert.equal(await answer("https://zklens.example/"), undefined);
  assert.equal(await answer("https://elsewhere.example/page/"), undefined);
  assert.equal(await answer(SCOPE, "navigate", "POST"), undefined);
});
