#!/usr/bin/env bash
# Runs rustc for `build.sh`. Cargo tells crates apart by a hash that has the folder of a path dependency in it; that hash becomes part of
# symbols, and their order that of the program. Name and version tell them apart as well.
set -euo pipefail
arguments=()
for argument in "$@"; do
    case "$argument" in
        metadata=*) argument="metadata=${CARGO_PKG_NAME:-none}-${CARGO_PKG_VERSION:-none}" ;;
    esac
    arguments+=("$argument")
done
exec "${arguments[@]}"
