// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {Axes} from "./Axes.sol";
import {Bn254} from "./Bn254.sol";
import {ContractKey} from "./ContractKey.sol";
import {Opening} from "./Opening.sol";

/// @title Linear layers, as functionals
/// @notice Twin of `crates/layers/src/wiring.rs`.
library Wiring {
    using Axes for Axes.Axis;
    using ContractKey for bytes;
    using ContractKey for uint256;
    using Opening for Opening.Batch;

    uint256 private constant R = Bn254.R;

    /// @notice `coefficient · Π_axes weight`, for every cell of a tensor: images, channels, height, width.
    struct Covector {
        uint256 coefficient;
        Axes.Axis[4] axes;
    }

    /// @notice A table where the sumcheck ends.
    /// @param scale `2^num_vars · (1 − s_b) · output`.
    /// @param axes `eq` of the point along each axis.
    struct End {
        uint256 scale;
        Axes.Axis[4] axes;
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
    function spreadOverTaps(
        Covector memory covector,
        ContractKey.Window memory window,
        uint256 height,
        uint256 width,
        uint256 ratio
    ) internal pure returns (Covector memory spreaded) {
        (uint256 kernelColumns,,) = window.columns.slide();
        uint256 rowRatio = 1;
        for (uint256 i = 0; i < kernelColumns; ++i) {
            rowRatio = mulmod(rowRatio, ratio, R);
        }
        spreaded = copy(covector);
        spreaded.axes[2] = spread(covector.axes[2], window.rows, height, rowRatio);
        spreaded.axes[3] = spread(covector.axes[3], window.columns, width, ratio);
    }

    /// @notice A covector whose axes can be replaced without changing the first's.
    function copy(Covector memory covector) internal pure returns (Covector memory copied) {
        copied.coefficient = covector.coefficient;
        for (uint256 i = 0; i < 4; ++i) {
            copied.axes[i] = covector.axes[i];
        }
    }

    /// @dev `Σ_tap ratio^tap·weights(p)` at the cell that each tap of position `p` takes, clamped.
    function spread(Axes.Axis memory axis, uint256 direction, uint256 cells, uint256 ratio)
        private
        pure
        returns (Axes.Axis memory)
    {
        unchecked {
            (uint256 kernel, uint256 stride, uint256 before) = direction.slide();
            uint256[] memory sums = new uint256[](cells);
            uint256[] memory weights = axis.values();
            for (uint256 position = 0; position < axis.len; ++position) {
                uint256 weight = weights[position];
                for (uint256 tap = 0; tap < kernel; ++tap) {
                    uint256 cell = position * stride + tap;
                    cell = cell < before ? 0 : cell - before;
                    if (cell >= cells) cell = cells - 1;
                    sums[cell] = addmod(sums[cell], weight, R);
                    weight = mulmod(weight, ratio, R);
                }
            }
            return Axes.listed(sums);
        }
    }

    /// @dev The weights before a step, given those after it. `cursor` is where the step's two words are.
    function beforeStep(Covector memory covector, bytes memory key, uint256 cursor)
        private
        pure
        returns (Covector memory changed)
    {
        uint256 word = key.wordAt(cursor);
        uint256 kind = word.field(0, 8);
        changed = copy(covector);
        if (kind == ContractKey.SCALE) {
            changed.coefficient = mulmod(covector.coefficient, word.signedField(8), R);
        } else if (kind == ContractKey.CHANNELS) {
            changed.axes[1] = slice(covector.axes[1], word.field(72, 16), word.field(88, 16));
        } else {
            changed.coefficient = mulmod(covector.coefficient, word.signedField(8), R);
            ContractKey.Window memory window = key.window(cursor + 32);
            changed.axes[2] = sumOfTaps(covector.axes[2], window.rows, word.field(72, 16));
            changed.axes[3] = sumOfTaps(covector.axes[3], window.columns, word.field(88, 16));
        }
    }

    function slice(Axes.Axis memory axis, uint256 start, uint256 count) private pure returns (Axes.Axis memory) {
        uint256[] memory values = axis.values();
        uint256[] memory kept = new uint256[](count);
        for (uint256 i = 0; i < count; ++i) {
            kept[i] = values[start + i];
        }
        return Axes.listed(kept);
    }

    /// @dev At each cell, the weights of all positions whose window covers it; padding is left out.
    function sumOfTaps(Axes.Axis memory axis, uint256 direction, uint256 cells)
        private
        pure
        returns (Axes.Axis memory)
    {
        unchecked {
            (uint256 kernel, uint256 stride, uint256 before) = direction.slide();
            uint256[] memory sums = new uint256[](cells);
            uint256[] memory weights = axis.values();
            for (uint256 position = 0; position < axis.len; ++position) {
                for (uint256 tap = 0; tap < kernel; ++tap) {
                    // Below zero it wraps, and is no cell either.
                    uint256 cell = position * stride + tap - before;
                    if (cell < cells) sums[cell] = addmod(sums[cell], weights[position], R);
                }
            }
            return Axes.listed(sums);
        }
    }

    /// @dev `κ(tap) = Σ_p after(p)·before(the cell that the tap takes at p)`.
    function kernelWeights(Axes.Axis memory afterwards, Axes.Axis memory source, uint256 direction)
        private
        pure
        returns (Axes.Axis memory)
    {
        unchecked {
            (uint256 kernel, uint256 stride, uint256 before) = direction.slide();
            uint256[] memory weights = afterwards.values();
            uint256[] memory cells = source.values();
            uint256[] memory taps = new uint256[](kernel);
            for (uint256 tap = 0; tap < kernel; ++tap) {
                uint256 sum = 0;
                uint256 cell = tap - before;
                for (uint256 position = 0; position < afterwards.len; ++position) {
                    if (cell < source.len) sum = addmod(sum, mulmod(weights[position], cells[cell], R), R);
                    cell += stride;
                }
                taps[tap] = sum;
            }
            return Axes.listed(taps);
        }
    }

    /// @dev For every output channel and channel of its group, the product of their weights.
    function grouped(Axes.Axis memory outputs, Axes.Axis memory channels, uint256 groups)
        private
        pure
        returns (Axes.Axis memory)
    {
        uint256[] memory left = outputs.values();
        uint256[] memory right = channels.values();
        uint256 perGroup = outputs.len / groups;
        uint256 depth = channels.len / groups;
        uint256[] memory products = new uint256[](outputs.len * depth);
        for (uint256 i = 0; i < products.length; ++i) {
            uint256 output = i / depth;
            products[i] = mulmod(left[output], right[(output / perGroup) * depth + i % depth], R);
        }
        return Axes.listed(products);
    }

    /// @notice The part of a path in the polynomial summed, at the point where the sumcheck ends: adds the key's arrays
    /// to the batch, and returns what the verifier knows by itself.
    function pathValue(
        Opening.Batch memory batch,
        bytes memory key,
        ContractKey.Header memory h,
        Path memory p,
        Covector memory covector,
        End memory source
    ) internal pure returns (uint256 known) {
        for (uint256 i = 0; i < p.steps; ++i) {
            covector = beforeStep(covector, key, p.stepsAt + 64 * i);
        }
        uint256 factor = mulmod(covector.coefficient, source.scale, R);
        factor = mulmod(factor, covector.axes[0].dot(source.axes[0]), R);
        if (p.map == ContractKey.NO_WEIGHTS) {
            for (uint256 i = 1; i < 4; ++i) {
                factor = mulmod(factor, covector.axes[i].dot(source.axes[i]), R);
            }
            return factor;
        }
        addWeights(batch, key, h, p, covector, source, factor);
        addBias(batch, key, h, p, covector);
    }

    function addWeights(
        Opening.Batch memory batch,
        bytes memory key,
        ContractKey.Header memory h,
        Path memory p,
        Covector memory covector,
        End memory source,
        uint256 factor
    ) private pure {
        (Opening.Place memory place,) = key.array(h, p.array);
        Axes.Axis[4] memory axes;
        if (p.map == ContractKey.DENSE) {
            factor = mulmod(factor, mulmod(covector.axes[2].sum(), covector.axes[3].sum(), R), R);
            axes = [covector.axes[1], source.axes[1], source.axes[2], source.axes[3]];
        } else {
            ContractKey.Window memory window = key.window(p.windowAt);
            Axes.Axis memory rows = kernelWeights(covector.axes[2], source.axes[2], window.rows);
            Axes.Axis memory columns = kernelWeights(covector.axes[3], source.axes[3], window.columns);
            axes = p.groups == 1
                ? [covector.axes[1], source.axes[1], rows, columns]
                : [grouped(covector.axes[1], source.axes[1], p.groups), Axes.unit(0, 1), rows, columns];
        }
        batch.addArray(place, axes, factor);
    }

    /// @dev Every bias counts what the weights on all cells of its channel add up to. The bias is the array after the
    /// weights.
    function addBias(
        Opening.Batch memory batch,
        bytes memory key,
        ContractKey.Header memory h,
        Path memory p,
        Covector memory covector
    ) private pure {
        (Opening.Place memory place,) = key.array(h, p.array + 1);
        uint256 perChannel = mulmod(covector.coefficient, covector.axes[0].sum(), R);
        perChannel = mulmod(perChannel, mulmod(covector.axes[2].sum(), covector.axes[3].sum(), R), R);
        Axes.Axis memory one = Axes.unit(0, 1);
        batch.addArray(place, [covector.axes[1], one, one, one], perChannel);
    }
}
