#!/usr/bin/env bash
# Builds the npm package: pkg/web and pkg/web-threads for browsers, pkg/bundler, pkg/node.
#
#     apps/wasm/build.sh            (needs Rust, Node 20 with npm; the rest comes from the package registries)
#     apps/wasm/build.sh single     only web, bundler and node; or only threads
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
cd "$here/../.."
only="${1:-all}"
target="$(realpath -m "${CARGO_TARGET_DIR:-target}")"
triple=wasm32-unknown-unknown
export CARGO_TARGET_DIR="$target"

bindgen="$(.ci/wasm.sh)"
bindgen_version="$("$bindgen" --version)"

features=+simd128,+bulk-memory,+sign-ext,+nontrapping-fptoint,+mutable-globals,+multivalue,+reference-types
# Paths of this machine do not belong into what others download.
remap="--remap-path-prefix=$PWD=zklens --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=cargo"
remap="$remap --remap-path-prefix=$(rustc --print sysroot)=rust"

compile() {
    cargo build --locked --profile wasm --package zklens-wasm --lib --target "$triple" "$@" >&2
}

# Writes the JavaScript around module $1 as the wasm-bindgen target $2 into pkg/$3.
bind() {
    rm -rf "$here/pkg/$3"
    "$bindgen" --target "$2" --out-dir "$here/pkg/$3" "$1"
    # TypeScript's libs before esnext.disposable do not know this name: it would be an error in the projects that have one.
    sed -i.whole '/^ *\[Symbol\.dispose\](): void;$/d' "$here/pkg/$3/zklens_wasm.d.ts"
    rm "$here/pkg/$3/zklens_wasm.d.ts.whole"
}

# -O4 takes longer, is larger and no faster. Not --all-features: it writes what no browser reads yet.
optimise() {
    local module="$here/pkg/$1/zklens_wasm_bg.wasm"
    "$here/node_modules/.bin/wasm-opt" -O3 --enable-simd --enable-bulk-memory --enable-sign-ext \
        --enable-nontrapping-float-to-int --enable-mutable-globals --enable-multivalue --enable-reference-types \
        "${@:2}" --output "$module.new" "$module"
    mv "$module.new" "$module"
}

# pkg/$1/.made-of says of what it was made: module $2, this script, and the programs that it calls.
ingredients() {
    sha256sum <"$2"
    cat "$here/build.sh" "$here/package-lock.json" | sha256sum
    echo "$bindgen_version"
}

is_made() {
    ingredients "$@" | cmp --silent - "$here/pkg/$1/.made-of"
}

mark() {
    ingredients "$@" >"$here/pkg/$1/.made-of"
}

single() {
    RUSTFLAGS="-C target-feature=$features $remap" compile
    local module="$target/$triple/wasm/zklens_wasm.wasm"
    ! is_made web "$module" || return 0
    bind "$module" web web
    bind "$module" bundler bundler
    bind "$module" nodejs node
    # The package is of ES modules, but what is written for Node is none.
    echo '{ "type": "commonjs" }' >"$here/pkg/node/package.json"
    # The three differ in their JavaScript alone.
    for build in bundler node; do
        cmp "$here/pkg/web/zklens_wasm_bg.wasm" "$here/pkg/$build/zklens_wasm_bg.wasm"
    done
    optimise web
    cp "$here/pkg/web/zklens_wasm_bg.wasm" "$here/pkg/bundler/"
    cp "$here/pkg/web/zklens_wasm_bg.wasm" "$here/pkg/node/"
    mark web "$module"
}

threads() {
    local link="-C link-arg=--shared-memory -C link-arg=--import-memory -C link-arg=--max-memory=1073741824"
    for symbol in __wasm_init_tls __tls_size __tls_align __tls_base; do
        link="$link -C link-arg=--export=$symbol"
    done
    # Threads need a standard library that knows them, which is built here: an unstable option of cargo.
    RUSTC_BOOTSTRAP=1 RUSTFLAGS="-C target-feature=+atomics,$features $link $remap" \
        compile --target-dir "$target/wasm-threads" -Zbuild-std=std,panic_abort
    local module="$target/wasm-threads/$triple/wasm/zklens_wasm.wasm"
    ! is_made web-threads "$module" || return 0
    bind "$module" web web-threads
    optimise web-threads --enable-threads
    mark web-threads "$module"
}

[ "$only" = threads ] || single
[ "$only" = single ] || threads
