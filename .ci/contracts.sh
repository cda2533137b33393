#!/usr/bin/env bash
# Installs the tools that build and test the contracts (forge, solc, OpenZeppelin) into contracts/node_modules.
# Needs Node 20 with npm. Does nothing if they are installed.
set -euo pipefail
cd "$(dirname "$0")/../contracts"

installed=node_modules/.installed.json
if ! cmp --silent package-lock.json "$installed"; then
    ../.ci/have.sh node
    echo "Installing forge, anvil, solc and OpenZeppelin from npm into contracts/node_modules (once, a minute) …" >&2
    # `npm ci` would want forge for every platform in the lock file, and not every registry has them all.
    # No package needs its install script.
    npm install --no-save --ignore-scripts --no-audit --no-fund --loglevel=error >&2
    cp package-lock.json "$installed"
fi
