// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {Axes, Axis} from "./Axes.sol";
import {Bn254} from "./Bn254.sol";
import {ContractKey} from "./ContractKey.sol";
import {Features} from "./Features.sol";
import {Path, Paths} from "./KeyWords.sol";
import {Opening, Place} from "./Opening.sol";
import {Vectors} from "./Vectors.sol";

/// @notice A table at the point where the sumcheck ends: the pointer to seven words. They are its scale, the two results of
/// `Wiring.inside` once they were needed, and the four axes with `eq` of the point.
type End is uint256;

using Ends for End global;

/// @title Words of an `End`
library Ends {
    /// @notice An `End` whose scale and axes are still to be set.
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

    /// @notice The results of `Wiring.inside`. The step is zero before `setInside`, and never after.
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

/// @title Linear layers, as functionals on the cells of their source
/// @notice Counterpart of `crates/layers/src/relation/wiring.rs`. The four axes of a list are images, channels, height
/// and width.
library Wiring {
    using ContractKey for bytes;
    using ContractKey for uint256;
    using Opening for Opening.Batch;

    /// @dev The last two of four axes.
    uint256 private constant HEIGHT = 2;
    uint256 private constant WIDTH = 3;

    /// @notice A weight for every cell of an image's tensor: `coefficient · Π_axes weight`. No layer mixes images, so their
    /// weights are left to the caller.
    /// @param axes The list of axes. That of images is not used.
    /// @param cells The sum of the weights of all cells of a channel.
    /// @param window Zero, or a window's word. Then height and width are those of the window's positions, not yet of cells,
    /// and the tap `t` down and `t'` across counts `λ^(t·kernel width + t')` times.
    /// @param lambda `λ`, which is of use only with a window.
    struct Covector {
        uint256 coefficient;
        uint256 axes;
        uint256 cells;
        uint256 window;
        uint256 lambda;
    }

    /// @notice `Opening.inside` for one image of a table. Computed once: columns and dense layers both need it.
    function inside(Opening.Batch memory batch, End end) internal pure returns (uint256 weight, uint256 step) {
        (weight, step) = end.inside();
        if (step != 0) return (weight, step);
        (weight, step) = batch.inside(end.axes(), 1);
        end.setInside(weight, step);
    }

    /// @notice Turns the covector of a window's positions into one for the cells under the window.
    /// @param window The window's word.
    function putUnder(Covector memory covector, uint256 window, uint256 lambda) internal pure {
        unchecked {
            (covector.window, covector.lambda) = (window, lambda);
            (uint256 rows,,) = window.slide(HEIGHT);
            (uint256 columns,,) = window.slide(WIDTH);
            // Every tap of a position takes some cell.
            covector.cells = Bn254.mul(covector.cells, Vectors.geometric(1, lambda, rows * columns));
        }
    }

    /// @dev The factor from a tap to the one below it, if `ratio` is the factor to the one beside it.
    function ofRow(uint256 ratio, uint256 columns) private pure returns (uint256 power) {
        unchecked {
            power = ratio;
            for (uint256 i = 1; i < columns; ++i) {
                power = Bn254.mul(power, ratio);
            }
        }
    }

    /// @dev Replaces the weights of a window's positions by those of the cells under it. A tap counts `ratio` times as much
    /// as the one before it. A tap in the padding takes the nearest cell if `isClamped`, else none.
    /// @param window The window's word, with the height and width of the cells under it.
    function spread(uint256 axes, uint256 window, uint256 ratio, bool isClamped) private pure {
        unchecked {
            for (uint256 index = WIDTH; index >= HEIGHT; --index) {
                (uint256 kernel, uint256 stride, uint256 before) = window.slide(index);
                uint256 cells = window.under(index);
                uint256 sums = Vectors.zeros(cells);
                uint256 weights = Axes.nth(axes, index).values();
                uint256 positions = Axes.nth(axes, index).length();
                for (uint256 position = 0; position < positions; ++position) {
                    uint256 weight = Vectors.load(weights, position);
                    uint256 start = position * stride;
                    for (uint256 tap = start; tap < start + kernel; ++tap) {
                        // Below zero it wraps around, beyond all cells.
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

    /// @dev Turns a covector after a step into one before it. `cursor` is the offset of the step's two words.
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
                covector.cells = Bn254.mul(Axes.nth(axes, HEIGHT).sum(), Axes.nth(axes, WIDTH).sum());
            }
        }
    }

    /// @notice The covector where a path meets its weights, or its source if the path has no weights. A window is spread first,
    /// unless a convolution under it takes it as it is.
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

    /// @notice A path's term in the polynomial that is summed, at the point where the sumcheck ends, without its biases. Adds
    /// the term to the batch if the path has weights, and otherwise returns it as known.
    /// @param covector The covector where the path ends: see `atEnd`.
    /// @param factor A factor of the term: the source's scale and the images' share.
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
                for (uint256 i = 1; i <= WIDTH; ++i) {
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

    /// @dev Replaces the source's height and width by the kernel's: `κ(tap) = Σ_q after(q)·before(the cell that the tap takes
    /// at q)`.
    ///
    /// With a window above the kernel, the covector has weights for the window's positions. The two act like one window that
    /// moves as the upper one does and takes every cell that a tap of the kernel takes under a tap of the upper window. The
    /// weight of a kernel's tap is the sum over the upper window's taps.
    function kernels(uint256 axes, uint256 window, Covector memory covector) private pure {
        unchecked {
            uint256 above = covector.window;
            uint256 ratio = covector.lambda;
            for (uint256 index = WIDTH; index >= HEIGHT; --index) {
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

    /// @dev For every tap, `Σ_p after(p)·before(p·stride + tap − before)` over the positions where the tap takes a cell.
    function correlate(Axis afterwards, Axis source, uint256 taps, uint256 stride, uint256 before)
        private
        pure
        returns (uint256 sums)
    {
        unchecked {
            // With a stride of `2^bits·odd`, a tap's cells have their last `bits` bits in common. Let `tap + start` be
            // `2^bits·high + low`: the last bits of its cells are `low`, the others `p·stride/2^bits + high − ahead`.
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

    /// @dev The same without a common part: one sum for each tap.
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
                // The first position where the tap takes a cell, and the end of such positions.
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

    /// @dev Replaces the axes of outputs and channels by one axis with the product of the weights of every output channel and
    /// every channel of its group.
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

    /// @notice Adds a path's biases, which are the array behind its weights. A bias counts as much as all cells of its channel
    /// together.
    /// @param covector The covector where the path ends: see `atEnd`.
    /// @param factor The images' share.
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
