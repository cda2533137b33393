#!/usr/bin/env python3
"""Cuts photographs from installed packages into the images that the photo network is made and
measured with, under one folder:

    calibration/*.png   squares from one half of the photographs
    crops/*.png         squares from the other half
    labelled/N/*.png    the pictures of foolbox, in a folder for each class of ImageNet

Nothing of it is checked in. `--examples` writes examples/photos/ instead.
"""

import argparse
import importlib.util
import io
import sys
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "examples" / "photos"

# The photographs by package. A name that begins with `@` is a folder of npm packages, which
# training/photo.sh fetches.
PHOTOGRAPHS = {
    "skimage": "data/{}",
    "sklearn": "datasets/images/{}",
    "@stdlib": "{}.jpg",
}
FOR_CALIBRATION = [
    ("skimage", "astronaut.png"),
    ("skimage", "clock_motion.png"),
    ("skimage", "coins.png"),
    ("skimage", "grass.png"),
    ("skimage", "hubble_deep_field.jpg"),
    ("skimage", "ihc.png"),
    ("skimage", "moon.png"),
    ("skimage", "motorcycle_left.png"),
    ("skimage", "retina.jpg"),
    ("skimage", "rocket.jpg"),
    ("sklearn", "china.jpg"),
    ("@stdlib", "airplane-from-above"),
    ("@stdlib", "allium-oreophilum"),
    ("@stdlib", "black-canyon"),
    ("@stdlib", "locomotion-house-cat"),
    ("@stdlib", "march-pastoral"),
]
FOR_CROPS = [
    ("skimage", "brick.png"),
    ("skimage", "camera.png"),
    ("skimage", "chelsea.png"),
    ("skimage", "coffee.png"),
    ("skimage", "gravel.png"),
    ("sklearn", "flower.jpg"),
    ("@stdlib", "acanthus-mollis"),
    ("@stdlib", "dust-bowl-home"),
    ("@stdlib", "french-alpine-landscape"),
    ("@stdlib", "nagasaki-boats"),
]
CALIBRATION_SQUARES, CROP_SQUARES = 16, 32
# A square has at least this share of the photograph's shorter side.
LEAST_SHARE = 0.4

# The files of examples/photos: source, side of the longer edge, options of saving.
JPEG = {"format": "JPEG", "quality": 85, "subsampling": 2, "optimize": False}
PNG = {"format": "PNG", "optimize": True}
EXAMPLE_FILES = {
    "acanthus.jpg": ("@stdlib", "acanthus-mollis", 512, JPEG),
    "alps.jpg": ("@stdlib", "french-alpine-landscape", 640, JPEG),
    "astronaut.jpg": ("skimage", "astronaut.png", 512, JPEG),
    "boats.jpg": ("@stdlib", "nagasaki-boats", 512, JPEG),
    "cat.jpg": ("skimage", "chelsea.png", 451, JPEG),
    "coffee.jpg": ("skimage", "coffee.png", 600, JPEG),
    "house.jpg": ("@stdlib", "dust-bowl-home", 512, JPEG),
    "photographer.png": ("skimage", "camera.png", 320, PNG),
    "rocket.jpg": ("skimage", "rocket.jpg", 640, JPEG),
    "sheep.jpg": ("@stdlib", "march-pastoral", 640, JPEG),
}


def folder_of(package):
    """Where a package is installed; it is not imported."""
    spec = importlib.util.find_spec(package)
    if spec is None:
        sys.exit(f"{package} is not installed: training/photo.sh installs it")
    return Path(spec.submodule_search_locations[0])


def photograph(package, name, npm):
    folder = npm if package.startswith("@") else folder_of(package)
    return Image.open(folder / PHOTOGRAPHS[package].format(name)).convert("RGB")


def squares(picture, name, count):
    """Random squares, every other one mirrored; the same ones every time."""
    random = np.random.default_rng(zlib.crc32(name.encode()))
    short = min(picture.size)
    for index in range(count):
        side = int(short * random.uniform(LEAST_SHARE, 1))
        left, top = (int(random.integers(0, edge - side + 1)) for edge in picture.size)
        square = picture.crop((left, top, left + side, top + side))
        yield square.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if index % 2 else square


def cut(photographs, npm, count, folder):
    folder.mkdir(parents=True, exist_ok=True)
    for package, name in photographs:
        picture = photograph(package, name, npm)
        for index, square in enumerate(squares(picture, name, count)):
            square.save(folder / f"{Path(name).stem}_{index:02}.png")


def labelled(folder):
    """foolbox names its files imagenet_NUMBER_CLASS.jpg. They are decoded here, since decoders of
    JPEG differ by single values."""
    for path in sorted((folder_of("foolbox") / "data").glob("imagenet_*.jpg")):
        _, number, label = path.stem.split("_")
        (folder / label).mkdir(parents=True, exist_ok=True)
        Image.open(path).convert("RGB").save(folder / label / f"{number}.png")


def examples(npm):
    EXAMPLES.mkdir(parents=True, exist_ok=True)
    for file, (package, name, side, options) in EXAMPLE_FILES.items():
        picture = photograph(package, name, npm)
        if name == "camera.png":
            picture = picture.convert("L")
        shrink = min(side / max(picture.size), 1)
        size = tuple(round(edge * shrink) for edge in picture.size)
        buffer = io.BytesIO()
        picture.resize(size, Image.Resampling.LANCZOS).save(buffer, **options)
        (EXAMPLES / file).write_bytes(buffer.getvalue())
        print(f"{file}: {len(buffer.getvalue())} bytes, {size[0]}×{size[1]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="with the npm packages' pictures in npm/")
    parser.add_argument("--examples", action="store_true", help="write examples/photos/")
    arguments = parser.parse_args()
    folder, npm = arguments.folder, arguments.folder / "npm"
    if arguments.examples:
        examples(npm)
        return
    cut(FOR_CALIBRATION, npm, CALIBRATION_SQUARES, folder / "calibration")
    cut(FOR_CROPS, npm, CROP_SQUARES, folder / "crops")
    labelled(folder / "labelled")


if __name__ == "__main__":
    main()
