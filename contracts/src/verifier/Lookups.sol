// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {Bn254, R} from "./Bn254.sol";
import {ContractKey} from "./ContractKey.sol";
import {Features} from "./Features.sol";
import {Gadgets} from "./Gadgets.sol";
import {Vectors} from "./Vectors.sol";

/// @title Lookups: every key that a row asks for is an entry of a table
/// @notice Twin of `crates/layers/src/lookup.rs`, at the point where the sumcheck ends.
library Lookups {
    using ContractKey for uint256;
    using Gadgets for Gadgets.Powers;
    using Gadgets for uint256;

    /// @param alpha Moves the poles.
    /// @param beta Makes one number of a pair.
    /// @param sums For each table, the power of `λ` of the sum over lookups in it: a list, see `Vectors`.
    /// @param ofBytes The same for the table of bytes.
    struct Challenges {
        uint256 alpha;
        uint256 beta;
        uint256 sums;
        uint256 ofBytes;
    }

    /// @notice `Σ power·rule` over the helpers' rules, and what the helpers add to the sums.
    /// @param index The table's number.
    /// @param ownNumber The row's.
    function rules(
        ContractKey.Table memory t,
        uint256 index,
        uint256 ownNumber,
        uint256 row,
        Gadgets.Powers memory powers,
        Challenges memory challenges
    ) internal pure returns (uint256 local, uint256 free) {
        bool isEntries = Features.LOOKUPS && t.gadget == ContractKey.ENTRIES;
        if (t.gadget == ContractKey.BYTES || isEntries) {
            uint256 entry = ownNumber;
            if (isEntries) {
                entry = addmod(entry, mulmod(challenges.beta, row.cell(1), R), R);
            }
            uint256 helper = row.cell(t.columns);
            // g·(α + v) − m·v
            local = mulmod(helper, addmod(challenges.alpha, entry, R), R);
            local = Bn254.sub(local, mulmod(row.cell(0), entry, R));
            local = mulmod(powers.draw(), local, R);
            free = Bn254.neg(mulmod(Vectors.load(challenges.sums, index), helper, R));
        } else if (Features.LOOKUPS && t.gadget == ContractKey.LOOKUP) {
            uint256 key = addmod(row.cell(0), mulmod(challenges.beta, row.cell(1), R), R);
            uint256 helper = row.cell(t.columns);
            local = mulmod(powers.draw(), single(helper, key, challenges.alpha), R);
            free = mulmod(Vectors.load(challenges.sums, t.parameters.field(64, 16)), helper, R);
        } else if (t.helpers > 0) {
            (local, free) = bytesAsked(t, row, powers, challenges.alpha);
            free = mulmod(challenges.ofBytes, free, R);
        }
    }

    /// @dev Bytes, two to a helper, the last perhaps alone; and the sum of the helpers.
    function bytesAsked(ContractKey.Table memory t, uint256 row, Gadgets.Powers memory powers, uint256 alpha)
        private
        pure
        returns (uint256 local, uint256 helpers)
    {
        unchecked {
            uint256 nextHelper = t.columns;
            uint256 first = 0;
            bool hasFirst = false;
            for (uint256 column = 0; column < t.byteEnd; ++column) {
                if (column == t.skipped || column == t.skippedToo) continue;
                uint256 key = row.cell(column);
                if (!hasFirst) {
                    (first, hasFirst) = (key, true);
                    continue;
                }
                hasFirst = false;
                uint256 helper = row.cell(nextHelper++);
                uint256 overFirst = addmod(alpha, first, R);
                uint256 overKey = addmod(alpha, key, R);
                // h·(α + k₁)·(α + k₂) − k₁·(α + k₂) − k₂·(α + k₁)
                uint256 rule = mulmod(overKey, Bn254.sub(mulmod(helper, overFirst, R), first), R);
                rule = Bn254.sub(rule, mulmod(key, overFirst, R));
                local = addmod(local, mulmod(powers.draw(), rule, R), R);
                helpers = addmod(helpers, helper, R);
            }
            if (hasFirst) {
                uint256 helper = row.cell(nextHelper);
                local = addmod(local, mulmod(powers.draw(), single(helper, first, alpha), R), R);
                helpers = addmod(helpers, helper, R);
            }
        }
    }

    /// @dev `h·(α + k) − k`
    function single(uint256 helper, uint256 key, uint256 alpha) private pure returns (uint256) {
        return Bn254.sub(mulmod(helper, addmod(alpha, key, R), R), key);
    }
}
