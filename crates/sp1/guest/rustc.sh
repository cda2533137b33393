#!/usr/bin/env bash
# Runs rustc for `build.sh`. Cargo tells crates apart by a hash of, among others, the folder of a path dependency. The hash becomes
# part of symbols' names, and their order decides the order of the program. So this passes name and version in place of the hash.
set -euo pipefail
arguments=()
for argument in "$@"; do
    case "$argument" in
        metadata=*) argument="metadata=${CARGO_PKG_NAME:-none}-${CARGO_PKG_VERSION:-none}" ;;
    esac
    arguments+=("$argument")
done
exec "${arguments[@]}"
