#!/usr/bin/env bash
# Installs Debian's protoc, which building SP1's SDK needs. Does nothing if it is installed.
set -euo pipefail

if ! command -v protoc >/dev/null; then
    echo "Installing protoc by apt-get (once, a minute) …" >&2
    command -v apt-get >/dev/null || { echo "missing: protoc, and apt-get to install it" >&2; exit 1; }
    as_root=()
    [ "$(id -u)" = 0 ] || as_root=(sudo)
    "${as_root[@]}" apt-get update --quiet >&2
    "${as_root[@]}" apt-get install --quiet --yes --no-install-recommends protobuf-compiler libprotobuf-dev >&2
fi
