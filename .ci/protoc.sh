#!/usr/bin/env bash
# Installs protoc, which SP1's SDK is built with, as Debian has it. Does nothing where it is there already.
set -euo pipefail

if ! command -v protoc >/dev/null; then
    as_root=()
    [ "$(id -u)" = 0 ] || as_root=(sudo)
    "${as_root[@]}" apt-get update --quiet >&2
    "${as_root[@]}" apt-get install --quiet --yes --no-install-recommends protobuf-compiler libprotobuf-dev >&2
fi
