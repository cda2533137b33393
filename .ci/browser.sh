#!/usr/bin/env bash
# Installs Debian's Chromium, in which the page is tested. Does nothing if it is installed, or if CHROMIUM names another browser.
set -euo pipefail

if ! [ -x "${CHROMIUM:-/usr/bin/chromium}" ]; then
    [ -z "${CHROMIUM:-}" ] || { echo "CHROMIUM is no program: $CHROMIUM" >&2; exit 1; }
    echo "Installing Chromium by apt-get (once, a minute or two; CHROMIUM=/path/to/it uses another one) …" >&2
    command -v apt-get >/dev/null || { echo "missing: Chromium, and apt-get to install it: set CHROMIUM" >&2; exit 1; }
    as_root=()
    [ "$(id -u)" = 0 ] || as_root=(sudo)
    "${as_root[@]}" apt-get update --quiet >&2
    "${as_root[@]}" apt-get install --quiet --yes --no-install-recommends chromium >&2
fi
