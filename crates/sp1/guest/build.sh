#!/usr/bin/env bash
# Builds the SP1 programs with the Rust toolchain of this repository. Writes them to the folder given, or to target/elf.
# The same source gives the same bytes in every folder and on every machine (x86-64 Linux was tried).
#
# Succinct's toolchain (`cargo prove build`) builds them as well, but its other compiler gives other bytes.
set -euo pipefail
out="$(realpath -m "${1:-$(dirname "$0")/target/elf}")"
target="$(realpath -m "${CARGO_TARGET_DIR:-$(dirname "$0")/target}")/guest"
cd "$(dirname "$0")"
root="$(realpath ../../..)"

"$root/.ci/toolchain.sh"

# Panics name the source file, so without the remapping below the programs would contain the folders of this machine.
cargo fetch --locked --quiet
cargo_home="${CARGO_HOME:-$HOME/.cargo}"
sysroot="$(rustc --print sysroot)"
flags=(
    -C passes=lower-atomic
    -C link-arg=--image-base=2013265920
    -C panic=abort
    --cfg 'getrandom_backend="custom"'
    -C llvm-args=-misched-prera-direction=bottomup
    -C llvm-args=-misched-postra-direction=bottomup
    --remap-path-prefix "$root=zklens"
    --remap-path-prefix "$cargo_home=cargo"
    --remap-path-prefix "$sysroot=rust"
)
# The folder of a registry is named after its address.
for registry in "$cargo_home"/registry/src/*; do
    flags+=(--remap-path-prefix "$registry=crates")
done
RUSTC_WRAPPER="$PWD/rustc.sh" \
    CARGO_ENCODED_RUSTFLAGS="$(printf '%s\x1f' "${flags[@]}" | sed 's/\x1f$//')" \
    RUSTC_BOOTSTRAP=1 \
    CARGO_TARGET_DIR="$target" \
    cargo build --release --locked \
    -Zbuild-std=std,panic_abort -Zbuild-std-features=compiler-builtins-mem -Zjson-target-spec \
    --target "$root/.ci/riscv64im-zkvm.json"

mkdir -p "$out"
for program in fashion-mlp mnist-cnn any-model; do
    cp "$target/riscv64im-zkvm/release/$program" "$out/$program.elf"
done
