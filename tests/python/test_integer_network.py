"""The Rust network and the NumPy one give the same integers.

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
import zkl

ROOT = Path(__file__).resolve().parents[2]
VECTORS = ROOT / "vectors" / "models"
MODELS = ROOT / "models"
ZKLENS = Path(os.environ.get("ZKLENS", ROOT / "target" / "release" / "zklens"))


class GoldenModels(unittest.TestCase):
    """vectors/models, which the Rust tests read too."""

    def vectors(self):
        files = sorted(VECTORS.glob("*.zkl"))
        self.assertGreater(len(files), 5)
        for file in files:
            yield file.stem, zkl.read(file), json.loads(file.with_suffix(".json").read_text())

    def test_logits_are_those_of_the_vectors(self):
        for name, network, expected in self.vectors():
            with self.subTest(name):
                self.assertEqual(network.digest, expected["digest"])
                self.assertEqual(list(network.shape), expected["shape"])
                images = np.array(expected["images"], dtype=np.uint8)
                outputs, scale = network.run(images.reshape(-1, *network.shape))
                self.assertEqual(scale, expected["scale"])
                logits = outputs[-1].reshape(len(images), -1)
                self.assertEqual(logits.tolist(), expected["logits"])

    def test_every_node_of_the_last_image_is_that_of_the_vectors(self):
        for name, network, expected in self.vectors():
            with self.subTest(name):
                image = np.array(expected["images"][-1], dtype=np.uint8)
                outputs, _ = network.run(image.reshape(1, *network.shape))
                self.assertEqual([o.ravel().tolist() for o in outputs], expected["outputs"])

    def test_every_operator_is_in_the_vectors(self):
        seen = {type(node.operator) for _, network, _ in self.vectors() for node in network.nodes}
        self.assertEqual(seen, set(zkl.Operator.every) - {zkl.Input})

    def test_a_changed_byte_is_noticed(self):
        file = bytearray((VECTORS / "dense.zkl").read_bytes())
        for at in range(len(file)):
            file[at] ^= 1
            with self.assertRaises(zkl.Malformed):
                zkl.decode(bytes(file))
            file[at] ^= 1


class ShippedModels(unittest.TestCase):
    """models/*.zkl on a thousand test images each, against `zklens evaluate`."""

    def test_fashion_mlp_gives_the_same_logits(self):
        self.compare("fashion-mlp", "fashion")

    def test_mnist_cnn_gives_the_same_logits(self):
        self.compare("mnist-cnn", "mnist")

    def compare(self, model: str, dataset: str):
        network = zkl.read(MODELS / f"{model}.zkl")
        images = MODELS / "testdata" / f"{dataset}-1000-images-idx3-ubyte.gz"
        labels = MODELS / "testdata" / f"{dataset}-1000-labels-idx1-ubyte.gz"
        pixels = read_idx(images)
        self.assertEqual(len(pixels), 1000)
        expected = evaluate(MODELS / f"{model}.zkl", images, labels)
        logits = network.logits(pixels[:, None])
        self.assertEqual(logits.tolist(), expected["logits"])
        _, scale = network.run(pixels[:1, None])
        self.assertEqual(scale, expected["scale"])
        # Two programs that give no information would agree as well.
        self.assertGreater(np.mean(logits.argmax(axis=1) == read_idx(labels)), 0.8)


def evaluate(model: Path, images: Path, labels: Path) -> dict:
    """The logits and their scale, from `zklens evaluate`."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "logits.json"
        command = [ZKLENS, "evaluate", "--model", model, "--images", images]
        command += ["--labels", labels, "--logits", out]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return json.loads(out.read_text())


def read_idx(path: Path) -> np.ndarray:
    """The format of the MNIST files: 0, 0, 8 for bytes, number of sides, big-endian sides, data."""
    data = gzip.decompress(path.read_bytes())
    assert data[:3] == b"\0\0\x08", path
    sides = np.frombuffer(data, dtype=">u4", count=data[3], offset=4)
    return np.frombuffer(data, dtype=np.uint8, offset=4 + 4 * data[3]).reshape(sides)


if __name__ == "__main__":
    unittest.main()
