"""The parts that the scripts of this folder share: paths, data sets in IDX format, hashes."""

import gzip
import hashlib
import os
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
MODELS = ROOT / "models"
# A relative ZKLENS_DATA counts from the repository root, as in datasets.sh.
DATA = ROOT / os.environ.get("ZKLENS_DATA", ".data")

FASHION, MNIST = "fashion-mnist", "mnist"

CLASSES = {
    FASHION: [
        "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
        "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
    ],
    MNIST: [str(digit) for digit in range(10)],
}  # fmt: skip

# The magic number of an IDX file: two zero bytes, 8 = unsigned bytes, number of dimensions.
IDX_MAGIC = {1: 0x0801, 3: 0x0803}


def data_file(dataset, split, kind):
    """Path of a data set's file; `split` is "train" or "t10k", `kind` "images" or "labels"."""
    name = f"{split}-{kind}-idx{3 if kind == 'images' else 1}-ubyte"
    for path in (DATA / dataset / f"{name}.gz", DATA / dataset / name):
        if path.is_file():
            return path
    raise SystemExit(f"{DATA / dataset / name} is missing: run training/datasets.sh first")


def read_idx(path):
    """The array of bytes in an IDX file, gzipped or not."""
    raw = Path(path).read_bytes()
    if raw[:2] == b"\x1f\x8b":
        raw = gzip.decompress(raw)
    magic, dims = int.from_bytes(raw[:4], "big"), raw[3]
    if IDX_MAGIC.get(dims) != magic:
        raise SystemExit(f"{path} is not an IDX file of bytes")
    shape = tuple(np.frombuffer(raw, ">u4", dims, 4).tolist())
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * dims).reshape(shape)


def write_idx_gz(path, array):
    """Writes bytes as a gzipped IDX file; the same array gives the same file."""
    array = np.ascontiguousarray(array, np.uint8)
    header = IDX_MAGIC[array.ndim].to_bytes(4, "big")
    header += b"".join(dim.to_bytes(4, "big") for dim in array.shape)
    Path(path).write_bytes(gzip.compress(header + array.tobytes(), 9, mtime=0))


def load(dataset, split):
    """Images `[n, 28, 28]` and labels `[n]` as bytes."""
    images = read_idx(data_file(dataset, split, "images"))
    labels = read_idx(data_file(dataset, split, "labels"))
    assert images.shape[1:] == (28, 28) and len(images) == len(labels)
    return images, labels


def sha256(path):
    """SHA-256 of a file in hexadecimal."""
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def data_hashes(dataset):
    """SHA-256 of each of a data set's four files."""
    paths = [data_file(dataset, s, k) for s in ("train", "t10k") for k in ("images", "labels")]
    return {path.name: sha256(path) for path in paths}
