"""The Rust program and NumPy see the same pixels of pictures that Pillow writes and turns upright.

The logits of vectors/models/view.zkl are its pixels. ZKLENS names the program, as in
test_integer_network.py.
"""

import json
import subprocess
import tempfile
import unittest
from pathlib import Path

import numpy as np
import zkl
from PIL import Image, ImageOps
from test_integer_network import VECTORS, ZKLENS

SIZES = [(1, 1), (8, 6), (7, 5), (9, 6), (64, 48), (48, 64), (400, 3), (2, 300), (123, 457)]


def centre(picture: np.ndarray, height: int, width: int, crop: tuple[int, int]) -> np.ndarray:
    """The centred part with the aspect ratio of height × width, of whose sides `crop` is kept."""
    rows, columns, _ = picture.shape
    if rows * width <= columns * height:
        most = [rows, max(rows * width // height, 1)]
    else:
        most = [max(columns * height // width, 1), columns]
    kept, of = crop
    high, wide = (max(side * kept // of, 1) for side in most)
    top, left = (rows - high) // 2, (columns - wide) // 2
    return picture[top : top + high, left : left + wide]


def area(picture: np.ndarray, height: int, width: int) -> np.ndarray:
    """Means over a grid of which every source and every target pixel is made of whole squares."""
    rows, columns, channels = picture.shape
    squares = picture.astype(np.int64).repeat(height, axis=0).repeat(width, axis=1)
    blocks = squares.reshape(height, rows, width, columns, channels)
    return blocks.sum(axis=(1, 3)) // (rows * columns)


def pictures(folder: Path):
    """Files with an orientation each, and the picture that Pillow makes of them."""
    random = np.random.default_rng(1)
    for number, (width, height) in enumerate(SIZES):
        for orientation in range(1, 9):
            values = random.integers(0, 256, (height, width, 3), dtype=np.uint8)
            exif = Image.Exif()
            exif.endian = "<" if orientation % 2 else ">"
            exif[0x112] = orientation
            kind = "webp" if number % 2 else "png"
            path = folder / f"{number}_{orientation}.{kind}"
            options = {"lossless": True, "exact": True} if kind == "webp" else {}
            Image.fromarray(values).save(path, exif=exif, **options)
            with Image.open(path) as image:
                upright = ImageOps.exif_transpose(image).convert("RGB")
                yield path, np.asarray(upright)


class Views(unittest.TestCase):
    def test_pixels_are_those_of_numpy(self):
        model = VECTORS / "view.zkl"
        network = zkl.read(model)
        _, height, width = network.shape
        resize = network.preprocessing["resize"]
        self.assertEqual(resize, {"upright": True, "crop": (7, 8), "filter": "Area"})
        with tempfile.TemporaryDirectory() as folder:
            label = Path(folder) / network.classes[0]
            label.mkdir()
            seen = dict(pictures(label))
            out = Path(folder) / "logits.json"
            command = [ZKLENS, "evaluate", "--model", model, "--images", folder, "--logits", out]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            logits = json.loads(out.read_text())["logits"]
        self.assertEqual(len(logits), 8 * len(SIZES))
        for (path, picture), pixels in zip(sorted(seen.items()), logits, strict=True):
            with self.subTest(path.name, size=picture.shape):
                part = centre(picture, height, width, resize["crop"])
                expected = area(part, height, width).transpose(2, 0, 1)
                self.assertEqual(pixels, expected.ravel().tolist())


if __name__ == "__main__":
    unittest.main()
