#!/usr/bin/env bash
# Builds the fuzz targets, and runs each for some seconds: first on all known inputs, then on new ones.
#
#     fuzz/run.sh SECONDS [TARGET…]      (or `make fuzz`, a minute each)
#     fuzz/run.sh build                  only builds, and says where they are
#
# Needs g++ and the pinned toolchain: libFuzzer comes with the crate libfuzzer-sys, and the stable compiler has the passes
# that it needs. Inputs that fail are written to fuzz/artifacts/TARGET.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds="${1:?expected the seconds for each target, or \`build\`}"
shift

.ci/have.sh rust c++
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-target}/fuzz"
triple="$(rustc -vV | sed -n 's/^host: //p')"
built="$CARGO_TARGET_DIR/$triple/release"

# The flags of cargo-fuzz, without a sanitizer, which would take a nightly toolchain. The crates have no unsafe code.
export RUSTFLAGS="--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares"
cargo build --release --locked --manifest-path fuzz/Cargo.toml --target "$triple"
if [ "$seconds" = build ]; then
    echo "$built"
    exit
fi

# One process for each core is enough, and a failure is reported in one line.
export RAYON_NUM_THREADS=1 RUST_BACKTRACE=0

# Runs target $1 for $2 seconds, with the program in folder $3. Prints nothing if all is well.
run() {
    local target="$1" log seconds="$2"
    # The targets limit their own memory (`door!`); this limit also covers libFuzzer's. The time limit is in seconds. zklens
    # promises two seconds of a processor for an input. Instrumented code takes three to five times as long, an input is
    # often read twice, and libFuzzer's clock goes on while other processes hold the core.
    local timeout=20
    case "$target" in
        # Several proofs are verified for one input.
        key_file | sp1_proof) timeout=40 ;;
        # These targets promise only a limit of memory.
        image | sampler | onnx_import) timeout=60 ;;
    esac
    local options=(-rss_limit_mb=3072 "-timeout=$timeout" "-artifact_prefix=fuzz/artifacts/$target/")
    mkdir -p "fuzz/artifacts/$target"
    log="$(mktemp)"
    # Known inputs are run in full here. As a corpus they would be cut at the greatest length.
    if find "fuzz/corpus/$target" -type f -print0 | xargs -0 "$3/$target" "${options[@]}" >"$log" 2>&1 \
        && "$3/$target" "${options[@]}" "-max_total_time=$seconds" -max_len=16384 -use_value_profile=1 \
            -print_final_stats=1 "fuzz/corpus/$target" >"$log" 2>&1; then
        printf '%-14s %s\n' "$target" "$(sed -n 's/^stat::number_of_executed_units: *\(.*\)/\1 inputs/p' "$log")"
        rm "$log"
    else
        grep -v '^#' "$log" | tail -n 40 >&2
        printf '\n%s failed. To run the input again:\n    RUST_BACKTRACE=1 %s FILE\nwhere FILE is named above, %s\n' \
            "$target" "$3/$target" "as \`Running\` or as \`Test unit written to\`" >&2
        rm "$log"
        return 255
    fi
}
export -f run

fuzz/seed.sh
if [ $# = 0 ]; then
    # shellcheck disable=SC2046
    set -- $(sed -n '/^\[\[bin\]\]/{n;s/^name = "\(.*\)"/\1/p}' fuzz/Cargo.toml)
fi
# Runs one target per core at a time. After a failure, which xargs knows by its exit code, no further target starts.
printf '%s\n' "$@" | xargs -P "$(nproc)" -I{} bash -c 'set -euo pipefail; run "$@"' run {} "$seconds" "$built"
