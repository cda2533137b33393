/// <reference types="vite/client" />
/** The folder of @zklens/wasm beside the page; build/wasm-package.ts says. */
declare const __WASM_FOLDER__: string;
