#!/usr/bin/env bash
# Installs protoc, which SP1's SDK is built with, as Debian has it. Does nothing where it is there already.
set -euo pipefail

if ! command -v protoc >/dev/null; then
    echo "Installing protoc by apt-get (once, a minute) …" >&2
    command -v apt-get >/dev/null || { echo "missing: protoc, and apt-get to install it" >&2; exit 1; }
    as_root=()
    [ "$(id -u)" = 0 ] || as_root=(sudo)
    "${as_root[@]}" apt-get update --quiet >&2
    "${as_root[@]}" apt-get install --quiet --yes --no-install-recommends protobuf-compiler libprotobuf-dev >&2
fi
