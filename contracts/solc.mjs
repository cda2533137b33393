#!/usr/bin/env node
// npm's Solidity compiler (WebAssembly) with as much of the native compiler's command line as forge uses:
// `--version`, and `--standard-json` from standard input to standard output.
import { readFileSync, writeSync } from "node:fs";
import { createRequire } from "node:module";

const solc = createRequire(import.meta.url)("solc");

// `writeSync` may write less than it was given, and refuses a full pipe.
function print(text) {
    let rest = Buffer.from(text);
    while (rest.length > 0) {
        try {
            rest = rest.subarray(writeSync(1, rest));
        } catch (error) {
            if (error.code !== "EAGAIN") throw error;
        }
    }
}

if (process.argv.includes("--version")) {
    print(`solc, the solidity compiler commandline interface\nVersion: ${solc.version()}\n`);
} else if (process.argv.includes("--standard-json")) {
    // forge puts every source into the input, so nothing is imported from disk.
    print(solc.compile(readFileSync(0, "utf8")));
} else {
    process.stderr.write("solc.mjs: expected --version or --standard-json\n");
    process.exit(2);
}
