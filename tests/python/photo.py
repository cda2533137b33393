"""The photo network in integers against onnxruntime, on the pictures of a folder.

    photo.py MODEL.zkl NETWORK.onnx FOLDER [--json FILE]

FOLDER has subfolders of PNG files, as training/photo_pictures.py writes them; `labelled` has a
folder for each class. Prints how often both networks give one label, and how far their logits are
apart. `training/photo.sh` runs it after everything that it needs. ZKLENS as for the tests here.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import onnxruntime
import zkl
from PIL import Image, ImageOps
from test_preprocessing import centre

ROOT = Path(__file__).resolve().parents[2]
ZKLENS = Path(os.environ.get("ZKLENS", ROOT / "target" / "release" / "zklens"))
sys.path.insert(0, str(ROOT / "training"))
from photo_network import DEVIATION, MEAN  # noqa: E402


def overlaps(source: int, target: int) -> np.ndarray:
    """How much of each source pixel each target pixel covers, in units of 1 / target."""
    edges = np.arange(target + 1) * source
    starts, cells = edges[:-1, None], np.arange(source) * target
    return np.maximum(np.minimum(edges[1:, None], cells + target) - np.maximum(starts, cells), 0)


def pixels(path: Path, network: zkl.Network) -> np.ndarray:
    """uint8 [3, height, width]: what the network sees of a file."""
    view = network.preprocessing["resize"]
    assert (view["upright"], view["filter"]) == (True, "Area"), view
    upright = ImageOps.exif_transpose(Image.open(path)).convert("RGB")
    _, height, width = network.shape
    seen = centre(np.asarray(upright, dtype=np.int64), height, width, view["crop"])
    rows, columns = map(overlaps, seen.shape[:2], (height, width))
    sums = np.einsum("hy,yxc,wx->chw", rows, seen, columns, optimize=True)
    return (sums // np.outer(rows.sum(axis=1), columns.sum(axis=1))).astype(np.uint8)


class Float:
    """The network before it was imported, run by onnxruntime."""

    def __init__(self, network: bytes):
        self.session = onnxruntime.InferenceSession(network, providers=["CPUExecutionProvider"])

    def logits(self, images: np.ndarray) -> np.ndarray:
        normalised = (images.astype(np.float32) - MEAN) / DEVIATION
        one_by_one = [self.session.run(["logits"], {"image": x[None]})[0][0] for x in normalised]
        return np.stack(one_by_one)


def integer_logits(model: Path, folder: Path) -> np.ndarray:
    """The logits that `zklens evaluate` computes for the files of a folder, as real numbers."""
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch) / "logits.json"
        command = [ZKLENS, "evaluate", "--model", model, "--images", folder, "--logits", out]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        result = json.loads(out.read_text())
    return np.array(result["logits"], dtype=np.float64) / 2.0 ** result["scale"]


@dataclass
class Agreement:
    """How well two networks agree on some pictures."""

    pictures: int
    #: Pictures to which both give the same label.
    same_label: int
    #: Pictures whose integer label is among the five that the float network finds most likely.
    among_five: int
    #: Differences between logits, and the largest float logit.
    mean_error: float
    largest_error: float
    largest_logit: float
    #: Pictures that each network labels as their folder says; None without such folders.
    float_right: int | None
    integer_right: int | None
    #: Files to which the networks give different labels, with the margin of the float label.
    different: list


def compare(model: Path, floating: Float, folder: Path) -> Agreement:
    # In the order of `zklens evaluate`.
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    network = zkl.read(model)
    exact = floating.logits(np.stack([pixels(file, network) for file in files]))
    rounded = integer_logits(model, folder)
    assert exact.shape == rounded.shape, (exact.shape, rounded.shape)
    ours, theirs = rounded.argmax(axis=1), exact.argmax(axis=1)
    five = np.argsort(-exact, axis=1)[:, :5]
    errors = np.abs(exact - rounded)
    has_labels = all(file.parent != folder for file in files)
    labels = np.array([int(file.parent.name) for file in files]) if has_labels else None
    margins = np.sort(exact, axis=1)[:, -1] - exact[np.arange(len(files)), ours]
    return Agreement(
        pictures=len(files),
        same_label=int((ours == theirs).sum()),
        among_five=int((five == ours[:, None]).any(axis=1).sum()),
        mean_error=round(float(errors.mean()), 4),
        largest_error=round(float(errors.max()), 4),
        largest_logit=round(float(np.abs(exact).max()), 2),
        float_right=int((theirs == labels).sum()) if has_labels else None,
        integer_right=int((ours == labels).sum()) if has_labels else None,
        different=[
            [str(files[i].relative_to(folder)), round(float(margins[i]), 3)]
            for i in np.flatnonzero(ours != theirs)
        ],
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("network", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    arguments = parser.parse_args()
    network = arguments.network.read_bytes()
    floating = Float(network)
    figures = {
        "digest": zkl.read(arguments.model).digest,
        "onnx_sha256": hashlib.sha256(network).hexdigest(),
    }
    for name in ("crops", "labelled"):
        figures[name] = asdict(compare(arguments.model, floating, arguments.folder / name))
    text = json.dumps(figures, indent=2) + "\n"
    print(text, end="")
    if arguments.json:
        arguments.json.write_text(text)


if __name__ == "__main__":
    main()
