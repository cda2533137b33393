#!/bin/sh
# Fills fuzz/corpus/ with the files of this repository that each target reads, and with fuzz/seeds/.
set -eu
cd "$(dirname "$0")/.."

# Copies files under names made from their paths, since two folders may have files of the same name.
seed() {
    target=fuzz/corpus/$1
    shift
    mkdir -p "$target"
    for file in "$@"; do
        cp "$file" "$target/$(echo "$file" | tr / _)"
    done
}

hostile=crates/verifier/tests/hostile
seed model_file vectors/models/*.zkl models/fashion-mlp.zkl models/mnist-cnn.zkl $hostile/*.zkl
# Without the large model, of which a key takes long to make.
# shellcheck disable=SC2046
seed proving_key $(find vectors/models -name '*.zkl' ! -name compact.zkl) $hostile/*.zkl
seed onnx_import crates/onnx/tests/graphs/*.onnx crates/onnx/tests/refused/*.onnx crates/onnx/tests/foreign/*.onnx models/*.onnx
images=$(find examples crates/image/tests/files -type f \
    \( -name '*.png' -o -name '*.jpg' -o -name '*.gif' -o -name '*.webp' -o -name '*.bmp' \))
# The names of these files have no spaces.
# shellcheck disable=SC2086
seed image $images
# shellcheck disable=SC2086
seed sampler $images
seed cid examples/*/*.png crates/image/tests/files/*
seed diagnosis fuzz/handmade.py crates/image/tests/files/* crates/onnx/tests/refused/*.onnx
seed key_file vectors/proofs/v1/*.zkk apps/wasm/keys/*.zkk $hostile/*.zkk
seed proof_file vectors/proofs/v1/*.zkp $hostile/*.zkp
seed proof_tape vectors/proofs/v1/smallest.zkp
seed sp1_proof vectors/sp1/*.sp1
cp -R fuzz/seeds/. fuzz/corpus
