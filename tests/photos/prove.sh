#!/usr/bin/env bash
# Proves what the photo network sees in each of these files, one after the other, and verifies the proofs:
#
#     tests/photos/prove.sh FILE...       (or `make photos`, for twenty of them)
#
# Each label must be the one that `zklens execute` computes, and each proof must be refused for another photograph and with a bit
# flipped. Before that, a run is interrupted. Takes about a minute and two gigabytes for each photograph.
set -euo pipefail
zklens="${ZKLENS:-$(realpath -m "${CARGO_TARGET_DIR:-target}")/release/zklens}"
model="${MODEL:-efficientnet-lite0}"
[ $# -gt 1 ] || { echo "give at least two photographs" >&2; exit 2; }
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT

# Succeeds if the command fails with this exit code.
refused() {
    local expected=$1 code=0
    shift
    "$@" >/dev/null 2>&1 || code=$?
    [ "$code" = "$expected" ] || { echo "exit code $code, expected $expected: $*" >&2; exit 1; }
}

# The label in what `execute --json` or `verify --json` printed about one image.
label() {
    python3 -c 'import json, sys
value = json.load(sys.stdin)
(image,) = value.get("images", [value])
print(image["label"])'
}

# A run that is interrupted half-way says so by its exit code, and leaves nothing behind.
"$zklens" prove --quiet --model "$model" --output "$folder/interrupted.zkp" "$1" 2>/dev/null &
proving=$!
sleep 5
kill -INT "$proving"
code=0
wait "$proving" || code=$?
[ "$code" = 130 ] || { echo "exit code $code after an interrupt, expected 130" >&2; exit 1; }
[ -z "$(ls -A "$folder")" ] || { echo "an interrupted run left $(ls -A "$folder")" >&2; exit 1; }
echo "interrupted after 5 s: no file"

previous=${*: -1}
count=0
for photograph in "$@"; do
    started=$SECONDS
    expected="$("$zklens" execute --json --model "$model" "$photograph" | label)"
    "$zklens" prove --model "$model" --public --force --output "$folder/proof.zkp" "$photograph"
    took=$((SECONDS - started))
    proved="$("$zklens" verify --json --model "$model" "$folder/proof.zkp" --input-image "$photograph" | label)"
    [ "$proved" = "$expected" ] || { echo "$photograph: proved $proved, expected $expected" >&2; exit 1; }
    refused 5 "$zklens" verify --model "$model" "$folder/proof.zkp" --input-image "$previous"
    python3 - "$folder" <<'PYTHON'
import sys
proof = bytearray(open(f"{sys.argv[1]}/proof.zkp", "rb").read())
proof[len(proof) // 2] ^= 1
open(f"{sys.argv[1]}/forged.zkp", "wb").write(proof)
PYTHON
    refused 5 "$zklens" verify --model "$model" "$folder/forged.zkp"
    count=$((count + 1))
    echo "$photograph: label $expected, $took s, $(wc -c <"$folder/proof.zkp") bytes"
    previous=$photograph
done
echo "proved and verified: $count photographs"
