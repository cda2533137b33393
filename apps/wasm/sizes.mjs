// Prints what each build weighs: as it is, and as servers send it.

import { readFileSync, readdirSync } from "node:fs";
import { brotliCompressSync, gzipSync } from "node:zlib";

const pkg = new URL("pkg/", import.meta.url);
for (const build of readdirSync(pkg)) {
  for (const file of readdirSync(new URL(`${build}/`, pkg), { recursive: true })) {
    if (!/\.(js|wasm)$/.test(file)) continue;
    const bytes = readFileSync(new URL(`${build}/${file}`, pkg));
    const sizes = [bytes, gzipSync(bytes, { level: 9 }), brotliCompressSync(bytes)].map(({ length }) => length);
    console.log(`${build}/${file}: ${sizes[0]} bytes, gzip ${sizes[1]}, brotli ${sizes[2]}`);
  }
}
