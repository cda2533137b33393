// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {Bn254, R} from "./Bn254.sol";
import {ContractKey} from "./ContractKey.sol";
import {Features} from "./Features.sol";
import {Vectors} from "./Vectors.sol";

/// @title What one row of a table shows, one gadget per kind of operator that is not linear
/// @notice Twin of `crates/layers/src/gadget.rs`, at the point where the sumcheck ends: a row is the pointer to its first
/// column's value there.
library Gadgets {
    using ContractKey for uint256;

    /// @notice `1, λ, λ², …`, each for one rule.
    struct Powers {
        uint256 lambda;
        uint256 next;
    }

    function draw(Powers memory powers) internal pure returns (uint256 power) {
        power = powers.next;
        powers.next = mulmod(power, powers.lambda, R);
    }

    /// @notice The value of a column.
    function cell(uint256 row, uint256 column) internal pure returns (uint256) {
        return Vectors.load(row, column);
    }

    /// @notice `Σ_i 256^i·column_(from + i)`.
    function number(uint256 row, uint256 from, uint256 count) internal pure returns (uint256) {
        unchecked {
            return Vectors.fromBytes(row + 32 * from, count);
        }
    }

    /// @notice Where the columns of an `Activation` are, and what it does.
    struct Activation {
        uint256 taps;
        uint256 gapBytes;
        uint256 shift;
        uint256 relu;
        uint256 magnitudeBytes;
        uint256 offset;
        uint256 remainderBytes;
        uint256 gapsAt;
    }

    function activation(ContractKey.Table memory t) private pure returns (Activation memory a) {
        unchecked {
            uint256 word = t.parameters;
            a.taps = word.field(0, 16);
            a.gapBytes = word.field(16, 8);
            a.shift = word.field(24, 8);
            a.relu = word.field(32, 8);
            a.magnitudeBytes = word.field(40, 8);
            a.offset = word.field(48, 64);
            a.remainderBytes = a.shift / 8;
            a.gapsAt = a.remainderBytes + a.relu + a.magnitudeBytes;
        }
    }

    /// @notice `Σ power·rule` over the rules that are zero on every row.
    function zero(ContractKey.Table memory t, uint256 row, Powers memory powers) internal pure returns (uint256 sum) {
        if (t.gadget == ContractKey.ACTIVATION) {
            Activation memory a = activation(t);
            if (a.relu == 1) sum = bit(row, a.remainderBytes, powers);
            if (Features.WINDOWS && t.hasWindow == 1) sum = addmod(sum, oneIsZero(a, row, powers), R);
        } else if (Features.CLIPS && t.gadget == ContractKey.CLIP) {
            sum = bit(row, 0, powers);
            sum = addmod(sum, bit(row, secondSign(t), powers), R);
        }
    }

    /// @dev The column of a clip's second sign, after the first and the bytes below.
    function secondSign(ContractKey.Table memory t) private pure returns (uint256) {
        return 1 + t.parameters.field(128, 8);
    }

    /// @dev `power·(σ² − σ)`
    function bit(uint256 row, uint256 column, Powers memory powers) private pure returns (uint256) {
        uint256 sigma = cell(row, column);
        return mulmod(draw(powers), mulmod(sigma, addmod(sigma, R - 1, R), R), R);
    }

    /// @dev Some gap is zero: gaps in groups of two, with a selector for each group but the last.
    function oneIsZero(Activation memory a, uint256 row, Powers memory powers) private pure returns (uint256 sum) {
        unchecked {
            uint256 others = 1;
            uint256 selector = a.gapsAt + a.taps * a.gapBytes;
            for (uint256 tap = 0; tap < a.taps; tap += 2) {
                uint256 product = number(row, a.gapsAt + tap * a.gapBytes, a.gapBytes);
                if (tap + 1 < a.taps) {
                    product = mulmod(product, number(row, a.gapsAt + (tap + 1) * a.gapBytes, a.gapBytes), R);
                }
                if (tap + 2 < a.taps) {
                    uint256 selected = cell(row, selector++);
                    others = addmod(others, R - selected, R);
                    product = mulmod(product, selected, R);
                } else {
                    product = mulmod(product, others, R);
                }
                sum = addmod(sum, mulmod(draw(powers), product, R), R);
            }
        }
    }

    /// @notice `Σ power·input`, and `Σ power·constant`, over all inputs.
    function inputs(ContractKey.Table memory t, uint256 row, Powers memory powers)
        internal
        pure
        returns (uint256 local, uint256 constants)
    {
        uint256 power;
        uint256 word = t.parameters;
        if (t.gadget == ContractKey.ACTIVATION) return activationInputs(t, row, powers);
        if (Features.CLIPS && t.gadget == ContractKey.CLIP) {
            uint256 lo = word.signedField(0);
            uint256 hi = word.signedField(64);
            (uint256 fromLo, uint256 atLeastLo) = signed(row, 0, 1, word.field(128, 8));
            (uint256 toHi,) = signed(row, secondSign(t), secondSign(t) + 1, word.field(136, 8));
            power = draw(powers);
            local = mulmod(power, fromLo, R);
            constants = mulmod(power, Bn254.neg(lo), R);
            power = draw(powers);
            local = addmod(local, mulmod(power, addmod(atLeastLo, toHi, R), R), R);
            constants = addmod(constants, mulmod(power, Bn254.sub(hi, lo), R), R);
        } else if (Features.LOOKUPS && t.gadget == ContractKey.LOOKUP) {
            power = draw(powers);
            local = mulmod(power, cell(row, 0), R);
            constants = mulmod(power, Bn254.sub(1, word.signedField(0)), R);
        } else if (t.gadget == ContractKey.COPY) {
            local = mulmod(draw(powers), cell(row, 0), R);
        } else if (t.gadget == ContractKey.LABEL) {
            local = mulmod(draw(powers), number(row, 0, t.byteEnd), R);
        }
    }

    function activationInputs(ContractKey.Table memory t, uint256 row, Powers memory powers)
        private
        pure
        returns (uint256 local, uint256 constants)
    {
        unchecked {
            Activation memory a = activation(t);
            uint256 unit = 1 << a.shift;
            uint256 quotient;
            if (a.relu == 1) (quotient,) = signed(row, a.remainderBytes, a.remainderBytes + 1, a.magnitudeBytes);
            else quotient = number(row, a.remainderBytes, a.magnitudeBytes);
            uint256 value = addmod(number(row, 0, a.remainderBytes), mulmod(quotient, unit, R), R);
            uint256 rounding = unit / 2 + a.offset * unit;
            if (!Features.WINDOWS || t.hasWindow == 0) {
                uint256 power = draw(powers);
                return (mulmod(power, value, R), mulmod(power, rounding, R));
            }
            for (uint256 tap = 0; tap < a.taps; ++tap) {
                uint256 gap = number(row, a.gapsAt + tap * a.gapBytes, a.gapBytes);
                uint256 power = draw(powers);
                local = addmod(local, mulmod(power, addmod(value, R - gap, R), R), R);
                constants = addmod(constants, power, R);
            }
            constants = mulmod(constants, rounding, R);
        }
    }

    /// @dev `(1 − 2σ)·t − σ`, and `(1 − σ)·t`.
    function signed(uint256 row, uint256 sign, uint256 from, uint256 count)
        private
        pure
        returns (uint256 value, uint256 positive)
    {
        unchecked {
            uint256 sigma = cell(row, sign);
            uint256 t = number(row, from, count);
            uint256 product = mulmod(sigma, t, R);
            positive = addmod(t, R - product, R);
            value = addmod(addmod(positive, R - product, R), R - sigma, R);
        }
    }

    /// @notice What the row puts out.
    function output(ContractKey.Table memory t, uint256 row) internal pure returns (uint256 value) {
        if (t.gadget == ContractKey.PIXELS || t.gadget == ContractKey.COPY) return cell(row, 0);
        if (Features.LOOKUPS && t.gadget == ContractKey.LOOKUP) return cell(row, 1);
        if (t.gadget == ContractKey.ACTIVATION) {
            Activation memory a = activation(t);
            if (a.relu == 1) {
                (, value) = signed(row, a.remainderBytes, a.remainderBytes + 1, a.magnitudeBytes);
            } else {
                value = Bn254.sub(number(row, a.remainderBytes, a.magnitudeBytes), a.offset);
            }
        } else if (Features.CLIPS && t.gadget == ContractKey.CLIP) {
            (, uint256 atMostHi) = signed(row, secondSign(t), secondSign(t) + 1, t.parameters.field(136, 8));
            value = Bn254.sub(t.parameters.signedField(64), atMostHi);
        }
    }
}
