#!/usr/bin/env bash
# Builds the SP1 programs from source and compares them with those in elf/, byte for byte. With --write, it replaces those in
# elf/, and writes their keys, elf/programs.json and snapshots/sp1_cycles.json again. A new program has a new verifying key. The
# old program goes to elf/retired.json, so that its proofs still count. --write takes SP1's SDK (20 minutes to build) and protoc.
set -euo pipefail
cd "$(dirname "$0")"

built="$(mktemp -d)"
trap 'rm -rf "$built"' EXIT
guest/build.sh "$built"

if [ "${1:-}" = --write ]; then
    cp "$built"/*.elf elf/
    cargo run --release --locked --manifest-path worker/Cargo.toml --example write_keys
    SNAPSHOT=write cargo test --release --locked --manifest-path worker/Cargo.toml --test programs in_the_cycles
    exit
fi
for program in "$built"/*.elf; do
    if ! cmp "$program" "elf/$(basename "$program")"; then
        echo "the source gives another program: crates/sp1/programs.sh --write, and say so in CHANGELOG.md" >&2
        exit 1
    fi
done
