#!/usr/bin/env python3
"""Runs the provers in turn and prints what each took. run.sh prepares everything and calls this.

Only the standard library: the peak memory of a child counts from that of the process it was forked
from, so this one stays small.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent


@dataclass
class Cost:
    user: float
    system: float
    wall: float
    megabytes: float


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--ezkl", action="store_true")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("scratch", type=Path)
    parser.add_argument("folders", type=Path, nargs="+")
    options = parser.parse_args()
    costs: dict[tuple[str, str], list[Cost]] = {}

    for number in range(1, options.rounds + 1):
        for folder in options.folders:
            statement = json.loads((folder / "statement.json").read_text())
            for prover, command in provers(options, folder, statement).items():
                cost = measured(command, folder / "measure.log")
                costs.setdefault((statement["model"], prover), []).append(cost)
                print(f"round {number} {statement['model']:12} {prover:15} {cost}", file=sys.stderr)
            check(options.scratch, folder, statement)

    (options.scratch / "result.json").write_text(
        json.dumps(
            [
                {"model": model, "prover": prover, "runs": [vars(cost) for cost in runs]}
                for (model, prover), runs in costs.items()
            ],
            indent=1,
        )
        + "\n"
    )
    print(table(costs))


def zklens() -> str:
    return os.environ.get("ZKLENS", str(ROOT / "target/release/zklens"))


def snarkjs(scratch: Path) -> list[str]:
    return ["node", str(scratch / "node_modules/snarkjs/build/cli.cjs")]


def provers(options: argparse.Namespace, folder: Path, statement: dict) -> dict:
    """The commands to measure, in the order they depend on each other."""
    script = folder / "network_js"
    witness = folder / "witness.wtns"
    example = ROOT / "examples" / statement["example"]
    commands = {
        "zklens prove": (
            [zklens(), "prove", "--model", statement["model"], "--force", "--json"]
            + ["--input-image", example, "--output", folder / "proof.zkp"]
        ),
        "circom witness": (
            ["node", script / "generate_witness.js", script / "network.wasm"]
            + [folder / "input.json", witness]
        ),
        "Groth16 prove": (
            [*snarkjs(options.scratch), "groth16", "prove", folder / "network.zkey", witness]
            + [folder / "groth16.json", folder / "public.json"]
        ),
    }
    if options.ezkl:
        python = options.scratch / "venv/bin/python"
        commands["ezkl prove"] = [python, HERE / "ezkl_peer.py", "prove", folder]
    return commands


def measured(command: list, log: Path) -> Cost:
    """The time and memory that the process and all its threads took, from start to end."""
    started = time.monotonic()
    with log.open("wb") as output:
        child = subprocess.Popen(list(map(str, command)), stdout=output, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    wall = time.monotonic() - started
    if child.returncode != 0:
        sys.exit(f"{' '.join(child.args)}\n{log.read_text()[-2000:]}")
    return Cost(usage.ru_utime, usage.ru_stime, wall, usage.ru_maxrss / 1024)


def check(scratch: Path, folder: Path, statement: dict) -> None:
    """All proofs verify, and say the same label."""
    verify = [*snarkjs(scratch), "groth16", "verify", "verification.json", "public.json"]
    subprocess.run([*verify, "groth16.json"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    verify = [zklens(), "verify", folder / "proof.zkp", "--model", statement["model"], "--json"]
    verified = subprocess.run(verify, check=True, stdout=subprocess.PIPE).stdout
    labels = {
        "network": statement["label"],
        "zklens": json.loads(verified)["images"][0]["label"],
        "circom": int(json.loads((folder / "public.json").read_text())[0]),
    }
    if len(set(labels.values())) != 1:
        sys.exit(f"{statement['model']}: labels {labels}")


def table(costs: dict) -> str:
    rows = [
        "| model | prover | user CPU | range | system CPU | wall | peak memory | against zklens |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for model in dict.fromkeys(model for model, _ in costs):
        runs = {prover: cost for (of, prover), cost in costs.items() if of == model}
        ours = median(runs["zklens prove"], "user")
        for prover, cost in runs.items():
            rows.append(row(model, prover, cost, ours))
        both = [
            Cost(a.user + b.user, a.system + b.system, a.wall + b.wall, max(a.megabytes, b.megabytes))
            for a, b in zip(runs["circom witness"], runs["Groth16 prove"], strict=True)
        ]
        rows.append(row(model, "circom + Groth16", both, ours))
    return "\n".join(rows)


def row(model: str, prover: str, runs: list[Cost], ours: float) -> str:
    user = [run.user for run in runs]
    return (
        f"| {model} | {prover} | {median(runs, 'user'):.2f} s | {min(user):.2f}–{max(user):.2f} s "
        f"| {median(runs, 'system'):.2f} s | {median(runs, 'wall'):.2f} s "
        f"| {median(runs, 'megabytes'):.0f} MB | {median(runs, 'user') / ours:.1f}× |"
    )


def median(runs: list[Cost], what: str) -> float:
    return statistics.median(getattr(run, what) for run in runs)


if __name__ == "__main__":
    main()
