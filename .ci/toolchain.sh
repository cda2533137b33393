#!/usr/bin/env bash
# Adds to the pinned Rust toolchain the parts that the checks need: other targets, and the standard
# library's source. Does nothing if they are installed.
set -euo pipefail
cd "$(dirname "$0")/.."

.ci/have.sh rust
targets="wasm32-unknown-unknown riscv64imac-unknown-none-elf"
components="clippy rustfmt rust-src"
installed="$(rustup target list --installed; rustup component list --installed)"
for part in $targets $components; do
    # rustup lists a component's name with the machine's name after it.
    if ! grep -qE "^$part(-|$)" <<<"$installed"; then
        echo "Adding targets and components to the Rust toolchain by rustup (once, a minute) …" >&2
        # shellcheck disable=SC2086
        rustup target add $targets >&2
        # shellcheck disable=SC2086
        rustup component add $components >&2
        break
    fi
done
