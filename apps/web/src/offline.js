// The service worker: after the first load the page works without a network. Files of a build are kept under its version, and
// answers keep their headers, so that the page stays cross-origin isolated.

const VERSION = "__VERSION__";
const FILES = ["__FILES__"];
/** The page needs one of the package's builds; the query says which. */
const UNUSED = new URL(location.href).searchParams.get("build") === "threads" ? "/single/" : "/threads/";
const CACHE = `zklens ${VERSION} ${UNUSED}`;
const scope = self.registration.scope;

self.addEventListener("install", (event) => {
  // A newer version waits until no page of the older one is open, which may still ask for its files.
  event.waitUntil(precache());
});

self.addEventListener("activate", (event) => {
  event.waitUntil(forgetOldVersions().then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  if (method !== "GET" || !url.startsWith(scope)) return;
  event.respondWith(answer(event.request, mode === "navigate" && isPage(url) ? scope : url));
});

/** The page has two addresses; every other file has one. */
function isPage(url) {
  const { origin, pathname } = new URL(url);
  return [scope, `${scope}index.html`].includes(origin + pathname);
}

async function precache() {
  const cache = await caches.open(CACHE);
  const needed = FILES.filter((file) => !file.includes(UNUSED) && file !== "index.html");
  // Names with a digest may come from the browser's own cache, which has just loaded them.
  const requests = needed.map((file) => new Request(new URL(file, scope), { cache: isHashed(file) ? "default" : "no-cache" }));
  await cache.addAll([...requests, new Request(scope, { cache: "no-cache" })]);
}

function isHashed(file) {
  return file.startsWith("assets/") || file.startsWith("wasm-");
}

async function forgetOldVersions() {
  for (const name of await caches.keys()) {
    if (name.startsWith("zklens ") && name !== CACHE) await caches.delete(name);
  }
}

async function answer(request, url) {
  const cache = await caches.open(CACHE);
  return (await cache.match(url)) ?? fetch(request);
}
