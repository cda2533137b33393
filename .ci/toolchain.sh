#!/usr/bin/env bash
# Adds what the checks need to the pinned Rust toolchain: other targets and the standard library's
# source. Does nothing where it is there already.
set -euo pipefail
cd "$(dirname "$0")/.."

targets="wasm32-unknown-unknown riscv64imac-unknown-none-elf"
components="clippy rustfmt rust-src"
# shellcheck disable=SC2086
rustup target add $targets >&2
# shellcheck disable=SC2086
rustup component add $components >&2
