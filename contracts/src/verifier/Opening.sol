// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {Axes} from "./Axes.sol";
import {Bn254} from "./Bn254.sol";
import {Labels} from "./Labels.sol";
import {Transcript} from "./Transcript.sol";

/// @title Opening: claims on combinations of committed rows, checked by two pairings
/// @notice Twin of `crates/commitment/src/opening.rs`, with its step numbers.
/// @dev A weight for every column is a polynomial `E`; all that counts of it is `A·E(1/z) + B·E(z)`. Claims are not
/// kept: each adds its share to one coefficient per row.
library Opening {
    using Axes for Axes.Axis;
    using Transcript for Transcript.Tape;

    uint256 private constant R = Bn254.R;

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
    /// @param coefficients For every row, its coefficient in `F(X)/(x − z) + G(X)/(x − 1/z)`.
    /// @param value `Σ_k γ^k·y_k`.
    /// @param overZ `A = 1/(x − z)`.
    /// @param overInverse `B = 1/(x − 1/z)`.
    /// @param inverse `1/z`.
    /// @param powers Of `z` and `1/z`, in turn: `z^i` for `i < 32`, `z^32i`, `z^1024i` for `i < 16`.
    struct Batch {
        uint256[] coefficients;
        uint256 value;
        uint256 overZ;
        uint256 overInverse;
        uint256 inverse;
        uint256[] powers;
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
    function read(Transcript.Tape memory tape) internal pure returns (Messages memory messages) {
        messages.gamma = tape.draw(Labels.OPENING_CLAIMS);
        messages.product = tape.readPoints(Labels.OPENING_PRODUCT, 1);
        messages.z = tape.draw(Labels.OPENING_POINT);
        messages.value = tape.readScalars(Labels.OPENING_VALUE, 1)[0];
        messages.quotient = tape.readPoints(Labels.OPENING_QUOTIENT, 1);
        messages.x = tape.draw(Labels.OPENING_FOLD);
        messages.witness = tape.readPoints(Labels.OPENING_WITNESS, 1);
    }

    /// @notice A batch without claims. If challenges coincide, which no prover can bring about, `valid` is false.
    function start(Messages memory messages, uint256 rows) internal view returns (Batch memory batch, bool valid) {
        uint256 z = messages.z;
        uint256 x = messages.x;
        uint256 xLessZ = addmod(x, R - z, R);
        uint256 xzLessOne = addmod(mulmod(x, z, R), R - 1, R);
        uint256 zSquareLessOne = addmod(mulmod(z, z, R), R - 1, R);
        // z ∉ {0, 1, −1}, x ∉ {z, 1/z}
        valid = z != 0 && zSquareLessOne != 0 && xLessZ != 0 && xzLessOne != 0;
        if (!valid) return (batch, valid);
        uint256 both = mulmod(xLessZ, xzLessOne, R);
        uint256 inverses = Bn254.inverse(mulmod(z, both, R));
        batch.inverse = mulmod(inverses, both, R);
        inverses = mulmod(inverses, z, R);
        batch.overZ = mulmod(inverses, xzLessOne, R);
        // 1/(x − 1/z) = z/(x·z − 1)
        batch.overInverse = mulmod(z, mulmod(inverses, xLessZ, R), R);
        batch.coefficients = new uint256[](rows);
        batch.powers = powersOf(z, batch.inverse);
    }

    function powersOf(uint256 z, uint256 inverse) private pure returns (uint256[] memory powers) {
        unchecked {
            powers = new uint256[](160);
            uint256 k = 0;
            for (uint256 level = 0; level < 3; ++level) {
                uint256 power = 1;
                uint256 inversePower = 1;
                uint256 end = k + (level == 2 ? 32 : 64);
                for (; k < end; k += 2) {
                    powers[k] = power;
                    powers[k + 1] = inversePower;
                    power = mulmod(power, z, R);
                    inversePower = mulmod(inversePower, inverse, R);
                }
                z = power;
                inverse = inversePower;
            }
        }
    }

    /// @notice `z^exponent` and `z^-exponent`, for exponents below 2^14.
    function pow(Batch memory batch, uint256 exponent) internal pure returns (uint256 atZ, uint256 atInverse) {
        unchecked {
            uint256[] memory powers = batch.powers;
            uint256 low = 2 * (exponent & 31);
            uint256 middle = 64 + 2 * ((exponent >> 5) & 31);
            uint256 high = 128 + 2 * (exponent >> 10);
            atZ = mulmod(mulmod(powers[low], powers[middle], R), powers[high], R);
            atInverse = mulmod(mulmod(powers[low + 1], powers[middle + 1], R), powers[high + 1], R);
        }
    }

    /// @notice `A·atInverse + B·atZ`: all that counts of a weight for every column.
    function weight(Batch memory batch, uint256 atZ, uint256 atInverse) internal pure returns (uint256) {
        return addmod(mulmod(batch.overZ, atInverse, R), mulmod(batch.overInverse, atZ, R), R);
    }

    /// @notice Adds to the coefficient of a row.
    function add(Batch memory batch, uint256 row, uint256 coefficient) internal pure {
        batch.coefficients[row] = addmod(batch.coefficients[row], coefficient, R);
    }

    /// @notice `Π_axes Σ_k weight_k·X^(stride·k)` for the axes from `first` on, at `z` and at `1/z`.
    function product(Batch memory batch, Axes.Axis[4] memory axes, uint256 first)
        internal
        pure
        returns (uint256 atZ, uint256 atInverse)
    {
        unchecked {
            (atZ, atInverse) = (1, 1);
            uint256 stride = 1;
            for (uint256 i = 4; i > first;) {
                --i;
                Axes.Axis memory axis = axes[i];
                if (axis.len == 1) {
                    uint256 only = axis.isEq ? axis.evaluate(1) : axis.weights[0];
                    atZ = mulmod(atZ, only, R);
                    atInverse = mulmod(atInverse, only, R);
                } else {
                    (uint256 step, uint256 inverseStep) = pow(batch, stride);
                    atZ = mulmod(atZ, axis.evaluate(step), R);
                    atInverse = mulmod(atInverse, axis.evaluate(inverseStep), R);
                    stride *= axis.len;
                }
            }
        }
    }

    /// @notice Adds `coefficient · Σ cell · Π_axes weight` of an array.
    function addArray(Batch memory batch, Place memory place, Axes.Axis[4] memory axes, uint256 coefficient)
        internal
        pure
    {
        if (place.isCut) return addCut(batch, place, axes, coefficient);
        (uint256 atZ, uint256 atInverse) = product(batch, axes, 0);
        (uint256 z, uint256 inverse) = pow(batch, place.offset);
        uint256 weighed = weight(batch, mulmod(atZ, z, R), mulmod(atInverse, inverse, R));
        add(batch, place.row, mulmod(coefficient, weighed, R));
    }

    /// @dev An array that is cut. The weights of full runs differ by a factor only, if they are `eq`.
    function addCut(Batch memory batch, Place memory place, Axes.Axis[4] memory axes, uint256 coefficient)
        private
        pure
    {
        unchecked {
            uint256[] memory runs = runWeights(batch, place, axes);
            uint256[] memory outer = outside(axes, place.axis);
            uint256 row = place.row;
            for (uint256 i = 0; i < outer.length; ++i) {
                uint256 factor = mulmod(coefficient, outer[i], R);
                for (uint256 j = 0; j < runs.length; ++j) {
                    add(batch, row++, mulmod(factor, runs[j], R));
                }
            }
        }
    }

    /// @dev Products of one weight per axis before `end`, in row-major order.
    function outside(Axes.Axis[4] memory axes, uint256 end) private pure returns (uint256[] memory products) {
        unchecked {
            products = new uint256[](1);
            products[0] = 1;
            for (uint256 i = 0; i < end; ++i) {
                uint256[] memory values = axes[i].values();
                uint256 len = axes[i].len;
                uint256[] memory next = new uint256[](products.length * len);
                for (uint256 j = 0; j < next.length; ++j) {
                    next[j] = mulmod(products[j / len], values[j % len], R);
                }
                products = next;
            }
        }
    }

    /// @dev What counts of the weights of each run of the axis that is cut, with all that is inside it.
    function runWeights(Batch memory batch, Place memory place, Axes.Axis[4] memory axes)
        private
        pure
        returns (uint256[] memory runs)
    {
        unchecked {
            Axes.Axis memory axis = axes[place.axis];
            (uint256 insideZ, uint256 insideInverse) = product(batch, axes, place.axis + 1);
            uint256 stride = 1;
            for (uint256 i = place.axis + 1; i < 4; ++i) {
                stride *= axes[i].len;
            }
            (uint256 z, uint256 inverse) = pow(batch, stride);
            uint256 logRun = place.logRun;
            uint256 full = axis.len >> logRun;
            uint256 rest = axis.len - (full << logRun);
            if (axis.isEq) {
                uint256 low = axis.bits < logRun ? axis.bits : logRun;
                uint256 first = axis.first + axis.bits - low;
                runs = Axes.eqTable(axis.weights, axis.first, axis.bits - low);
                uint256 count = full + (rest == 0 ? 0 : 1);
                uint256 whole = weight(
                    batch,
                    mulmod(insideZ, Axes.eqAt(axis.weights, first, low, 1 << low, z), R),
                    mulmod(insideInverse, Axes.eqAt(axis.weights, first, low, 1 << low, inverse), R)
                );
                for (uint256 j = 0; j < full; ++j) {
                    runs[j] = mulmod(runs[j], whole, R);
                }
                if (rest != 0) {
                    uint256 part = weight(
                        batch,
                        mulmod(insideZ, Axes.eqAt(axis.weights, first, low, rest, z), R),
                        mulmod(insideInverse, Axes.eqAt(axis.weights, first, low, rest, inverse), R)
                    );
                    runs[full] = mulmod(runs[full], part, R);
                }
                assembly ("memory-safe") {
                    mstore(runs, count)
                }
            } else {
                runs = new uint256[](full + (rest == 0 ? 0 : 1));
                for (uint256 j = 0; j < runs.length; ++j) {
                    uint256 from = j << logRun;
                    uint256 to = from + (1 << logRun);
                    if (to > axis.len) to = axis.len;
                    uint256 atZ = 0;
                    uint256 atInverse = 0;
                    for (uint256 k = to; k > from;) {
                        --k;
                        atZ = addmod(mulmod(atZ, z, R), axis.weights[k], R);
                        atInverse = addmod(mulmod(atInverse, inverse, R), axis.weights[k], R);
                    }
                    runs[j] = weight(batch, mulmod(insideZ, atZ, R), mulmod(insideInverse, atInverse, R));
                }
            }
        }
    }

    /// @notice Step 7: `[L] + x·[W]` and the pairings. Rows are given as ranges of points: `rows` has, in turn, where
    /// points begin, how many there are, and 1 if that is in memory, 0 if in calldata.
    /// @param tau Where `[τ]₂` is in memory.
    function verify(Batch memory batch, Messages memory messages, uint256[] memory rows, uint256 tau)
        internal
        view
        returns (bool)
    {
        uint256 x = 0;
        uint256 y = 0;
        uint256 first = 0;
        for (uint256 i = 0; i < rows.length; i += 3) {
            (x, y) = rows[i + 2] == 1
                ? Bn254.combineMemory(x, y, rows[i], batch.coefficients, first, rows[i + 1])
                : Bn254.combineCalldata(x, y, rows[i], batch.coefficients, first, rows[i + 1]);
            first += rows[i + 1];
        }
        uint256 d = messages.value;
        uint256 atInverse = addmod(addmod(batch.value, batch.value, R), R - d, R);
        uint256[] memory last = new uint256[](2);
        // −(z·A + B/z), for [S]
        last[0] = Bn254.neg(addmod(mulmod(messages.z, batch.overZ, R), mulmod(batch.inverse, batch.overInverse, R), R));
        last[1] = messages.x;
        (x, y) = Bn254.combineCalldata(x, y, messages.product, last, 0, 1);
        // −(d·A + (2Y − d)·B), for [1]
        (x, y) = Bn254.addGenerator(
            x, y, Bn254.neg(addmod(mulmod(d, batch.overZ, R), mulmod(atInverse, batch.overInverse, R), R))
        );
        (x, y) = Bn254.subtractCalldata(x, y, messages.quotient);
        (x, y) = Bn254.combineCalldata(x, y, messages.witness, last, 1, 1);
        return Bn254.pairingsAgree(x, y, messages.witness, tau);
    }
}
