// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {Axes, Axis} from "./Axes.sol";
import {R} from "./Bn254.sol";
import {ContractKey} from "./ContractKey.sol";
import {Features} from "./Features.sol";
import {Opening} from "./Opening.sol";
import {Vectors} from "./Vectors.sol";

/// @title Linear layers, as functionals
/// @notice Twin of `crates/layers/src/wiring.rs`.
library Wiring {
    using ContractKey for bytes;
    using ContractKey for uint256;
    using Opening for Opening.Batch;

    /// @notice `coefficient · Π_axes weight`, for every cell of an image's tensor. (The weights of images are the caller's:
    /// no layer mixes images.)
    struct Covector {
        uint256 coefficient;
        Axis channels;
        Axis rows;
        Axis columns;
    }

    /// @notice A table where the sumcheck ends.
    /// @param scale `2^num_vars · (1 − s_b) · output`.
    /// @param axes `eq` of the point along each axis.
    struct End {
        uint256 scale;
        Axis[4] axes;
    }

    /// @notice One path of an operand, as its word says.
    struct Path {
        uint256 map;
        uint256 array;
        uint256 groups;
        uint256 source;
        uint256 windowAt;
        uint256 steps;
        uint256 stepsAt;
        uint256 next;
    }

    /// @notice Reads a path: its word, the window of a convolution, then its steps, two words each.
    function path(bytes memory key, uint256 cursor) internal pure returns (Path memory p) {
        unchecked {
            uint256 word = key.wordAt(cursor);
            p.steps = word.field(0, 8);
            p.map = word.field(8, 8);
            p.array = word.field(16, 16);
            p.groups = word.field(32, 16);
            p.source = word.field(48, 16);
            p.windowAt = cursor + 32;
            p.stepsAt = cursor + (p.map == ContractKey.CONV2D ? 64 : 32);
            p.next = p.stepsAt + 64 * p.steps;
        }
    }

    /// @notice The weights on the cells under a window, given weights on its positions: the tap in row `t` and column
    /// `t'` counts `ratio^(t·kernel columns + t')` times. A tap in the padding takes the nearest cell.
    /// @param window The window's word.
    function spreadOverTaps(Covector memory covector, uint256 window, uint256 height, uint256 width, uint256 ratio)
        internal
        pure
    {
        unchecked {
            (uint256 kernelColumns,,) = window.slide(48);
            uint256 rowRatio = 1;
            for (uint256 i = 0; i < kernelColumns; ++i) {
                rowRatio = mulmod(rowRatio, ratio, R);
            }
            covector.rows = spread(covector.rows, window, 0, height, rowRatio, true);
            covector.columns = spread(covector.columns, window, 48, width, ratio, true);
        }
    }

    /// @dev `Σ_tap ratio^tap·weights(p)` at the cell that each tap of position `p` takes. In the padding that is the
    /// nearest cell if `isClamped`, else none.
    function spread(Axis axis, uint256 window, uint256 direction, uint256 cells, uint256 ratio, bool isClamped)
        private
        pure
        returns (Axis)
    {
        unchecked {
            (uint256 kernel, uint256 stride, uint256 before) = window.slide(direction);
            uint256 sums = Vectors.zeros(cells);
            uint256 weights = axis.values();
            uint256 length = axis.length();
            for (uint256 position = 0; position < length; ++position) {
                uint256 weight = Vectors.load(weights, position);
                uint256 start = position * stride;
                for (uint256 tap = start; tap < start + kernel; ++tap) {
                    // Below zero it wraps, and is no cell either.
                    uint256 cell = tap - before;
                    if (isClamped && cell >= cells) cell = tap < before ? 0 : cells - 1;
                    if (cell < cells) Vectors.add(sums, cell, weight);
                    weight = mulmod(weight, ratio, R);
                }
            }
            return Axes.listed(sums, cells);
        }
    }

    /// @dev A covector after a step becomes one before it. `cursor` is where the step's two words are.
    function goBefore(Covector memory covector, bytes memory key, uint256 cursor) private pure {
        unchecked {
            uint256 word = key.wordAt(cursor);
            uint256 kind = word.field(0, 8);
            if (kind == ContractKey.CHANNELS) {
                uint256 values = covector.channels.values();
                covector.channels = Axes.listed(values + 32 * word.field(72, 16), word.field(88, 16));
                return;
            }
            covector.coefficient = mulmod(covector.coefficient, word.signedField(8), R);
            if (kind == ContractKey.AVERAGE) {
                uint256 window = key.wordAt(cursor + 32);
                covector.rows = spread(covector.rows, window, 0, word.field(72, 16), 1, false);
                covector.columns = spread(covector.columns, window, 48, word.field(88, 16), 1, false);
            }
        }
    }

    /// @dev `κ(tap) = Σ_p after(p)·before(the cell that the tap takes at p)`.
    function kernelWeights(Axis afterwards, Axis source, uint256 window, uint256 direction)
        private
        pure
        returns (Axis)
    {
        unchecked {
            (uint256 kernel, uint256 stride, uint256 before) = window.slide(direction);
            uint256 weights = afterwards.values();
            uint256 cells = source.values();
            uint256 positions = afterwards.length();
            uint256 length = source.length();
            uint256 taps = Vectors.allocate(kernel);
            for (uint256 tap = 0; tap < kernel; ++tap) {
                uint256 sum = 0;
                if (!Features.STRIDES || stride == 1) {
                    // Neighbouring positions take neighbouring cells: from the first in the picture to the last.
                    uint256 first = tap < before ? before - tap : 0;
                    uint256 beyond = length + before;
                    uint256 end = tap < beyond ? beyond - tap : 0;
                    if (end > positions) end = positions;
                    if (first < end) {
                        sum = Vectors.dot(weights + 32 * first, cells + 32 * (first + tap - before), end - first);
                    }
                } else {
                    for (uint256 position = 0; position < positions; ++position) {
                        uint256 cell = position * stride + tap - before;
                        if (cell >= length) continue;
                        uint256 weighed = mulmod(Vectors.load(weights, position), Vectors.load(cells, cell), R);
                        sum = addmod(sum, weighed, R);
                    }
                }
                Vectors.store(taps, tap, sum);
            }
            return Axes.listed(taps, kernel);
        }
    }

    /// @dev For every output channel and channel of its group, the product of their weights.
    function grouped(Axis outputs, Axis channels, uint256 groups) private pure returns (Axis) {
        unchecked {
            uint256 left = outputs.values();
            uint256 right = channels.values();
            uint256 perGroup = outputs.length() / groups;
            uint256 depth = channels.length() / groups;
            uint256 count = outputs.length() * depth;
            uint256 products = Vectors.allocate(count);
            for (uint256 i = 0; i < count; ++i) {
                uint256 output = i / depth;
                uint256 group = output / perGroup;
                uint256 channel = Vectors.load(right, group * depth + i % depth);
                Vectors.store(products, i, mulmod(Vectors.load(left, output), channel, R));
            }
            return Axes.listed(products, count);
        }
    }

    /// @dev The covector where a path meets its weights, or its source if it has none.
    function atEnd(bytes memory key, Path memory p, Covector memory covector) private pure returns (Covector memory) {
        unchecked {
            if (!Features.STEPS || p.steps == 0) return covector;
            covector = Covector(covector.coefficient, covector.channels, covector.rows, covector.columns);
            for (uint256 i = 0; i < p.steps; ++i) {
                goBefore(covector, key, p.stepsAt + 64 * i);
            }
            return covector;
        }
    }

    /// @notice The part of a path in the polynomial summed, at the point where the sumcheck ends, but for its bias: adds
    /// the key's weights to the batch, or returns what the verifier knows by itself.
    /// @param source The source's axes.
    /// @param factor What all is multiplied by: the source's scale, and the part of the images.
    function weigh(
        Opening.Batch memory batch,
        bytes memory key,
        ContractKey.Header memory h,
        Path memory p,
        Covector memory covector,
        Axis[4] memory source,
        uint256 factor
    ) internal pure returns (uint256 known) {
        covector = atEnd(key, p, covector);
        factor = mulmod(factor, covector.coefficient, R);
        if (p.map == ContractKey.NO_WEIGHTS) {
            factor = mulmod(factor, covector.channels.dot(source[1]), R);
            factor = mulmod(factor, covector.rows.dot(source[2]), R);
            return mulmod(factor, covector.columns.dot(source[3]), R);
        }
        addWeights(batch, key, h, p, covector, source, factor);
    }

    function addWeights(
        Opening.Batch memory batch,
        bytes memory key,
        ContractKey.Header memory h,
        Path memory p,
        Covector memory covector,
        Axis[4] memory source,
        uint256 factor
    ) private pure {
        Axis[4] memory axes = [covector.channels, source[1], source[2], source[3]];
        if (!Features.CONVOLUTIONS || p.map == ContractKey.DENSE) {
            factor = mulmod(factor, mulmod(covector.rows.sum(), covector.columns.sum(), R), R);
        } else {
            uint256 window = key.wordAt(p.windowAt);
            axes[2] = kernelWeights(covector.rows, source[2], window, 0);
            axes[3] = kernelWeights(covector.columns, source[3], window, 48);
            if (Features.GROUPS && p.groups != 1) {
                axes[0] = grouped(covector.channels, source[1], p.groups);
                axes[1] = Axes.unit(0, 1);
            }
        }
        batch.addArray(key.array(h, p.array), axes, factor);
    }

    /// @notice Adds a path's biases, which are the array after its weights: each counts what the weights on all cells of
    /// its channel add up to.
    /// @param factor The part of the images.
    function weighBiases(
        Opening.Batch memory batch,
        bytes memory key,
        ContractKey.Header memory h,
        Path memory p,
        Covector memory covector,
        uint256 factor
    ) internal pure {
        unchecked {
            covector = atEnd(key, p, covector);
            factor = mulmod(factor, covector.coefficient, R);
            factor = mulmod(factor, mulmod(covector.rows.sum(), covector.columns.sum(), R), R);
            Axis one = Axes.eq(0, 0, 1);
            batch.addArray(key.array(h, p.array + 1), [covector.channels, one, one, one], factor);
        }
    }
}
