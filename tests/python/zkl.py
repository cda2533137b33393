"""A second reader and runner of .zkl files, in NumPy.

It shares nothing with the Rust code but the description of the format and of the operators, so
that a mistake in either shows as a difference between the two. All values are integers, none a
float.
"""

import hashlib
import math
import struct
from dataclasses import dataclass, field

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

DIGEST_BYTES = 32
#: A model with more weights and biases has format version 2, any other version 1.
MAX_PLAIN_PARAMETERS = 2**19


class Malformed(Exception):
    """The file is not a model."""


@dataclass
class Axis:
    kernel: int
    stride: int
    before: int
    after: int


class Reader:
    """Postcard: numbers as varints, lists and bytes after their length, fields in order."""

    def __init__(self, data: bytes, version: int):
        self.data = data
        self.version = version
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

    def variant(self, names: list):
        index = self.unsigned()
        if index >= len(names):
            raise Malformed(f"variant {index} of {names}")
        return names[index]

    def weights(self) -> np.ndarray:
        """Bytes per weight, then the weights, little-endian; or, in version 2, the Rice code."""
        blob = self.take(self.unsigned())
        if self.version == 2:
            return rice(blob)
        dtype = {1: "<i1", 2: "<i2", 4: "<i4"}[blob[0]]
        return np.frombuffer(blob[1:], dtype=dtype).astype(np.int64)

    def biases(self) -> np.ndarray:
        return np.array(self.items(self.signed), dtype=np.int64)

    def window(self) -> tuple[Axis, Axis]:
        axes = [Axis(*(self.unsigned() for _ in range(4))) for _ in range(2)]
        return axes[0], axes[1]

    def interval(self) -> tuple[int, int]:
        return self.signed(), self.signed()

    def shape(self) -> tuple[int, int, int]:
        return self.unsigned(), self.unsigned(), self.unsigned()

    def preprocessing(self) -> dict:
        return {
            "height": self.unsigned(),
            "width": self.unsigned(),
            "colour": self.variant(["Luma", "Rgb"]),
            "resize": self.resize(),
            "invert": self.boolean(),
        }

    def resize(self) -> str | dict:
        """How pictures are resized; for a view, a dictionary with its parts."""
        kind = self.variant(["Nearest", "Box", "View"])
        if kind != "View":
            return kind
        upright = self.boolean()
        crop = (self.unsigned(), self.unsigned()) if self.boolean() else None
        filter = self.variant(["Nearest", "Area"])
        if crop and (not 1 <= crop[0] <= crop[1] or math.gcd(*crop) > 1):
            raise Malformed(f"crop {crop}")
        if (upright, crop, filter) == (False, None, "Nearest"):
            raise Malformed("a view that is nearest")
        return {"upright": upright, "crop": crop, "filter": filter}


def rice(blob: bytes) -> np.ndarray:
    """Number of lower bits, number of weights, a list of zeros and ones, a list of lower bits."""
    low_bits, count = blob[0] - 0x20, int.from_bytes(blob[1:5], "little")
    if not 3 <= low_bits <= 31:
        raise Malformed(f"{low_bits} lower bits")
    bits = np.unpackbits(np.frombuffer(blob[5:], dtype=np.uint8), bitorder="little")
    ends = len(bits) - -(-count * low_bits // 8) * 8
    ones = np.flatnonzero(bits[: max(ends, 0)])
    if len(ones) != count or len(bits[:ends]) - (ones[-1] + 1 if count else 0) >= 8:
        raise Malformed(f"{len(ones)} of {count} weights, or bytes after the last")
    highs = np.diff(ones, prepend=-1) - 1
    lows = bits[ends : ends + count * low_bits].reshape(count, low_bits).astype(np.int64)
    numbers = (highs << low_bits) + lows @ (1 << np.arange(low_bits))
    return np.where(numbers % 2 == 0, numbers // 2, -(numbers + 1) // 2)


class Operator:
    """An operator with the fields that a file gives it. A subclass is one operator: its class name
    is the operator's, and the order of the classes is their number in files."""

    #: Name of each field and the method that reads it, in the order of the file.
    fields: dict = {}
    #: Every operator, in order.
    every: list[type["Operator"]] = []

    def __init_subclass__(cls):
        Operator.every.append(cls)

    def __init__(self, reader: Reader):
        for name, read in self.fields.items():
            setattr(self, name, read(reader))

    def output(self, *inputs: np.ndarray) -> np.ndarray:
        """The output, from int64 tensors [n, channels, height, width]."""
        raise Malformed(f"{type(self).__name__} is no node's operator")

    def scale(self, scale: int) -> int:
        """The output's scale, from that of the inputs. A value X of scale f stands for X / 2^f."""
        return scale


class Input(Operator):
    """The pixels: node 0, which a file does not list."""


class Dense(Operator):
    fields = {"weights": Reader.weights, "weight_scale": Reader.signed, "bias": Reader.biases}

    def output(self, x):
        y = x.reshape(len(x), -1) @ self.weights.reshape(len(self.bias), -1).T + self.bias
        return y[:, :, None, None]

    def scale(self, scale):
        return scale + self.weight_scale


class Conv2d(Operator):
    fields = {
        "weights": Reader.weights,
        "weight_scale": Reader.signed,
        "bias": Reader.biases,
        "window": Reader.window,
        "groups": Reader.unsigned,
    }

    def output(self, x):
        seen = windows(x, self.window, 0)
        kernel = seen.shape[-2:]
        weights = self.weights.reshape(len(self.bias), -1, *kernel)
        groups = zip(
            np.split(seen, self.groups, axis=1),
            np.split(weights, self.groups, axis=0),
            strict=True,
        )
        planes = [np.einsum("nchwyx,ocyx->nohw", part, filters) for part, filters in groups]
        return np.concatenate(planes, axis=1) + self.bias[:, None, None]

    def scale(self, scale):
        return scale + self.weight_scale


class AveragePool(Operator):
    fields = {
        "window": Reader.window,
        "multiplier": Reader.signed,
        "multiplier_scale": Reader.signed,
    }

    def output(self, x):
        return windows(x, self.window, 0).sum(axis=(4, 5)) * self.multiplier

    def scale(self, scale):
        return scale + self.multiplier_scale


class Rescale(Operator):
    fields = {"shift": Reader.unsigned}

    def output(self, x):
        """To the nearest, halves upwards; NumPy's // rounds down."""
        divisor = 2**self.shift
        return (x + divisor // 2) // divisor

    def scale(self, scale):
        return scale - self.shift


class Relu(Operator):
    def output(self, x):
        return np.maximum(x, 0)


class Clip(Operator):
    fields = {"bounds": Reader.interval}

    def output(self, x):
        return np.clip(x, *self.bounds)


class Table(Operator):
    fields = {"first": Reader.signed, "values": Reader.weights, "values_scale": Reader.signed}

    def output(self, x):
        index = x - self.first
        assert index.min() >= 0, "below the table"
        return self.values[index]

    def scale(self, scale):
        return self.values_scale


class MaxPool(Operator):
    fields = {"window": Reader.window}

    def output(self, x):
        lowest = np.iinfo(np.int64).min
        return windows(x, self.window, lowest).max(axis=(4, 5))


class Add(Operator):
    def output(self, a, b):
        return a + b


class Concat(Operator):
    def output(self, *inputs):
        return np.concatenate(inputs, axis=1)


class LeftShift(Operator):
    fields = {"bits": Reader.unsigned}

    def output(self, x):
        return x * 2**self.bits

    def scale(self, scale):
        return scale + self.bits


class Reshape(Operator):
    fields = {"shape": Reader.shape}

    def output(self, x):
        return x.reshape(-1, *self.shape)


class PRelu(Operator):
    fields = {
        "positive": Reader.signed,
        "negative": Reader.signed,
        "factor_scale": Reader.signed,
    }

    def output(self, x):
        return np.where(x < 0, self.negative, self.positive) * x

    def scale(self, scale):
        return scale + self.factor_scale


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


@dataclass
class Node:
    operator: Operator
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
    def parameters(self) -> int:
        """The number of weights and biases."""
        linear = [n.operator for n in self.nodes if isinstance(n.operator, Dense | Conv2d)]
        return sum(operator.weights.size + operator.bias.size for operator in linear)

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
            output = node.operator.output(*(outputs[i] for i in node.inputs))
            assert output.dtype == np.int64 and output.ndim == 4
            low, high = node.bounds
            assert low <= output.min() and output.max() <= high, (node.operator, node.bounds)
            outputs.append(output)
            scale, *others = (scales[i] for i in node.inputs)
            assert all(other == scale for other in others), (node.operator, scale, others)
            scales.append(node.operator.scale(scale))
        return outputs, scales[-1]

    def logits(self, images: np.ndarray, batch: int = 100) -> np.ndarray:
        """int64 logits [n, classes]."""
        batches = [images[at : at + batch] for at in range(0, len(images), batch)]
        return np.concatenate([self.run(b)[0][-1].reshape(len(b), -1) for b in batches])


def read_node(reader: Reader) -> Node:
    operator = reader.variant(Operator.every)
    return Node(operator(reader), reader.items(reader.unsigned), reader.interval())


def decode(file: bytes) -> Network:
    """Reads a file and checks its digest."""
    magic, version, length = struct.unpack("<4sHI", file[:10])
    if magic != b"ZKLM" or version not in (1, 2):
        raise Malformed(f"magic {magic!r}, version {version}")
    body, digest = file[10 : 10 + length], file[10 + length :]
    if len(digest) != DIGEST_BYTES or hashlib.sha256(file[:-DIGEST_BYTES]).digest() != digest:
        raise Malformed("the digest is not that of the contents")
    reader = Reader(body, version)
    network = Network(
        name=reader.text(),
        classes=reader.items(reader.text),
        preprocessing=reader.preprocessing(),
        digest=digest.hex(),
        nodes=reader.items(lambda: read_node(reader)),
    )
    if reader.at != len(body):
        raise Malformed("bytes follow the nodes")
    if version != (2 if network.parameters > MAX_PLAIN_PARAMETERS else 1):
        raise Malformed(f"version {version} for {network.parameters} weights and biases")
    return network


def read(path) -> Network:
    with open(path, "rb") as file:
        return decode(file.read())
