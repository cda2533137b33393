#!/usr/bin/env bash
# Installs the tools that build the JavaScript package and the page: parts of the Rust toolchain, wasm-bindgen in cargo's
# target folder, and npm packages. Needs Rust (rustup) and Node 20 with npm. Does nothing if they are installed. Prints the
# path of wasm-bindgen.
set -euo pipefail
cd "$(dirname "$0")/.."
target="$(realpath -m "${CARGO_TARGET_DIR:-target}")"

.ci/have.sh rust node
.ci/toolchain.sh

# The program that writes the JavaScript must have the same version as the crate.
version="$(sed -n '/^name = "wasm-bindgen"$/{n;s/version = "\(.*\)"/\1/p}' Cargo.lock)"
installed="$target/wasm-bindgen-$version"
if ! [ -x "$installed/bin/wasm-bindgen" ]; then
    echo "Building wasm-bindgen $version by cargo into $installed (once, two minutes) …" >&2
    CARGO_TARGET_DIR="$target/wasm-bindgen-cli" \
        cargo install --quiet wasm-bindgen-cli --version "$version" --root "$installed" >&2
    rm -rf "$target/wasm-bindgen-cli"
fi

# No package needs its install script.
for app in apps/wasm apps/web; do
    if ! cmp --silent "$app/package-lock.json" "$app/node_modules/.installed.json"; then
        echo "Installing npm packages into $app/node_modules (once, a few seconds) …" >&2
        npm ci --prefix "$app" --ignore-scripts --no-audit --no-fund --loglevel=error >&2
        cp "$app/package-lock.json" "$app/node_modules/.installed.json"
    fi
done

echo "$installed/bin/wasm-bindgen"
