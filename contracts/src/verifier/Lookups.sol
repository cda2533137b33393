// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {Bn254, R} from "./Bn254.sol";
import {ContractKey, Table} from "./ContractKey.sol";
import {Features} from "./Features.sol";
import {Gadgets} from "./Gadgets.sol";
import {Vectors} from "./Vectors.sol";

/// @title Lookups: every key that a row asks for is an entry of a table
/// @notice Twin of `crates/layers/src/gadgets/lookup.rs`, at the point where the sumcheck ends.
library Lookups {
    using ContractKey for uint256;
    using Gadgets for Gadgets.Powers;
    using Gadgets for uint256;

    /// @param alpha Moves the poles.
    /// @param beta Makes one number of a pair.
    /// @param sums For each table, the power of `λ` of the sum over lookups in it: a list, see `Vectors`.
    /// @param ofBytes The same for the table of bytes.
    /// @param point The point where the sumcheck ends, without the blinding variable: see `Axis`.
    struct Challenges {
        uint256 alpha;
        uint256 beta;
        uint256 sums;
        uint256 ofBytes;
        uint256 point;
    }

    /// @notice `Σ power·rule` over the helpers' rules, and what the helpers add to the sums.
    /// @param word The gadget's parameters.
    /// @param index The table's number, which has `bits` variables beside the blinding one.
    function rules(
        Table t,
        uint256 word,
        uint256 index,
        uint256 bits,
        uint256 row,
        Gadgets.Powers memory powers,
        Challenges memory challenges
    ) internal pure returns (uint256 local, uint256 free) {
        if (t.helpers() == 0) return (0, 0);
        uint256 columns = t.columns();
        uint256 gadget = t.gadget();
        bool isEntries = Features.LOOKUPS && gadget == ContractKey.ENTRIES;
        if (gadget == ContractKey.BYTES || isEntries) {
            uint256 entry = ownNumber(challenges.point, bits);
            if (isEntries) {
                entry = Bn254.add(entry, Bn254.mul(challenges.beta, row.cell(1)));
            }
            uint256 helper = row.cell(columns);
            // g·(α + v) − m·v
            local = Bn254.mul(helper, Bn254.add(challenges.alpha, entry));
            local = Bn254.sub(local, Bn254.mul(row.cell(0), entry));
            local = Bn254.mul(powers.draw(), local);
            free = Bn254.neg(Bn254.mul(Vectors.load(challenges.sums, index), helper));
        } else if (Features.LOOKUPS && gadget == ContractKey.LOOKUP) {
            uint256 key = Bn254.add(row.cell(0), Bn254.mul(challenges.beta, row.cell(1)));
            uint256 helper = row.cell(columns);
            // h·(α + k) − k
            local = Bn254.sub(Bn254.mul(helper, Bn254.add(challenges.alpha, key)), key);
            local = Bn254.mul(powers.draw(), local);
            free = Bn254.mul(Vectors.load(challenges.sums, word.field(64, 16)), helper);
        } else {
            (local, free) = bytesAsked(row, columns, powers, challenges.alpha);
            free = Bn254.mul(challenges.ofBytes, free);
        }
    }

    /// @dev The number of a row of a table that is one for all images: the multilinear polynomial that is `k` at the bits
    /// of `k`.
    function ownNumber(uint256 point, uint256 bits) private pure returns (uint256 number) {
        unchecked {
            for (uint256 i = 0; i < bits; ++i) {
                number = Bn254.add(number, Bn254.mul(Vectors.load(point, i), 1 << i));
            }
        }
    }

    /// @dev All of a row's `count` columns are bytes, two to a helper, the last perhaps alone. Also the sum of the helpers.
    function bytesAsked(uint256 row, uint256 count, Gadgets.Powers memory powers, uint256 alpha)
        private
        pure
        returns (uint256 local, uint256 helpers)
    {
        uint256 power = powers.next;
        uint256 lambda = powers.lambda;
        assembly ("memory-safe") {
            let helper := add(row, shl(5, count))
            for { let end := sub(helper, shl(5, and(count, 1))) } lt(row, end) { row := add(row, 0x40) } {
                let first := mload(row)
                let second := mload(add(row, 0x20))
                // Sums of two scalars are below 2^256.
                let overFirst := add(alpha, first)
                let overSecond := add(alpha, second)
                // h·(α + k₁)·(α + k₂) − k₁·(α + k₂) − k₂·(α + k₁)
                let asked := addmod(mulmod(first, overSecond, R), mulmod(second, overFirst, R), R)
                let rule := mulmod(mulmod(mload(helper), overFirst, R), overSecond, R)
                local := addmod(local, mulmod(power, add(rule, sub(R, asked)), R), R)
                helpers := addmod(helpers, mload(helper), R)
                power := mulmod(power, lambda, R)
                helper := add(helper, 0x20)
            }
            if and(count, 1) {
                // h·(α + k) − k
                let key := mload(row)
                let rule := add(mulmod(mload(helper), add(alpha, key), R), sub(R, key))
                local := addmod(local, mulmod(power, rule, R), R)
                helpers := addmod(helpers, mload(helper), R)
                power := mulmod(power, lambda, R)
            }
        }
        powers.next = power;
    }
}
