// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {Axes, Axis} from "./Axes.sol";
import {Bn254, R} from "./Bn254.sol";
import {Features} from "./Features.sol";
import {Labels} from "./Labels.sol";
import {Transcript} from "./Transcript.sol";
import {Vectors} from "./Vectors.sol";

/// @notice Where an array lies: in one committed vector from an offset on, or cut along an axis into runs of `2^logRun` indices,
/// each at the start of a vector. One word, whose fields are, from the most significant bit on: 8 bits that are 1 if it is
/// cut, 16 with its (first) vector, 16 with the offset, 8 with the axis, 8 with `logRun`.
type Place is uint256;

using Places for Place global;

/// @title Fields of a `Place`
library Places {
    function isCut(Place place) internal pure returns (bool) {
        return Place.unwrap(place) >> 248 == 1;
    }

    function row(Place place) internal pure returns (uint256) {
        return (Place.unwrap(place) >> 232) & 0xffff;
    }

    function offset(Place place) internal pure returns (uint256) {
        return (Place.unwrap(place) >> 216) & 0xffff;
    }

    function axis(Place place) internal pure returns (uint256) {
        return (Place.unwrap(place) >> 208) & 0xff;
    }

    function logRun(Place place) internal pure returns (uint256) {
        return (Place.unwrap(place) >> 200) & 0xff;
    }
}

/// @title Opening: claims on combinations of committed vectors, checked by two pairings
/// @notice Counterpart of `crates/commitment/src/opening.rs`, with its step numbers.
/// @dev The weights that a claim gives to the cells of a vector are the coefficients of a polynomial `E`, and only `E(1/z)`
/// counts. Claims are not kept: each adds its share to one coefficient per vector.
library Opening {
    using Transcript for Transcript.Tape;

    /// @notice The messages and challenges of the opening.
    /// @param gamma Combines the claims.
    /// @param product Where `[A]` and `[B]` are in calldata.
    /// @param z Where the identity is checked.
    /// @param value `d = B(1/z)`.
    /// @param quotient Where `[Q]` is.
    /// @param x Where the quotients are checked.
    /// @param witness Where `[W]` is.
    struct Messages {
        uint256 gamma;
        uint256 product;
        uint256 z;
        uint256 value;
        uint256 quotient;
        uint256 x;
        uint256 witness;
    }

    /// @notice All claims as one.
    /// @param coefficients The list of the coefficients in `F(X)`, one for every vector: see `Vectors`.
    /// @param value `Y = Σ_k γ^k·y_k`.
    /// @param overZ `1/(x − z)`.
    /// @param overInverse `1/(x − 1/z)`.
    /// @param inverse `1/z`.
    /// @param powers Of `1/z`: see `powersOf`.
    struct Batch {
        uint256 coefficients;
        uint256 value;
        uint256 overZ;
        uint256 overInverse;
        uint256 inverse;
        uint256 powers;
    }

    /// @dev Points of the last check that are not commitments to vectors: `[A]`, `[B]`, `[1]` and `[W]`.
    uint256 internal constant OTHER_POINTS = 4;

    /// @notice Steps 1 to 6: reads all messages of an opening. Everything that the claims depend on was read before.
    function read(Transcript.Tape memory tape, Messages memory messages) internal pure {
        messages.gamma = tape.draw(Labels.OPENING_CLAIMS);
        messages.product = tape.readPoints(Labels.OPENING_PRODUCT, 2);
        messages.z = tape.draw(Labels.OPENING_POINT);
        messages.value = Vectors.load(tape.readScalars(Labels.OPENING_VALUE, 1), 0);
        messages.quotient = tape.readPoints(Labels.OPENING_QUOTIENT, 1);
        messages.x = tape.draw(Labels.OPENING_FOLD);
        messages.witness = tape.readPoints(Labels.OPENING_WITNESS, 1);
    }

    /// @notice Starts a batch without claims on `rows` vectors.
    /// @return valid False if challenges coincide, which no prover can bring about.
    function start(Messages memory messages, uint256 rows, Batch memory batch) internal view returns (bool valid) {
        unchecked {
            uint256 z = messages.z;
            uint256 xLessZ = Bn254.sub(messages.x, z);
            uint256 xzLessOne = Bn254.sub(Bn254.mul(messages.x, z), 1);
            // z ∉ {0, 1, −1}, x ∉ {z, 1/z}
            valid = z != 0 && Bn254.mul(z, z) != 1 && xLessZ != 0 && xzLessOne != 0;
            if (!valid) return valid;
            uint256 both = Bn254.mul(xLessZ, xzLessOne);
            uint256 inverses = Bn254.inverse(Bn254.mul(z, both));
            batch.inverse = Bn254.mul(inverses, both);
            inverses = Bn254.mul(inverses, z);
            batch.overZ = Bn254.mul(inverses, xzLessOne);
            // 1/(x − 1/z) = z/(x·z − 1)
            batch.overInverse = Bn254.mul(z, Bn254.mul(inverses, xLessZ));
            batch.coefficients = Vectors.zeros(rows + OTHER_POINTS);
            batch.powers = powersOf(batch.inverse);
        }
    }

    /// @dev 32 powers of `x`, 32 of `x^32` and 16 of `x^1024`.
    function powersOf(uint256 x) private pure returns (uint256 powers) {
        powers = Vectors.allocate(80);
        assembly ("memory-safe") {
            let to := powers
            for { let last := add(powers, 0xa00) } lt(to, last) {} {
                let power := 1
                // Four powers at a time.
                for { let end := add(to, 0x400) } and(lt(to, end), lt(to, last)) { to := add(to, 0x80) } {
                    mstore(to, power)
                    power := mulmod(power, x, R)
                    mstore(add(to, 0x20), power)
                    power := mulmod(power, x, R)
                    mstore(add(to, 0x40), power)
                    power := mulmod(power, x, R)
                    mstore(add(to, 0x60), power)
                    power := mulmod(power, x, R)
                }
                x := power
            }
        }
    }

    /// @notice `z^-exponent`, for exponents below 2^14.
    function pow(Batch memory batch, uint256 exponent) internal pure returns (uint256 power) {
        uint256 powers = batch.powers;
        assembly ("memory-safe") {
            power := mload(add(powers, shl(5, and(exponent, 31))))
            power := mulmod(power, mload(add(powers, add(0x400, and(exponent, 0x3e0)))), R)
            power := mulmod(power, mload(add(powers, add(0x800, shl(5, shr(10, exponent))))), R)
        }
    }

    /// @notice Adds to the coefficient of the vector `row`.
    function add(Batch memory batch, uint256 row, uint256 coefficient) internal pure {
        Vectors.add(batch.coefficients, row, coefficient);
    }

    /// @notice `Π_axes Σ_k weight_k·z^-(stride·k)` for the axes from `first` on, and `z^-stride` for the axis before them.
    /// @param axes The pointer to four axes.
    /// @dev The axes from `first` on have at most as many cells as a vector.
    function inside(Batch memory batch, uint256 axes, uint256 first)
        internal
        pure
        returns (uint256 weight, uint256 step)
    {
        unchecked {
            weight = 1;
            step = batch.inverse;
            uint256 stride = 1;
            for (uint256 i = 4; i > first;) {
                Axis axis = Axes.nth(axes, --i);
                uint256 length = axis.length();
                // The only weight of an `eq` is one.
                if (length == 1 && axis.isEq()) continue;
                weight = Bn254.mul(weight, axis.evaluate(step));
                stride *= length;
                step = pow(batch, stride);
            }
        }
    }

    /// @notice Adds `coefficient · Σ cell · Π_axes weight` of an array.
    /// @param axes The pointer to four axes.
    function addArray(Batch memory batch, Place place, uint256 axes, uint256 coefficient) internal pure {
        if (Features.LARGE_ARRAYS && place.axis() != 0) {
            (uint256 weights, uint256 count) = rowWeights(batch, place, axes, coefficient);
            return addRows(batch, place.row(), weights, count);
        }
        (uint256 weight, uint256 step) = inside(batch, axes, 1);
        addAlong(batch, place, Axes.nth(axes, 0), Bn254.mul(weight, coefficient), step);
    }

    /// @notice The same for an array that is in one vector or cut along its first axis.
    /// @param axis The first axis.
    /// @param weight The weight that `inside` gives for the other axes, times the coefficient; `step` is from there too.
    function addAlong(Batch memory batch, Place place, Axis axis, uint256 weight, uint256 step) internal pure {
        if (place.isCut()) {
            (uint256 weights, uint256 count) = runWeights(axis, place.logRun(), weight, step);
            return addRows(batch, place.row(), weights, count);
        }
        weight = Bn254.mul(weight, axis.evaluate(step));
        add(batch, place.row(), Bn254.mul(weight, pow(batch, place.offset())));
    }

    /// @notice Adds the list of `count` weights to the coefficients of the vectors from `row` on.
    function addRows(Batch memory batch, uint256 row, uint256 weights, uint256 count) internal pure {
        unchecked {
            for (uint256 i = 0; i < count; ++i) {
                add(batch, row + i, Vectors.load(weights, i));
            }
        }
    }

    /// @notice The shares `E(1/z)` of an array's vectors, if it is cut along an axis that is not the first.
    /// @param axes The pointer to four axes.
    function rowWeights(Batch memory batch, Place place, uint256 axes, uint256 coefficient)
        internal
        pure
        returns (uint256 weights, uint256 count)
    {
        unchecked {
            uint256 cut = place.axis();
            (uint256 weight, uint256 step) = inside(batch, axes, cut + 1);
            weight = Bn254.mul(weight, coefficient);
            (uint256 runs, uint256 runCount) = runWeights(Axes.nth(axes, cut), place.logRun(), weight, step);
            (uint256 outer, uint256 outerCount) = outside(axes, cut);
            count = outerCount * runCount;
            weights = Vectors.allocate(count);
            for (uint256 i = 0; i < count; ++i) {
                uint256 factor = Vectors.load(outer, i / runCount);
                Vectors.store(weights, i, Bn254.mul(factor, Vectors.load(runs, i % runCount)));
            }
        }
    }

    /// @dev Products of one weight per axis before `end`, in row-major order.
    function outside(uint256 axes, uint256 end) private pure returns (uint256 products, uint256 count) {
        unchecked {
            products = Vectors.allocate(1);
            Vectors.store(products, 0, 1);
            count = 1;
            for (uint256 i = 0; i < end; ++i) {
                uint256 values = Axes.nth(axes, i).values();
                uint256 length = Axes.nth(axes, i).length();
                uint256 next = Vectors.allocate(count * length);
                for (uint256 j = 0; j < count * length; ++j) {
                    uint256 weighed = Bn254.mul(Vectors.load(products, j / length), Vectors.load(values, j % length));
                    Vectors.store(next, j, weighed);
                }
                (products, count) = (next, count * length);
            }
        }
    }

    /// @notice The share of each run of `2^logRun` indices of the axis that is cut, and of all cells inside it. If the weights
    /// are `eq`, those of full runs differ by a factor only.
    function runWeights(Axis axis, uint256 logRun, uint256 weight, uint256 step)
        internal
        pure
        returns (uint256 runs, uint256 count)
    {
        unchecked {
            uint256 length = axis.length();
            uint256 full = length >> logRun;
            uint256 rest = length - (full << logRun);
            count = full + (rest == 0 ? 0 : 1);
            if (!axis.isEq()) {
                runs = Vectors.allocate(count);
                for (uint256 j = 0; j < count; ++j) {
                    uint256 first = axis.pointer() + (j << (logRun + 5));
                    uint256 run = Vectors.evaluate(first, j < full ? 1 << logRun : rest, step);
                    Vectors.store(runs, j, Bn254.mul(weight, run));
                }
                return (runs, count);
            }
            uint256 point = axis.pointer();
            uint256 low = axis.bits() < logRun ? axis.bits() : logRun;
            runs = Axes.eqTable(point + 32 * low, axis.bits() - low);
            if (full != 0) {
                uint256 run = Bn254.mul(weight, Axes.eqAt(point, low, 1 << low, step));
                for (uint256 j = 0; j < full; ++j) {
                    Vectors.store(runs, j, Bn254.mul(Vectors.load(runs, j), run));
                }
            }
            if (rest != 0) {
                uint256 run = Bn254.mul(weight, Axes.eqAt(point, low, rest, step));
                Vectors.store(runs, full, Bn254.mul(Vectors.load(runs, full), run));
            }
        }
    }

    /// @notice Step 7: `[L] + x·[W]` and the pairings.
    /// @param rows The number of vectors.
    /// @param points The pointer to the commitments to the vectors, `[A]`, `[B]`, `[1]` and `[W]`, 64 bytes each.
    /// @param tau The pointer to `[τ]₂`.
    function verify(Batch memory batch, Messages memory messages, uint256 rows, uint256 points, uint256 tau)
        internal
        view
        returns (bool)
    {
        unchecked {
            uint256 coefficients = batch.coefficients;
            uint256 overZ = batch.overZ;
            for (uint256 i = 0; i < rows; ++i) {
                Vectors.store(coefficients, i, Bn254.mul(Vectors.load(coefficients, i), overZ));
            }
            uint256 others = coefficients + 32 * rows;
            // −z/(x − z), for [A]
            Vectors.store(others, 0, Bn254.neg(Bn254.mul(messages.z, overZ)));
            // 1/(x − 1/z), for [B]
            Vectors.store(others, 1, batch.overInverse);
            // −((Y + d/z)/(x − z) + d/(x − 1/z)), for [1]
            uint256 d = messages.value;
            uint256 atZ = Bn254.add(batch.value, Bn254.mul(d, batch.inverse));
            uint256 share = Bn254.add(Bn254.mul(atZ, overZ), Bn254.mul(d, batch.overInverse));
            Vectors.store(others, 2, Bn254.neg(share));
            Vectors.store(others, 3, messages.x);
            (uint256 x, uint256 y) = Bn254.combine(points, coefficients, rows + OTHER_POINTS, messages.quotient);
            return Bn254.pairingsAgree(x, y, messages.witness, tau);
        }
    }
}
