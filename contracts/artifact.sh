#!/usr/bin/env bash
# Writes the creation code of the contracts that zklens deploys by itself to artifacts/, where crates/evm embeds it.
set -euo pipefail
cd "$(dirname "$0")"
./run.sh forge build --quiet src
for name in StoredKeyVerifier; do
    node -e '
        const { bytecode, metadata } = JSON.parse(require("fs").readFileSync(process.argv[1]));
        const compiler = metadata.compiler.version;
        console.log(JSON.stringify({ contract: process.argv[2], compiler, bytecode: bytecode.object }, null, 2));
    ' "out/$name.sol/$name.json" "$name" >"artifacts/$name.json"
done
