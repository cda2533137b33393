"""A second reader and runner of .zkl files, in NumPy.

It shares nothing with the Rust code but the description of the format and of the operators, so
that a mistake in either is a difference between the two. Integers only: no value is ever a float.
"""

import hashlib
import struct
from dataclasses import dataclass, field

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

VERSION = 1
DIGEST_BYTES = 32


class Malformed(Exception):
    """The file is not a model."""


@dataclass
class Axis:
    kernel: int
    stride: int
    before: int
    after: int


@dataclass
class Node:
    operator: str
    fields: dict
    inputs: list[int]
    bounds: tuple[int, int]


@dataclass
class Network:
    name: str
    classes: list[str]
    preprocessing: dict
    digest: str
    nodes: list[Node] = field(default_factory=list)

    @property
    def shape(self) -> tuple[int, int, int]:
        """[channels, height, width] of the pixels."""
        channels = {"Luma": 1, "Rgb": 3}[self.preprocessing["colour"]]
        return channels, self.preprocessing["height"], self.preprocessing["width"]

    def run(self, images: np.ndarray) -> tuple[list[np.ndarray], int]:
        """The output of every node on uint8 images [n, channels, height, width], and the scale of
        the last. Every output is checked against the bounds in the file."""
        assert images.dtype == np.uint8 and images.shape[1:] == self.shape, images.shape
        outputs = [images.astype(np.int64)]
        scales = [0]
        for node in self.nodes:
            inputs = [outputs[i] for i in node.inputs]
            output = OPERATORS[node.operator](node.fields, inputs)
            assert output.dtype == np.int64 and output.ndim == 4
            low, high = node.bounds
            assert low <= output.min() and output.max() <= high, (node.operator, node.bounds)
            outputs.append(output)
            scales.append(scale_after(node, [scales[i] for i in node.inputs]))
        return outputs, scales[-1]

    def logits(self, images: np.ndarray, batch: int = 100) -> np.ndarray:
        """int64 logits [n, classes]."""
        batches = [images[at : at + batch] for at in range(0, len(images), batch)]
        return np.concatenate([self.run(b)[0][-1].reshape(len(b), -1) for b in batches])


# The file


class Reader:
    """Postcard: numbers as varints, lists and bytes after their length, fields in order."""

    def __init__(self, data: bytes):
        self.data = data
        self.at = 0

    def take(self, count: int) -> bytes:
        taken = self.data[self.at : self.at + count]
        if len(taken) != count:
            raise Malformed("the body ends early")
        self.at += count
        return taken

    def unsigned(self) -> int:
        value = shift = 0
        while True:
            byte = self.take(1)[0]
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    def signed(self) -> int:
        """Zigzag: 0, -1, 1, -2, ... are 0, 1, 2, 3, ..."""
        value = self.unsigned()
        return value // 2 if value % 2 == 0 else -(value + 1) // 2

    def boolean(self) -> bool:
        byte = self.take(1)[0]
        if byte > 1:
            raise Malformed("a truth value is 0 or 1")
        return byte == 1

    def text(self) -> str:
        return self.take(self.unsigned()).decode("utf-8")

    def items(self, read) -> list:
        return [read() for _ in range(self.unsigned())]

    def variant(self, names: list[str]) -> str:
        index = self.unsigned()
        if index >= len(names):
            raise Malformed(f"variant {index} of {names}")
        return names[index]

    def weights(self) -> np.ndarray:
        """Bytes per weight, then the weights, little-endian."""
        blob = self.take(self.unsigned())
        dtype = {1: "<i1", 2: "<i2", 4: "<i4"}[blob[0]]
        return np.frombuffer(blob[1:], dtype=dtype).astype(np.int64)

    def window(self) -> tuple[Axis, Axis]:
        axes = [Axis(*(self.unsigned() for _ in range(4))) for _ in range(2)]
        return axes[0], axes[1]

    def interval(self) -> tuple[int, int]:
        return self.signed(), self.signed()


# The fields of every operator in the order of the file; the order of operators is their number.
FIELDS = {
    "Input": {},
    "Dense": {"weights": "weights", "weight_scale": "signed", "bias": "signed list"},
    "Conv2d": {
        "weights": "weights",
        "weight_scale": "signed",
        "bias": "signed list",
        "window": "window",
        "groups": "unsigned",
    },
    "AveragePool": {"window": "window", "multiplier": "signed", "multiplier_scale": "signed"},
    "Rescale": {"shift": "unsigned"},
    "Relu": {},
    "Clip": {"bounds": "interval"},
    "Table": {"first": "signed", "values": "weights", "scale": "signed"},
    "MaxPool": {"window": "window"},
    "Add": {},
    "Concat": {},
    "LeftShift": {"bits": "unsigned"},
    "Reshape": {"shape": "three"},
}


def read_node(reader: Reader) -> Node:
    readers = {
        "weights": reader.weights,
        "signed": reader.signed,
        "unsigned": reader.unsigned,
        "window": reader.window,
        "interval": reader.interval,
        "signed list": lambda: reader.items(reader.signed),
        "three": lambda: [reader.unsigned() for _ in range(3)],
    }
    operator = reader.variant(list(FIELDS))
    fields = {name: readers[kind]() for name, kind in FIELDS[operator].items()}
    return Node(operator, fields, reader.items(reader.unsigned), reader.interval())


def decode(file: bytes) -> Network:
    """Reads a file and checks its digest."""
    magic, version, length = struct.unpack("<4sHI", file[:10])
    if magic != b"ZKLM" or version != VERSION:
        raise Malformed(f"magic {magic!r}, version {version}")
    body, digest = file[10 : 10 + length], file[10 + length :]
    if len(digest) != DIGEST_BYTES or hashlib.sha256(file[:-DIGEST_BYTES]).digest() != digest:
        raise Malformed("the digest is not that of the contents")
    reader = Reader(body)
    network = Network(
        name=reader.text(),
        classes=reader.items(reader.text),
        preprocessing={
            "height": reader.unsigned(),
            "width": reader.unsigned(),
            "colour": reader.variant(["Luma", "Rgb"]),
            "resize": reader.variant(["Nearest", "Box"]),
            "invert": reader.boolean(),
        },
        digest=digest.hex(),
        nodes=reader.items(lambda: read_node(reader)),
    )
    if reader.at != len(body):
        raise Malformed("bytes follow the nodes")
    return network


def read(path) -> Network:
    with open(path, "rb") as file:
        return decode(file.read())


# The operators, on int64 tensors [n, channels, height, width]


def windows(x: np.ndarray, window: tuple[Axis, Axis], padding: int) -> np.ndarray:
    """[n, channels, rows, columns, kernel rows, kernel columns]."""
    rows, columns = window
    padded = np.pad(
        x,
        [(0, 0), (0, 0), (rows.before, rows.after), (columns.before, columns.after)],
        constant_values=padding,
    )
    every = sliding_window_view(padded, (rows.kernel, columns.kernel), axis=(2, 3))
    return every[:, :, :: rows.stride, :: columns.stride]


def dense(fields: dict, inputs: list[np.ndarray]) -> np.ndarray:
    bias = np.array(fields["bias"], dtype=np.int64)
    x = inputs[0].reshape(len(inputs[0]), -1)
    y = x @ fields["weights"].reshape(len(bias), -1).T + bias
    return y[:, :, None, None]


def conv2d(fields: dict, inputs: list[np.ndarray]) -> np.ndarray:
    bias = np.array(fields["bias"], dtype=np.int64)
    seen = windows(inputs[0], fields["window"], 0)
    kernel = seen.shape[-2:]
    weights = fields["weights"].reshape(len(bias), -1, *kernel)
    groups = zip(
        np.split(seen, fields["groups"], axis=1),
        np.split(weights, fields["groups"], axis=0),
        strict=True,
    )
    planes = [np.einsum("nchwyx,ocyx->nohw", part, filters) for part, filters in groups]
    return np.concatenate(planes, axis=1) + bias[:, None, None]


def average_pool(fields: dict, inputs: list[np.ndarray]) -> np.ndarray:
    return windows(inputs[0], fields["window"], 0).sum(axis=(4, 5)) * fields["multiplier"]


def max_pool(fields: dict, inputs: list[np.ndarray]) -> np.ndarray:
    lowest = np.iinfo(np.int64).min
    return windows(inputs[0], fields["window"], lowest).max(axis=(4, 5))


def rescale(fields: dict, inputs: list[np.ndarray]) -> np.ndarray:
    """To the nearest, halves upwards; NumPy's // rounds down."""
    divisor = 2 ** fields["shift"]
    return (inputs[0] + divisor // 2) // divisor


def table(fields: dict, inputs: list[np.ndarray]) -> np.ndarray:
    index = inputs[0] - fields["first"]
    assert index.min() >= 0, "below the table"
    return fields["values"][index]


def reshape(fields: dict, inputs: list[np.ndarray]) -> np.ndarray:
    return inputs[0].reshape(-1, *fields["shape"])


OPERATORS = {
    "Dense": dense,
    "Conv2d": conv2d,
    "AveragePool": average_pool,
    "Rescale": rescale,
    "Relu": lambda fields, inputs: np.maximum(inputs[0], 0),
    "Clip": lambda fields, inputs: np.clip(inputs[0], *fields["bounds"]),
    "Table": table,
    "MaxPool": max_pool,
    "Add": lambda fields, inputs: inputs[0] + inputs[1],
    "Concat": lambda fields, inputs: np.concatenate(inputs, axis=1),
    "LeftShift": lambda fields, inputs: inputs[0] * 2 ** fields["bits"],
    "Reshape": reshape,
}


def scale_after(node: Node, scales: list[int]) -> int:
    """A value X of scale f stands for X / 2^f."""
    assert all(scale == scales[0] for scale in scales), (node.operator, scales)
    fields = node.fields
    change = fields.get("weight_scale", 0) + fields.get("multiplier_scale", 0)
    change += fields.get("bits", 0) - fields.get("shift", 0)
    return fields["scale"] if node.operator == "Table" else scales[0] + change
