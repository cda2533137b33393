/** Puts compressed copies beside the files of the build, which servers send instead to whoever takes them. */

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import type { Plugin } from "vite";

/** Smaller files fit into a packet or two anyway. */
const LEAST_BYTES = 2000;
/** A copy that saves less is not worth its place. */
const MOST_SHARE = 0.9;
const FORMATS: Record<string, (bytes: Buffer) => Buffer> = {
  br: (bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }),
  gz: (bytes) => gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION }),
};

/** To be the last of the plugins. */
export function compressed(): Plugin {
  let folder = "";
  return {
    name: "zklens-compressed",
    apply: "build",
    configResolved({ root, build }) {
      folder = join(root, build.outDir);
    },
    closeBundle() {
      for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
        const path = join(entry.parentPath, entry.name);
        const bytes = entry.isFile() ? readFileSync(path) : Buffer.alloc(0);
        if (bytes.length < LEAST_BYTES) continue;
        for (const [end, compress] of Object.entries(FORMATS)) {
          const smaller = compress(bytes);
          if (smaller.length <= MOST_SHARE * bytes.length) writeFileSync(`${path}.${end}`, smaller);
        }
      }
    },
  };
}
