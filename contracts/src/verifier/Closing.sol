// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {Axes, Axis} from "./Axes.sol";
import {Bn254, R} from "./Bn254.sol";
import {ContractKey} from "./ContractKey.sol";
import {Features} from "./Features.sol";
import {Gadgets} from "./Gadgets.sol";
import {Lookups} from "./Lookups.sol";
import {Opening, Place} from "./Opening.sol";
import {Vectors} from "./Vectors.sol";
import {Wiring} from "./Wiring.sol";

/// @title One sum of all rules, and what the sumcheck leaves of it, as claims on committed rows
/// @notice Twin of `crates/layers/src/relation.rs` and `closing.rs`. A claim is not kept: it goes into the batch at once.
library Closing {
    using ContractKey for bytes;
    using ContractKey for uint256;
    using Opening for Opening.Batch;

    /// @notice The key's tables are not those of a network, or not as many as it says.
    error MalformedKey();

    /// @dev Cells at the start of the mask row that no claim weighs.
    uint256 private constant FREE_CELLS = 2;

    /// @notice What was drawn and read before the opening. Lists are pointers: see `Vectors`.
    /// @param point `r`, with a coordinate for each variable but the blinding one.
    /// @param end `s`, where the sumcheck ends.
    /// @param endValue What the sum's polynomial and the mask add up to there.
    /// @param values The columns' values.
    struct Sum {
        uint256 alpha;
        uint256 beta;
        uint256 point;
        uint256 lambda;
        uint256 end;
        uint256 endValue;
        uint256 values;
    }

    /// @notice What is carried from table to table. The caller sets what is before `known`.
    /// @param labels One for each image.
    /// @param gamma Combines the claims.
    /// @param known What is known of the sum at its end.
    /// @param gammaPower The next claim's power of `γ`.
    /// @param blinded `s_b`, the blinding variable's coordinate.
    /// @param kept `1 − s_b`.
    /// @param row The next table's first value.
    /// @param place Where the next place of columns is in the key.
    /// @param numVars Of the table at hand, the blinding variable included.
    /// @param hasLabel Whether a table of as many labels as classes was among those so far.
    /// @param entries The arrays of all tables of entries so far, of which there are `entryTables`.
    /// @param rule `eq` of `r` along each axis of the table at hand.
    struct State {
        bytes key;
        ContractKey.Header header;
        ContractKey.Plan plan;
        Sum sum;
        Opening.Batch batch;
        uint256[] labels;
        uint256 gamma;
        uint256 known;
        uint256 gammaPower;
        uint256 blinded;
        uint256 kept;
        uint256 row;
        uint256 place;
        uint256 numVars;
        bool hasLabel;
        uint256 entries;
        uint256 entryTables;
        Axis[4] rule;
        ContractKey.Table table;
        Gadgets.Powers powers;
        Lookups.Challenges lookups;
        Wiring.End[] ends;
    }

    /// @notice Adds all claims that remain to the batch.
    function close(State memory state) internal pure {
        unchecked {
            Sum memory sum = state.sum;
            uint256 tables = state.header.tables;
            state.blinded = Vectors.load(sum.end, state.plan.numVars - 1);
            state.kept = Bn254.sub(1, state.blinded);
            state.row = sum.values;
            state.place = state.plan.placesAt;
            state.ends = new Wiring.End[](tables);
            (state.powers.lambda, state.powers.next) = (sum.lambda, 1);
            (state.lookups.alpha, state.lookups.beta) = (sum.alpha, sum.beta);
            state.lookups.sums = Vectors.allocate(tables);
            state.entries = Vectors.allocate(tables);
            for (uint256 i = 0; i < tables; ++i) {
                Vectors.store(state.lookups.sums, i, Gadgets.draw(state.powers));
            }
            state.lookups.ofBytes = Vectors.load(state.lookups.sums, tables - 1);
            maskRow(state);
            state.gammaPower = state.gamma;
            uint256 cursor = state.header.tablesAt;
            for (uint256 i = 0; i < tables; ++i) {
                cursor = table(state, i, cursor);
            }
            if (state.table.gadget != ContractKey.BYTES) revert MalformedKey();
            if (!state.hasLabel || state.row != sum.values + 32 * state.plan.values) revert MalformedKey();
            if (Features.LOOKUPS) padding(state);
            // The first claim: the mask and the key's arrays make up what is not known.
            Opening.Batch memory batch = state.batch;
            batch.value = addmod(batch.value, Bn254.sub(sum.endValue, state.known), R);
        }
    }

    /// @dev One table: its rules, its columns' claims, and its operand. Returns where the next begins.
    function table(State memory state, uint256 index, uint256 cursor) private pure returns (uint256) {
        ContractKey.Table memory t = state.table;
        state.key.readTable(cursor, t);
        Wiring.End memory end = state.ends[index];
        readAxes(state, t, end.axes);
        uint256 scale = mulmod(1 << state.numVars, state.kept, R);
        uint256 first = local(state, t, index, scale);
        if (Features.LOOKUPS && t.gadget == ContractKey.ENTRIES) {
            Vectors.store(state.entries, state.entryTables++, t.parameters.field(0, 16));
        }
        end.scale = mulmod(scale, Gadgets.output(t, state.row), R);
        columnClaims(state, t, end.axes);
        return operand(state, t, first);
    }

    /// @dev `eq` of both points along each axis, and the table's variables.
    function readAxes(State memory state, ContractKey.Table memory t, Axis[4] memory end) private pure {
        unchecked {
            uint256 images = t.isPerImage == 1 ? state.plan.images : 1;
            uint256 imageBits = 0;
            while (1 << imageBits < images) ++imageBits;
            uint256 numVars = imageBits + t.channelBits + t.rowBits + t.columnBits + 1;
            state.numVars = numVars;
            uint256 skipped = 32 * (state.plan.numVars - numVars);
            uint256 r = state.sum.point + skipped;
            uint256 s = state.sum.end + skipped;
            Axis[4] memory rule = state.rule;
            (rule[0], end[0]) = (Axes.eq(r, imageBits, images), Axes.eq(s, imageBits, images));
            (r, s) = (r + 32 * imageBits, s + 32 * imageBits);
            (rule[1], end[1]) = (Axes.eq(r, t.channelBits, t.channels), Axes.eq(s, t.channelBits, t.channels));
            (r, s) = (r + 32 * t.channelBits, s + 32 * t.channelBits);
            (rule[2], end[2]) = (Axes.eq(r, t.rowBits, t.height), Axes.eq(s, t.rowBits, t.height));
            (r, s) = (r + 32 * t.rowBits, s + 32 * t.rowBits);
            (rule[3], end[3]) = (Axes.eq(r, t.columnBits, t.width), Axes.eq(s, t.columnBits, t.width));
        }
    }

    /// @dev The multilinear polynomial that is `k` at the bits of `k`.
    function indexAt(State memory state) private pure returns (uint256 index) {
        unchecked {
            uint256 last = state.plan.numVars - 1;
            for (uint256 i = last + 1 - state.numVars; i < last; ++i) {
                index = addmod(2 * index, Vectors.load(state.sum.end, i), R);
            }
        }
    }

    /// @dev Adds the table's rules to what is known, and returns the power of its first input.
    function local(State memory state, ContractKey.Table memory t, uint256 index, uint256 scale)
        private
        pure
        returns (uint256 first)
    {
        unchecked {
            uint256 rules = Gadgets.zero(t, state.row, state.powers);
            uint256 own = t.isPerImage == 1 ? 0 : indexAt(state);
            (uint256 lookups, uint256 free) = Lookups.rules(t, index, own, state.row, state.powers, state.lookups);
            first = state.powers.next;
            (uint256 inputs, uint256 constants) = Gadgets.inputs(t, state.row, state.powers);
            uint256 skipped = 32 * (state.plan.numVars - state.numVars);
            uint256 eq = Axes.eqOfPoints(state.sum.point + skipped, state.sum.end + skipped, state.numVars - 1);
            rules = addmod(addmod(rules, lookups, R), inputs, R);
            uint256 sum = addmod(mulmod(eq, rules, R), free, R);
            sum = mulmod(scale, sum, R);
            if (constants != 0) {
                for (uint256 i = 0; i < 4; ++i) {
                    constants = mulmod(constants, state.rule[i].sum(), R);
                }
                sum = Bn254.sub(sum, constants);
            }
            state.known = addmod(state.known, sum, R);
        }
    }

    /// @dev For every column: `(1 − s_b)·column(s) + s_b·blind = value`. Here the first part; `maskRow` has the others.
    function columnClaims(State memory state, ContractKey.Table memory t, Axis[4] memory axes) private pure {
        unchecked {
            uint256 count = t.columns + t.helpers;
            state.row += 32 * count;
            uint256 atZ;
            uint256 atInverse;
            uint256 volume;
            uint256 placed = 0;
            while (placed < count) {
                uint256 word = state.key.wordAt(state.place);
                state.place += 32;
                uint256 columns = word.field(8, 16);
                placed += columns;
                if (word.field(0, 8) != ContractKey.IN_ONE_ROW) {
                    each(state, word, columns, axes);
                    continue;
                }
                // One row holds a column, so its strides are below 2^14.
                if (volume == 0) (atZ, atInverse, volume) = state.batch.product(axes, 0);
                inOneRow(state, word, columns, volume, atZ, atInverse);
            }
        }
    }

    /// @dev `columns` columns of `volume` cells, one after the other in one row.
    function inOneRow(State memory state, uint256 word, uint256 columns, uint256 volume, uint256 atZ, uint256 atInverse)
        private
        pure
    {
        unchecked {
            Opening.Batch memory batch = state.batch;
            uint256 power = state.gammaPower;
            (uint256 z, uint256 inverse) = batch.pow(word.field(40, 16));
            (z, inverse) = (mulmod(z, power, R), mulmod(inverse, power, R));
            if (columns > 1) {
                (uint256 step, uint256 inverseStep) = batch.pow(volume);
                (step, inverseStep) = (mulmod(step, state.gamma, R), mulmod(inverseStep, state.gamma, R));
                z = Vectors.geometric(z, step, columns);
                inverse = Vectors.geometric(inverse, inverseStep, columns);
                for (uint256 i = 1; i < columns; ++i) {
                    power = mulmod(power, state.gamma, R);
                }
            }
            state.gammaPower = mulmod(power, state.gamma, R);
            uint256 weighed = batch.weight(mulmod(z, atZ, R), mulmod(inverse, atInverse, R));
            batch.add(word.field(24, 16), mulmod(state.kept, weighed, R));
        }
    }

    /// @dev Columns that are cut, each in the rows after the one before; or one that is an array of the key.
    function each(State memory state, uint256 word, uint256 columns, Axis[4] memory axes) private pure {
        unchecked {
            if (Features.LOOKUPS && word.field(0, 8) == ContractKey.ARRAY) {
                Place array = state.key.array(state.header, word.field(24, 16));
                state.batch.addArray(array, axes, mulmod(state.gammaPower, state.kept, R));
                state.gammaPower = mulmod(state.gammaPower, state.gamma, R);
                return;
            }
            // The fields of a place, behind the number of columns.
            Place place = Place.wrap((1 << 248) | ((word << 24) >> 8));
            (uint256 weights, uint256 rows) = state.batch.rowWeights(place, axes);
            uint256 row = place.row();
            for (uint256 i = 0; i < columns; ++i) {
                state.batch.addRows(row, weights, rows, mulmod(state.gammaPower, state.kept, R));
                state.gammaPower = mulmod(state.gammaPower, state.gamma, R);
                row += rows;
            }
        }
    }

    /// @dev What is wired to the table: its covector, through every path. `first` is the power of its first input.
    function operand(State memory state, ContractKey.Table memory t, uint256 first)
        private
        pure
        returns (uint256 next)
    {
        unchecked {
            next = t.next;
            // A label's ties count whatever is wired to it.
            if (t.paths == 0 && t.gadget != ContractKey.LABEL) return next + 32 * t.hasWindow;
            Axis[4] memory rule = state.rule;
            Wiring.Covector memory covector = Wiring.Covector(Bn254.neg(first), rule[1], rule[2], rule[3]);
            if (Features.WINDOWS && t.hasWindow == 1) {
                uint256 window = state.key.wordAt(next);
                next += 32;
                Wiring.spreadOverTaps(covector, window, t.operandHeight, t.operandWidth, state.sum.lambda);
            }
            bool isLabel = t.gadget == ContractKey.LABEL;
            if (isLabel) {
                state.hasLabel = t.channels == state.header.classes;
                covector.coefficient = first;
                // Listed once, for all that follows.
                rule[1] = Axes.listed(rule[1].values(), t.channels);
            }
            for (uint256 i = 0; i < t.paths; ++i) {
                Wiring.Path memory path = Wiring.path(state.key, next);
                next = path.next;
                Wiring.End memory source = state.ends[path.source];
                uint256 factor = source.scale;
                if (isLabel) covector.channels = leads(state, t, rule[0].times(source.axes[0]));
                else factor = mulmod(factor, rule[0].dot(source.axes[0]), R);
                factor = Wiring.weigh(state.batch, state.key, state.header, path, covector, source.axes, factor);
                state.known = addmod(state.known, factor, R);
                if (path.map == ContractKey.NO_WEIGHTS) continue;
                // The weights of one image are one, with the source's and without.
                if (isLabel && state.plan.images != 1) covector.channels = leads(state, t, rule[0].values());
                factor = isLabel ? 1 : rule[0].sum();
                Wiring.weighBiases(state.batch, state.key, state.header, path, covector, factor);
            }
            if (isLabel) {
                // Of equal logits the first class wins: −1 for each class before the label.
                uint256 ties = mulmod(first, earlierClasses(state, t, rule[0].values()), R);
                state.known = addmod(state.known, ties, R);
            }
        }
    }

    /// @dev The weights of each logit, for `logit_label − logit_j` of every class `j`, given the images' weights: images
    /// count only through sums, so that one list serves all labels. Classes are channels.
    function leads(State memory state, ContractKey.Table memory t, uint256 images) private pure returns (Axis) {
        unchecked {
            uint256[] memory labels = state.labels;
            uint256 classes = state.rule[1].pointer();
            uint256 all = Bn254.neg(state.rule[1].sum());
            uint256 total = Vectors.sum(images, labels.length);
            uint256 weights = Vectors.allocate(t.channels);
            for (uint256 j = 0; j < t.channels; ++j) {
                Vectors.store(weights, j, mulmod(total, Vectors.load(classes, j), R));
            }
            // Less the label's own, once for every class.
            for (uint256 i = 0; i < labels.length; ++i) {
                Vectors.add(weights, labels[i], mulmod(all, Vectors.load(images, i), R));
            }
            return Axes.listed(weights, t.channels);
        }
    }

    /// @dev `Σ_i image_i · Σ_{j < label_i} class_j`.
    function earlierClasses(State memory state, ContractKey.Table memory t, uint256 images)
        private
        pure
        returns (uint256 sum)
    {
        unchecked {
            uint256[] memory labels = state.labels;
            uint256 classes = state.rule[1].pointer();
            uint256 earlier = Vectors.allocate(t.channels);
            uint256 total = 0;
            for (uint256 j = 0; j < t.channels; ++j) {
                Vectors.store(earlier, j, total);
                total = addmod(total, Vectors.load(classes, j), R);
            }
            for (uint256 i = 0; i < labels.length; ++i) {
                uint256 weighed = mulmod(Vectors.load(images, i), Vectors.load(earlier, labels[i]), R);
                sum = addmod(sum, weighed, R);
            }
        }
    }

    /// @dev That rows of padding ask for zeros, which lookups take for granted: the first entry of each table is zero.
    function padding(State memory state) private pure {
        unchecked {
            Axis one = Axes.eq(0, 0, 1);
            for (uint256 i = 0; i < state.entryTables; ++i) {
                Place place = state.key.array(state.header, Vectors.load(state.entries, i));
                state.batch.addArray(place.firstCell(), [one, one, one, one], state.gammaPower);
                state.gammaPower = mulmod(state.gammaPower, state.gamma, R);
            }
        }
    }

    /// @dev All that lies in the mask row: for the first claim `2·s_i^j − 1` for every coefficient of the sumcheck's
    /// mask, behind the free cells; and for every column's claim its blind, neighbours as the claims are. The claims'
    /// values are added too.
    function maskRow(State memory state) private pure {
        unchecked {
            Opening.Batch memory batch = state.batch;
            (uint256 atZ, uint256 atInverse) = maskAt(state.sum.end, state.plan.numVars, batch.z, batch.inverse);
            (uint256 z, uint256 inverse) = batch.pow(FREE_CELLS);
            uint256 weighed = batch.weight(mulmod(atZ, z, R), mulmod(atInverse, inverse, R));

            uint256 gamma = state.gamma;
            uint256 count = state.plan.values;
            (atZ, atInverse) = batch.pow(state.plan.blindsAt);
            atZ = Vectors.geometric(mulmod(atZ, gamma, R), mulmod(batch.z, gamma, R), count);
            atInverse = Vectors.geometric(mulmod(atInverse, gamma, R), mulmod(batch.inverse, gamma, R), count);
            weighed = addmod(weighed, mulmod(state.blinded, batch.weight(atZ, atInverse), R), R);
            uint256 pixelRows = state.header.pixelRows * state.plan.images;
            batch.add(state.header.weightRows + pixelRows + state.plan.witnessRows, weighed);

            batch.value = mulmod(gamma, Vectors.evaluate(state.sum.values, count, gamma), R);
        }
    }

    /// @dev `Σ_i Σ_j (2·s_i^j − 1)·x^(4i + j − 1)` for `j` from 1 to 4, by Horner's rule, and the same of `y`.
    function maskAt(uint256 end, uint256 count, uint256 x, uint256 y) private pure returns (uint256 atX, uint256 atY) {
        assembly ("memory-safe") {
            for { let word := add(end, shl(5, count)) } gt(word, end) {} {
                word := sub(word, 0x20)
                let s := mload(word)
                let square := mulmod(s, s, R)
                let weight := sub(shl(1, mulmod(square, square, R)), 1)
                atX := addmod(mulmod(atX, x, R), add(weight, R), R)
                atY := addmod(mulmod(atY, y, R), add(weight, R), R)
                weight := sub(shl(1, mulmod(square, s, R)), 1)
                atX := addmod(mulmod(atX, x, R), add(weight, R), R)
                atY := addmod(mulmod(atY, y, R), add(weight, R), R)
                weight := sub(shl(1, square), 1)
                atX := addmod(mulmod(atX, x, R), add(weight, R), R)
                atY := addmod(mulmod(atY, y, R), add(weight, R), R)
                weight := sub(shl(1, s), 1)
                atX := addmod(mulmod(atX, x, R), add(weight, R), R)
                atY := addmod(mulmod(atY, y, R), add(weight, R), R)
            }
        }
    }
}
