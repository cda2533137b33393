#!/usr/bin/env python3
"""Makes small ONNX graphs with seeded random weights for the tests of the importer:

  crates/onnx/tests/graphs/NAME.onnx   a graph that must be imported, and with it
  crates/onnx/tests/graphs/NAME.json   images, and the logits that onnxruntime computes for them
  crates/onnx/tests/refused/NAME.onnx  a valid graph that must be refused
  crates/onnx/tests/refused/refused.json  why, for each of these

Fields of NAME.json: `opset`; `shape` [channels, height, width]; `layout` of the graph's input, nchw
or nhwc; `pixel_range`, "unit" if the graph takes pixels / 255 and "byte" if it takes 0..255;
`softmax`, whether the graph ends in a Softmax; `rounds`, if the graph rounds values inside;
`inputs`, images of bytes in [channel][row][column] order whatever the layout; `outputs`, the logits
for each image, before the Softmax if there is one.
"""

import json
import zlib

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

import common

TESTS = common.ROOT / "crates" / "onnx" / "tests"
# The IR version that goes with each opset.
IR_VERSIONS = {6: 3, 7: 3, 9: 4, 11: 6, 13: 7, 15: 8, 17: 8, 18: 8, 20: 9, 21: 10, 23: 11, 28: 13}
LOGIT_SPREAD = 3.0


class Graph:
    """A graph under construction. Methods add nodes and return the name of their output."""

    def __init__(self, name, opset, shape, classes=5, layout="nchw", pixel_range="unit"):
        self.name, self.opset, self.shape, self.classes = name, opset, shape, classes
        self.layout, self.pixel_range = layout, pixel_range
        self.rng = np.random.default_rng(zlib.crc32(name.encode()))
        self.nodes, self.tensors, self.inputs, self.outputs = [], {}, [], []
        self.logits, self.softmax, self.batch = None, False, "batch"
        self.functions, self.sparse, self.image = [], [], TensorProto.FLOAT
        self.counter = 0

    def fresh(self, prefix):
        self.counter += 1
        return f"{prefix.lower()}_{self.counter}"

    def tensor(self, values, name=None, dtype=np.float32):
        """A constant in the graph's list of initialisers."""
        name = name or self.fresh("constant")
        self.tensors[name] = np.asarray(values, dtype)
        return name

    def constant(self, values, dtype=np.float32):
        """A constant made by a Constant node."""
        value = numpy_helper.from_array(np.asarray(values, dtype))
        return self.op("Constant", value=value)

    def op(self, operator, *inputs, output=None, **attributes):
        output = output or self.fresh(operator)
        self.nodes.append(helper.make_node(operator, inputs, [output], name=output, **attributes))
        return output

    def conv(self, x, into, out, kernel, bias=True, group=1, **attributes):
        """Convolution with He-initialised weights."""
        shape = (out, into // group, kernel, kernel)
        weight = self.rng.normal(0, np.sqrt(2 / np.prod(shape[1:])), shape)
        inputs = [x, self.tensor(weight)]
        if bias:
            inputs.append(self.tensor(self.rng.normal(0, 0.2, out)))
        if group != 1:
            attributes["group"] = group
        return self.op("Conv", *inputs, kernel_shape=[kernel, kernel], **attributes)

    def norm(self, x, channels, **attributes):
        """Batch normalisation with statistics of a plausible size."""
        scale = self.rng.uniform(0.6, 1.4, channels) * self.rng.choice([1, 1, 1, -1], channels)
        tensors = [
            scale,
            self.rng.normal(0, 0.3, channels),
            self.rng.normal(0, 0.3, channels),
            self.rng.uniform(0.3, 1.5, channels),
        ]
        return self.op("BatchNormalization", x, *map(self.tensor, tensors), **attributes)

    def gemm(self, x, into, out, transposed=1, alpha=None, beta=None):
        weight = self.rng.normal(0, np.sqrt(2 / into), (out, into) if transposed else (into, out))
        attributes = {"alpha": alpha, "beta": beta, "transB": transposed or None}
        attributes = {name: value for name, value in attributes.items() if value is not None}
        bias = self.rng.normal(0, 0.2, out)
        return self.op("Gemm", x, self.tensor(weight), self.tensor(bias), **attributes)

    def matmul(self, x, into, out, bias_first=False):
        weight = self.rng.normal(0, np.sqrt(2 / into), (into, out))
        product = self.op("MatMul", x, self.tensor(weight))
        bias = self.tensor(self.rng.normal(0, 0.2, out))
        return self.op("Add", *((bias, product) if bias_first else (product, bias)))

    def axes(self, operator, x, axes):
        """Squeeze or Unsqueeze: axes are an attribute before opset 13 and an input from then on."""
        if self.opset < 13:
            return self.op(operator, x, axes=axes)
        return self.op(operator, x, self.tensor(axes, dtype=np.int64))

    def clip(self, x, low, high):
        """Clip: limits are attributes before opset 11 and inputs from then on."""
        if self.opset < 11:
            return self.op("Clip", x, min=low, max=high)
        return self.op("Clip", x, self.tensor(low), self.tensor(high))

    def half(self):
        """All weights, the image and the logits in 16-bit floating point."""
        self.image = TensorProto.FLOAT16
        return self

    def finish(self, x, into, softmax=False, dense=True):
        """The classifier: a Gemm, whose weights `calibrate` sets right, and perhaps a Softmax."""
        name = "before_softmax" if softmax else "logits"
        if dense:
            shape = (self.classes, into)
            weight = self.tensor(self.rng.normal(0, np.sqrt(2 / into), shape), "classifier.weight")
            bias = self.tensor(np.zeros(self.classes), "classifier.bias")
            x = self.op("Gemm", x, weight, bias, transB=1, output=name)
        self.logits, self.softmax = x, softmax
        if softmax:
            x = self.op("Softmax", x, axis=1 if self.opset < 13 else -1, output="logits")
        self.outputs = [(x, [self.batch, self.classes])]
        return self

    # --- outputs ---

    def model(self, outputs=None, opset=None):
        channels, height, width = self.shape
        shape = [channels, height, width] if self.layout == "nchw" else [height, width, channels]
        inputs = [("image", [self.batch, *shape]), *self.inputs]
        opset = opset or self.opset
        kinds = {"image": self.image}
        listed = [
            helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(v.dtype), v.shape)
            for name, v in self.tensors.items()
            if IR_VERSIONS[opset] < 4  # In which a constant is an input with a value.
        ]
        graph = helper.make_graph(
            self.nodes,
            self.name,
            [
                helper.make_tensor_value_info(n, kinds.get(n, TensorProto.FLOAT), s)
                for n, s in inputs
            ]
            + listed,
            [
                helper.make_tensor_value_info(n, *(kind or [self.logits_type()]), s)
                for n, s, *kind in outputs or self.outputs
            ],
            [
                numpy_helper.from_array(self.stored(values), name)
                for name, values in self.tensors.items()
                if name not in self.sparse
            ],
            sparse_initializer=[sparse(self.tensors[name], name) for name in self.sparse],
        )
        domains = {node.domain for node in self.nodes} - {""}
        return helper.make_model(
            graph,
            functions=self.functions,
            producer_name="zklens training/graphs.py",
            ir_version=IR_VERSIONS[opset],
            opset_imports=[helper.make_opsetid("", opset)]
            + [helper.make_opsetid(domain, 1) for domain in sorted(domains)],
        )

    def logits_type(self):
        return TensorProto.FLOAT16 if self.image == TensorProto.FLOAT16 else TensorProto.FLOAT

    def stored(self, values):
        """A constant as the file has it."""
        is_half = self.image == TensorProto.FLOAT16 and values.dtype == np.float32
        return values.astype(np.float16) if is_half else values

    def run(self, images):
        """Logits of byte images [n, channels, height, width], computed by onnxruntime."""
        model = self.model([(self.logits, [self.batch, self.classes])])
        x = images.astype(np.float32)
        if self.pixel_range == "unit":
            x /= np.float32(255)
        if self.layout == "nhwc":
            x = x.transpose(0, 2, 3, 1)
        session = onnxruntime.InferenceSession(
            model.SerializeToString(), providers=["CPUExecutionProvider"]
        )
        x = x.astype(helper.tensor_dtype_to_np_dtype(self.image))
        size = self.batch if isinstance(self.batch, int) else len(x)
        batches = [x[start : start + size] for start in range(0, len(x), size)]
        logits = [session.run(None, {"image": batch})[0] for batch in batches]
        return np.concatenate(logits).astype(np.float32)

    def calibrate(self, images):
        """Shifts and scales the classifier so that logits have mean 0 and a good spread: else a
        network of random weights says the same of every image."""
        logits = self.run(images)
        factor = LOGIT_SPREAD / (logits - logits.mean(0)).std()
        weight, bias = self.tensors["classifier.weight"], self.tensors["classifier.bias"]
        self.tensors["classifier.weight"] = (weight * factor).astype(np.float32)
        # A bias of shape [1, classes, 1, 1] is possible too.
        mean = logits.mean(0).reshape(bias.shape)
        self.tensors["classifier.bias"] = ((bias - mean) * factor).astype(np.float32)


def sparse(values, name):
    """A constant as the list of its values that are not zero."""
    places = np.flatnonzero(values)
    kept = numpy_helper.from_array(values.ravel()[places], name)
    indices = numpy_helper.from_array(places.astype(np.int64))
    return helper.make_sparse_tensor(kept, indices, values.shape)


def smooth_images(rng, count, shape):
    """Random smooth byte images with a little noise, of differing brightness and contrast."""
    channels, height, width = shape
    images = np.zeros((count, *shape), np.uint8)
    for image in images:
        side = int(rng.integers(3, 6))
        low, high = sorted(rng.uniform(0, 255, 2))
        low, high = max(low - 40, 0), min(high + 40, 255)
        for channel in range(channels):
            coarse = Image.fromarray(rng.uniform(0, 1, (side, side)).astype(np.float32))
            fine = np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC))
            fine = low + fine * (high - low) + rng.normal(0, 4, fine.shape)
            image[channel] = np.clip(np.rint(fine), 0, 255)
    return images


# --- graphs that must be imported -----------------------------------------------------------------


def lenet_tanh():
    """Opset 9: Tanh, 2×2 average pooling, Reshape with 0 and −1."""
    g = Graph("lenet_tanh", 9, (1, 12, 12))
    x = g.op("Tanh", g.conv("image", 1, 4, 3))  # 10×10
    x = g.op("AveragePool", x, kernel_shape=[2, 2], strides=[2, 2])  # 5×5
    x = g.op("Tanh", g.conv(x, 4, 8, 2))  # 4×4
    x = g.op("AveragePool", x, kernel_shape=[2, 2], strides=[2, 2])  # 2×2
    x = g.op("Reshape", x, g.tensor([0, -1], dtype=np.int64))
    x = g.op("Tanh", g.gemm(x, 32, 16))
    return g.finish(x, 16)


def sigmoid_mlp():
    """Opset 13: dense layers as MatMul + Add in both orders, Sigmoid, BatchNormalization after a
    dense layer, Softmax at the end."""
    g = Graph("sigmoid_mlp", 13, (1, 12, 12), classes=6)
    x = g.op("Flatten", "image")
    x = g.op("Sigmoid", g.norm(g.matmul(x, 144, 24), 24))
    x = g.op("Sigmoid", g.matmul(x, 24, 16, bias_first=True))
    return g.finish(x, 16, softmax=True)


def leaky_vgg():
    """Opset 11: LeakyRelu, overlapping max pooling with pads, Gemm with transB = 0, alpha and beta,
    Dropout."""
    g = Graph("leaky_vgg", 11, (1, 12, 12))
    x = g.op("LeakyRelu", g.conv("image", 1, 6, 3, pads=[1, 1, 1, 1]), alpha=0.1)
    x = g.op("LeakyRelu", g.conv(x, 6, 6, 3, pads=[1, 1, 1, 1], dilations=[1, 1]), alpha=0.1)
    x = g.op("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])  # 6×6
    x = g.op("LeakyRelu", g.conv(x, 6, 8, 3, pads=[1, 1, 1, 1]))  # alpha 0.01, the default
    x = g.op("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2])  # 3×3
    x = g.op("Flatten", x, axis=1)
    x = g.op("LeakyRelu", g.gemm(x, 72, 16, transposed=0, alpha=0.5, beta=2.0), alpha=0.2)
    x = g.op("Dropout", x, ratio=0.5)
    return g.finish(x, 16)


def residual():
    """Opset 17: batch normalisation after convolutions, residual sums with the identity and with a
    strided 1×1 convolution, global average pooling."""
    g = Graph("residual", 17, (3, 12, 12))
    x = g.op("Relu", g.norm(g.conv("image", 3, 6, 3, bias=False, pads=[1, 1, 1, 1]), 6))
    y = g.op("Relu", g.norm(g.conv(x, 6, 6, 3, bias=False, pads=[1, 1, 1, 1]), 6))
    y = g.norm(g.conv(y, 6, 6, 3, bias=False, pads=[1, 1, 1, 1]), 6)
    x = g.op("Relu", g.op("Add", y, x))
    stride = {"strides": [2, 2]}
    y = g.op("Relu", g.norm(g.conv(x, 6, 10, 3, bias=False, pads=[1, 1, 1, 1], **stride), 10))
    y = g.norm(g.conv(y, 10, 10, 3, bias=False, pads=[1, 1, 1, 1]), 10)
    short = g.norm(g.conv(x, 6, 10, 1, bias=False, **stride), 10)
    x = g.op("Relu", g.op("Add", y, short))
    x = g.op("Flatten", g.op("GlobalAveragePool", x))
    return g.finish(x, 10)


def mobilenet():
    """Opset 9: depthwise convolutions, ReLU6 as Clip with attributes, an inverted residual, a 1×1
    convolution as classifier."""
    g = Graph("mobilenet", 9, (3, 16, 16))
    same, stride = [1, 1, 1, 1], {"strides": [2, 2]}
    x = g.clip(g.norm(g.conv("image", 3, 8, 3, bias=False, pads=same, **stride), 8), 0.0, 6.0)
    y = g.clip(g.norm(g.conv(x, 8, 16, 1, bias=False), 16), 0.0, 6.0)
    y = g.clip(g.norm(g.conv(y, 16, 16, 3, bias=False, group=16, pads=same), 16), 0.0, 6.0)
    y = g.norm(g.conv(y, 16, 8, 1, bias=False), 8)
    x = g.op("Add", x, y)
    y = g.clip(g.norm(g.conv(x, 8, 8, 3, bias=False, group=8, pads=same, **stride), 8), 0.0, 6.0)
    y = g.clip(g.norm(g.conv(y, 8, 20, 1, bias=False), 20), 0.0, 6.0)
    x = g.op("GlobalAveragePool", y)
    weight = g.tensor(g.rng.normal(0, 0.3, (g.classes, 20, 1, 1)), "classifier.weight")
    bias = g.tensor(np.zeros(g.classes), "classifier.bias")
    x = g.op("Conv", x, weight, bias)
    x = g.op("Reshape", x, g.constant([-1, g.classes], np.int64), output="logits")
    return g.finish(x, 20, dense=False)


def clip_inputs():
    """Opset 21: Clip with inputs, also with one limit only, asymmetrical pads, a depthwise
    convolution with a multiplier of two, Squeeze with axes as input."""
    g = Graph("clip_inputs", 21, (1, 12, 12), classes=4)
    x = g.conv("image", 1, 4, 3, pads=[0, 0, 1, 1], strides=[2, 2])  # 6×6
    x = g.clip(x, 0.0, 1.0)
    x = g.conv(x, 4, 8, 3, group=4, pads=[1, 0, 2, 1])  # 7×5
    x = g.op("Clip", x, g.constant(0.0))
    x = g.conv(x, 8, 8, 1)
    x = g.op("Clip", x, g.constant(-0.5), g.constant(1.5))
    x = g.axes("Squeeze", g.op("GlobalAveragePool", x), [2, 3])
    return g.finish(x, 8)


def batchnorm_first():
    """Opset 17: batch normalisation before convolutions, without pads and with pads (where it
    cannot be folded into the kernel alone), and on the image itself."""
    g = Graph("batchnorm_first", 17, (3, 12, 12))
    x = g.norm("image", 3)
    x = g.op("Relu", g.conv(x, 3, 6, 3))  # 10×10
    x = g.norm(x, 6, epsilon=1e-3)
    x = g.op("Relu", g.conv(x, 6, 8, 3, pads=[1, 1, 1, 1], strides=[2, 2]))  # 5×5
    x = g.op("Relu", g.norm(x, 8))
    x = g.op("MaxPool", x, kernel_shape=[2, 2], strides=[1, 1])  # 4×4
    x = g.norm(g.op("Flatten", x), 128)
    return g.finish(x, 128)


def nhwc_tf():
    """Opset 13: input [batch, height, width, channels], transposed to and fro, SAME_UPPER and VALID
    padding, MatMul + Add, as tf2onnx writes graphs."""
    g = Graph("nhwc_tf", 13, (3, 12, 12), layout="nhwc")
    x = g.op("Transpose", "image", perm=[0, 3, 1, 2])
    x = g.op("Relu", g.conv(x, 3, 6, 3, auto_pad="SAME_UPPER", strides=[2, 2]))  # 6×6
    x = g.conv(x, 6, 6, 3, bias=False, group=6, auto_pad="SAME_UPPER", strides=[1, 1])
    x = g.op("Add", x, g.tensor(g.rng.normal(0, 0.2, (1, 6, 1, 1))))
    x = g.clip(x, 0.0, 6.0)
    x = g.op("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2], auto_pad="VALID")  # 3×3
    x = g.op("Transpose", x, perm=[0, 2, 3, 1])
    x = g.op("Reshape", x, g.tensor([-1, 54], dtype=np.int64))
    weight = g.tensor(g.rng.normal(0, 0.2, (54, g.classes)), "classifier.weight")
    bias = g.tensor(np.zeros(g.classes), "classifier.bias")
    x = g.op("Add", g.op("MatMul", x, weight), bias, output="logits")
    return g.finish(x, 54, dense=False)


def concat_inception():
    """Opset 13: channels of four branches concatenated, average pooling 3×3 with pads that count, a
    convolution in two groups."""
    g = Graph("concat_inception", 13, (1, 12, 12))
    x = g.op("Relu", g.conv("image", 1, 6, 3, strides=[2, 2], pads=[1, 1, 1, 1]))  # 6×6
    pool = {"kernel_shape": [3, 3], "strides": [1, 1], "pads": [1, 1, 1, 1]}
    branches = [
        g.op("Relu", g.conv(x, 6, 4, 1)),
        g.op("Relu", g.conv(x, 6, 4, 3, pads=[1, 1, 1, 1])),
        g.conv(g.op("AveragePool", x, count_include_pad=1, **pool), 6, 2, 1),
        g.op("MaxPool", x, **pool),
    ]
    x = g.op("Concat", *branches, axis=1)  # 16 channels
    x = g.op("Relu", g.conv(x, 16, 8, 3, group=2))  # 4×4
    x = g.op("AveragePool", x, kernel_shape=[2, 2], strides=[2, 2], pads=[0, 0, 0, 0])
    return g.finish(g.op("Flatten", x), 32)


def torch_old_flatten():
    """Opset 9: `x.view(x.size(0), -1)` as PyTorch used to export it (Shape, Gather, Unsqueeze,
    Concat, Reshape), Constant nodes, Pad with attributes, Softmax at the end."""
    g = Graph("torch_old_flatten", 9, (1, 12, 12))
    x = g.op("Pad", "image", mode="constant", pads=[0, 0, 1, 2, 0, 0, 1, 2], value=0.0)  # 14×16
    x = g.op("Relu", g.conv(x, 1, 4, 3, strides=[1, 1], pads=[0, 0, 0, 0]))  # 12×14
    x = g.op("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2], pads=[0, 0, 0, 0])  # 6×7
    size = g.op("Gather", g.op("Shape", x), g.constant(0, np.int64), axis=0)
    rest = g.axes("Unsqueeze", g.constant(-1, np.int64), [0])
    target = g.op("Concat", g.axes("Unsqueeze", size, [0]), rest, axis=0)
    x = g.op("Reshape", x, target)
    x = g.op("Relu", g.gemm(g.op("Dropout", x), 168, 12))
    return g.finish(x, 12, softmax=True)


def normalised_inside():
    """Opset 13: the graph takes bytes, divides by 255, and subtracts means and divides by standard
    deviations per channel; a product with constants further inside, 3×3 average pooling."""
    g = Graph("normalised_inside", 13, (3, 12, 12), pixel_range="byte")
    x = g.op("Div", "image", g.tensor(255.0))
    x = g.op("Sub", x, g.tensor(np.reshape([0.485, 0.456, 0.406], (1, 3, 1, 1))))
    x = g.op("Div", x, g.tensor(np.reshape([0.229, 0.224, 0.225], (1, 3, 1, 1))))
    x = g.op("Relu", g.conv(x, 3, 6, 3, pads=[1, 1, 1, 1]))
    x = g.op("Mul", x, g.tensor(g.rng.uniform(0.3, 1.2, (6, 1, 1))))
    x = g.op("AveragePool", x, kernel_shape=[3, 3], strides=[3, 3])  # 4×4
    x = g.op("Relu", g.conv(x, 6, 8, 3, bias=False, pads=[1, 1, 1, 1], strides=[2, 2]))  # 2×2
    return g.finish(g.op("Flatten", x), 32)


def padded_groups():
    """Opset 11: bytes times 1/255, Pad with inputs, Identity, convolution in groups, Squeeze and
    Unsqueeze with attributes, a constant minus the activations."""
    g = Graph("padded_groups", 11, (1, 12, 12), classes=4, pixel_range="byte")
    x = g.op("Mul", g.tensor(1 / 255), "image")
    x = g.op("Sub", g.tensor(1.0), x)
    x = g.op("Pad", x, g.constant([0, 0, 2, 0, 0, 0, 1, 3], np.int64), g.constant(0.0))  # 15×15
    x = g.op("Relu", g.conv(x, 1, 6, 3, strides=[2, 2]))  # 7×7
    x = g.op("Relu", g.conv(g.op("Identity", x), 6, 9, 3, group=3))  # 5×5
    x = g.axes("Squeeze", g.op("GlobalAveragePool", x), [2, 3])
    x = g.axes("Squeeze", g.axes("Unsqueeze", x, [2]), [2])
    return g.finish(x, 9)


def squeezed_image():
    """Opset 21: Squeeze and Unsqueeze with axes as inputs, Pad with axes left at their default,
    MaxPool with stride below its kernel, Dropout with its ratio as input."""
    g = Graph("squeezed_image", 21, (1, 12, 12))
    x = g.axes("Unsqueeze", g.axes("Squeeze", "image", [1]), [1])
    x = g.op("Pad", x, g.tensor([0, 0, 1, 1, 0, 0, 1, 1], dtype=np.int64))  # 14×14
    x = g.op("Relu", g.conv(x, 1, 6, 5, strides=[3, 3]))  # 4×4
    x = g.op("MaxPool", x, kernel_shape=[2, 2], strides=[1, 1])  # 3×3
    x = g.op("Dropout", g.op("Flatten", x), g.tensor(0.5))
    return g.finish(g.op("Relu", g.gemm(x, 54, 16)), 16)


def distant_scales():
    """Opset 13: sums and a concatenation of tensors that differ by a factor of a million, a branch
    that is always zero, a Clip whose only limit lies below all its inputs, addition of a column."""
    g = Graph("distant_scales", 13, (1, 12, 12))
    x = g.op("Relu", g.conv("image", 1, 4, 3, strides=[2, 2]))  # 5×5
    large = g.op("Relu", g.op("Mul", g.conv(x, 4, 4, 1), g.tensor(1000.0)))
    small = g.op("Relu", g.op("Mul", g.conv(x, 4, 4, 1), g.tensor(0.001)))
    zero = g.op("Relu", g.op("Sub", g.conv(x, 4, 4, 1), g.tensor(1000.0)))
    limited = g.op("Clip", g.op("Sigmoid", x), "", g.tensor(-0.25))
    y = g.op("Add", g.op("Add", large, small), zero)
    y = g.op("Relu", g.op("Mul", y, g.tensor(0.001)))
    z = g.op("Concat", large, small, zero, limited, axis=1)
    z = g.op("Mul", g.conv(z, 16, 4, 1), g.tensor(0.002))
    x = g.op("Relu", g.op("Sum", y, z))
    x = g.op("Add", x, g.tensor(g.rng.normal(0, 0.1, (5, 1))))
    return g.finish(g.op("Flatten", x), 100)


def wide_mean():
    """Opset 11: a mean over 212 × 212 cells, most of them padding, and another over 81 cells."""
    g = Graph("wide_mean", 11, (1, 12, 12))
    x = g.op("Relu", g.conv("image", 1, 6, 4))  # 9×9
    y = g.op("Pad", x, g.constant([0, 0, 100, 100, 0, 0, 103, 103], np.int64))  # 212×212
    y = g.op("Mul", g.op("GlobalAveragePool", y), g.tensor(500.0))
    x = g.op("Concat", g.op("ReduceMean", x, axes=[2, 3]), y, axis=1)
    return g.finish(g.op("Flatten", x), 12)


def batch_of_four():
    """Opset 13: a batch size of 4 in the file, and in the shape of a Reshape."""
    g = Graph("batch_of_four", 13, (1, 12, 12))
    g.batch = 4
    x = g.op("MaxPool", "image", kernel_shape=[2, 2], strides=[2, 2])
    x = g.op("Reshape", x, g.tensor([4, -1], dtype=np.int64))
    x = g.op("Relu", g.gemm(x, 36, 12))
    x = g.op("Reshape", x, g.tensor([4, 12], dtype=np.int64))
    return g.finish(x, 12)


def old_opset():
    """Opset 7: batch normalisation, Clip, Pad and Dropout as they were, Upsample with its scales as
    an attribute before a convolution whose stride is a multiple."""
    g = Graph("old_opset", 7, (1, 12, 12))
    x = g.clip(g.norm(g.conv("image", 1, 4, 3), 4), 0.0, 6.0)  # 10×10
    x = g.op("Upsample", x, mode="nearest", scales=[1.0, 1.0, 2.0, 2.0])  # 20×20
    x = g.op("Relu", g.conv(x, 4, 6, 3, strides=[2, 2], pads=[1, 1, 1, 1]))  # 10×10
    x = g.op("Pad", x, mode="constant", pads=[0, 0, 1, 1, 0, 0, 1, 1], value=0.0)  # 12×12
    x = g.op("MaxPool", x, kernel_shape=[3, 3], strides=[3, 3])  # 4×4
    x = g.op("Dropout", g.op("Flatten", x), ratio=0.3)
    return g.finish(x, 96, softmax=True)


def new_opset():
    """The newest opset that onnxruntime runs."""
    g = Graph("new_opset", 23, (1, 12, 12))
    x = g.op("Mish", g.conv("image", 1, 4, 3, pads=[1, 1, 1, 1], strides=[2, 2]))  # 6×6
    x = g.op("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1)  # 3×3
    x = g.op("ReduceMean", g.conv(x, 4, 8, 1), g.tensor([2, 3], dtype=np.int64), keepdims=0)
    return g.finish(x, 8)


def label_and_scores():
    """Opset 13: the label, the probabilities and a hidden layer are outputs, in this order."""
    g = Graph("label_and_scores", 13, (1, 12, 12))
    hidden = g.op("Relu", g.gemm(g.op("Flatten", "image"), 144, 12))
    g.finish(hidden, 12)
    scores = g.op("Identity", g.op("Softmax", g.logits, axis=1))
    label = g.op("Cast", g.op("ArgMax", scores, axis=1, keepdims=0), to=TensorProto.INT32)
    label = g.op("Reshape", label, g.tensor([-1], dtype=np.int64))
    g.outputs = [
        (label, [g.batch], TensorProto.INT32),
        (scores, [g.batch, g.classes]),
        (hidden, [g.batch, 12]),
    ]
    return g


def log_probabilities():
    """Opset 13: the logarithm of a softmax, and what could not be imported in a branch nobody
    needs."""
    g = Graph("log_probabilities", 13, (1, 12, 12))
    x = g.op("Relu", g.gemm(g.op("Flatten", "image"), 144, 12))
    g.finish(x, 12)
    g.op("CumSum", g.logits, g.tensor(1, dtype=np.int64))
    g.outputs = [(g.op("Log", g.op("Softmax", g.logits, axis=-1)), [g.batch, g.classes])]
    return g


def half_precision():
    """Opset 13: image, weights and logits in 16-bit floating point."""
    g = Graph("half_precision", 13, (1, 12, 12)).half()
    x = g.op("Relu", g.conv("image", 1, 4, 3))
    x = g.op("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2])  # 5×5
    return g.finish(g.op("Flatten", x), 100)


def whole_bytes():
    """Opset 13: an image of uint8, channels last, cast and normalised by the graph."""
    g = Graph("whole_bytes", 13, (3, 12, 12), layout="nhwc", pixel_range="byte")
    g.image = TensorProto.UINT8
    x = g.op("Cast", g.op("Transpose", "image", perm=[0, 3, 1, 2]), to=TensorProto.FLOAT)
    x = g.op("Sub", g.op("Div", x, g.tensor(127.5)), g.tensor(1.0))
    x = g.op("Relu", g.conv(x, 3, 6, 3, strides=[2, 2]))  # 5×5
    return g.finish(g.op("Flatten", x), 150)


def sparse_weights():
    """Opset 13: a kernel most of which is zero, stored as such."""
    g = Graph("sparse_weights", 13, (1, 12, 12))
    weight = g.rng.normal(0, 0.7, (6, 1, 3, 3)) * g.rng.choice([0, 1], (6, 1, 3, 3))
    g.sparse = [g.tensor(weight)]
    x = g.op("Relu", g.op("Conv", "image", g.sparse[0]))
    x = g.op("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2])
    return g.finish(g.op("Flatten", x), 150)


def local_functions():
    """Opset 15: functions of the file, one of which calls the other with an attribute that it was
    given or has by default."""
    g = Graph("local_functions", 15, (1, 12, 12))
    opsets = [helper.make_opsetid("", 15), helper.make_opsetid("org.example", 1)]
    leak = helper.make_node("LeakyRelu", ["x"], ["y"])
    slope = leak.attribute.add(name="alpha", type=onnx.AttributeProto.FLOAT)
    slope.ref_attr_name = "slope"
    bend = helper.make_function(
        "org.example", "Bend", ["x"], ["y"], [leak], opsets[:1],
        attribute_protos=[helper.make_attribute("slope", 0.25)],
    )  # fmt: skip
    call = helper.make_node("Bend", ["sum"], ["z"], domain="org.example")
    call.attribute.add(name="slope", type=onnx.AttributeProto.FLOAT).ref_attr_name = "steep"
    block = helper.make_function(
        "org.example", "Block", ["a", "w", "b"], ["z"],
        [helper.make_node("Conv", ["a", "w", "b"], ["sum"]), call], opsets, attributes=["steep"],
    )  # fmt: skip
    g.functions = [bend, block]
    x = "image"
    for into, out in [(1, 4), (4, 6)]:
        weight = g.tensor(g.rng.normal(0, np.sqrt(2 / (9 * into)), (out, into, 3, 3)))
        bias = g.tensor(g.rng.normal(0, 0.2, out))
        x = g.op("Block", x, weight, bias, domain="org.example", steep=0.1)  # 10×10, 8×8
    x = g.op("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2])  # 4×4
    x = g.op("Bend", g.gemm(g.op("Flatten", x), 96, 12), domain="org.example")
    return g.finish(x, 12)


def quantised_marks():
    """Opset 13: QuantizeLinear and DequantizeLinear around operators in floating point; weights in
    int8 with a scale per channel; ranges that cut off as a ReLU does."""
    g = Graph("quantised_marks", 13, (1, 12, 12))

    def marked(x, scale, zero, kind):
        grid = [g.tensor(scale), g.tensor(zero, dtype=kind)]
        return g.op("DequantizeLinear", g.op("QuantizeLinear", x, *grid), *grid)

    x = marked("image", 1 / 255, 0, np.uint8)
    weight = g.tensor(g.rng.integers(-127, 128, (6, 1, 3, 3)), dtype=np.int8)
    scales = g.tensor(g.rng.uniform(0.003, 0.008, 6))
    weight = g.op("DequantizeLinear", weight, scales, g.tensor(np.zeros(6), dtype=np.int8), axis=0)
    bias = g.tensor(g.rng.integers(-9000, 9000, 6), dtype=np.int32)
    bias = g.op("DequantizeLinear", bias, g.tensor(1 / 50000))
    x = marked(g.op("Conv", x, weight, bias), 1 / 64, -128, np.int8)
    x = marked(g.op("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2]), 1 / 64, -128, np.int8)
    return g.finish(g.op("Flatten", x), 150)


def curves():
    """Opset 20: functions that become tables, among them those that exporters write as products:
    SiLU, GELU with an Erf, GELU with a tanh and a cube, a square."""
    g = Graph("curves", 20, (1, 12, 12))
    x = g.op("Gelu", g.conv("image", 1, 4, 3, strides=[2, 2], pads=[1, 1, 1, 1]))  # 6×6
    x = g.conv(x, 4, 6, 1)
    x = g.op("Mul", x, g.op("Sigmoid", x))
    x = g.conv(x, 6, 6, 1)
    erf = g.op("Erf", g.op("Div", x, g.tensor(np.sqrt(2))))
    x = g.op("Mul", g.op("Mul", x, g.op("Add", erf, g.tensor(1.0))), g.tensor(0.5))
    x = g.conv(x, 6, 6, 3)  # 4×4
    cube = g.op("Mul", g.op("Pow", x, g.tensor(3.0)), g.tensor(0.044715))
    inner = g.op("Mul", g.op("Add", x, cube), g.tensor(np.sqrt(2 / np.pi)))
    inner = g.op("Add", g.op("Tanh", inner), g.tensor(1.0))
    x = g.op("Mul", g.op("Mul", g.tensor(0.5), x), inner)
    x = g.op("HardSwish", g.conv(x, 6, 6, 1))
    x = g.op("Elu", g.gemm(g.op("Flatten", x), 96, 16), alpha=0.7)
    x = g.gemm(x, 16, 16)
    return g.finish(g.op("Mul", x, x), 16)


def bends():
    """Opset 13: HardSigmoid, PRelu with one slope and with a slope per channel (one of them steep),
    Max and Min of functions of one value, Softplus after which comes a max pool."""
    g = Graph("bends", 13, (1, 12, 12))
    slopes = g.tensor(np.reshape([0.1, -0.3, 0.6, 1.5], (4, 1, 1)))
    x = g.op("PRelu", g.conv("image", 1, 4, 3), slopes)
    x = g.op("PRelu", g.conv(x, 4, 6, 3), g.tensor(np.full((6, 1, 1), 0.2)))  # 8×8
    x = g.op("HardSigmoid", g.conv(x, 6, 6, 1), alpha=0.3, beta=0.4)
    x = g.op("Softplus", g.conv(x, 6, 6, 1))
    x = g.op("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2])  # 4×4
    x = g.conv(x, 6, 6, 1)
    x = g.op("Max", x, g.op("Mul", x, g.tensor(0.3)))
    return g.finish(g.op("Flatten", x), 96)


def windows():
    """Opset 13: dilated convolutions with and without pads, pools whose last window is cut off, a
    mean that leaves padding out, maxima over height and width, one of more than 256 cells."""
    g = Graph("windows", 13, (1, 20, 20))
    x = g.op("Relu", g.conv("image", 1, 4, 3, dilations=[2, 3], pads=[2, 3, 2, 3]))  # 20×20
    whole = g.op("GlobalMaxPool", x)
    x = g.op("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1)  # 10×10
    x = g.op("Relu", g.conv(x, 4, 6, 3, dilations=[2, 2]))  # 6×6
    peak = g.op("ReduceMax", x, axes=[-1, -2], keepdims=1)
    total = g.op("ReduceSum", x, g.tensor([2, 3], dtype=np.int64), keepdims=1)
    total = g.op("Mul", total, g.tensor(0.1))
    mean = g.op("AveragePool", x, kernel_shape=[3, 3], pads=[1, 1, 1, 1], strides=[2, 2])  # 3×3
    x = g.op("Concat", whole, peak, total, axis=1)
    return g.finish(g.op("Concat", g.op("Flatten", x), g.op("Flatten", mean), axis=1), 16 + 54)


def positions():
    """Opset 13: slices, splits, gathers, a channel shuffle before convolutions in groups, doubled
    pixels before a stride of two, channels of zeros, blocks as channels."""
    g = Graph("positions", 13, (1, 16, 16))
    ints = lambda values: g.tensor(values, dtype=np.int64)  # noqa: E731
    x = g.op("Slice", "image", ints([2, 1]), ints([-2, 99]), ints([2, 3]), ints([1, 1]))  # 12×15
    x = g.op("Relu", g.conv(x, 1, 6, 3))  # 10×13
    x = g.op("Slice", x, ints([0]), ints([12]), ints([3]))  # 10×12
    x = g.op("Reshape", x, ints([0, 2, 3, 10, 12]))
    x = g.op("Reshape", g.op("Transpose", x, perm=[0, 2, 1, 3, 4]), ints([0, 6, 10, 12]))
    x = g.op("Relu", g.conv(x, 6, 8, 3, group=2))  # 8×10
    left = g.op("Gather", x, ints([7, 0, 3]), axis=1)
    right = g.op("Slice", x, ints([-2]), ints([-9]), ints([1]), ints([-2]))  # 4 channels
    x = g.op("Concat", left, right, axis=1)
    sizes = g.op("Shape", x)
    sizes = g.op("Mul", sizes, ints([1, 1, 2, 2]))
    x = g.op(
        "Resize", x, "", "", sizes, mode="nearest", coordinate_transformation_mode="half_pixel"
    )
    x = g.op("Relu", g.conv(x, 7, 6, 3, strides=[2, 2], pads=[1, 1, 1, 1]))  # 8×10
    wider = g.op("Pad", x, ints([0, 1, 0, 0, 0, 1, 0, 0]))  # 8 channels
    x = g.op("Add", g.conv(x, 6, 8, 1), wider)
    x = g.op("Relu", g.op("DepthToSpace", x, blocksize=2, mode="CRD"))  # 2 channels, 16×20
    x = g.op("SpaceToDepth", x, blocksize=2)  # 8 channels, 8×10
    x = g.op("Relu", g.conv(x, 8, 4, 3, strides=[2, 2]))  # 3×4
    x = g.op("Concat", x, g.op("Sigmoid", x), axis=2)  # 6×4
    return g.finish(g.op("Flatten", x), 96)


def split_and_mean():
    """Opset 13: two halves of the channels, of which one is subtracted from the other; a mean of
    three tensors; a sum of three."""
    g = Graph("split_and_mean", 13, (1, 12, 12))
    x = g.op("Relu", g.conv("image", 1, 6, 3, strides=[2, 2]))  # 5×5
    g.nodes.append(helper.make_node("Split", [x], ["low", "high"], name="halves", axis=1))
    y = g.op("Relu", g.op("Sub", "low", "high"))
    z = g.op("Mean", "low", "high", y)
    x = g.op("Sum", g.conv(z, 3, 4, 1), g.conv(y, 3, 4, 1), g.conv("low", 3, 4, 1))
    return g.finish(g.op("Flatten", g.op("Relu", x)), 100)


def side_by_side():
    """Opset 13: tensors of different sides flattened and put side by side, and rectified there,
    before a fully connected layer."""
    g = Graph("side_by_side", 13, (1, 12, 12))
    x = g.op("Relu", g.conv("image", 1, 4, 3))  # 10×10
    small = g.op("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2])  # 5×5
    y = g.op("Concat", *(g.op("Flatten", t) for t in (x, small, g.op("GlobalMaxPool", x))), axis=1)
    y = g.op("Relu", g.op("Sub", y, g.tensor(0.2)))
    return g.finish(g.op("Relu", g.gemm(y, 504, 12)), 12)


def normalised_features():
    """Opset 13: batch normalisation and ReLU of flattened pixels: imported, and not to be
    proved."""
    g = Graph("normalised_features", 13, (1, 12, 12))
    x = g.op("Relu", g.conv("image", 1, 4, 3, strides=[2, 2]))  # 5×5
    x = g.op("Relu", g.norm(g.op("Flatten", x), 100))
    return g.finish(x, 100)


def rows_of_numbers():
    """Opset 13: matrices times a matrix: rows of the image, then channels as in a mixer; a mean
    over the axis between."""
    g = Graph("rows_of_numbers", 13, (1, 12, 12))
    ints = lambda values: g.tensor(values, dtype=np.int64)  # noqa: E731
    rows = g.op("Relu", g.matmul(g.op("Reshape", "image", ints([-1, 12, 12])), 12, 6))  # 12×6
    x = g.op("Relu", g.conv("image", 1, 8, 4, strides=[4, 4]))  # 3×3
    x = g.op("Transpose", g.op("Reshape", x, ints([0, 8, 9])), perm=[0, 2, 1])
    x = g.op("Relu", g.matmul(x, 8, 10))
    x = g.op("ReduceMean", g.matmul(x, 10, 6), axes=[1], keepdims=0)
    rows = g.gemm(g.op("Flatten", rows), 72, 6)
    return g.finish(g.op("Relu", g.op("Add", rows, x)), 6)


def transposed_convolution():
    """Opset 13: transposed convolutions, with blocks that overlap and are cropped, and that do
    not."""
    g = Graph("transposed_convolution", 13, (1, 12, 12))
    x = g.op("Relu", g.conv("image", 1, 4, 3, strides=[3, 3]))  # 4×4
    weight = g.tensor(g.rng.normal(0, 0.3, (4, 3, 3, 2)))
    bias = g.tensor(g.rng.normal(0, 0.2, 3))
    x = g.op(
        "ConvTranspose", x, weight, bias, strides=[2, 2], pads=[1, 0, 0, 0], output_padding=[1, 0]
    )
    return g.finish(g.op("Flatten", g.op("Relu", x)), 3 * 9 * 8)


def squeeze_excite():
    """Opset 13: a picture times a number for each of its channels, a product of two convolutions,
    and the larger and the smaller of two tensors."""
    g = Graph("squeeze_excite", 13, (1, 12, 12))
    x = g.op("Relu", g.conv("image", 1, 6, 3, strides=[2, 2]))  # 5×5
    y = g.op("Relu", g.conv(g.op("GlobalAveragePool", x), 6, 3, 1))
    x = g.op("Mul", g.op("Sigmoid", g.conv(y, 3, 6, 1)), x)
    x = g.op("Mul", g.conv(x, 6, 6, 1), g.op("Tanh", g.conv(x, 6, 6, 1)))
    y = g.conv(x, 6, 6, 1)
    x = g.op("Concat", g.op("Max", x, y), g.op("Min", x, y), axis=1)
    return g.finish(g.op("Flatten", x), 300)


def fused():
    """Opset 13: what onnxruntime's optimiser makes: convolutions and matrix products with an
    activation, and a sum, inside."""
    g = Graph("fused", 13, (1, 12, 12))
    own = {"domain": "com.microsoft"}

    def conv(x, into, out, *added, **attributes):
        weight = g.tensor(g.rng.normal(0, np.sqrt(2 / (9 * into)), (out, into, 3, 3)))
        bias = g.tensor(g.rng.normal(0, 0.2, out))
        same = {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1], **own}
        return g.op("FusedConv", x, weight, bias, *added, **same, **attributes)

    x = conv("image", 1, 4, activation="Relu")
    y = conv(x, 4, 4, activation="LeakyRelu", activation_params=[0.1])
    x = conv(y, 4, 4, x, activation="Relu")
    x = g.op("MaxPool", x, kernel_shape=[3, 3], strides=[3, 3])
    x = g.op("Flatten", g.op("QuickGelu", x, alpha=1.702, **own))
    weight, bias = g.rng.normal(0, 0.2, (12, 64)), g.rng.normal(0, 0.2, 12)
    x = g.op("FusedGemm", x, g.tensor(weight), g.tensor(bias), transB=1, activation="Tanh", **own)
    return g.finish(x, 12)


def weights_beside():
    """Opset 18: weights in a file beside the model, as PyTorch has saved them since 2.9."""
    g = Graph("weights_beside", 18, (1, 12, 12))
    x = g.op("Relu", g.conv("image", 1, 4, 3))
    x = g.op("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2])
    return g.finish(g.op("Flatten", x), 100)


GRAPHS = [
    lenet_tanh, sigmoid_mlp, leaky_vgg, residual, mobilenet, clip_inputs, batchnorm_first, nhwc_tf,
    concat_inception, torch_old_flatten, normalised_inside, padded_groups, squeezed_image,
    distant_scales, wide_mean, batch_of_four, old_opset, new_opset, label_and_scores,
    log_probabilities, half_precision, whole_bytes, sparse_weights, local_functions,
    quantised_marks, curves, bends, windows, positions, split_and_mean, side_by_side,
    normalised_features, rows_of_numbers, transposed_convolution,
    squeeze_excite, fused, weights_beside,
]  # fmt: skip


def write_graph(make):
    g = make()
    count = 32 if g.shape[0] == 1 else 16
    rng = np.random.default_rng(zlib.crc32(g.name.encode()) + 1)
    g.calibrate(smooth_images(rng, 256, g.shape))
    images = smooth_images(rng, count, g.shape)
    model = g.model()
    # The checker infers no shapes through operators of other domains, nor from sparse constants.
    is_own = all(node.domain == "" for node in g.nodes) and not g.sparse
    onnx.checker.check_model(model, full_check=is_own)
    path = TESTS / "graphs" / f"{g.name}.onnx"
    if make is weights_beside:
        move_weights_out(model, path.with_suffix(".onnx.data"))
    path.write_bytes(model.SerializeToString(deterministic=True))
    outputs = g.run(images)
    facts = {
        "opset": g.opset,
        "shape": list(g.shape),
        "layout": g.layout,
        "pixel_range": g.pixel_range,
        "softmax": g.softmax,
        **({"rounds": True} if make is quantised_marks else {}),
        "inputs": [image.ravel().tolist() for image in images],
        "outputs": [[round(float(value), 5) for value in row] for row in outputs],
    }
    text = json.dumps(facts, separators=(",", ":")) + "\n"
    path.with_suffix(".json").write_text(text)
    votes = np.bincount(outputs.argmax(1), minlength=g.classes).tolist()
    print(
        f"{g.name}: {path.stat().st_size} bytes and {len(text)}, "
        f"logits {outputs.min():.1f}..{outputs.max():.1f}, images per class {votes}"
    )


# --- graphs that must be refused ------------------------------------------------------------------


def refused(name, opset=13):
    return Graph(name, opset, (1, 12, 12))


def finish_convolution(g, x, channels):
    """Global average pooling and the classifier."""
    return g.finish(g.op("Flatten", g.op("GlobalAveragePool", x)), channels)


def lstm():
    """LSTM is no supported operator"""
    g = refused("lstm")
    x = g.op("Transpose", g.axes("Squeeze", "image", [1]), perm=[1, 0, 2])
    weight = g.tensor(g.rng.normal(0, 0.2, (1, 32, 12)))
    recurrent = g.tensor(g.rng.normal(0, 0.2, (1, 32, 8)))
    node = helper.make_node("LSTM", [x, weight, recurrent], ["", "state"], hidden_size=8)
    g.nodes.append(node)
    return g.finish(g.axes("Squeeze", "state", [0]), 8)


def custom_domain():
    """an operator of another domain"""
    g = refused("custom_domain")
    x = g.op("Relu", g.conv("image", 1, 4, 3), domain="org.example")
    return finish_convolution(g, x, 4)


def dynamic_weights():
    """a convolution whose kernel is computed from the image"""
    g = refused("dynamic_weights")
    g.batch = 1
    kernel = g.op("MaxPool", "image", kernel_shape=[4, 4], strides=[4, 4])
    x = g.op("Conv", "image", kernel)
    return finish_convolution(g, g.op("Relu", x), 1)


def two_inputs():
    """two inputs: a convolution's kernel is the second"""
    g = refused("two_inputs")
    g.inputs.append(("kernel", [4, 1, 3, 3]))
    return finish_convolution(g, g.op("Relu", g.op("Conv", "image", "kernel")), 4)


def two_outputs():
    """two outputs"""
    g = refused("two_outputs")
    x = g.op("Relu", g.gemm(g.op("Flatten", "image"), 144, 8))
    g.finish(x, 8)
    g.outputs.append((x, [g.batch, 8]))
    return g


def mul_two_tensors():
    """a product of a picture and a number for each pixel"""
    g = refused("mul_two_tensors")
    x = g.op("Mul", g.conv("image", 1, 4, 3), g.op("Sigmoid", g.conv("image", 1, 1, 3)))
    return finish_convolution(g, x, 4)


def softmax_in_the_middle():
    """Softmax anywhere but at the end"""
    g = refused("softmax_in_the_middle")
    x = g.op("Softmax", g.gemm(g.op("Flatten", "image"), 144, 8), axis=1)
    return g.finish(x, 8)


def not_a_number():
    """a weight that is not a number"""
    g = refused("not_a_number")
    g.finish(g.op("Relu", g.gemm(g.op("Flatten", "image"), 144, 8)), 8)
    g.tensors["classifier.weight"][0, 0] = np.nan
    return g


def opset_6():
    """opset 6, below the oldest supported"""
    g = refused("opset_6", 6)
    x = g.op("GlobalAveragePool", g.op("Relu", g.conv("image", 1, 4, 3)))
    return g.finish(g.op("Flatten", x), 4)


def opset_99():
    """an opset that is not there yet"""
    g = refused("opset_99")
    return finish_convolution(g, g.op("Relu", g.conv("image", 1, 4, 3)), 4)


def external_data():
    """weights in another file"""
    g = refused("external_data")
    return finish_convolution(g, g.op("Relu", g.conv("image", 1, 4, 3)), 4)


def bias_per_image():
    """a Gemm that adds another number to each image of a batch"""
    g = refused("bias_per_image")
    g.batch = g.classes = 4
    weight, bias = g.tensor(g.rng.normal(0, 0.1, (144, 4))), g.tensor([[1.0], [2.0], [3.0], [4.0]])
    return g.finish(g.op("Gemm", g.op("Flatten", "image"), weight, bias), 4, dense=False)


def dropout_in_training():
    """Dropout that drops"""
    g = refused("dropout_in_training")
    x = g.op("Dropout", "image", g.tensor(0.5), g.tensor(True, dtype=bool))
    return finish_convolution(g, g.op("Relu", g.conv(x, 1, 4, 3)), 4)


def instance_norm():
    """normalisation by statistics of the image"""
    g = refused("instance_norm")
    ones, zeros = g.tensor(np.ones(4)), g.tensor(np.zeros(4))
    x = g.op("InstanceNormalization", g.conv("image", 1, 4, 3), ones, zeros)
    return finish_convolution(g, g.op("Relu", x), 4)


def quantised():
    """a network that is quantised already"""
    g = refused("quantised")
    grid = [g.tensor(1 / 255), g.tensor(0, dtype=np.uint8)]
    x = g.op("QuantizeLinear", "image", *grid)
    weight = g.tensor(g.rng.integers(0, 255, (4, 1, 3, 3)), dtype=np.uint8)
    x = g.op("QLinearConv", x, *grid, weight, *grid, *grid)
    return finish_convolution(g, g.op("DequantizeLinear", x, *grid), 4)


def mirrored_border():
    """padding by reflection before a convolution"""
    g = refused("mirrored_border")
    x = g.op("Pad", "image", g.tensor([0, 0, 1, 1, 0, 0, 1, 1], dtype=np.int64), mode="reflect")
    return finish_convolution(g, g.op("Relu", g.conv(x, 1, 4, 3)), 4)


def last_of_equals():
    """a label that is the last of equal scores"""
    g = refused("last_of_equals")
    g.finish(g.op("Relu", g.gemm(g.op("Flatten", "image"), 144, 8)), 8)
    label = g.op("ArgMax", g.logits, axis=1, select_last_index=1)
    g.outputs = [(label, [g.batch, 1], TensorProto.INT64)]
    return g


def statistics_per_cell():
    """batch normalisation with statistics of its own for every cell, as opset 7 allows"""
    g = refused("statistics_per_cell", 7)
    cells = [g.tensor(np.ones((4, 10, 10))) for _ in range(4)]
    x = g.op("BatchNormalization", g.conv("image", 1, 4, 3), *cells, spatial=0)
    return finish_convolution(g, g.op("Relu", x), 4)


def cut_off_mean():
    """a mean whose last window is cut off, and that counts padding"""
    g = refused("cut_off_mean")
    window = {"kernel_shape": [3, 3], "strides": [2, 2], "ceil_mode": 1, "count_include_pad": 1}
    return finish_convolution(g, g.op("AveragePool", g.conv("image", 1, 4, 3), **window), 4)


def dilated_pool():
    """a maximum over cells that lie apart"""
    g = refused("dilated_pool")
    window = {"kernel_shape": [3, 3], "dilations": [2, 2]}
    return finish_convolution(g, g.op("MaxPool", g.conv("image", 1, 4, 3), **window), 4)


def mixed_pixels():
    """resizing that mixes pixels"""
    g = refused("mixed_pixels")
    x = g.op("Resize", "image", "", g.tensor([1.0, 1.0, 2.0, 2.0]), mode="linear")
    return finish_convolution(g, g.op("Relu", g.conv(x, 1, 4, 3)), 4)


def woven_cells():
    """channels that become pixels in blocks of two and channels again in blocks of four"""
    g = refused("woven_cells")
    x = g.op("DepthToSpace", g.conv("image", 1, 4, 3, pads=[1, 1, 1, 1]), blocksize=2)  # 24×24
    x = g.op("SpaceToDepth", x, blocksize=4)  # 16 channels, 6×6
    return finish_convolution(g, g.op("Relu", g.conv(x, 16, 4, 3)), 4)


def copies_apart():
    """copies of one pixel to which different numbers are added"""
    g = refused("copies_apart")
    x = g.op("Resize", "image", "", g.tensor([1.0, 1.0, 2.0, 2.0]), mode="nearest")
    x = g.op("Add", g.op("Flatten", x), g.tensor(g.rng.normal(0, 0.1, 576)))
    return g.finish(g.op("Relu", x), 576)


def two_grids():
    """quantised numbers that are read by another scale than wrote them"""
    g = refused("two_grids")
    zero = g.tensor(0, dtype=np.uint8)
    x = g.op("QuantizeLinear", "image", g.tensor(1 / 255), zero)
    x = g.op("DequantizeLinear", x, g.tensor(1 / 127), zero)
    return finish_convolution(g, g.op("Relu", g.conv(x, 1, 4, 3)), 4)


def whole_arithmetic():
    """division of whole numbers, which drops the fraction"""
    g = refused("whole_arithmetic", 15)
    g.image = TensorProto.UINT8
    x = g.op("Cast", g.op("Div", "image", g.tensor(2, dtype=np.uint8)), to=TensorProto.FLOAT)
    return finish_convolution(g, g.op("Relu", g.conv(x, 1, 4, 3)), 4)


def function_bomb():
    """functions that call each other so often that they unfold to millions of nodes"""
    g = refused("function_bomb", 15)
    opsets = [helper.make_opsetid("", 15), helper.make_opsetid("org.example", 1)]
    for level in range(10):
        names = ["x", "a", "b", "c", "y"]
        operator = {"domain": "org.example"} if level else {}
        calls = [
            helper.make_node(f"F{level - 1}" if level else "Relu", [x], [y], **operator)
            for x, y in zip(names, names[1:], strict=False)
        ]
        g.functions.append(
            helper.make_function("org.example", f"F{level}", ["x"], ["y"], calls, opsets)
        )
    x = g.op("F9", g.conv("image", 1, 4, 3), domain="org.example")
    return finish_convolution(g, x, 4)


def function_that_calls_itself():
    """a function that calls itself"""
    g = refused("function_that_calls_itself", 15)
    opsets = [helper.make_opsetid("", 15), helper.make_opsetid("org.example", 1)]
    call = helper.make_node("F", ["x"], ["y"], domain="org.example")
    g.functions = [helper.make_function("org.example", "F", ["x"], ["y"], [call], opsets)]
    return finish_convolution(g, g.op("F", g.conv("image", 1, 4, 3), domain="org.example"), 4)


def huge_values():
    """values of a million millions"""
    g = refused("huge_values")
    x = g.op("Relu", g.op("Mul", g.conv("image", 1, 4, 3), g.tensor(1e12)))
    return finish_convolution(g, g.conv(x, 4, 4, 1), 4)


def tiny_values():
    """values of a million millionth"""
    g = refused("tiny_values")
    x = g.op("Relu", g.op("Mul", g.conv("image", 1, 4, 3), g.tensor(1e-12)))
    return finish_convolution(g, g.conv(x, 4, 4, 1), 4)


def huge_weights():
    """weights of 1e30 on values that are zero"""
    g = refused("huge_weights")
    x = g.op("Clip", g.conv("image", 1, 4, 3), g.tensor(0.0), g.tensor(0.0))
    x = g.op("Conv", x, g.tensor(np.full((4, 4, 1, 1), 1e30)))
    return finish_convolution(g, g.op("Relu", x), 4)


def not_finite():
    """weights so large that values are infinite less infinite"""
    g = refused("not_finite")
    weight = np.concatenate([np.full((4, 72), 3e38), np.full((4, 72), -3e38)], axis=1)
    x = g.op("Mul", g.op("Flatten", "image"), g.tensor(100.0))
    return g.finish(g.op("Relu", g.op("MatMul", x, g.tensor(weight.T))), 4)


REFUSED = [
    lstm, custom_domain, dynamic_weights, two_inputs, two_outputs, mul_two_tensors,
    softmax_in_the_middle, not_a_number, opset_6, opset_99, external_data, bias_per_image,
    dropout_in_training, instance_norm, quantised, mirrored_border, last_of_equals,
    statistics_per_cell, cut_off_mean, dilated_pool, mixed_pixels, woven_cells, copies_apart,
    two_grids, whole_arithmetic, function_bomb, function_that_calls_itself, huge_values,
    tiny_values, huge_weights, not_finite,
]  # fmt: skip

# No checker takes these, or no program should run them.
UNCHECKED = [
    custom_domain, opset_6, opset_99, statistics_per_cell, function_bomb,
    function_that_calls_itself,
]  # fmt: skip


def write_refused(make):
    """Writes a graph to be refused and returns its entry of refused.json."""
    g = make()
    assert g.name == make.__name__
    path = TESTS / "refused" / f"{g.name}.onnx"
    model = g.model()
    if make is external_data:
        move_weights_out(model, path.with_suffix(".bin"))
    if make is opset_99:
        model.opset_import[0].version = 99
    path.write_bytes(model.SerializeToString(deterministic=True))
    # They are valid: it is the importer's limits that they exceed.
    if make not in UNCHECKED:
        onnx.checker.check_model(str(path), full_check=True)
        session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        batch = g.batch if isinstance(g.batch, int) else 1
        kind = helper.tensor_dtype_to_np_dtype(g.image)
        feed = {"image": np.zeros((batch, 1, 12, 12), kind)}
        feed |= {name: np.zeros(shape, np.float32) for name, shape in g.inputs}
        assert len(session.run(None, feed)[0]) == batch
    return {"file": path.name, "why": make.__doc__}


def move_weights_out(model, path):
    """Moves a model's weights to a file beside it."""
    content = b""
    for tensor in model.graph.initializer:
        raw = numpy_helper.to_array(tensor).tobytes()
        place = {"location": path.name, "offset": len(content), "length": len(raw)}
        tensor.ClearField("raw_data")
        tensor.data_location = TensorProto.EXTERNAL
        for key, value in place.items():
            tensor.external_data.add(key=key, value=str(value))
        content += raw
    path.write_bytes(content)


def main():
    for folder in ("graphs", "refused"):
        (TESTS / folder).mkdir(parents=True, exist_ok=True)
    for make in GRAPHS:
        write_graph(make)
    entries = [write_refused(make) for make in REFUSED]
    text = json.dumps(entries, indent=2) + "\n"
    (TESTS / "refused" / "refused.json").write_text(text)
    print(f"{len(entries)} graphs to be refused")


if __name__ == "__main__":
    main()
