"""Operands as sums over the outputs of earlier tables, and over weights."""

from dataclasses import dataclass, replace
from math import prod

from zkl import Axis

from .arithmetic import ORDER, dot, product
from .key import KeyTable, Layer, Path, Step
from .packing import Placement, Term


@dataclass
class Covector:
    """A weight for every cell: the coefficient times the product of the weights of its axes, which
    are image, channel, row and column."""

    coefficient: int
    axes: list[list[int]]


def covectors(
    table: KeyTable, weights: list[list[int]], power: int, base: int, labels: list[int]
) -> list[Covector]:
    """The covectors of a table on its operand. `weights` are those of the table's axes, `power` is
    the power of `base` that its first input has."""
    if table.gadget.name == "Label":
        return label_covectors(table, weights, power, labels)
    window = table.gadget.fields.get("window")
    if window is not None:
        rows, columns = window
        _, height, width = table.operand.sides
        row_ratio = pow(base, columns.kernel, ORDER)
        weights = [
            weights[0],
            weights[1],
            clamped(weights[2], rows, height, row_ratio),
            clamped(weights[3], columns, width, base),
        ]
    return [Covector(-power, weights)]


def clamped(weights: list[int], axis: Axis, side: int, ratio: int) -> list[int]:
    """Back through a window whose taps in the padding take the nearest cell."""
    result = [0] * side
    for position, weight in enumerate(weights):
        for tap in range(axis.kernel):
            cell = position * axis.stride + tap - axis.before
            cell = min(max(cell, 0), side - 1)
            result[cell] += weight * pow(ratio, tap, ORDER)
    return [weight % ORDER for weight in result]


def label_covectors(
    table: KeyTable, weights: list[list[int]], power: int, labels: list[int]
) -> list[Covector]:
    """The logit of each image's label, less every logit."""
    result = [Covector(power, weights)]
    total = sum(class_weights(weights))
    _, height, width = table.sides
    for label in sorted(set(labels)):
        images = [
            weight if own == label else 0 for weight, own in zip(weights[0], labels, strict=True)
        ]
        cell = [label // (height * width), label // width % height, label % width]
        one_cell = [
            [int(at == index) for at in range(side)]
            for index, side in zip(cell, table.sides, strict=True)
        ]
        result.append(Covector(-power * total % ORDER, [images, *one_cell]))
    return result


def label_constant(weights: list[list[int]], power: int, labels: list[int]) -> int:
    """The share of the constant by which classes before the label must have a smaller logit."""
    classes = class_weights(weights)
    before = [sum(classes[:label]) for label in labels]
    return power * dot(weights[0], before) % ORDER


def class_weights(weights: list[list[int]]) -> list[int]:
    _, channels, rows, columns = weights
    return [a * b * c % ORDER for a in channels for b in rows for c in columns]


def step_back(step: Step, covector: Covector) -> Covector:
    """From the value after a step to the value before it."""
    image, channels, rows, columns = covector.axes
    fields = step.fields
    if step.name == "Scale":
        return replace(covector, coefficient=covector.coefficient * fields["factor"] % ORDER)
    if step.name == "Channels":
        kept = channels[fields["start"] : fields["start"] + fields["count"]]
        return replace(covector, axes=[image, kept, rows, columns])
    (row_axis, column_axis), (height, width) = fields["window"], fields["from"]
    coefficient = covector.coefficient * fields["multiplier"] % ORDER
    rows, columns = averaged(rows, row_axis, height), averaged(columns, column_axis, width)
    return Covector(coefficient, [image, channels, rows, columns])


def averaged(weights: list[int], axis: Axis, side: int) -> list[int]:
    """Back through a window with zeros in its padding."""
    result = [0] * side
    for position, _, cell in window_cells(axis, len(weights), side):
        result[cell] += weights[position]
    return result


def window_cells(axis: Axis, positions: int, side: int):
    """Each position and tap with the cell that the tap takes. Taps in the padding are left out."""
    for position in range(positions):
        for tap in range(axis.kernel):
            cell = position * axis.stride + tap - axis.before
            if 0 <= cell < side:
                yield position, tap, cell


def back(path: Path, covector: Covector) -> Covector:
    """The covector on the output of the path's layer, or of its source if it has no layer."""
    for step in path.steps:
        covector = step_back(step, covector)
    return covector


def wire(covector: Covector, source) -> int:
    """The share of a path without weights in the sum. `source` is a table after `close`."""
    axes = (dot(*pair) for pair in zip(covector.axes, source.weights, strict=True))
    return covector.coefficient * source.scaled_output * product(axes) % ORDER


def weigh(layer: Layer, covector: Covector, source, arrays: list[Placement]) -> list[Term]:
    """The share of a path with weights in the sum, as terms on the vectors of weights."""
    image, outputs, rows, columns = covector.axes
    factor = covector.coefficient * source.scaled_output * dot(image, source.weights[0]) % ORDER
    _, channels, source_rows, source_columns = source.weights
    if layer.name == "Dense":
        factor = factor * sum(rows) * sum(columns) % ORDER
        weights = [outputs, channels, source_rows, source_columns]
    else:
        row_axis, column_axis = layer.fields["window"]
        weights = [
            *grouped(outputs, channels, layer.fields["groups"]),
            taps(rows, source_rows, row_axis),
            taps(columns, source_columns, column_axis),
        ]
    bias = covector.coefficient * prod(map(sum, (image, rows, columns))) % ORDER
    terms = arrays[layer.array].terms(weights, factor)
    return terms + arrays[layer.array + 1].terms([outputs], bias)


def grouped(outputs: list[int], channels: list[int], groups: int) -> list[list[int]]:
    """The weights of the first axes. With more than one group, outputs and the channels of their
    group are one axis."""
    if groups == 1:
        return [outputs, channels]
    inside, per_group = len(outputs) // groups, len(channels) // groups
    axis = []
    for output, weight in enumerate(outputs):
        first = output // inside * per_group
        axis += [weight * channel % ORDER for channel in channels[first : first + per_group]]
    return [axis]


def taps(outputs: list[int], inputs: list[int], axis: Axis) -> list[int]:
    """For every tap of a kernel, the sum over the positions at which the tap is not in the
    padding."""
    result = [0] * axis.kernel
    for position, tap, cell in window_cells(axis, len(outputs), len(inputs)):
        result[tap] += outputs[position] * inputs[cell]
    return [weight % ORDER for weight in result]
