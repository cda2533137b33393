#!/usr/bin/env bash
# Lists the missing ones among the named programs, with the command that installs each. Fails if one is missing.
#
#     .ci/have.sh rust cc c++ python node
set -euo pipefail

missing=0

# lacks NAME INSTALL…: reports a missing program, and the command that installs it on Debian.
lacks() {
    missing=1
    printf 'missing: %s\n    %s\n' "$1" "$2" >&2
}

newer_than() {
    [ "$(printf '%s\n%s\n' "$1" "$2" | sort --version-sort | head -1)" = "$1" ]
}

for name in "$@"; do
    case "$name" in
        rust)
            command -v rustup >/dev/null && command -v cargo >/dev/null \
                || lacks "Rust's rustup and cargo" "curl --proto '=https' -sSf https://sh.rustup.rs | sh"
            ;;
        cc)
            command -v cc >/dev/null || lacks "a C compiler and linker (cc)" "sudo apt-get install gcc libc6-dev"
            ;;
        c++)
            command -v c++ >/dev/null || lacks "a C++ compiler (c++)" "sudo apt-get install g++"
            ;;
        python)
            # Debian has a package of its own for venv. Without it, the module can be imported, but cannot make a venv.
            if ! python3 -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
                lacks "Python 3.11 or newer with venv and pip" "sudo apt-get install python3 python3-venv python3-pip"
            fi
            ;;
        node)
            if ! command -v npm >/dev/null || ! command -v node >/dev/null; then
                lacks "Node 20.19 or newer with npm" "nvm install 20    (or https://nodejs.org/en/download)"
            elif ! newer_than 20.19.0 "$(node --version | tr -d v)"; then
                lacks "Node 20.19 or newer; this one is $(node --version)" "nvm install 20    (or https://nodejs.org/en/download)"
            fi
            ;;
        *)
            echo "have.sh knows rust, cc, c++, python and node, not $name" >&2
            exit 2
            ;;
    esac
done

exit "$missing"
