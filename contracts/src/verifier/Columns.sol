// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {Axis} from "./Axes.sol";
import {Bn254, R} from "./Bn254.sol";
import {ClosingState} from "./ClosingState.sol";
import {ContractKey} from "./ContractKey.sol";
import {Features} from "./Features.sol";
import {Table, Tables} from "./KeyWords.sol";
import {Opening, Place} from "./Opening.sol";
import {Vectors} from "./Vectors.sol";
import {End, Wiring} from "./Wiring.sol";

/// @title Claims on the columns of tables
/// @notice Counterpart of `column_claim` and `padding_claim` in `crates/layers`.
library Columns {
    using ContractKey for bytes;
    using ContractKey for uint256;
    using Opening for Opening.Batch;

    /// @notice Adds the claim `(1 − s_b)·column(s) + s_b·blind = value` for every column of a table. Here is its first term;
    /// `Closing` adds the blinds and the values.
    function claim(ClosingState memory state, Table t, End end) internal pure {
        unchecked {
            uint256 count = t.columns() + t.helpers();
            state.row += 32 * count;
            uint256 weight;
            uint256 step;
            uint256 placed = 0;
            while (placed < count) {
                uint256 word = state.key.wordAt(state.place);
                state.place += 32;
                uint256 columns = word.field(8, 16);
                placed += columns;
                uint256 kind = word.field(0, 8);
                if (kind == ContractKey.CUT || (Features.LOOKUPS && kind == ContractKey.ARRAY)) {
                    each(state, t, word, columns, end);
                    continue;
                }
                if (step == 0) (weight, step) = lane(state, end);
                if (kind == ContractKey.IN_ONE_ROW) inOneRow(state, word, columns, weight, step);
                else cutBytes(state, word, columns, weight, step);
            }
        }
    }

    /// @dev The weight of a column of numbers of one byte that begins in a vector's first cell, times `1 − s_b`; and
    /// `z^-cells` for the number of cells of a column. One column's cells are called a lane.
    function lane(ClosingState memory state, End end) private pure returns (uint256 weight, uint256 step) {
        unchecked {
            (weight, step) = Wiring.inside(state.batch, end);
            Axis images = end.axis(0);
            if (images.length() != 1) {
                weight = Bn254.mul(weight, images.evaluate(step));
                uint256 cells = end.axis(1).length() * end.axis(2).length() * end.axis(3).length();
                step = state.batch.pow(images.length() * cells);
            }
            weight = Bn254.mul(weight, state.kept);
        }
    }

    /// @dev `columns` columns one after the other in one vector.
    function inOneRow(ClosingState memory state, uint256 word, uint256 columns, uint256 weight, uint256 step)
        private
        pure
    {
        unchecked {
            (weight, step) = ofBytes(weight, step, word.field(72, 8));
            uint256 gamma = state.gamma;
            uint256 power = state.gammaPower;
            weight = Bn254.mul(weight, Bn254.mul(power, state.batch.pow(word.field(40, 16))));
            if (columns > 1) weight = Vectors.geometric(weight, Bn254.mul(step, gamma), columns);
            state.batch.add(word.field(24, 16), weight);
            for (; columns > 0; --columns) {
                power = Bn254.mul(power, gamma);
            }
            state.gammaPower = power;
        }
    }

    /// @dev The weight of a column of numbers of `count` bytes, from the weight of one lane: each byte has a lane, and byte
    /// `i` counts `256^i` times. And `z^-cells` for the cells of all `count` lanes.
    function ofBytes(uint256 weight, uint256 step, uint256 count) private pure returns (uint256, uint256) {
        if (count == 1) return (weight, step);
        uint256 all = step;
        assembly ("memory-safe") {
            let last := weight
            let ratio := mulmod(step, 256, R)
            for {} gt(count, 1) { count := sub(count, 1) } {
                last := mulmod(last, ratio, R)
                weight := addmod(weight, last, R)
                all := mulmod(all, step, R)
            }
        }
        return (weight, all);
    }

    /// @dev Columns whose numbers have more bytes than fit into one vector: their bytes go on in the next vectors.
    function cutBytes(ClosingState memory state, uint256 word, uint256 columns, uint256 weight, uint256 step)
        private
        pure
    {
        unchecked {
            uint256 row = word.field(24, 16);
            uint256 perRow = 1 << word.field(64, 8);
            for (uint256 i = 0; i < columns; ++i) {
                uint256 factor = state.gammaPower;
                uint256 left = word.field(72, 8);
                while (left > 0) {
                    uint256 count = left < perRow ? left : perRow;
                    (uint256 weighed,) = ofBytes(weight, step, count);
                    state.batch.add(row++, Bn254.mul(weighed, factor));
                    factor = Bn254.mul(factor, 1 << (8 * count));
                    left -= count;
                }
                state.gammaPower = Bn254.mul(state.gammaPower, state.gamma);
            }
        }
    }

    /// @dev Columns that are cut, each in the vectors behind the one before; every byte of a number is cut by
    /// itself. Or one column that is an array of the key.
    function each(ClosingState memory state, Table t, uint256 word, uint256 columns, End end) private pure {
        unchecked {
            Opening.Batch memory batch = state.batch;
            if (Features.LOOKUPS && word.field(0, 8) == ContractKey.ARRAY) {
                uint256 index = word.field(24, 16);
                // `claimPadding` needs the arrays of tables of entries.
                if (t.kind() == Tables.ENTRIES) Vectors.store(state.entries, state.entryTables++, index);
                Place array = state.key.array(state.header, index);
                batch.addArray(array, end.axes(), Bn254.mul(state.gammaPower, state.kept));
                state.gammaPower = Bn254.mul(state.gammaPower, state.gamma);
                return;
            }
            // The fields of a place, behind the number of columns.
            Place place = Place.wrap((1 << 248) | ((word << 24) >> 8));
            uint256 weights;
            if (Features.LARGE_ARRAYS && place.axis() != 0) {
                (weights,) = batch.rowWeights(place, end.axes(), state.kept);
            } else {
                (uint256 weight, uint256 step) = Wiring.inside(batch, end);
                weight = Bn254.mul(weight, state.kept);
                (weights,) = Opening.runWeights(end.axis(0), place.logRun(), weight, step);
            }
            uint256 row = place.row();
            uint256 rows = word.field(80, 16);
            for (uint256 i = 0; i < columns; ++i) {
                uint256 factor = state.gammaPower;
                state.gammaPower = Bn254.mul(factor, state.gamma);
                for (uint256 left = word.field(72, 8); left > 0; --left) {
                    for (uint256 j = 0; j < rows; ++j) {
                        batch.add(row++, Bn254.mul(factor, Vectors.load(weights, j)));
                    }
                    factor = Bn254.mul(factor, 256);
                }
            }
        }
    }

    /// @notice Adds the claim, for every table of entries, that its first entry is zero: rows of padding look up zeros.
    function claimPadding(ClosingState memory state) internal pure {
        unchecked {
            for (uint256 i = 0; i < state.entryTables; ++i) {
                Place place = state.key.array(state.header, Vectors.load(state.entries, i));
                // An array that is cut begins in a vector's first cell.
                uint256 weight = Bn254.mul(state.gammaPower, state.batch.pow(place.offset()));
                state.batch.add(place.row(), weight);
                state.gammaPower = Bn254.mul(state.gammaPower, state.gamma);
            }
        }
    }
}
