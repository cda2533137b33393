// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {Axes, Axis} from "./Axes.sol";
import {Bn254} from "./Bn254.sol";
import {ClosingState} from "./ClosingState.sol";
import {ContractKey} from "./ContractKey.sol";
import {Features} from "./Features.sol";
import {Path, Paths, Table, Tables} from "./KeyWords.sol";
import {Vectors} from "./Vectors.sol";
import {End, Wiring} from "./Wiring.sol";

/// @title The values that wires bring to a table
/// @notice Counterpart of the covectors and terms in `crates/layers/src/relation`.
library Operands {
    using ContractKey for bytes;

    /// @notice Adds the values that a table's paths bring, each weighed by the table's covector. Returns where the next table is
    /// in the key.
    function claim(ClosingState memory state, Table t, uint256 next) internal pure returns (uint256) {
        unchecked {
            bool isLabel = t.kind() == Tables.LABEL;
            uint256 paths = t.paths();
            // Equal logits count for a label even if no path is wired to it.
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

    /// @dev Follows one path from the current table to its source.
    function follow(ClosingState memory state, Path path, Wiring.Covector memory covector, bool isLabel) private pure {
        unchecked {
            Axis images = Axes.nth(state.rule, 0);
            End source = End.wrap(Vectors.load(state.ends, path.source()));
            uint256 factor = source.scale();
            // The weight of a single image is one, with the source's and without.
            bool isBatch = images.length() != 1;
            if (isLabel) Axes.put(covector.axes, 1, margins(state, images.times(source.axis(0))));
            else if (isBatch) factor = Bn254.mul(factor, images.dot(source.axis(0)));
            Wiring.Covector memory end = Wiring.atEnd(state.key, path, covector);
            factor = Wiring.weigh(state.batch, state.key, state.header, path, end, source, factor);
            state.known = Bn254.add(state.known, factor);
            if (path.map() == Paths.NO_WEIGHTS) return;
            if (isLabel && isBatch) {
                Axes.put(covector.axes, 1, margins(state, images.values()));
                end = Wiring.atEnd(state.key, path, covector);
            }
            factor = isLabel ? 1 : images.sum();
            Wiring.weighBiases(state.batch, state.key, state.header, path, end, factor);
        }
    }

    /// @dev The weight of every logit in the margins `logit_label − logit_j` for every class `j`, given the images' weights.
    /// Images count only through sums, so one list serves all labels. Classes are channels.
    function margins(ClosingState memory state, uint256 images) private pure returns (Axis) {
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
            // Every margin has the label's own logit.
            for (uint256 i = 0; i < labelCount; ++i) {
                Vectors.add(weights, Vectors.load(labels, i), Bn254.mul(all, Vectors.load(images, i)));
            }
            return Axes.listed(weights, count);
        }
    }

    /// @dev `Σ_i image_i · Σ_{j < label_i} class_j`, the sum of the weights of all classes before the images' labels.
    function earlierClasses(ClosingState memory state, Axis classes, uint256 images)
        private
        pure
        returns (uint256 sum)
    {
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
}
