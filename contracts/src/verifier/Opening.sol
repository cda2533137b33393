// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {Axes, Axis} from "./Axes.sol";
import {Bn254, R} from "./Bn254.sol";
import {Labels} from "./Labels.sol";
import {Transcript} from "./Transcript.sol";
import {Vectors} from "./Vectors.sol";

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
    /// @param powers Of `z` and `1/z`, in turn: `z^i` and `z^32i` for `i < 32`, `z^1024i` for `i < 16`.
    struct Batch {
        uint256 coefficients;
        uint256 value;
        uint256 overZ;
        uint256 overInverse;
        uint256 z;
        uint256 inverse;
        uint256 powers;
    }

    /// @notice An array's place: in one row from `offset` on, or cut along `axis` into runs of `2^logRun` indices,
    /// each at the start of a row.
    struct Place {
        bool isCut;
        uint256 row;
        uint256 offset;
        uint256 axis;
        uint256 logRun;
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

    /// @notice A batch without claims. If challenges coincide, which no prover can bring about, it is not valid.
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
            batch.coefficients = Vectors.zeros(rows);
            batch.powers = powersOf(z, batch.inverse);
        }
    }

    function powersOf(uint256 z, uint256 inverse) private pure returns (uint256 powers) {
        powers = Vectors.allocate(160);
        assembly ("memory-safe") {
            let to := powers
            for { let level := 3 } level { level := sub(level, 1) } {
                let power := 1
                let inversePower := 1
                let end := add(to, 0x800)
                if eq(level, 1) { end := add(to, 0x400) }
                for {} lt(to, end) { to := add(to, 0x40) } {
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
            let low := add(powers, shl(6, and(exponent, 31)))
            let middle := add(powers, add(0x800, shl(6, and(shr(5, exponent), 31))))
            let high := add(powers, add(0x1000, shl(6, shr(10, exponent))))
            atZ := mulmod(mulmod(mload(low), mload(middle), R), mload(high), R)
            atInverse := mulmod(
                mulmod(mload(add(low, 0x20)), mload(add(middle, 0x20)), R), mload(add(high, 0x20)), R
            )
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
                Axis axis = axes[--i];
                uint256 length = axis.length();
                // The only weight of an `eq` is one.
                if (length == 1 && axis.isEq()) continue;
                (uint256 step, uint256 inverseStep) = length == 1 ? (0, 0) : pow(batch, stride);
                (step, inverseStep) = axis.evaluate(step, inverseStep);
                atZ = mulmod(atZ, step, R);
                atInverse = mulmod(atInverse, inverseStep, R);
                stride *= length;
            }
        }
    }

    /// @notice Adds `coefficient · Σ cell · Π_axes weight` of an array.
    function addArray(Batch memory batch, Place memory place, Axis[4] memory axes, uint256 coefficient)
        internal
        pure
    {
        if (place.isCut) return addCut(batch, place, axes, coefficient);
        (uint256 atZ, uint256 atInverse,) = product(batch, axes, 0);
        (uint256 z, uint256 inverse) = pow(batch, place.offset);
        uint256 weighed = weight(batch, mulmod(atZ, z, R), mulmod(atInverse, inverse, R));
        add(batch, place.row, mulmod(coefficient, weighed, R));
    }

    /// @dev An array that is cut.
    function addCut(Batch memory batch, Place memory place, Axis[4] memory axes, uint256 coefficient) private pure {
        unchecked {
            (uint256 runs, uint256 count) = runWeights(batch, place, axes);
            (uint256 outer, uint256 outerCount) = outside(axes, place.axis);
            uint256 row = place.row;
            for (uint256 i = 0; i < outerCount; ++i) {
                uint256 factor = mulmod(coefficient, Vectors.load(outer, i), R);
                for (uint256 j = 0; j < count; ++j) {
                    add(batch, row++, mulmod(factor, Vectors.load(runs, j), R));
                }
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
    function runWeights(Batch memory batch, Place memory place, Axis[4] memory axes)
        private
        pure
        returns (uint256 runs, uint256 count)
    {
        unchecked {
            Axis axis = axes[place.axis];
            (uint256 insideZ, uint256 insideInverse, uint256 stride) = product(batch, axes, place.axis + 1);
            (uint256 z, uint256 inverse) = pow(batch, stride);
            uint256 length = axis.length();
            uint256 logRun = place.logRun;
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

    /// @notice Step 7: `[L] + x·[W]` and the pairings. Rows are given as four ranges of points, the first in memory, the
    /// others in calldata.
    /// @param from Where each range begins.
    /// @param counts How many points each has.
    /// @param tau Where `[τ]₂` is in memory.
    function verify(
        Batch memory batch,
        Messages memory messages,
        uint256[4] memory from,
        uint256[4] memory counts,
        uint256 tau
    ) internal view returns (bool) {
        unchecked {
            uint256 coefficient = batch.coefficients;
            (uint256 x, uint256 y) = Bn254.combineMemory(from[0], coefficient, counts[0]);
            for (uint256 i = 1; i < 4; ++i) {
                coefficient += 32 * counts[i - 1];
                (x, y) = Bn254.combineCalldata(x, y, from[i], coefficient, counts[i]);
            }
            uint256 d = messages.value;
            uint256 atInverse = addmod(addmod(batch.value, batch.value, R), R - d, R);
            uint256 last = Vectors.allocate(2);
            // −(z·A + B/z), for [S]
            uint256 share = addmod(
                mulmod(messages.z, batch.overZ, R), mulmod(batch.inverse, batch.overInverse, R), R
            );
            Vectors.store(last, 0, Bn254.neg(share));
            Vectors.store(last, 1, messages.x);
            (x, y) = Bn254.combineCalldata(x, y, messages.product, last, 1);
            // −(d·A + (2Y − d)·B), for [1]
            share = addmod(mulmod(d, batch.overZ, R), mulmod(atInverse, batch.overInverse, R), R);
            (x, y) = Bn254.addGenerator(x, y, Bn254.neg(share));
            (x, y) = Bn254.subtractCalldata(x, y, messages.quotient);
            (x, y) = Bn254.combineCalldata(x, y, messages.witness, last + 32, 1);
            return Bn254.pairingsAgree(x, y, messages.witness, tau);
        }
    }
}
