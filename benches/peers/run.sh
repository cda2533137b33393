#!/usr/bin/env bash
# Measures zklens and circom Groth16, and with --ezkl ezkl too, on the shipped networks, in one run.
#
#     benches/peers/run.sh [--rounds N] [--ezkl]
#
# Needs the tools that build zklens, Python 3.11 and Node; the rest comes from the registries. Its files
# are in $PEERS (default target/peers), and the next run uses them again.
# ZKLENS names a zklens to measure instead of the one that is built here.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(cd "$here/../.." && pwd)"

rounds=5
ezkl=
while [ $# -gt 0 ]; do
    case "$1" in
        --rounds) rounds="$2"; shift 2 ;;
        --ezkl) ezkl=--ezkl; shift ;;
        *) sed -n '2,9s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
    esac
done

examples="fashion/7_sneaker.jpg mnist/digit_7.png"
scratch="${PEERS:-$root/target/peers}"
mkdir -p "$scratch"
scratch="$(cd "$scratch" && pwd)"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$root/target}"
export PYTHONDONTWRITEBYTECODE=1
zklens="${ZKLENS:-$CARGO_TARGET_DIR/release/zklens}"
[ -n "${ZKLENS:-}" ] || (cd "$root" && cargo build --release --bin zklens)

say() { printf '%s %s\n' "$(date +%H:%M:%S)" "$*" >&2; }

# once NAME COMMAND…: runs the command, unless it has succeeded before.
once() {
    [ -e "$scratch/.done-$1" ] && return
    say "$1"
    "${@:2}" >"$scratch/$1.log" 2>&1 || { tail -20 "$scratch/$1.log" >&2; exit 1; }
    touch "$scratch/.done-$1"
}

install_node() {
    cp "$here/package.json" "$scratch/"
    (cd "$scratch" && npm install --no-package-lock --no-audit --no-fund)
}

install_python() {
    python3 -m venv "$scratch/venv"
    "$scratch/venv/bin/pip" install --requirement "$here/requirements.txt"
}

install_ezkl() { "$scratch/venv/bin/pip" install --requirement "$here/requirements-ezkl.txt"; }

build_known_tau() {
    cargo build --release --locked --manifest-path "$here/known_tau/Cargo.toml" \
        --target-dir "$scratch/known_tau"
}

# circom reads only files below the folder where it is started.
compile() {
    cp "$here/layers.circom" "$scratch/"
    (cd "$scratch" && node node_modules/circom2/cli.js "$1/network.circom" --r1cs --wasm -o "$1" \
        -l . -l node_modules)
}

snarkjs() { node "$scratch/node_modules/snarkjs/build/cli.cjs" "$@"; }

# Groth16 keys over the smallest power of two that holds the constraints. Nobody contributes to
# them, and everybody knows tau: good for timing only.
keys() {
    local folder="$scratch/$1" constraints power=1
    constraints="$(snarkjs r1cs info "$folder/network.r1cs" | sed -n 's/.*# of Constraints: //p')"
    while [ $((1 << power)) -le $((constraints + 1)) ]; do power=$((power + 1)); done
    "$scratch/known_tau/release/known-tau" "$power" "$folder/known.ptau"
    snarkjs groth16 setup "$folder/network.r1cs" "$folder/known.ptau" "$folder/network.zkey"
    snarkjs zkey export verificationkey "$folder/network.zkey" "$folder/verification.json"
    rm "$folder/known.ptau"
    printf '{"constraints": %d, "power": %d}\n' "$constraints" "$power" >"$folder/size.json"
}

once node-packages install_node
once python-packages install_python
once known-tau build_known_tau
folders=()
for example in $examples; do
    name="${example%%/*}"
    folders+=("$scratch/$name")
    once "circuit-$name" "$scratch/venv/bin/python" "$here/circuit.py" "$example" "$scratch/$name"
    once "compile-$name" compile "$name"
    once "keys-$name" keys "$name"
done
if [ -n "$ezkl" ]; then
    once ezkl-package install_ezkl
    for folder in "${folders[@]}"; do
        once "ezkl-$(basename "$folder")" "$scratch/venv/bin/python" "$here/ezkl_peer.py" setup "$folder"
    done
fi

say "measuring, $rounds rounds"
ZKLENS="$zklens" python3 "$here/measure.py" $ezkl --rounds "$rounds" "$scratch" "${folders[@]}"
