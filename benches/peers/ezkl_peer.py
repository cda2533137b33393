#!/usr/bin/env python3
"""One stage of ezkl on a folder that circuit.py wrote.

    ezkl_peer.py setup FOLDER   settings, calibration, circuit, keys, witness
    ezkl_peer.py prove FOLDER   one proof of the witness: what is measured
    ezkl_peer.py verify FOLDER

The settings keep the accuracy of the network: 13 bits after the point for pixels and weights (ezkl's
own choice loses labels), the image private, the label's logits public. The setup string is made
here and insecure: good for timing only.
"""

import asyncio
import inspect
import json
import sys
from pathlib import Path

import ezkl
import onnx

ROOT = Path(__file__).resolve().parents[2]
SCALE = 13
COLUMNS = 3


async def main() -> None:
    stage, folder = sys.argv[1], Path(sys.argv[2])
    model = json.loads((folder / "statement.json").read_text())["model"]
    of = {
        name: str(folder / f"ezkl-{name}")
        for name in ("settings", "circuit", "srs", "witness", "pk", "vk", "proof")
    }
    stages = {"setup": setup, "prove": prove, "verify": verify}
    await stages[stage](folder, of, str(ROOT / f"models/{model}.onnx"))


async def call(name: str, **arguments) -> None:
    result = getattr(ezkl, name)(**arguments)
    if inspect.isawaitable(result):
        result = await result
    if result is False:
        sys.exit(f"ezkl: {name} failed")


async def setup(folder: Path, of: dict, network: str) -> None:
    network = spelled_out(network, str(folder / "ezkl-network.onnx"))
    run = ezkl.PyRunArgs()
    run.input_visibility = "private"
    run.input_scale = run.param_scale = SCALE
    run.num_inner_cols = COLUMNS
    run.variables = [("batch", 1)]
    await call("gen_settings", model=network, output=of["settings"], py_run_args=run)
    await call(
        "calibrate_settings",
        data=str(folder / "calibration.json"),
        model=network,
        settings=of["settings"],
        target="resources",
        scales=[SCALE],
    )
    rows = json.loads(Path(of["settings"]).read_text())["run_args"]["logrows"]
    await call(
        "compile_circuit",
        model=network,
        compiled_circuit=of["circuit"],
        settings_path=of["settings"],
    )
    await call("gen_srs", srs_path=of["srs"], logrows=rows)
    await call(
        "gen_witness",
        data=str(folder / "ezkl.json"),
        model=of["circuit"],
        output=of["witness"],
    )
    await call(
        "setup",
        model=of["circuit"],
        vk_path=of["vk"],
        pk_path=of["pk"],
        srs_path=of["srs"],
    )


def spelled_out(network: str, to: str) -> str:
    """Writes the network with attributes at their defaults, which ezkl does not know."""
    model = onnx.load(network)
    for node in model.graph.node:
        attributes = {attribute.name: attribute for attribute in node.attribute}
        if "kernel_shape" not in attributes:
            continue
        axes = len(attributes["kernel_shape"].ints)
        defaults = {"strides": [1] * axes, "dilations": [1] * axes, "pads": [0] * 2 * axes}
        for name, default in defaults.items():
            if name not in attributes:
                node.attribute.append(onnx.helper.make_attribute(name, default))
    onnx.save(model, to)
    return to


async def prove(_folder: Path, of: dict, _network: str) -> None:
    await call(
        "prove",
        witness=of["witness"],
        model=of["circuit"],
        pk_path=of["pk"],
        proof_path=of["proof"],
        srs_path=of["srs"],
    )


async def verify(_folder: Path, of: dict, _network: str) -> None:
    await call(
        "verify",
        proof_path=of["proof"],
        settings_path=of["settings"],
        vk_path=of["vk"],
        srs_path=of["srs"],
    )


if __name__ == "__main__":
    asyncio.run(main())
