// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {Axes, Axis} from "./Axes.sol";
import {Bn254, R} from "./Bn254.sol";
import {ContractKey, Path, Table} from "./ContractKey.sol";
import {Features} from "./Features.sol";
import {Opening, Place} from "./Opening.sol";
import {Rules} from "./Rules.sol";
import {Vectors} from "./Vectors.sol";
import {End, Ends, Wiring} from "./Wiring.sol";

/// @title One sum of all rules, and what the sumcheck leaves of it, as claims on committed rows
/// @notice Twin of `crates/layers/src/relation.rs` and `closing.rs`. A claim is not kept: it goes into the batch at once.
library Closing {
    using ContractKey for bytes;
    using ContractKey for uint256;
    using Opening for Opening.Batch;

    /// @notice The key's tables are not those of a network, or not as many as it says.
    error MalformedKey();

    /// @dev Cells at the start of the mask row that no claim weighs.
    uint256 private constant FREE_CELLS = 3;

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
    /// @param labels One for each image: a list.
    /// @param gamma Combines the claims.
    /// @param known What is known of the sum at its end.
    /// @param gammaPower The next claim's power of `γ`.
    /// @param blinded `s_b`, the blinding variable's coordinate.
    /// @param kept `1 − s_b`.
    /// @param row The next table's first value.
    /// @param place Where the next place of columns is in the key.
    /// @param hasLabel Whether a table of as many labels as classes was among those so far.
    /// @param entries The arrays of all tables of entries so far, of which there are `entryTables`.
    /// @param end `s` without the blinding variable's coordinate.
    /// @param eqs `eq` of `r` and `s` over so many of their last coordinates.
    /// @param ends For each table so far, its `End`.
    /// @param rule `eq` of `r` along each of the four axes of the table at hand.
    /// @param cells What `rule` of rows and columns adds up to.
    struct State {
        bytes key;
        ContractKey.Header header;
        ContractKey.Plan plan;
        Sum sum;
        Opening.Batch batch;
        uint256 labels;
        uint256 gamma;
        uint256 known;
        uint256 gammaPower;
        uint256 blinded;
        uint256 kept;
        uint256 row;
        uint256 place;
        bool hasLabel;
        uint256 entries;
        uint256 entryTables;
        uint256 end;
        uint256 eqs;
        uint256 ends;
        uint256 rule;
        uint256 cells;
        Rules.State rules;
    }

    /// @notice Adds all claims that remain to the batch.
    function close(State memory state) internal pure {
        unchecked {
            start(state);
            maskRow(state);
            state.gammaPower = state.gamma;
            uint256 tables = state.header.tables;
            uint256 cursor = state.header.tablesAt;
            Table t;
            for (uint256 i = 0; i < tables; ++i) {
                t = state.key.table(cursor, state.plan);
                cursor = table(state, t, i, cursor);
            }
            Sum memory sum = state.sum;
            if (t.kind() != ContractKey.BYTES) revert MalformedKey();
            if (!state.hasLabel || state.row != sum.values + 32 * state.plan.values) revert MalformedKey();
            if (Features.LOOKUPS) padding(state);
            // The first claim: the mask and the key's arrays make up what is not known.
            Opening.Batch memory batch = state.batch;
            batch.value = Bn254.add(batch.value, Bn254.sub(sum.endValue, state.known));
        }
    }

    function start(State memory state) private pure {
        unchecked {
            Sum memory sum = state.sum;
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

    /// @dev One table: its rules, its columns' claims, and its operand. Returns where the next begins.
    function table(State memory state, Table t, uint256 index, uint256 cursor) private pure returns (uint256 next) {
        unchecked {
            End end = Ends.allocate();
            Vectors.store(state.ends, index, End.unwrap(end));
            uint256 bits = readAxes(state, t, end.axes());
            uint256 scale = Bn254.mul(2 << bits, state.kept);
            local(state, t, bits, scale);
            end.setScale(Bn254.mul(scale, state.rules.output));
            // What is allocated from here on is of no use afterwards.
            uint256 memoryBefore = Vectors.allocate(0);
            columnClaims(state, t, end);
            next = operand(state, t, cursor + 32);
            Vectors.release(memoryBefore);
        }
    }

    /// @dev `eq` of both points along each axis. Returns the table's variables, the blinding variable left out.
    function readAxes(State memory state, Table t, uint256 end) private pure returns (uint256 bits) {
        bits = readAxis(state, end, 3, t.columnShape(), 0);
        bits = readAxis(state, end, 2, t.rowShape(), bits);
        bits = readAxis(state, end, 1, t.channelShape(), bits);
        bits = readAxis(state, end, 0, t.isPerImage() ? state.plan.imageShape : Axes.SINGLE, bits);
    }

    /// @dev One of them, given the variables of those behind it.
    function readAxis(State memory state, uint256 end, uint256 index, uint256 shape, uint256 bits)
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

    /// @dev Adds the table's rules to what is known.
    function local(State memory state, Table t, uint256 bits, uint256 scale) private pure {
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

    /// @dev For every column: `(1 − s_b)·column(s) + s_b·blind = value`. Here the first part; `maskRow` has the others.
    function columnClaims(State memory state, Table t, End end) private pure {
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
                    each(state, word, columns, end);
                    continue;
                }
                if (step == 0) (weight, step) = lane(state, end);
                if (kind == ContractKey.IN_ONE_ROW) inOneRow(state, word, columns, weight, step);
                else cutBytes(state, word, columns, weight, step);
            }
        }
    }

    /// @dev What the claim weighs that is about a number for every cell of a table, `1 − s_b` times, as if the first were
    /// in a row's first cell; and `z^-cells`.
    function lane(State memory state, End end) private pure returns (uint256 weight, uint256 step) {
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

    /// @dev `columns` columns one after the other in one row.
    function inOneRow(State memory state, uint256 word, uint256 columns, uint256 weight, uint256 step) private pure {
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

    /// @dev From what one `lane` weighs, what the claim of numbers of `count` bytes does, each of them in a lane; and the
    /// same power of cells of all lanes.
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

    /// @dev Columns whose numbers have more bytes than fit into one row, which are in rows one after the other.
    function cutBytes(State memory state, uint256 word, uint256 columns, uint256 weight, uint256 step) private pure {
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

    /// @dev Columns that are cut, each in the rows after the one before, of numbers each byte; or one that is an array of
    /// the key.
    function each(State memory state, uint256 word, uint256 columns, End end) private pure {
        unchecked {
            Opening.Batch memory batch = state.batch;
            if (Features.LOOKUPS && word.field(0, 8) == ContractKey.ARRAY) {
                uint256 index = word.field(24, 16);
                Vectors.store(state.entries, state.entryTables++, index);
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

    /// @dev What is wired to the table: its covector, through every path. Returns where the next table begins.
    function operand(State memory state, Table t, uint256 next) private pure returns (uint256) {
        unchecked {
            bool isLabel = t.kind() == ContractKey.LABEL;
            uint256 paths = t.paths();
            // A label's ties count whatever is wired to it.
            if (paths == 0 && !isLabel) return next + (t.hasWindow() ? 32 : 0);
            uint256 rule = state.rule;
            uint256 first = state.rules.first;
            Wiring.Covector memory covector = Wiring.Covector(Bn254.neg(first), Axes.copy(rule), state.cells, 0, 0);
            if (Features.WINDOWS && t.hasWindow()) {
                Wiring.putUnder(covector, state.key.wordAt(next), state.sum.lambda);
                next += 32;
            }
            if (isLabel) {
                covector.coefficient = first;
                Axis channels = Axes.nth(rule, 1);
                state.hasLabel = channels.length() == state.header.classes;
                // Listed once, for all that follows.
                channels = Axes.listed(channels.values(), channels.length());
                Axes.put(rule, 1, channels);
                // Of equal logits the first class wins: −1 for each class before the label.
                uint256 ties = earlierClasses(state, channels, Axes.nth(rule, 0).values());
                state.known = Bn254.add(state.known, Bn254.mul(first, ties));
            }
            for (uint256 i = 0; i < paths; ++i) {
                Path path = state.key.path(next);
                next = path.next();
                follow(state, path, covector, isLabel);
            }
            return next;
        }
    }

    /// @dev One path from the table at hand to its source.
    function follow(State memory state, Path path, Wiring.Covector memory covector, bool isLabel) private pure {
        unchecked {
            Axis images = Axes.nth(state.rule, 0);
            End source = End.wrap(Vectors.load(state.ends, path.source()));
            uint256 factor = source.scale();
            // The weight of a single image is one, with the source's and without.
            bool isBatch = images.length() != 1;
            if (isLabel) Axes.put(covector.axes, 1, leads(state, images.times(source.axis(0))));
            else if (isBatch) factor = Bn254.mul(factor, images.dot(source.axis(0)));
            Wiring.Covector memory end = Wiring.atEnd(state.key, path, covector);
            factor = Wiring.weigh(state.batch, state.key, state.header, path, end, source, factor);
            state.known = Bn254.add(state.known, factor);
            if (path.map() == ContractKey.NO_WEIGHTS) return;
            if (isLabel && isBatch) {
                Axes.put(covector.axes, 1, leads(state, images.values()));
                end = Wiring.atEnd(state.key, path, covector);
            }
            factor = isLabel ? 1 : images.sum();
            Wiring.weighBiases(state.batch, state.key, state.header, path, end, factor);
        }
    }

    /// @dev The weights of each logit, for `logit_label − logit_j` of every class `j`, given the images' weights: images
    /// count only through sums, so that one list serves all labels. Classes are channels.
    function leads(State memory state, uint256 images) private pure returns (Axis) {
        unchecked {
            uint256 labels = state.labels;
            uint256 labelCount = state.plan.images;
            Axis classes = Axes.nth(state.rule, 1);
            uint256 count = classes.length();
            uint256 all = Bn254.neg(classes.sum());
            uint256 total = Vectors.sum(images, labelCount);
            uint256 weights = Vectors.allocate(count);
            for (uint256 j = 0; j < count; ++j) {
                Vectors.store(weights, j, Bn254.mul(total, Vectors.load(classes.pointer(), j)));
            }
            // Less the label's own, once for every class.
            for (uint256 i = 0; i < labelCount; ++i) {
                Vectors.add(weights, Vectors.load(labels, i), Bn254.mul(all, Vectors.load(images, i)));
            }
            return Axes.listed(weights, count);
        }
    }

    /// @dev `Σ_i image_i · Σ_{j < label_i} class_j`.
    function earlierClasses(State memory state, Axis classes, uint256 images) private pure returns (uint256 sum) {
        unchecked {
            uint256 labels = state.labels;
            uint256 count = classes.length();
            uint256 earlier = Vectors.allocate(count);
            uint256 total = 0;
            for (uint256 j = 0; j < count; ++j) {
                Vectors.store(earlier, j, total);
                total = Bn254.add(total, Vectors.load(classes.pointer(), j));
            }
            for (uint256 i = 0; i < state.plan.images; ++i) {
                uint256 before = Vectors.load(earlier, Vectors.load(labels, i));
                sum = Bn254.add(sum, Bn254.mul(Vectors.load(images, i), before));
            }
        }
    }

    /// @dev That rows of padding ask for zeros, which lookups take for granted: the first entry of each table is zero.
    function padding(State memory state) private pure {
        unchecked {
            for (uint256 i = 0; i < state.entryTables; ++i) {
                Place place = state.key.array(state.header, Vectors.load(state.entries, i));
                // An array that is cut begins in a row's first cell.
                uint256 weight = Bn254.mul(state.gammaPower, state.batch.pow(place.offset()));
                state.batch.add(place.row(), weight);
                state.gammaPower = Bn254.mul(state.gammaPower, state.gamma);
            }
        }
    }

    /// @dev What the first claims weigh in the mask row, but for columns there: for the first of all `2·s_i^j − 1` for every
    /// coefficient of the sumcheck's mask, behind the free cells; and for every column's claim its blind, neighbours as
    /// the claims are. The claims' values are added too.
    function maskRow(State memory state) private pure {
        unchecked {
            Opening.Batch memory batch = state.batch;
            uint256 weight = maskAt(state.sum.end, state.plan.numVars, batch.inverse);
            weight = Bn254.mul(weight, batch.pow(FREE_CELLS));

            uint256 gamma = state.gamma;
            uint256 count = state.plan.values;
            uint256 first = Bn254.mul(batch.pow(state.plan.blindsAt), gamma);
            uint256 blinds = Vectors.geometric(first, Bn254.mul(batch.inverse, gamma), count);
            batch.add(state.plan.maskRow, Bn254.add(weight, Bn254.mul(state.blinded, blinds)));

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
