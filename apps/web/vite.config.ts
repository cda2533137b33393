import { defineConfig } from "vite";
import type { Plugin } from "vite";
import { compressed } from "./build/compressed.ts";
import { offline } from "./build/offline.ts";
import { wasmPackage } from "./build/wasm-package.ts";

/** Vite's development server puts styles and scripts into the page; the built page has neither. */
const lenientWhileDeveloping: Plugin = {
  name: "zklens-lenient-while-developing",
  apply: "serve",
  transformIndexHtml: (html) => html.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, ""),
};

export default defineConfig({
  // The page can be served from any folder.
  base: "./",
  plugins: [lenientWhileDeveloping, wasmPackage(), offline(), compressed()],
  build: {
    target: "es2022",
    // A data: URL would need a weaker Content-Security-Policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  worker: { format: "es" },
  server: {
    host: "127.0.0.1",
    headers: { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" },
  },
});
