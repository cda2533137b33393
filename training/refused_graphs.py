"""Valid graphs that the importer must refuse. Each function makes one, and its documentation says why; `REFUSED` lists them."""

import numpy as np
from graph_builder import Graph
from onnx import TensorProto, helper


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
