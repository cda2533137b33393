// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {Bn254, R} from "./Bn254.sol";
import {Vectors} from "./Vectors.sol";

/// @title Lookups: every query of a row is an entry of a table
/// @notice Counterpart of the lookups in `crates/layers`, at the point where the sumcheck ends. Here are the helpers of rows
/// whose columns are all bytes, which can be many, and the number of a row. Programs have all other helpers: see `Rules`.
library Lookups {
    /// @notice The rules of a row whose `count` columns are bytes, two to a helper, the last perhaps alone.
    /// @param row The pointer to the first column's value, with the helpers' behind the columns'.
    /// @param power The power of `λ` of the first rule.
    /// @return local `Σ power·rule`
    /// @return helpers The sum of the helpers.
    /// @return next The power of the rule after these.
    function ofBytes(uint256 row, uint256 count, uint256 power, uint256 lambda, uint256 alpha)
        internal
        pure
        returns (uint256 local, uint256 helpers, uint256 next)
    {
        assembly ("memory-safe") {
            let helper := add(row, shl(5, count))
            for { let end := sub(helper, shl(5, and(count, 1))) } lt(row, end) { row := add(row, 0x40) } {
                let first := mload(row)
                let second := mload(add(row, 0x20))
                // Sums of two scalars are below 2^256.
                let firstDenominator := add(alpha, first)
                let secondDenominator := add(alpha, second)
                // h·(α + q₁)·(α + q₂) − q₁·(α + q₂) − q₂·(α + q₁)
                let asked := addmod(mulmod(first, secondDenominator, R), mulmod(second, firstDenominator, R), R)
                let rule := mulmod(mulmod(mload(helper), firstDenominator, R), secondDenominator, R)
                local := addmod(local, mulmod(power, add(rule, sub(R, asked)), R), R)
                helpers := addmod(helpers, mload(helper), R)
                power := mulmod(power, lambda, R)
                helper := add(helper, 0x20)
            }
            if and(count, 1) {
                // h·(α + q) − q
                let query := mload(row)
                let rule := add(mulmod(mload(helper), add(alpha, query), R), sub(R, query))
                local := addmod(local, mulmod(power, rule, R), R)
                helpers := addmod(helpers, mload(helper), R)
                power := mulmod(power, lambda, R)
            }
            next := power
        }
    }

    /// @notice The number of a row of a table that is one for all images: the multilinear polynomial that is `k` at the bits
    /// of `k`.
    /// @param point The pointer to the coordinate of the least significant bit: see `Axis`.
    function ownNumber(uint256 point, uint256 bits) internal pure returns (uint256 number) {
        unchecked {
            for (uint256 i = 0; i < bits; ++i) {
                number = Bn254.add(number, Bn254.mul(Vectors.load(point, i), 1 << i));
            }
        }
    }
}
