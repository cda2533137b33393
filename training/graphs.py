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

import common
from graph_builder import smooth_images
from imported_graphs import GRAPHS, quantised_marks, weights_beside
from refused_graphs import REFUSED, UNCHECKED, external_data, opset_99

TESTS = common.ROOT / "crates" / "onnx" / "tests"


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
