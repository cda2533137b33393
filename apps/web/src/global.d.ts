/// <reference types="vite/client" />
/** The folder of @zklens/wasm next to the page; build/wasm-package.ts sets it. */
declare const __WASM_FOLDER__: string;
