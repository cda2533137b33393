/** Writes sw.js with the list of all files of this build, and a version that is a digest of them. Compressed copies come later. */

import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { Plugin } from "vite";

export function offline(): Plugin {
  let folder = "";
  let source = "";
  return {
    name: "zklens-offline",
    apply: "build",
    configResolved({ root, build }) {
      folder = join(root, build.outDir);
      source = join(root, "src", "offline.js");
    },
    closeBundle() {
      const files = readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && entry.name !== "sw.js")
        .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll("\\", "/"))
        .sort();
      const hash = createHash("sha256");
      for (const file of files) hash.update(`${file}\0`).update(readFileSync(join(folder, file)));
      const script = readFileSync(source, "utf8")
        .replace('"__VERSION__"', JSON.stringify(hash.digest("hex").slice(0, 12)))
        .replace('["__FILES__"]', JSON.stringify(files));
      writeFileSync(join(folder, "sw.js"), script);
    },
  };
}
