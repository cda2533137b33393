// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {Axes, Axis} from "./Axes.sol";
import {Bn254, R} from "./Bn254.sol";
import {ClosingState, ClosingSum} from "./ClosingState.sol";
import {Columns} from "./Columns.sol";
import {ContractKey} from "./ContractKey.sol";
import {Features} from "./Features.sol";
import {Table, Tables} from "./KeyWords.sol";
import {Opening} from "./Opening.sol";
import {Operands} from "./Operands.sol";
import {Rules} from "./Rules.sol";
import {Vectors} from "./Vectors.sol";
import {End, Ends} from "./Wiring.sol";

/// @title The end of the sumcheck: the sum of all rules becomes claims on committed vectors
/// @notice Counterpart of `crates/layers/src/relation`. A claim is
/// not kept: it goes into the batch at once.
library Closing {
    using ContractKey for bytes;
    using ContractKey for uint256;
    using Opening for Opening.Batch;

    /// @notice The key has more or fewer tables or columns than it says, or lacks the table of labels or of bytes.
    error MalformedKey();

    /// @dev Cells at the start of the mask vector to which no claim gives a weight.
    uint256 private constant FREE_CELLS = 3;

    /// @notice Adds all claims that remain to the batch.
    function close(ClosingState memory state) internal pure {
        unchecked {
            start(state);
            maskVector(state);
            state.gammaPower = state.gamma;
            uint256 tables = state.header.tables;
            uint256 cursor = state.header.tablesAt;
            Table t;
            for (uint256 i = 0; i < tables; ++i) {
                t = state.key.table(cursor, state.plan);
                cursor = table(state, t, i, cursor);
            }
            ClosingSum memory sum = state.sum;
            if (t.kind() != Tables.BYTES) revert MalformedKey();
            if (!state.hasLabel || state.row != sum.values + 32 * state.plan.values) revert MalformedKey();
            if (Features.LOOKUPS) Columns.claimPadding(state);
            // The first claim: the mask and the key's arrays make up the rest of the sum.
            Opening.Batch memory batch = state.batch;
            batch.value = Bn254.add(batch.value, Bn254.sub(sum.endValue, state.known));
        }
    }

    function start(ClosingState memory state) private pure {
        unchecked {
            ClosingSum memory sum = state.sum;
            state.blinded = Vectors.load(sum.end, 0);
            state.kept = Bn254.sub(1, state.blinded);
            state.end = sum.end + 32;
            state.eqs = Axes.eqOfPoints(sum.point, state.end, state.plan.numVars - 1);
            state.row = sum.values;
            state.place = state.plan.placesAt;
            uint256 tables = state.header.tables;
            state.ends = Vectors.allocate(tables);
            state.rule = Vectors.allocate(4);
            state.entries = Vectors.allocate(tables);
            Rules.start(state.rules, state.key, state.header, sum.alpha, sum.beta, sum.lambda);
        }
    }

    /// @dev One table: its rules, the claims on its columns, and its operand. Returns where the next table is in the key.
    function table(ClosingState memory state, Table t, uint256 index, uint256 cursor)
        private
        pure
        returns (uint256 next)
    {
        unchecked {
            End end = Ends.allocate();
            Vectors.store(state.ends, index, End.unwrap(end));
            uint256 bits = readAxes(state, t, end.axes());
            uint256 scale = Bn254.mul(2 << bits, state.kept);
            local(state, t, bits, scale);
            end.setScale(Bn254.mul(scale, state.rules.output));
            // Memory that is allocated from here on is freed at the end of the table.
            uint256 memoryBefore = Vectors.allocate(0);
            Columns.claim(state, t, end);
            next = Operands.claim(state, t, cursor + 32);
            Vectors.release(memoryBefore);
        }
    }

    /// @dev Sets `eq` of both points along each axis. Returns the table's number of variables without the blinding one.
    function readAxes(ClosingState memory state, Table t, uint256 end) private pure returns (uint256 bits) {
        bits = readAxis(state, end, 3, t.widthShape(), 0);
        bits = readAxis(state, end, 2, t.heightShape(), bits);
        bits = readAxis(state, end, 1, t.channelShape(), bits);
        bits = readAxis(state, end, 0, t.isPerImage() ? state.plan.imageShape : Axes.SINGLE, bits);
    }

    /// @dev Sets one axis, given the number of variables of the axes behind it.
    function readAxis(ClosingState memory state, uint256 end, uint256 index, uint256 shape, uint256 bits)
        private
        pure
        returns (uint256)
    {
        unchecked {
            Axis axis = Axes.eq(state.sum.point + 32 * bits, shape);
            Axes.put(state.rule, index, axis);
            Axes.put(end, index, Axes.eq(state.end + 32 * bits, shape));
            return bits + axis.bits();
        }
    }

    /// @dev Adds the table's rules to the part of the sum that is known.
    function local(ClosingState memory state, Table t, uint256 bits, uint256 scale) private pure {
        unchecked {
            Rules.State memory rules = state.rules;
            (uint256 sum, uint256 free) = Rules.evaluate(rules, state.key, t, state.row, state.end, bits);
            sum = Bn254.mul(Vectors.load(state.eqs, bits), sum);
            sum = Bn254.mul(scale, Bn254.add(sum, free));
            uint256 constants = rules.constants;
            if (constants != 0 || t.paths() != 0) {
                uint256 rule = state.rule;
                state.cells = Bn254.mul(Axes.nth(rule, 2).sum(), Axes.nth(rule, 3).sum());
                constants = Bn254.mul(constants, Bn254.mul(Axes.nth(rule, 0).sum(), Axes.nth(rule, 1).sum()));
                sum = Bn254.sub(sum, Bn254.mul(constants, state.cells));
            }
            state.known = Bn254.add(state.known, sum);
        }
    }

    /// @dev Adds the weights that claims give to the mask vector, and the values of the claims on columns. The first claim
    /// gives `2·s_i^j − 1` to every coefficient of the sumcheck's mask, behind the free cells. The claim on a column gives
    /// `s_b` to the column's blind; blinds lie in the order of the claims.
    function maskVector(ClosingState memory state) private pure {
        unchecked {
            Opening.Batch memory batch = state.batch;
            uint256 weight = maskAt(state.sum.end, state.plan.numVars, batch.inverse);
            weight = Bn254.mul(weight, batch.pow(FREE_CELLS));

            uint256 gamma = state.gamma;
            uint256 count = state.plan.values;
            uint256 first = Bn254.mul(batch.pow(state.plan.blindsAt), gamma);
            uint256 blinds = Vectors.geometric(first, Bn254.mul(batch.inverse, gamma), count);
            batch.add(state.plan.maskVector, Bn254.add(weight, Bn254.mul(state.blinded, blinds)));

            batch.value = Bn254.mul(gamma, Vectors.evaluate(state.sum.values, count, gamma));
        }
    }

    /// @dev `Σ_i Σ_j (2·s_i^j − 1)·x^(4i + j − 1)` for `j` from 1 to 4, by Horner's rule: the last coordinate comes first.
    function maskAt(uint256 point, uint256 count, uint256 x) private pure returns (uint256 value) {
        assembly ("memory-safe") {
            // Sums stay below 4·R.
            for { let end := add(point, shl(5, count)) } lt(point, end) { point := add(point, 0x20) } {
                let s := mload(point)
                let square := mulmod(s, s, R)
                let less := sub(R, 1)
                value := add(mulmod(value, x, R), add(shl(1, mulmod(square, square, R)), less))
                value := add(mulmod(value, x, R), add(shl(1, mulmod(square, s, R)), less))
                value := add(mulmod(value, x, R), add(shl(1, square), less))
                value := add(mulmod(value, x, R), add(shl(1, s), less))
            }
            value := mod(value, R)
        }
    }
}
