// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {Axes} from "./Axes.sol";
import {Bn254} from "./Bn254.sol";
import {ContractKey} from "./ContractKey.sol";
import {Gadgets} from "./Gadgets.sol";
import {Lookups} from "./Lookups.sol";
import {Opening} from "./Opening.sol";
import {Sumcheck} from "./Sumcheck.sol";
import {Wiring} from "./Wiring.sol";

/// @title One sum of all rules, and what the sumcheck leaves of it, as claims on committed rows
/// @notice Twin of `crates/layers/src/relation.rs` and `closing.rs`. A claim is not kept: it goes into the batch at once.
library Closing {
    using Axes for Axes.Axis;
    using ContractKey for bytes;
    using ContractKey for uint256;
    using Opening for Opening.Batch;

    uint256 private constant R = Bn254.R;

    /// @dev Cells at the start of the mask row that no claim weighs.
    uint256 private constant FREE_CELLS = 2;

    /// @notice What was drawn and read before the opening.
    /// @param point `r`, with a coordinate for each variable but the blinding one.
    /// @param end `s`, where the sumcheck ends.
    /// @param endValue What the sum's polynomial and the mask add up to there.
    /// @param values The columns' values.
    struct Sum {
        uint256 alpha;
        uint256 beta;
        uint256[] point;
        uint256 lambda;
        uint256[] end;
        uint256 endValue;
        uint256[] values;
    }

    /// @dev What is carried from table to table.
    /// @param known What is known of the sum at its end.
    /// @param gammaPower The next claim's power of `γ`.
    /// @param blinded `s_b`.
    /// @param kept `1 − s_b`.
    /// @param column The next column, over all tables.
    /// @param place Where the next place of columns is in the key.
    struct State {
        bytes key;
        ContractKey.Header header;
        ContractKey.Plan plan;
        Sum sum;
        Opening.Batch batch;
        Gadgets.Powers powers;
        Lookups.Challenges lookups;
        Wiring.End[] ends;
        uint256[] labels;
        uint256 gamma;
        uint256 gammaPower;
        uint256 known;
        uint256 blinded;
        uint256 kept;
        uint256 column;
        uint256 place;
    }

    /// @notice Adds all claims that remain to `batch`.
    function close(
        bytes memory key,
        ContractKey.Header memory header,
        ContractKey.Plan memory plan,
        Sum memory sum,
        uint256[] memory labels,
        uint256 gamma,
        Opening.Batch memory batch
    ) internal pure {
        State memory state;
        (state.key, state.header, state.plan, state.sum) = (key, header, plan, sum);
        (state.labels, state.gamma, state.gammaPower, state.batch) = (labels, gamma, gamma, batch);
        state.blinded = sum.end[plan.numVars - 1];
        state.kept = Bn254.sub(1, state.blinded);
        state.place = plan.placesAt;
        state.ends = new Wiring.End[](header.tables);
        state.powers = Gadgets.Powers({lambda: sum.lambda, next: 1});
        state.lookups = Lookups.Challenges({alpha: sum.alpha, beta: sum.beta, sums: new uint256[](header.tables)});
        for (uint256 i = 0; i < header.tables; ++i) {
            state.lookups.sums[i] = Gadgets.draw(state.powers);
        }
        uint256 cursor = header.tablesAt;
        for (uint256 i = 0; i < header.tables; ++i) {
            cursor = table(state, i, cursor);
        }
        padding(state);
        addMask(state);
        // The first claim: the mask and the key's arrays make up what is not known.
        batch.value = addmod(batch.value, Bn254.sub(sum.endValue, state.known), R);
    }

    /// @dev One table: its rules, its columns' claims, and its operand. Returns where the next begins.
    function table(State memory state, uint256 index, uint256 cursor) private pure returns (uint256) {
        ContractKey.Table memory t = state.key.table(cursor);
        Axes.Axis[4] memory rule;
        uint256 numVars;
        (rule, state.ends[index].axes, numVars) = axesOf(state, t);
        uint256 scale = mulmod(1 << numVars, state.kept, R);
        Gadgets.Row memory row = Gadgets.Row({
            values: state.sum.values,
            first: state.column,
            index: t.isPerImage == 1 ? 0 : indexAt(state, numVars)
        });
        Wiring.Covector memory base = local(state, t, index, row, scale, rule, numVars);
        state.ends[index].scale = mulmod(scale, Gadgets.output(t, row), R);
        columnClaims(state, t, state.ends[index].axes);
        return operand(state, t, base);
    }

    /// @dev `eq` of both points along each axis, and the table's variables, the blinding one included.
    function axesOf(State memory state, ContractKey.Table memory t)
        private
        pure
        returns (Axes.Axis[4] memory rule, Axes.Axis[4] memory end, uint256 numVars)
    {
        unchecked {
            uint256 images = t.isPerImage == 1 ? state.plan.images : 1;
            uint256 imageBits = 0;
            while (1 << imageBits < images) ++imageBits;
            uint256[4] memory lens = [images, t.channels, t.height, t.width];
            uint256[4] memory bits = [imageBits, t.channelBits, t.rowBits, t.columnBits];
            numVars = imageBits + t.channelBits + t.rowBits + t.columnBits + 1;
            uint256 first = state.plan.numVars - numVars;
            for (uint256 i = 0; i < 4; ++i) {
                rule[i] = Axes.eq(state.sum.point, first, bits[i], lens[i]);
                end[i] = Axes.eq(state.sum.end, first, bits[i], lens[i]);
                first += bits[i];
            }
        }
    }

    /// @dev The multilinear polynomial that is `k` at the bits of `k`.
    function indexAt(State memory state, uint256 numVars) private pure returns (uint256 index) {
        unchecked {
            uint256 last = state.plan.numVars - 1;
            for (uint256 i = last + 1 - numVars; i < last; ++i) {
                index = addmod(2 * index, state.sum.end[i], R);
            }
        }
    }

    /// @dev Adds the table's rules to what is known, and returns what its operand owes.
    function local(
        State memory state,
        ContractKey.Table memory t,
        uint256 index,
        Gadgets.Row memory row,
        uint256 scale,
        Axes.Axis[4] memory rule,
        uint256 numVars
    ) private pure returns (Wiring.Covector memory base) {
        uint256 rules = Gadgets.zero(t, row, state.powers);
        (uint256 lookups, uint256 free) = Lookups.rules(t, index, row, state.powers, state.lookups);
        base.coefficient = Bn254.neg(state.powers.next);
        base.axes = rule;
        (uint256 inputs, uint256 constants) = Gadgets.inputs(t, row, state.powers);
        rules = addmod(addmod(rules, lookups, R), inputs, R);
        uint256 sum = addmod(mulmod(eqOfPoints(state, numVars), rules, R), free, R);
        state.known = addmod(state.known, mulmod(scale, sum, R), R);
        if (constants != 0) {
            for (uint256 i = 0; i < 4; ++i) {
                constants = mulmod(constants, rule[i].sum(), R);
            }
            state.known = Bn254.sub(state.known, constants);
        }
    }

    /// @dev `eq(r, s)` on the table's coordinates.
    function eqOfPoints(State memory state, uint256 numVars) private pure returns (uint256 product) {
        unchecked {
            product = 1;
            uint256 last = state.plan.numVars - 1;
            for (uint256 i = last + 1 - numVars; i < last; ++i) {
                product = mulmod(product, Axes.eqBit(state.sum.point[i], state.sum.end[i]), R);
            }
        }
    }

    /// @dev For every column: `(1 − s_b)·column(s) + s_b·blind = value`.
    function columnClaims(State memory state, ContractKey.Table memory t, Axes.Axis[4] memory axes) private pure {
        uint256 count = t.columns + t.helpers;
        blindsAndValues(state, count);
        uint256 volume = axes[0].len * t.channels * t.height * t.width;
        (uint256 atZ, uint256 atInverse) = (0, 0);
        bool isEvaluated = false;
        uint256 placed = 0;
        while (placed < count) {
            uint256 word = state.key.wordAt(state.place);
            state.place += 32;
            uint256 kind = word.field(0, 8);
            uint256 columns = word.field(8, 16);
            placed += columns;
            if (kind == ContractKey.IN_ONE_ROW) {
                // One row holds the column, so its strides are below 2^14.
                if (!isEvaluated) (atZ, atInverse) = state.batch.product(axes, 0);
                isEvaluated = true;
                inOneRow(state, word, columns, volume, atZ, atInverse);
            } else {
                each(state, word, columns, axes);
            }
        }
    }

    /// @dev Adds the values, and the blinds, which are neighbours in the mask row as the claims are.
    function blindsAndValues(State memory state, uint256 count) private pure {
        unchecked {
            Opening.Batch memory batch = state.batch;
            (uint256 z, uint256 inverse) = batch.pow(state.plan.blindsAt + state.column);
            uint256 gamma = state.gamma;
            uint256 power = state.gammaPower;
            uint256 value = batch.value;
            uint256 sumZ = 0;
            uint256 sumInverse = 0;
            uint256 step = batch.powers[2];
            uint256 inverseStep = batch.powers[3];
            uint256[] memory values = state.sum.values;
            for (uint256 i = state.column; i < state.column + count; ++i) {
                value = addmod(value, mulmod(power, values[i], R), R);
                sumZ = addmod(sumZ, mulmod(power, z, R), R);
                sumInverse = addmod(sumInverse, mulmod(power, inverse, R), R);
                z = mulmod(z, step, R);
                inverse = mulmod(inverse, inverseStep, R);
                power = mulmod(power, gamma, R);
            }
            batch.value = value;
            state.column += count;
            batch.add(maskRow(state), mulmod(state.blinded, batch.weight(sumZ, sumInverse), R));
        }
    }

    /// @dev The row after the key's, the pixels' and the witness'.
    function maskRow(State memory state) private pure returns (uint256) {
        unchecked {
            uint256 pixelRows = state.header.pixelRows * state.plan.images;
            return state.header.weightRows + pixelRows + state.plan.witnessRows;
        }
    }

    /// @dev `columns` columns of `volume` cells, one after the other in one row.
    function inOneRow(
        State memory state,
        uint256 word,
        uint256 columns,
        uint256 volume,
        uint256 atZ,
        uint256 atInverse
    ) private pure {
        unchecked {
            Opening.Batch memory batch = state.batch;
            (uint256 z, uint256 inverse) = batch.pow(word.field(40, 16));
            (uint256 step, uint256 inverseStep) = columns == 1 ? (0, 0) : batch.pow(volume);
            uint256 power = state.gammaPower;
            uint256 sumZ = 0;
            uint256 sumInverse = 0;
            for (uint256 i = 0; i < columns; ++i) {
                sumZ = addmod(sumZ, mulmod(power, z, R), R);
                sumInverse = addmod(sumInverse, mulmod(power, inverse, R), R);
                z = mulmod(z, step, R);
                inverse = mulmod(inverse, inverseStep, R);
                power = mulmod(power, state.gamma, R);
            }
            state.gammaPower = power;
            uint256 weighed = batch.weight(mulmod(sumZ, atZ, R), mulmod(sumInverse, atInverse, R));
            batch.add(word.field(24, 16), mulmod(state.kept, weighed, R));
        }
    }

    /// @dev Columns that are cut, each in the rows after the one before; or one that is an array of the key.
    function each(State memory state, uint256 word, uint256 columns, Axes.Axis[4] memory axes) private pure {
        unchecked {
            Opening.Place memory place;
            if (word.field(0, 8) == ContractKey.ARRAY) {
                (place,) = state.key.array(state.header, word.field(24, 16));
            } else {
                place.isCut = true;
                place.row = word.field(24, 16);
                place.axis = word.field(56, 8);
                place.logRun = word.field(64, 8);
            }
            for (uint256 i = 0; i < columns; ++i) {
                state.batch.addArray(place, axes, mulmod(state.gammaPower, state.kept, R));
                state.gammaPower = mulmod(state.gammaPower, state.gamma, R);
                // Rows of one column.
                place.row += word.field(72, 16);
            }
        }
    }

    /// @dev What is wired to the table: its covectors, through every path.
    function operand(State memory state, ContractKey.Table memory t, Wiring.Covector memory base)
        private
        pure
        returns (uint256 next)
    {
        next = t.next;
        Wiring.Covector[] memory covectors;
        if (t.hasWindow == 1) {
            ContractKey.Window memory window = state.key.window(next);
            next += 32;
            covectors = new Wiring.Covector[](1);
            covectors[0] =
                Wiring.spreadOverTaps(base, window, t.operandHeight, t.operandWidth, state.sum.lambda);
        } else if (t.gadget == ContractKey.LABEL) {
            covectors = leadOfLabel(state, t, base);
        } else if (t.paths != 0) {
            covectors = new Wiring.Covector[](1);
            covectors[0] = base;
        }
        for (uint256 i = 0; i < t.paths; ++i) {
            Wiring.Path memory path = Wiring.path(state.key, next);
            next = path.next;
            for (uint256 j = 0; j < covectors.length; ++j) {
                uint256 known = Wiring.pathValue(
                    state.batch, state.key, state.header, path, covectors[j], state.ends[path.source]
                );
                state.known = addmod(state.known, known, R);
            }
        }
    }

    /// @dev The covectors of `logit_label − logit_j` for every class `j`, and the constant that `−[j < label]` adds: of
    /// equal logits the first class wins. Classes are channels.
    function leadOfLabel(State memory state, ContractKey.Table memory t, Wiring.Covector memory base)
        private
        pure
        returns (Wiring.Covector[] memory covectors)
    {
        uint256[] memory labels = state.labels;
        uint256[] memory images = base.axes[0].values();
        uint256[] memory classes = base.axes[1].values();
        uint256 all = base.axes[1].sum();
        covectors = new Wiring.Covector[](1 + labels.length);
        covectors[0] = Wiring.copy(base);
        covectors[0].coefficient = Bn254.neg(base.coefficient);
        uint256 distinct = 1;
        for (uint256 label = 0; label < t.channels; ++label) {
            // The images of this label, as one covector.
            uint256[] memory weights = new uint256[](labels.length);
            uint256 sum = 0;
            bool occurs = false;
            for (uint256 i = 0; i < labels.length; ++i) {
                if (labels[i] != label) continue;
                occurs = true;
                weights[i] = images[i];
                sum = addmod(sum, images[i], R);
            }
            if (!occurs) continue;
            uint256 earlier = 0;
            for (uint256 j = 0; j < label; ++j) {
                earlier = addmod(earlier, classes[j], R);
            }
            state.known = Bn254.sub(state.known, mulmod(base.coefficient, mulmod(sum, earlier, R), R));
            Wiring.Covector memory covector = Wiring.copy(base);
            covector.coefficient = mulmod(base.coefficient, all, R);
            covector.axes[0] = Axes.listed(weights);
            covector.axes[1] = Axes.unit(label, t.channels);
            covectors[distinct++] = covector;
        }
        assembly ("memory-safe") {
            mstore(covectors, distinct)
        }
    }

    /// @dev That rows of padding ask for zeros, which lookups take for granted: the first entry of each table is zero.
    function padding(State memory state) private pure {
        uint256 cursor = state.header.tablesAt;
        Axes.Axis memory first = Axes.unit(0, 1);
        for (uint256 i = 0; i < state.header.tables; ++i) {
            ContractKey.Table memory t = state.key.table(cursor);
            if (t.gadget == ContractKey.ENTRIES) {
                (Opening.Place memory place,) = state.key.array(state.header, t.parameters.field(0, 16));
                // Its first cell is at its beginning, however it lies.
                place.isCut = false;
                state.batch.addArray(place, [first, first, first, first], state.gammaPower);
                state.gammaPower = mulmod(state.gammaPower, state.gamma, R);
            }
            cursor = skip(state, t);
        }
    }

    /// @dev Where the table after `t` begins.
    function skip(State memory state, ContractKey.Table memory t) private pure returns (uint256 cursor) {
        cursor = t.next + 32 * t.hasWindow;
        for (uint256 i = 0; i < t.paths; ++i) {
            cursor = Wiring.path(state.key, cursor).next;
        }
    }

    /// @dev `2·s_i^j − 1` for every coefficient of the sumcheck's mask, behind the free cells of the mask row.
    function addMask(State memory state) private pure {
        unchecked {
            Opening.Batch memory batch = state.batch;
            uint256[] memory end = state.sum.end;
            uint256 z = batch.powers[2];
            uint256 inverse = batch.powers[3];
            uint256 atZ = 0;
            uint256 atInverse = 0;
            // By Horner's rule, from the last coefficient to the first.
            for (uint256 i = end.length; i > 0;) {
                uint256 s = end[--i];
                uint256 square = mulmod(s, s, R);
                uint256[4] memory powers = [s, square, mulmod(square, s, R), mulmod(square, square, R)];
                for (uint256 j = Sumcheck.DEGREE; j > 0;) {
                    uint256 weight = addmod(2 * powers[--j], R - 1, R);
                    atZ = addmod(mulmod(atZ, z, R), weight, R);
                    atInverse = addmod(mulmod(atInverse, inverse, R), weight, R);
                }
            }
            (z, inverse) = batch.pow(FREE_CELLS);
            batch.add(maskRow(state), batch.weight(mulmod(atZ, z, R), mulmod(atInverse, inverse, R)));
        }
    }
}
