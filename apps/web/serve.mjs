// Serves the built page to this machine, with the headers that it needs. For development and tests.
//
//     node serve.mjs [port] [folder]
import { createServer } from "node:http";
import { existsSync, readFileSync, statSync } from "node:fs";
import { extname, join, normalize, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

export const HEADERS = {
  "Content-Security-Policy":
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
    "worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
};

/** @type {Record<string, string>} */
const TYPES = {
  ".bin": "application/octet-stream",
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".md": "text/plain; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
};

/** Copies that the build made, the best first: what their names end in, and what browsers call them. @type {[string, string][]} */
const ENCODINGS = [[".br", "br"], [".gz", "gzip"]];

/**
 * @param {string} folder
 * @param {{ omit?: readonly string[] }} [options] headers to leave out, for tests
 */
export function pageServer(folder, { omit = [] } = {}) {
  const headers = Object.fromEntries(Object.entries(HEADERS).filter(([name]) => !omit.includes(name)));
  return createServer((request, response) => {
    const file = fileOf(folder, request.url ?? "/");
    if (file === undefined || (request.method !== "GET" && request.method !== "HEAD")) {
      response.writeHead(404, { ...headers, "Content-Type": "text/plain" }).end("not found\n");
      return;
    }
    const isHashed = /[/\\](assets|wasm-[0-9a-f]+)[/\\]/.test(file.slice(folder.length));
    const accepted = String(request.headers["accept-encoding"]);
    const [end, encoding] = ENCODINGS.find(([end, name]) => accepted.includes(name) && existsSync(file + end)) ?? [""];
    const body = readFileSync(file + end);
    response.writeHead(200, {
      ...headers,
      "Cache-Control": isHashed ? "public, max-age=31536000, immutable" : "no-cache",
      "Content-Type": TYPES[extname(file)] ?? "application/octet-stream",
      "Content-Length": body.length,
      Vary: "Accept-Encoding",
      ...(encoding === undefined ? {} : { "Content-Encoding": encoding }),
    });
    response.end(request.method === "HEAD" ? undefined : body);
  });
}

/**
 * @param {string} folder
 * @param {string} url
 */
function fileOf(folder, url) {
  const path = new URL(url, "http://localhost").pathname;
  const file = normalize(join(folder, path.endsWith("/") ? `${path}index.html` : path));
  if (!file.startsWith(normalize(folder) + sep)) return undefined;
  if (ENCODINGS.some(([end]) => file.endsWith(end))) return undefined;
  return statSync(file, { throwIfNoEntry: false })?.isFile() ? file : undefined;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const port = Number(process.argv[2] ?? 4173);
  const folder = process.argv[3] ?? fileURLToPath(new URL("dist", import.meta.url));
  pageServer(folder).listen(port, "127.0.0.1", () => console.log(`http://127.0.0.1:${port}/`));
}
