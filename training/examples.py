#!/usr/bin/env python3
"""Makes examples/: one picture of each class of both data sets, from test images that the trained
networks get right after the whole image pipeline of the command line. Needs models/*.onnx."""

import hashlib
import io
import json

import numpy as np
from PIL import Image

import common
from train import onnx_logits

EXAMPLES = common.ROOT / "examples"
# IPFS cuts files into blocks of this size; a smaller file is one block, so its CID is easy to tell.
BLOCK = 262_144
# The least margin of the right logit above the next, comfortable for quantisation.
MARGIN = 2.0
SIDE = 512

# How each class's product picture is stored: Pillow's options of saving. `subsampling` 2 is 4:2:0.
JPEG = {"format": "JPEG", "quality": 98, "subsampling": 2}
PROGRESSIVE = {**JPEG, "progressive": True}
PNG = {"format": "PNG", "optimize": True}
FASHION_FILES = [
    ("0_t-shirt.jpg", JPEG),
    ("1_trouser.jpg", JPEG),
    ("2_pullover.jpg", JPEG),
    ("3_dress.png", PNG),
    ("4_coat.jpg", JPEG),
    ("5_sandal.jpg", JPEG),
    ("6_shirt.png", PNG),
    ("7_sneaker.jpg", JPEG),
    ("8_bag.png", PNG),
    ("9_ankle-boot.jpg", JPEG),
    # A second picture of the last class, progressive.
    ("9_ankle-boot_progressive.jpg", PROGRESSIVE),
]


# --- CIDv0 ----------------------------------------------------------------------------------------


def varint(value):
    """Protocol Buffers' variable-length integer."""
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def field(number, content):
    """A Protocol Buffers field: an integer, or bytes with their length."""
    if isinstance(content, int):
        return varint(number << 3) + varint(content)
    return varint(number << 3 | 2) + varint(len(content)) + content


def base58(data):
    """Base58 with Bitcoin's alphabet."""
    alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
    number, text = int.from_bytes(data, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        text = alphabet[digit] + text
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + text


def cid_v0(data):
    """The CID that `ipfs add` gives to a file of at most one block: the SHA-256 multihash of a
    dag-pb node (field 1: data) around a UnixFS message (1: type 2 = file, 2: data, 3: size)."""
    assert len(data) <= BLOCK, "more than one block"
    unixfs = field(1, 2) + field(2, data) + field(3, len(data))
    return base58(b"\x12\x20" + hashlib.sha256(field(1, unixfs)).digest())


# --- the image pipeline ---------------------------------------------------------------------------


def pipeline(data, invert):
    """The 28×28 pixels that the command line makes from a file."""
    picture = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"), np.int64)
    luma = (picture @ np.array([2126, 7152, 722])) // 10_000
    rows, columns = (((2 * np.arange(28) + 1) * size) // 56 for size in luma.shape)
    pixels = luma[np.ix_(rows, columns)].astype(np.uint8)
    return 255 - pixels if invert else pixels


def product_picture(image, options):
    """A test image as a shop would show it: dark on white, large, smooth. In RGB, as photos are."""
    picture = Image.fromarray(255 - image).resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    return encode(picture.convert("RGB"), options)


def digit_picture(image):
    """A test image ten times as large, each pixel a square; light on dark, as MNIST is."""
    return encode(Image.fromarray(image).resize((280, 280), Image.Resampling.NEAREST), PNG)


def encode(picture, options):
    buffer = io.BytesIO()
    picture.save(buffer, **options)
    return buffer.getvalue()


# --- choosing -------------------------------------------------------------------------------------


def choose(network, images, labels, label, render, invert, after=-1):
    """The first test image of a class, above index `after`, that the network gets right by the
    margin after rendering and the pipeline: its index, file and margin."""
    path = common.MODELS / f"{network}.onnx"
    for index in np.flatnonzero(labels == label):
        if index <= after:
            continue
        data = render(images[index])
        logits = onnx_logits(path, pipeline(data, invert)[None])[0]
        margin = float(logits[label] - np.delete(logits, label).max())
        if margin >= MARGIN:
            return int(index), data, margin
    raise SystemExit(f"{network}: no test image of class {label} has a margin of {MARGIN}")


def save(entries, name, dataset, network, label, chosen):
    index, data, margin = chosen
    path = EXAMPLES / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    entries.append(
        {
            "file": name,
            "dataset": dataset,
            "test_index": index,
            "label": label,
            "class": common.CLASSES[dataset][label],
            "model": network,
            "cid": cid_v0(data),
        }
    )
    print(f"{name}: {len(data)} bytes, test image {index}, margin {margin:.2f}")


def main():
    # A known CID, so that a mistake above is noticed.
    assert cid_v0(b"hello world\n") == "QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o"

    entries = []
    network = "fashion-mlp"
    images, labels = common.load(common.FASHION, "t10k")
    last = {}
    for name, options in FASHION_FILES:
        label = int(name.split("_")[0])
        chosen = choose(
            network, images, labels, label, lambda image: product_picture(image, options),
            invert=True, after=last.get(label, -1),
        )  # fmt: skip
        last[label] = chosen[0]
        save(entries, f"fashion/{name}", common.FASHION, network, label, chosen)

    network = "mnist-cnn"
    images, labels = common.load(common.MNIST, "t10k")
    for label in range(10):
        chosen = choose(network, images, labels, label, digit_picture, invert=False)
        save(entries, f"mnist/digit_{label}.png", common.MNIST, network, label, chosen)

    (EXAMPLES / "examples.json").write_text(json.dumps(entries, indent=2) + "\n")
    (EXAMPLES / "README.md").write_text(readme(entries))


def readme(entries):
    rows = [
        f"| [`{e['file']}`]({e['file']}) | {e['dataset']} | {e['test_index']} | {e['label']} "
        f"| {e['class']} | `{e['model']}` | `{e['cid']}` |"
        for e in entries
    ]
    return README.format(table="\n".join(rows), margin=MARGIN, side=SIDE)


README = """\
# Example pictures

`training/examples.py` made these pictures from the test images of Fashion-MNIST and MNIST. No network here
was trained on them. Licences and attribution are in [LICENSES.md](LICENSES.md). The table is also in
[examples.json](examples.json).

| File | Data set | Test index | True label | Class | Model | CIDv0 |
| --- | --- | ---: | ---: | --- | --- | --- |
{table}

`ipfs add` with its default settings gives these CIDs: each file is a single block.

**How the pictures were made.** The pictures in `fashion/` look like product pictures in a shop, with a dark
item on white. Each is a 28×28 test image, inverted and enlarged to {side}×{side} with a Lanczos filter. The files
are baseline JPEG with 4:2:0 chroma subsampling, one progressive JPEG, and three PNG. They are not photographs:
their detail is that of 28×28 pixels. `mnist/` has the digits light on dark, as in the data set and as
`mnist-cnn` expects them (no inversion). Each pixel is a square of 10×10, so taking every tenth pixel gives
back the test image exactly.

**How they were picked.** They show how to use the program; they say nothing about accuracy. For
each class it is the test image with the lowest index (for the second ankle boot, the next one) that the
float network classifies correctly, with the right logit at least {margin} above every other. The saved file
went through the whole pipeline: decoding, luma, nearest-neighbour sampling to 28×28 and, for `fashion/`,
inversion. Images that failed this test were skipped. The accuracy of the networks on all 10,000 test
images is in [`models/`](../models).
"""


if __name__ == "__main__":
    main()
