#!/usr/bin/env python3
"""Writes a shipped network and a picture for the peers.

    circuit.py EXAMPLE FOLDER

EXAMPLE is a file of examples/examples.json, which names the network and the test image. FOLDER gets

    network.circom  the same integer network: weights are constants, the pixels a private input, the
                    label the public output
    input.json      the pixels of the test image that the example was made from
    ezkl.json       the same pixels for ezkl, 0 to 1
    calibration.json  20 training images for ezkl
    statement.json  model, example and label
"""

import gzip
import json
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/python"))
import zkl  # noqa: E402

CALIBRATION_IMAGES = 20
# circom sets the constants of a template one by one in one function, and V8 refuses a function of
# more than 7.3 MiB: about 240,000 constants.
WEIGHTS_PER_TEMPLATE = 2**16


def main() -> None:
    example, folder = sys.argv[1], Path(sys.argv[2])
    entry = next(
        e for e in json.loads((ROOT / "examples/examples.json").read_text()) if e["file"] == example
    )
    network = zkl.read(ROOT / f"models/{entry['model']}.zkl")
    data = entry["model"].split("-")[0]
    image = images(f"{data}-1000", network)[entry["test_index"]]
    label = int(network.logits(image[None])[0].argmax())
    if label != entry["label"]:
        sys.exit(f"{entry['model']} gives test image {entry['test_index']} the label {label}")
    calibration = images(f"{data}-calibration", network)[:CALIBRATION_IMAGES]

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "network.circom").write_text(circuit(network))
    write(folder / "input.json", {"image": [str(pixel) for pixel in image.reshape(-1)]})
    write(folder / "ezkl.json", floats(image))
    write(folder / "calibration.json", floats(calibration))
    write(
        folder / "statement.json",
        {"model": entry["model"], "example": example, "label": label},
    )


def images(name: str, network: zkl.Network) -> np.ndarray:
    packed = (ROOT / f"models/testdata/{name}-images-idx3-ubyte.gz").read_bytes()
    pixels = np.frombuffer(gzip.decompress(packed)[16:], dtype=np.uint8)
    return pixels.reshape(-1, *network.shape)


def floats(pixels: np.ndarray) -> dict:
    return {"input_data": [(pixels.astype(np.float64) / 255).round(6).reshape(-1).tolist()]}


def write(path: Path, content: dict) -> None:
    path.write_text(json.dumps(content) + "\n")


def circuit(network: zkl.Network) -> str:
    """A chain of templates of layers.circom. Refuses operators that the shipped networks do not have."""
    templates = []
    shape = network.shape
    pixels = int(np.prod(shape))
    lines = [f"component pixels = Pixels({pixels});", "pixels.x <== image;"]
    source = "image"
    bounds = (0, 255)
    nodes = [*network.nodes]
    for number, node in enumerate(nodes, start=1):
        refuse(node.inputs != [number - 1], f"node {number} is not a chain's")
        fields, name = node.fields, f"layer{number}"
        following = nodes[number].operator if number < len(nodes) else None
        match node.operator:
            case "Reshape":
                shape = tuple(fields["shape"])
                continue
            case "Relu":
                refuse(nodes[number - 2].operator != "Rescale", "a ReLU without rescaling")
                continue
            case "Dense":
                outputs = len(fields["bias"])
                template = f"Dense({int(np.prod(shape))}, {{outputs}}, weights, bias)"
                lines += linear(templates, name, template, fields, source, shape, 1)
                shape, source, bounds = (outputs, 1, 1), name, node.bounds
                continue
            case "Conv2d":
                side, kernel = square(shape, fields["window"], stride=1)
                refuse(fields["groups"] != 1, "groups")
                filters = len(fields["bias"])
                out = side - kernel + 1
                template = f"Conv2d({shape[0]}, {side}, {{outputs}}, {kernel}, weights, bias)"
                lines += linear(templates, name, template, fields, source, shape, out * out)
                shape, source, bounds = (filters, out, out), name, node.bounds
                continue
            case "MaxPool":
                side, kernel = square(shape, fields["window"], stride=fields["window"][0].kernel)
                refuse(side % kernel != 0, "windows that do not fill the image")
                arguments = [shape[0], side, kernel, spread(bounds)]
                shape, template = (shape[0], side // kernel, side // kernel), "MaxPool"
            case "Rescale":
                refuse(following != "Relu" or fields["shift"] < 1, "rescaling without ReLU")
                half = 2 ** (fields["shift"] - 1)
                largest = max(bounds[1] + half, -(bounds[0] + half))
                arguments = [int(np.prod(shape)), largest.bit_length() + 1, fields["shift"]]
                template = "RescaleRelu"
            case other:
                refuse(True, other)
        lines.append(f"component {name} = {template}({', '.join(map(str, arguments))});")
        lines.append(f"{name}.x <== {source};")
        source, bounds = f"{name}.y", node.bounds
    lines.append(f"component label_of = ArgMax({shape[0]}, {spread(bounds)});")
    lines.append(f"label_of.x <== {source};")
    lines.append("label <== label_of.y;")
    body = "\n".join(f"    {line}" for line in lines)
    return f"""pragma circom 2.0.0;
include "layers.circom";
{"".join(templates)}
template Network() {{
    signal input image[{pixels}];
    signal output label;
{body}
}}
component main = Network();
"""


def linear(
    templates: list[str],
    name: str,
    template: str,
    fields: dict,
    source: str,
    shape: tuple,
    cells: int,
) -> list[str]:
    """A layer with weights: templates of a few outputs each, and the lines that join them.
    Every output has as many cells."""
    weights = fields["weights"].reshape(len(fields["bias"]), -1)
    inputs = int(np.prod(shape))
    at_once = max(1, WEIGHTS_PER_TEMPLATE // weights.shape[1])
    lines = [f"signal {name}[{len(weights) * cells}];"]
    for first in range(0, len(weights), at_once):
        part, part_name = weights[first : first + at_once], f"{name}_from_{first}"
        templates.append(
            f"""
template {part_name}() {{
    signal input x[{inputs}];
    signal output y[{len(part) * cells}];
    {constants("weights", part.reshape(-1))}
    {constants("bias", fields["bias"][first : first + at_once])}
    component layer = {template.format(outputs=len(part))};
    layer.x <== x;
    y <== layer.y;
}}
"""
        )
        lines += [
            f"component {part_name}_outputs = {part_name}();",
            f"{part_name}_outputs.x <== {source};",
            f"for (var i = 0; i < {len(part) * cells}; i++) {{",
            f"    {name}[{first * cells} + i] <== {part_name}_outputs.y[i];",
            "}",
        ]
    return lines


def constants(name: str, values) -> str:
    return f"var {name}[{len(values)}] = [{','.join(str(int(value)) for value in values)}];"


def square(shape: tuple, window: tuple, stride: int) -> tuple[int, int]:
    rows, columns = window
    refuse(rows != columns or shape[1] != shape[2], "an oblong image or window")
    refuse((rows.stride, rows.before, rows.after) != (stride, 0, 0), "stride or padding")
    return shape[1], rows.kernel


def spread(bounds: tuple[int, int]) -> int:
    """Bits of the difference of two values within the bounds."""
    return (bounds[1] - bounds[0]).bit_length()


def refuse(condition: bool, what: str) -> None:
    if condition:
        sys.exit(f"circuit.py: no template for {what}")


if __name__ == "__main__":
    main()
