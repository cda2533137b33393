"""Builds small ONNX graphs with seeded random weights, and runs them with onnxruntime."""

import zlib

import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

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
