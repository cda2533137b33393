#!/usr/bin/env python3
"""Writes models/testdata/: the first 1,000 test images of each data set, for the tests to measure
accuracy on, and 500 training images for choosing quantisation scales. The same input gives the same
files, byte for byte."""

import numpy as np

import common

TEST_IMAGES = 1_000
CALIBRATION_IMAGES = 500
SEED = 20_240_603


def main():
    folder = common.MODELS / "testdata"
    folder.mkdir(parents=True, exist_ok=True)
    for name, dataset in (("fashion", common.FASHION), ("mnist", common.MNIST)):
        images, labels = common.load(dataset, "t10k")
        test = np.arange(TEST_IMAGES)
        write(folder, f"{name}-{TEST_IMAGES}", images[test], labels[test])

        images, labels = common.load(dataset, "train")
        chosen = np.random.default_rng(SEED).choice(len(images), CALIBRATION_IMAGES, replace=False)
        write(folder, f"{name}-calibration", images[chosen], labels[chosen])


def write(folder, name, images, labels):
    common.write_idx_gz(folder / f"{name}-images-idx3-ubyte.gz", images)
    common.write_idx_gz(folder / f"{name}-labels-idx1-ubyte.gz", labels)


if __name__ == "__main__":
    main()
