// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {Bn254} from "./Bn254.sol";
import {ContractKey, Table} from "./ContractKey.sol";
import {Features} from "./Features.sol";
import {Vectors} from "./Vectors.sol";

/// @title What one row of a table shows, one gadget per kind of operator that is not linear
/// @notice Twin of `crates/layers/src/gadgets/mod.rs`, at the point where the sumcheck ends: a row is the pointer to its first
/// column's value there.
library Gadgets {
    using ContractKey for uint256;

    /// @notice `1, λ, λ², …`, each for one rule.
    struct Powers {
        uint256 lambda;
        uint256 next;
    }

    /// @notice What the rules of a row add up to.
    /// @param local `Σ power·rule` over the rules that are zero on every row, and `Σ power·input`.
    /// @param first The power of the first input.
    /// @param constants `Σ power·constant` over the inputs.
    /// @param output What the row puts out.
    struct Row {
        uint256 local;
        uint256 first;
        uint256 constants;
        uint256 output;
    }

    function draw(Powers memory powers) internal pure returns (uint256 power) {
        power = powers.next;
        powers.next = Bn254.mul(power, powers.lambda);
    }

    /// @notice The value of a column.
    function cell(uint256 row, uint256 column) internal pure returns (uint256) {
        return Vectors.load(row, column);
    }

    /// @dev The value of a number that has one column, or none: then it is zero.
    function number(uint256 row, uint256 column, uint256 columns) private pure returns (uint256) {
        unchecked {
            return columns * cell(row, column);
        }
    }

    /// @notice The rules of a row that are the gadget's, which come after those of its helpers: no gadget has both helpers
    /// and a rule that is zero on every row.
    /// @param word The gadget's parameters.
    function rules(Table t, uint256 word, uint256 row, Powers memory powers, Row memory r) internal pure {
        uint256 gadget = t.gadget();
        if (gadget == ContractKey.ACTIVATION) return activation(t.hasWindow(), word, row, powers, r);
        if (Features.CLIPS && gadget == ContractKey.CLIP) return clip(word, row, powers, r);
        (r.local, r.first, r.constants, r.output) = (0, powers.next, 0, 0);
        if (gadget == ContractKey.PIXELS) {
            r.output = cell(row, 0);
        } else if (gadget == ContractKey.COPY) {
            r.output = cell(row, 0);
            r.local = Bn254.mul(draw(powers), r.output);
        } else if (gadget == ContractKey.LABEL) {
            r.local = Bn254.mul(draw(powers), number(row, 0, t.columns()));
        } else if (Features.LOOKUPS && gadget == ContractKey.LOOKUP) {
            uint256 power = draw(powers);
            r.local = Bn254.mul(power, cell(row, 0));
            r.constants = Bn254.mul(power, Bn254.sub(1, word.signedField(0)));
            r.output = cell(row, 1);
        }
    }

    /// @dev Maximum, rescale and ReLU. Columns in their order: the remainder, the sign, the magnitude, gaps, selectors.
    function activation(bool hasWindow, uint256 word, uint256 row, Powers memory powers, Row memory r) private pure {
        unchecked {
            uint256 shift = word.field(24, 8);
            uint256 magnitudes = word.field(40, 8);
            uint256 offset = word.field(48, 64);
            uint256 column = shift / 8 == 0 ? 0 : 1;
            uint256 value = number(row, 0, column);
            uint256 local = 0;
            uint256 quotient;
            if (word.field(32, 8) == 1) {
                (local, quotient, r.output) = signed(row, column, magnitudes, powers);
                ++column;
            } else {
                quotient = number(row, column, magnitudes);
                r.output = Bn254.sub(quotient, offset);
            }
            value = Bn254.add(value, Bn254.mul(quotient, 1 << shift));
            column += magnitudes;
            uint256 taps = word.field(0, 16);
            uint256 gaps = word.field(16, 8);
            if (Features.WINDOWS && hasWindow) {
                local = Bn254.add(local, oneIsZero(row, column, taps, gaps, powers));
            }
            r.first = powers.next;
            // One input for each tap: the value less the tap's gap.
            uint256 constants = 0;
            uint256 less = 0;
            for (uint256 tap = 0; tap < taps; ++tap) {
                uint256 power = draw(powers);
                constants = Bn254.add(constants, power);
                less = Bn254.add(less, Bn254.mul(power, number(row, column, gaps)));
                column += gaps;
            }
            r.local = Bn254.add(local, Bn254.sub(Bn254.mul(constants, value), less));
            r.constants = Bn254.mul(constants, ((1 << shift) >> 1) + (offset << shift));
        }
    }

    /// @dev Some gap is zero: gaps in groups of two, with a selector for each group but the last.
    function oneIsZero(uint256 row, uint256 column, uint256 taps, uint256 gaps, Powers memory powers)
        private
        pure
        returns (uint256 sum)
    {
        unchecked {
            uint256 others = 1;
            uint256 selector = column + taps * gaps;
            for (uint256 tap = 0; tap < taps; tap += 2) {
                uint256 product = number(row, column, gaps);
                if (tap + 1 < taps) product = Bn254.mul(product, number(row, column + gaps, gaps));
                column += 2 * gaps;
                uint256 selected = others;
                if (tap + 2 < taps) {
                    selected = cell(row, selector++);
                    others = Bn254.sub(others, selected);
                }
                sum = Bn254.add(sum, Bn254.mul(draw(powers), Bn254.mul(product, selected)));
            }
        }
    }

    /// @dev The nearest value in an interval. Columns in their order: sign and magnitude from its lower end, sign and
    /// magnitude to its upper.
    function clip(uint256 word, uint256 row, Powers memory powers, Row memory r) private pure {
        unchecked {
            uint256 lo = word.signedField(0);
            uint256 hi = word.signedField(64);
            uint256 second = 1 + word.field(128, 8);
            (uint256 local, uint256 fromLo, uint256 atLeastLo) = signed(row, 0, second - 1, powers);
            (uint256 other, uint256 toHi, uint256 atMostHi) = signed(row, second, word.field(136, 8), powers);
            r.first = draw(powers);
            uint256 power = draw(powers);
            local = Bn254.add(Bn254.add(local, other), Bn254.mul(r.first, fromLo));
            r.local = Bn254.add(local, Bn254.mul(power, Bn254.add(atLeastLo, toHi)));
            r.constants = Bn254.sub(Bn254.mul(power, Bn254.sub(hi, lo)), Bn254.mul(r.first, lo));
            r.output = Bn254.sub(hi, atMostHi);
        }
    }

    /// @dev Of a sign `σ` and the magnitude `t` behind it: the sign's rule `power·(σ² − σ)`, and `(1 − 2σ)·t − σ` and
    /// `(1 − σ)·t`.
    function signed(uint256 row, uint256 column, uint256 magnitudes, Powers memory powers)
        private
        pure
        returns (uint256 rule, uint256 value, uint256 positive)
    {
        unchecked {
            uint256 sigma = cell(row, column);
            rule = Bn254.mul(draw(powers), Bn254.mul(sigma, Bn254.sub(sigma, 1)));
            uint256 t = number(row, column + 1, magnitudes);
            uint256 product = Bn254.mul(sigma, t);
            positive = Bn254.sub(t, product);
            value = Bn254.sub(Bn254.sub(positive, product), sigma);
        }
    }
}
