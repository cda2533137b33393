"""Integer accuracy on the full test sets, against the float accuracy of training.

Usage: accuracy.py FOLDER, where FOLDER is what training/datasets.sh filled. Fails if the integer
network loses more than 0.1 percentage point. ZKLENS as for the tests beside this file.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ZKLENS = Path(os.environ.get("ZKLENS", ROOT / "target" / "release" / "zklens"))
MOST_LOST = 0.001

IMAGES = {
    "fashion-mlp": "fashion-mnist/t10k-images-idx3-ubyte.gz",
    "mnist-cnn": "mnist/t10k-images-idx3-ubyte",
}


def main():
    data = Path(sys.argv[1])
    for model, images in IMAGES.items():
        command = [ZKLENS, "evaluate", "--json", "--model", model, "--images", data / images]
        result = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
        training = json.loads((ROOT / "models" / f"{model}.training.json").read_text())
        integer, floating = result["accuracy"], training["test_accuracy"]
        print(f"{model}: float {floating:.2%}, integer {integer:.2%}, {result['labelled']} images")
        if result["labelled"] != 10_000 or integer < floating - MOST_LOST:
            sys.exit(f"{model}: expected at least {floating - MOST_LOST:.2%} on 10000 images")


if __name__ == "__main__":
    main()
