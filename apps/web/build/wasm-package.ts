/** Puts @zklens/wasm beside the page, unbundled: both builds, in a folder named after their contents. */

import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";

/** Built by apps/wasm, or elsewhere. */
const root = process.env["ZKLENS_WASM_PKG"] ?? fileURLToPath(new URL("../../wasm/pkg/", import.meta.url));
/** Folders of the package, and what they are called here. */
const BUILDS = { single: "web", threads: "web-threads" };
const TYPES: Record<string, string> = { js: "text/javascript", wasm: "application/wasm" };

export function wasmPackage(): Plugin {
  const files = contents();
  const folder = `wasm-${digest(files)}`;
  return {
    name: "zklens-wasm-package",
    config: () => ({ define: { __WASM_FOLDER__: JSON.stringify(folder) } }),
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const path = new URL(request.url ?? "/", "http://localhost").pathname.slice(1);
        const bytes = path.startsWith(`${folder}/`) ? files.get(path.slice(folder.length + 1)) : undefined;
        if (bytes === undefined) return next();
        response.setHeader("Content-Type", TYPES[path.split(".").at(-1) ?? ""] ?? "application/octet-stream");
        response.setHeader("Cross-Origin-Embedder-Policy", "require-corp");
        response.end(bytes);
      });
    },
    generateBundle() {
      for (const [name, source] of files) this.emitFile({ type: "asset", fileName: `${folder}/${name}`, source });
    },
  };
}

function contents(): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (const [name, build] of Object.entries(BUILDS)) {
    const folder = join(root, build);
    if (!existsSync(folder)) throw new Error(`${folder} is missing: build apps/wasm first`);
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !/\.(js|wasm)$/.test(entry.name)) continue;
      const path = join(entry.parentPath, entry.name);
      files.set(join(name, relative(folder, path)), readFileSync(path));
    }
  }
  return files;
}

function digest(files: Map<string, Buffer>): string {
  const hash = createHash("sha256");
  for (const [name, bytes] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) hash.update(`${name}\0${bytes.length}\0`).update(bytes);
  return hash.digest("hex").slice(0, 12);
}
