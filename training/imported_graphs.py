"""Graphs that the importer must import. Each function makes one; `GRAPHS` lists them."""

import numpy as np
import onnx
from graph_builder import Graph
from onnx import TensorProto, helper


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
