// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {Axes, Axis} from "./Axes.sol";
import {Bn254} from "./Bn254.sol";
import {ContractKey} from "./ContractKey.sol";
import {Features} from "./Features.sol";
import {Path, Paths} from "./KeyWords.sol";
import {Opening, Place} from "./Opening.sol";
import {Vectors} from "./Vectors.sol";

/// @notice A table where the sumcheck ends: the pointer to seven words, which are its scale, what `Wiring.inside` gives
/// once it was asked for, and the four axes with `eq` of the point.
type End is uint256;

using Ends for End global;

/// @title Words of an `End`
library Ends {
    /// @notice One whose scale and axes are still to be set.
    function allocate() internal pure returns (End end) {
        end = End.wrap(Vectors.allocate(7));
        end.setInside(0, 0);
    }

    /// @notice `2^num_vars · (1 − s_b) · output`
    function scale(End end) internal pure returns (uint256) {
        return Vectors.load(End.unwrap(end), 0);
    }

    function setScale(End end, uint256 newScale) internal pure {
        Vectors.store(End.unwrap(end), 0, newScale);
    }

    /// @notice The step is zero before `setInside`, and never after.
    function inside(End end) internal pure returns (uint256 weight, uint256 step) {
        return (Vectors.load(End.unwrap(end), 1), Vectors.load(End.unwrap(end), 2));
    }

    function setInside(End end, uint256 weight, uint256 step) internal pure {
        Vectors.store(End.unwrap(end), 1, weight);
        Vectors.store(End.unwrap(end), 2, step);
    }

    /// @notice The list of axes.
    function axes(End end) internal pure returns (uint256) {
        unchecked {
            return End.unwrap(end) + 96;
        }
    }

    function axis(End end, uint256 index) internal pure returns (Axis) {
        return Axes.nth(end.axes(), index);
    }
}

/// @title Linear layers, as functionals
/// @notice Twin of `crates/layers/src/relation/wiring.rs`. Lists of four axes are of images, channels, rows and columns.
library Wiring {
    using ContractKey for bytes;
    using ContractKey for uint256;
    using Opening for Opening.Batch;

    /// @dev Axes of rows and columns, the last two of four.
    uint256 private constant ROWS = 2;
    uint256 private constant COLUMNS = 3;

    /// @notice `coefficient · Π_axes weight`, for every cell of an image's tensor. (The weights of images are the caller's:
    /// no layer mixes images.)
    /// @param axes The list of axes. That of images is not used.
    /// @param cells What the weights of all cells of a channel add up to.
    /// @param window A window's word, if rows and columns are not yet those of cells, but of the window's positions: the
    /// tap in row `t` and column `t'` counts `λ^(t·kernel columns + t')` times. Else zero.
    /// @param lambda `λ`
    struct Covector {
        uint256 coefficient;
        uint256 axes;
        uint256 cells;
        uint256 window;
        uint256 lambda;
    }

    /// @notice `Opening.inside` of one image of a table, which columns and dense layers ask for.
    function inside(Opening.Batch memory batch, End end) internal pure returns (uint256 weight, uint256 step) {
        (weight, step) = end.inside();
        if (step != 0) return (weight, step);
        (weight, step) = batch.inside(end.axes(), 1);
        end.setInside(weight, step);
    }

    /// @notice The covector of what a table's window is laid on, given the weights of its positions.
    /// @param window The window's word.
    function putUnder(Covector memory covector, uint256 window, uint256 lambda) internal pure {
        unchecked {
            (covector.window, covector.lambda) = (window, lambda);
            (uint256 rows,,) = window.slide(ROWS);
            (uint256 columns,,) = window.slide(COLUMNS);
            // Every tap of a position takes some cell.
            covector.cells = Bn254.mul(covector.cells, Vectors.geometric(1, lambda, rows * columns));
        }
    }

    /// @dev What a tap counts more than that of the row before, if it counts `ratio` times that of the column before.
    function ofRow(uint256 ratio, uint256 columns) private pure returns (uint256 power) {
        unchecked {
            power = ratio;
            for (uint256 i = 1; i < columns; ++i) {
                power = Bn254.mul(power, ratio);
            }
        }
    }

    /// @dev The weights of the cells under a window, from those of its positions. A tap counts `ratio` times that of the
    /// column before. In the padding it takes the nearest cell if `isClamped`, else none.
    /// @param window The window's word, which has the sides of what is under it.
    function spread(uint256 axes, uint256 window, uint256 ratio, bool isClamped) private pure {
        unchecked {
            for (uint256 index = COLUMNS; index >= ROWS; --index) {
                (uint256 kernel, uint256 stride, uint256 before) = window.slide(index);
                uint256 cells = window.under(index);
                uint256 sums = Vectors.zeros(cells);
                uint256 weights = Axes.nth(axes, index).values();
                uint256 positions = Axes.nth(axes, index).length();
                for (uint256 position = 0; position < positions; ++position) {
                    uint256 weight = Vectors.load(weights, position);
                    uint256 start = position * stride;
                    for (uint256 tap = start; tap < start + kernel; ++tap) {
                        // Below zero it wraps, and is no cell either.
                        uint256 cell = tap - before;
                        if (isClamped && cell >= cells) cell = tap < before ? 0 : cells - 1;
                        if (cell < cells) Vectors.add(sums, cell, weight);
                        weight = Bn254.mul(weight, ratio);
                    }
                }
                Axes.put(axes, index, Axes.listed(sums, cells));
                ratio = ofRow(ratio, kernel);
            }
        }
    }

    /// @dev A covector after a step becomes one before it. `cursor` is where the step's two words are.
    function goBefore(Covector memory covector, bytes memory key, uint256 cursor) private pure {
        unchecked {
            uint256 word = key.wordAt(cursor);
            uint256 kind = word.field(0, 8);
            uint256 axes = covector.axes;
            if (kind == ContractKey.CHANNELS) {
                uint256 first = Axes.nth(axes, 1).values() + 32 * word.field(72, 16);
                return Axes.put(axes, 1, Axes.listed(first, word.field(88, 16)));
            }
            covector.coefficient = Bn254.mul(covector.coefficient, word.signedField(8));
            if (kind == ContractKey.AVERAGE) {
                spread(axes, key.wordAt(cursor + 32), 1, false);
                covector.cells = Bn254.mul(Axes.nth(axes, ROWS).sum(), Axes.nth(axes, COLUMNS).sum());
            }
        }
    }

    /// @notice The covector where a path meets its weights, or its source if it has none. Of a window that is not yet
    /// spread, only a convolution under it can make use.
    function atEnd(bytes memory key, Path p, Covector memory covector) internal pure returns (Covector memory) {
        unchecked {
            if (Features.WINDOWS && covector.window != 0 && !p.isUnderWindow()) {
                spread(covector.axes, covector.window, covector.lambda, true);
                covector.window = 0;
            }
            if (!Features.STEPS || p.steps() == 0) return covector;
            covector = Covector(covector.coefficient, Axes.copy(covector.axes), covector.cells, 0, 0);
            for (uint256 i = 0; i < p.steps(); ++i) {
                goBefore(covector, key, p.stepsAt() + 64 * i);
            }
            return covector;
        }
    }

    /// @notice The part of a path in the polynomial summed, at the point where the sumcheck ends, but for its bias: adds
    /// the key's weights to the batch, or returns what the verifier knows by itself.
    /// @param covector Where the path ends.
    /// @param factor What all is multiplied by: the source's scale, and the part of the images.
    function weigh(
        Opening.Batch memory batch,
        bytes memory key,
        ContractKey.Header memory h,
        Path p,
        Covector memory covector,
        End source,
        uint256 factor
    ) internal pure returns (uint256 known) {
        unchecked {
            factor = Bn254.mul(factor, covector.coefficient);
            if (p.map() == Paths.NO_WEIGHTS) {
                for (uint256 i = 1; i <= COLUMNS; ++i) {
                    factor = Bn254.mul(factor, Axes.nth(covector.axes, i).dot(source.axis(i)));
                }
                return factor;
            }
            Place array = key.array(h, p.array());
            // Axes of the weights: outputs, the source's channels, and two more.
            uint256 axes = Axes.copy(source.axes());
            Axes.put(axes, 0, Axes.nth(covector.axes, 1));
            if (!Features.CONVOLUTIONS || p.map() == Paths.DENSE) {
                factor = Bn254.mul(factor, covector.cells);
                if (!Features.LARGE_ARRAYS || array.axis() == 0) {
                    (uint256 weight, uint256 step) = inside(batch, source);
                    batch.addAlong(array, Axes.nth(axes, 0), Bn254.mul(weight, factor), step);
                    return 0;
                }
            } else {
                kernels(axes, key.wordAt(p.windowAt()), covector);
                if (Features.GROUPS && p.groups() != 1) group(axes, p.groups());
            }
            batch.addArray(array, axes, factor);
        }
    }

    /// @dev In the place of the source's rows and columns, the kernel's: `κ(tap) = Σ_q after(q)·before(the cell that the
    /// tap takes at q)`.
    ///
    /// If there is a window above the kernel, the covector weighs its positions, not the kernel's. It is as if one window
    /// took all cells that some tap of both takes: it has the positions of the one above, and as many taps as both have,
    /// of which a kernel's tap is that with any of the window's.
    function kernels(uint256 axes, uint256 window, Covector memory covector) private pure {
        unchecked {
            uint256 above = covector.window;
            uint256 ratio = covector.lambda;
            for (uint256 index = COLUMNS; index >= ROWS; --index) {
                (uint256 kernel, uint256 stride, uint256 before) = window.slide(index);
                uint256 taps = 1;
                if (Features.WINDOWS && above != 0) (taps, stride,) = above.slide(index);
                Axis afterwards = Axes.nth(covector.axes, index);
                uint256 weights = correlate(afterwards, Axes.nth(axes, index), kernel + taps - 1, stride, before);
                if (Features.WINDOWS && taps != 1) {
                    Vectors.evaluateEach(weights, kernel, taps, ratio);
                    ratio = ofRow(ratio, taps);
                }
                Axes.put(axes, index, Axes.listed(weights, kernel));
            }
        }
    }

    /// @dev For every tap, `Σ_p after(p)·before(p·stride + tap − before)` over the positions where that is a cell.
    function correlate(Axis afterwards, Axis source, uint256 taps, uint256 stride, uint256 before)
        private
        pure
        returns (uint256 sums)
    {
        unchecked {
            // Cells that are an even number apart have the last bit of their numbers in common, and so on. With
            // `tap + start` as `2^bits·high + low`, the last bits are `low`, the others `p·stride/2^bits + high − ahead`.
            uint256 bits = 0;
            while ((stride | source.length()) >> bits & 1 == 0) ++bits;
            uint256 last = (1 << bits) - 1;
            uint256 ahead = (before + last) >> bits;
            uint256 start = (ahead << bits) - before;
            uint256 count = ((taps - 1 + start) >> bits) + 1;
            uint256 highs = correlateAll(afterwards, source.above(bits), count, stride >> bits, ahead);
            if (bits == 0) return highs;
            uint256 lows = Axes.eqTable(source.pointer(), bits);
            sums = Vectors.allocate(taps);
            for (uint256 tap = 0; tap < taps; ++tap) {
                uint256 low = Vectors.load(lows, (tap + start) & last);
                Vectors.store(sums, tap, Bn254.mul(low, Vectors.load(highs, (tap + start) >> bits)));
            }
        }
    }

    /// @dev The same, one by one.
    function correlateAll(Axis afterwards, Axis source, uint256 taps, uint256 stride, uint256 before)
        private
        pure
        returns (uint256 sums)
    {
        unchecked {
            uint256 weights = afterwards.values();
            uint256 cells = source.values();
            uint256 positions = afterwards.length();
            uint256 beyond = source.length() + before;
            sums = Vectors.allocate(taps);
            for (uint256 tap = 0; tap < taps; ++tap) {
                // From the first position in the picture to the last.
                uint256 first = tap < before ? (before - tap + stride - 1) / stride : 0;
                uint256 end = tap < beyond ? (beyond - tap + stride - 1) / stride : 0;
                if (end > positions) end = positions;
                uint256 sum = 0;
                if (first < end) {
                    uint256 cell = cells + 32 * (first * stride + tap - before);
                    sum = Vectors.dot(weights + 32 * first, cell, 32 * stride, end - first);
                }
                Vectors.store(sums, tap, sum);
            }
        }
    }

    /// @dev In the place of outputs and channels one axis, which has for every output channel and channel of its group the
    /// product of their weights.
    function group(uint256 axes, uint256 groups) private pure {
        unchecked {
            Axis outputs = Axes.nth(axes, 0);
            Axis channels = Axes.nth(axes, 1);
            uint256 left = outputs.values();
            uint256 right = channels.values();
            uint256 perGroup = outputs.length() / groups;
            uint256 depth = channels.length() / groups;
            uint256 count = outputs.length() * depth;
            uint256 products = Vectors.allocate(count);
            for (uint256 i = 0; i < count; ++i) {
                uint256 output = i / depth;
                uint256 channel = Vectors.load(right, output / perGroup * depth + i % depth);
                Vectors.store(products, i, Bn254.mul(Vectors.load(left, output), channel));
            }
            Axes.put(axes, 0, Axes.listed(products, count));
            Axes.put(axes, 1, Axes.eq(0, Axes.SINGLE));
        }
    }

    /// @notice Adds a path's biases, which are the array after its weights: each counts what the weights on all cells of
    /// its channel add up to.
    /// @param covector Where the path ends.
    /// @param factor The part of the images.
    function weighBiases(
        Opening.Batch memory batch,
        bytes memory key,
        ContractKey.Header memory h,
        Path p,
        Covector memory covector,
        uint256 factor
    ) internal pure {
        unchecked {
            Place array = key.array(h, p.array() + 1);
            factor = Bn254.mul(factor, Bn254.mul(covector.coefficient, covector.cells));
            batch.addAlong(array, Axes.nth(covector.axes, 1), factor, batch.inverse);
        }
    }
}
