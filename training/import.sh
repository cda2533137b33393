#!/usr/bin/env bash
# Imports the two shipped networks: models/*.onnx -> models/*.zkl, with a report beside each.
# Calibration images are 500 training images of each data set (training/testdata.py).
set -euo pipefail
cd "$(dirname "$0")/.."

import() { # NAME DATASET LABELS [OPTION...]
    local name=$1 dataset=$2 labels=$3
    shift 3
    cargo run --quiet --release -- import "models/$name.onnx" --output "models/$name.zkl" --force --json \
        --calibration "models/testdata/$dataset-calibration-images-idx3-ubyte.gz" \
        --labels "$labels" "$@" >"models/$name.import.json"
}

import fashion-mlp fashion \
    "T-shirt/top,Trouser,Pullover,Dress,Coat,Sandal,Shirt,Sneaker,Bag,Ankle boot" --invert
import mnist-cnn mnist "0,1,2,3,4,5,6,7,8,9"
