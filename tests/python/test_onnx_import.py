"""The imported networks stay within the error that the importer reports, against onnxruntime.

Run with `python -m unittest discover tests/python`; ZKLENS names the program if it is not
target/release/zklens.
"""

import gzip
import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

import numpy as np
import onnxruntime

ROOT = Path(__file__).resolve().parents[2]
ZKLENS = Path(os.environ.get("ZKLENS", ROOT / "target" / "release" / "zklens"))

CLASSES = ",".join(f"class {label}" for label in range(10))


def zklens(*arguments):
    """Runs the program and returns what it printed."""
    run = subprocess.run([ZKLENS, *map(str, arguments)], capture_output=True, text=True, check=False)
    if run.returncode:
        raise AssertionError(run.stderr)
    return run.stdout


class ShippedNetworks(unittest.TestCase):
    def check(self, network, dataset):
        images = ROOT / "models" / "testdata" / f"{dataset}-1000-images-idx3-ubyte.gz"
        pixels = np.frombuffer(gzip.open(images).read()[16:], np.uint8).reshape(-1, 1, 28, 28)
        session = onnxruntime.InferenceSession(ROOT / "models" / f"{network}.onnx")
        (expected,) = session.run(None, {"image": pixels.astype(np.float32) / 255})
        with tempfile.TemporaryDirectory() as folder:
            model, logits = Path(folder, "net.zkl"), Path(folder, "logits.json")
            printed = zklens(
                "import", ROOT / "models" / f"{network}.onnx", "--calibration", images,
                "--labels", CLASSES, "--output", model, "--json",
            )
            report = json.loads(printed)["report"]
            zklens("evaluate", "--model", model, "--images", images, "--logits", logits)
            got = json.loads(logits.read_text())
        got = np.array(got["logits"]) * 2.0 ** -got["scale"]
        self.assertEqual(got.shape, (1000, 10))
        error = np.abs(got - expected).max()
        # The importer's own float network does not add in the order of onnxruntime.
        self.assertLessEqual(error, report["largest_logit_error"] + 1e-4 * report["largest_logit"])
        agreement = (got.argmax(1) == expected.argmax(1)).mean()
        self.assertGreaterEqual(agreement, 0.999)

    def test_fashion_mlp(self):
        self.check("fashion-mlp", "fashion")

    def test_mnist_cnn(self):
        self.check("mnist-cnn", "mnist")


if __name__ == "__main__":
    unittest.main()
