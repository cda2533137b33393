#!/usr/bin/env bash
# Writes the creation code of the contracts that zklens deploys by itself to artifacts/, where crates/evm embeds it.
set -euo pipefail
cd "$(dirname "$0")"
./run.sh forge build --quiet src
for name in StoredKeyVerifier; do
    node -e '
        const { bytecode, deployedBytecode, metadata } = JSON.parse(require("fs").readFileSync(process.argv[1]));
        const artifact = {
            contract: process.argv[2],
            compiler: metadata.compiler.version,
            bytecode: bytecode.object,
            // What is on the chain later, but for the 32 bytes at each of these places.
            deployedBytecode: deployedBytecode.object,
            immutables: Object.values(deployedBytecode.immutableReferences).flat().map(({ start }) => start),
        };
        console.log(JSON.stringify(artifact, null, 2));
    ' "out/$name.sol/$name.json" "$name" >"artifacts/$name.json"
done
