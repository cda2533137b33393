#!/usr/bin/env bash
# Makes a real proof by SP1 that an image file has an IPFS address and a label, and tries to cheat with it. Takes minutes to an hour
# and 17 GB of memory. Needs zklens and zklens-sp1, built for release:
#
#     make test-sp1-prove            (builds them first)
set -euo pipefail
cd "$(dirname "$0")/../.."
target="$(realpath -m "${CARGO_TARGET_DIR:-target}")"
zklens="${ZKLENS:-$target/release/zklens}"
export ZKLENS_SP1="${ZKLENS_SP1:-$target/release/zklens-sp1}"
picture=examples/fashion/7_sneaker.jpg
other=examples/fashion/8_bag.png
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT

# Succeeds if the command fails with this exit code.
refused() {
    local expected=$1 code=0
    shift
    "$@" >/dev/null 2>&1 || code=$?
    [ "$code" = "$expected" ] || { echo "exit code $code, expected $expected: $*" >&2; exit 1; }
}

proof="${1:-$folder/proof.sp1}"
time "$zklens" prove --engine sp1 --force --input-image "$picture" --output "$proof"
"$zklens" verify "$proof"
"$zklens" verify "$proof" --input-image "$picture"

refused 5 "$zklens" verify "$proof" --input-image "$other"
refused 5 "$zklens" verify "$proof" --model mnist-cnn

# Changes one byte in the middle of the file, which belongs to a digest of 32 bytes in the proof.
python3 - "$proof" "$folder/forged.sp1" <<'PYTHON'
import sys
forged = bytearray(open(sys.argv[1], "rb").read())
forged[len(forged) // 2] ^= 1
open(sys.argv[2], "wb").write(forged)
PYTHON
refused 5 "$zklens" verify "$folder/forged.sp1"
echo "proved and verified: $(wc -c <"$proof") bytes"
