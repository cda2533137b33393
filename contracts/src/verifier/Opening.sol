// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {Axes, Axis} from "./Axes.sol";
import {Bn254, R} from "./Bn254.sol";
import {Features} from "./Features.sol";
import {Labels} from "./Labels.sol";
import {Transcript} from "./Transcript.sol";
import {Vectors} from "./Vectors.sol";

/// @notice Where an array lies: in one row from an offset on, or cut along an axis into runs of `2^logRun` indices, each
/// at the start of a row. One word, whose fields are, from the most significant bit on: 8 bits that are 1 if it is cut,
/// 16 with its (first) row, 16 with the offset, 8 with the axis, 8 with `logRun`.
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

    /// @notice The row and offset of the first cell, as a place in one row.
    function firstCell(Place place) internal pure returns (Place) {
        return Place.wrap((Place.unwrap(place) << 8) >> 8);
    }
}

/// @title Opening: claims on combinations of committed rows, checked by two pairings
/// @notice Twin of `crates/commitment/src/opening.rs`, with its step numbers.
/// @dev A weight for every column is a polynomial `E`; all that counts of it is `A·E(1/z) + B·E(z)`. Claims are not
/// kept: each adds its share to one coefficient per row.
library Opening {
    using Transcript for Transcript.Tape;

    /// @notice What the prover sent and what was drawn.
    /// @param gamma Combines the claims.
    /// @param product Where `[S]` is in calldata.
    /// @param z Where the identity is checked.
    /// @param value `d = F(z)`.
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
    /// @param coefficients For every row, its coefficient in `F(X)/(x − z) + G(X)/(x − 1/z)`: a list, see `Vectors`.
    /// @param value `Σ_k γ^k·y_k`.
    /// @param overZ `A = 1/(x − z)`.
    /// @param overInverse `B = 1/(x − 1/z)`.
    /// @param z The point.
    /// @param inverse `1/z`.
    /// @param powers Of `z` and `1/z`: see `powersOf`.
    struct Batch {
        uint256 coefficients;
        uint256 value;
        uint256 overZ;
        uint256 overInverse;
        uint256 z;
        uint256 inverse;
        uint256 powers;
    }

    /// @notice Steps 1 to 6: reads all that an opening sends. What the claims depend on is on the tape before.
    function read(Transcript.Tape memory tape, Messages memory messages) internal pure {
        messages.gamma = tape.draw(Labels.OPENING_CLAIMS);
        messages.product = tape.readPoints(Labels.OPENING_PRODUCT, 1);
        messages.z = tape.draw(Labels.OPENING_POINT);
        messages.value = Vectors.load(tape.readScalars(Labels.OPENING_VALUE, 1), 0);
        messages.quotient = tape.readPoints(Labels.OPENING_QUOTIENT, 1);
        messages.x = tape.draw(Labels.OPENING_FOLD);
        messages.witness = tape.readPoints(Labels.OPENING_WITNESS, 1);
    }

    /// @notice A batch without claims on `rows` rows. If challenges coincide, which no prover can bring about, it is not valid.
    function start(Messages memory messages, uint256 rows, Batch memory batch) internal view returns (bool valid) {
        unchecked {
            uint256 z = messages.z;
            uint256 xLessZ = addmod(messages.x, R - z, R);
            uint256 xzLessOne = addmod(mulmod(messages.x, z, R), R - 1, R);
            // z ∉ {0, 1, −1}, x ∉ {z, 1/z}
            valid = z != 0 && mulmod(z, z, R) != 1 && xLessZ != 0 && xzLessOne != 0;
            if (!valid) return valid;
            uint256 both = mulmod(xLessZ, xzLessOne, R);
            uint256 inverses = Bn254.inverse(mulmod(z, both, R));
            batch.z = z;
            batch.inverse = mulmod(inverses, both, R);
            inverses = mulmod(inverses, z, R);
            batch.overZ = mulmod(inverses, xzLessOne, R);
            // 1/(x − 1/z) = z/(x·z − 1)
            batch.overInverse = mulmod(z, mulmod(inverses, xLessZ, R), R);
            batch.coefficients = Vectors.zeros(rows + 3);
            batch.powers = powersOf(z, batch.inverse);
        }
    }

    /// @dev Sixteen powers of `z`, sixteen of `z^16`, eight of `z^256` and eight of `z^2048`, each with its inverse.
    function powersOf(uint256 z, uint256 inverse) private pure returns (uint256 powers) {
        powers = Vectors.allocate(96);
        assembly ("memory-safe") {
            let to := powers
            // Bytes of a level: 0x400 for sixteen pairs, twice, then 0x200.
            for { let level := 0 } lt(level, 4) { level := add(level, 1) } {
                let power := 1
                let inversePower := 1
                for { let end := add(to, shr(shr(1, level), 0x400)) } lt(to, end) { to := add(to, 0x40) } {
                    mstore(to, power)
                    mstore(add(to, 0x20), inversePower)
                    power := mulmod(power, z, R)
                    inversePower := mulmod(inversePower, inverse, R)
                }
                z := power
                inverse := inversePower
            }
        }
    }

    /// @notice `z^exponent` and `z^-exponent`, for exponents below 2^14.
    function pow(Batch memory batch, uint256 exponent) internal pure returns (uint256 atZ, uint256 atInverse) {
        uint256 powers = batch.powers;
        assembly ("memory-safe") {
            let entry := add(powers, shl(6, and(exponent, 15)))
            atZ := mload(entry)
            atInverse := mload(add(entry, 0x20))
            entry := add(powers, add(0x400, and(shl(2, exponent), 0x3c0)))
            atZ := mulmod(atZ, mload(entry), R)
            atInverse := mulmod(atInverse, mload(add(entry, 0x20)), R)
            entry := add(powers, add(0x800, and(shr(2, exponent), 0x1c0)))
            atZ := mulmod(atZ, mload(entry), R)
            atInverse := mulmod(atInverse, mload(add(entry, 0x20)), R)
            entry := add(powers, add(0xa00, shl(6, shr(11, exponent))))
            atZ := mulmod(atZ, mload(entry), R)
            atInverse := mulmod(atInverse, mload(add(entry, 0x20)), R)
        }
    }

    /// @notice `A·atInverse + B·atZ`: all that counts of a weight for every column.
    function weight(Batch memory batch, uint256 atZ, uint256 atInverse) internal pure returns (uint256) {
        return addmod(mulmod(batch.overZ, atInverse, R), mulmod(batch.overInverse, atZ, R), R);
    }

    /// @notice Adds to the coefficient of a row.
    function add(Batch memory batch, uint256 row, uint256 coefficient) internal pure {
        Vectors.add(batch.coefficients, row, coefficient);
    }

    /// @notice `Π_axes Σ_k weight_k·X^(stride·k)` for the axes from `first` on, at `z` and at `1/z`; and the product of
    /// their lengths.
    function product(Batch memory batch, Axis[4] memory axes, uint256 first)
        internal
        pure
        returns (uint256 atZ, uint256 atInverse, uint256 stride)
    {
        unchecked {
            (atZ, atInverse, stride) = (1, 1, 1);
            for (uint256 i = 4; i > first;) {
                Axis axis = nth(axes, --i);
                uint256 length = axis.length();
                // The only weight of an `eq` is one.
                if (length == 1 && axis.isEq()) continue;
                (uint256 step, uint256 inverseStep) = (batch.z, batch.inverse);
                if (stride != 1) (step, inverseStep) = pow(batch, stride);
                (step, inverseStep) = axis.evaluate(step, inverseStep);
                atZ = mulmod(atZ, step, R);
                atInverse = mulmod(atInverse, inverseStep, R);
                stride *= length;
            }
        }
    }

    /// @dev `axes[i]`, for `i < 4`.
    function nth(Axis[4] memory axes, uint256 i) private pure returns (Axis axis) {
        assembly ("memory-safe") {
            axis := mload(add(axes, shl(5, i)))
        }
    }

    /// @notice Adds `coefficient · Σ cell · Π_axes weight` of an array.
    function addArray(Batch memory batch, Place place, Axis[4] memory axes, uint256 coefficient) internal pure {
        if (place.isCut()) return addCut(batch, place, axes, coefficient);
        (uint256 atZ, uint256 atInverse,) = product(batch, axes, 0);
        (uint256 z, uint256 inverse) = pow(batch, place.offset());
        uint256 weighed = weight(batch, mulmod(atZ, z, R), mulmod(atInverse, inverse, R));
        add(batch, place.row(), mulmod(coefficient, weighed, R));
    }

    /// @dev An array that is cut.
    function addCut(Batch memory batch, Place place, Axis[4] memory axes, uint256 coefficient) private pure {
        (uint256 weights, uint256 count) = rowWeights(batch, place, axes);
        addRows(batch, place.row(), weights, count, coefficient);
    }

    /// @notice Adds multiples of `count` weights to as many rows.
    function addRows(Batch memory batch, uint256 row, uint256 weights, uint256 count, uint256 coefficient)
        internal
        pure
    {
        unchecked {
            for (uint256 i = 0; i < count; ++i) {
                add(batch, row + i, mulmod(coefficient, Vectors.load(weights, i), R));
            }
        }
    }

    /// @notice What counts of the weights of an array that is cut, for each of its rows.
    function rowWeights(Batch memory batch, Place place, Axis[4] memory axes)
        internal
        pure
        returns (uint256 weights, uint256 count)
    {
        unchecked {
            (uint256 runs, uint256 runCount) = runWeights(batch, place, axes);
            if (!Features.LARGE_ARRAYS || place.axis() == 0) return (runs, runCount);
            (uint256 outer, uint256 outerCount) = outside(axes, place.axis());
            count = outerCount * runCount;
            weights = Vectors.allocate(count);
            for (uint256 i = 0; i < count; ++i) {
                uint256 factor = Vectors.load(outer, i / runCount);
                Vectors.store(weights, i, mulmod(factor, Vectors.load(runs, i % runCount), R));
            }
        }
    }

    /// @dev Products of one weight per axis before `end`, in row-major order.
    function outside(Axis[4] memory axes, uint256 end) private pure returns (uint256 products, uint256 count) {
        unchecked {
            products = Vectors.allocate(1);
            Vectors.store(products, 0, 1);
            count = 1;
            for (uint256 i = 0; i < end; ++i) {
                uint256 values = axes[i].values();
                uint256 length = axes[i].length();
                uint256 next = Vectors.allocate(count * length);
                for (uint256 j = 0; j < count * length; ++j) {
                    uint256 weighed = mulmod(Vectors.load(products, j / length), Vectors.load(values, j % length), R);
                    Vectors.store(next, j, weighed);
                }
                (products, count) = (next, count * length);
            }
        }
    }

    /// @dev What counts of the weights of each run of the axis that is cut, with all that is inside it. The weights of
    /// full runs differ by a factor only, if they are `eq`.
    function runWeights(Batch memory batch, Place place, Axis[4] memory axes)
        private
        pure
        returns (uint256 runs, uint256 count)
    {
        unchecked {
            Axis axis = axes[place.axis()];
            (uint256 insideZ, uint256 insideInverse, uint256 stride) = product(batch, axes, place.axis() + 1);
            (uint256 z, uint256 inverse) = pow(batch, stride);
            uint256 length = axis.length();
            uint256 logRun = place.logRun();
            uint256 full = length >> logRun;
            uint256 rest = length - (full << logRun);
            count = full + (rest == 0 ? 0 : 1);
            if (!axis.isEq()) {
                runs = Vectors.allocate(count);
                for (uint256 j = 0; j < count; ++j) {
                    uint256 first = axis.pointer() + (j << (logRun + 5));
                    uint256 run = j < full ? 1 << logRun : rest;
                    uint256 atZ = Vectors.evaluate(first, run, z);
                    uint256 atInverse = Vectors.evaluate(first, run, inverse);
                    atZ = weight(batch, mulmod(insideZ, atZ, R), mulmod(insideInverse, atInverse, R));
                    Vectors.store(runs, j, atZ);
                }
                return (runs, count);
            }
            uint256 low = axis.bits() < logRun ? axis.bits() : logRun;
            uint256 lowPoint = axis.pointer() + 32 * (axis.bits() - low);
            runs = Axes.eqTable(axis.pointer(), axis.bits() - low);
            if (full != 0) {
                (uint256 atZ, uint256 atInverse) = Axes.eqAt(lowPoint, low, 1 << low, z, inverse);
                atZ = weight(batch, mulmod(insideZ, atZ, R), mulmod(insideInverse, atInverse, R));
                for (uint256 j = 0; j < full; ++j) {
                    Vectors.store(runs, j, mulmod(Vectors.load(runs, j), atZ, R));
                }
            }
            if (rest != 0) {
                (uint256 atZ, uint256 atInverse) = Axes.eqAt(lowPoint, low, rest, z, inverse);
                atZ = weight(batch, mulmod(insideZ, atZ, R), mulmod(insideInverse, atInverse, R));
                Vectors.store(runs, full, mulmod(Vectors.load(runs, full), atZ, R));
            }
        }
    }

    /// @notice Step 7: `[L] + x·[W]` and the pairings.
    /// @param rows How many rows there are.
    /// @param points In memory: the rows' commitments, `[S]`, `[1]`, `[W]`, 64 bytes each.
    /// @param tau Where `[τ]₂` is in memory.
    function verify(Batch memory batch, Messages memory messages, uint256 rows, uint256 points, uint256 tau)
        internal
        view
        returns (bool)
    {
        unchecked {
            uint256 d = messages.value;
            uint256 atInverse = addmod(addmod(batch.value, batch.value, R), R - d, R);
            // −(z·A + B/z), for [S]
            uint256 share = addmod(mulmod(messages.z, batch.overZ, R), mulmod(batch.inverse, batch.overInverse, R), R);
            Vectors.store(batch.coefficients, rows, Bn254.neg(share));
            // −(d·A + (2Y − d)·B), for [1]
            share = addmod(mulmod(d, batch.overZ, R), mulmod(atInverse, batch.overInverse, R), R);
            Vectors.store(batch.coefficients, rows + 1, Bn254.neg(share));
            Vectors.store(batch.coefficients, rows + 2, messages.x);
            (uint256 x, uint256 y) = Bn254.combine(points, batch.coefficients, rows + 3, messages.quotient);
            return Bn254.pairingsAgree(x, y, messages.witness, tau);
        }
    }
}
