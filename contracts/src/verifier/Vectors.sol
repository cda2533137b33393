// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {R} from "./Bn254.sol";

/// @title Lists of words in memory, as the pointer to their first
/// @notice Lengths come from the key, never from a proof. Checking every bound would cost more gas than all arithmetic.
/// @dev WARNING: Indices are not checked. With a key that `crates/evm` made they are inside a list made by `allocate`.
library Vectors {
    /// @notice A list of `length` words, which are not set to zero.
    function allocate(uint256 length) internal pure returns (uint256 vector) {
        assembly ("memory-safe") {
            vector := mload(0x40)
            mstore(0x40, add(vector, shl(5, length)))
        }
    }

    /// @notice Frees what was allocated since `allocate` gave `vector`, that list included.
    function release(uint256 vector) internal pure {
        assembly ("memory-safe") {
            mstore(0x40, vector)
        }
    }

    /// @notice A list of `length` zeros.
    function zeros(uint256 length) internal pure returns (uint256 vector) {
        vector = allocate(length);
        assembly ("memory-safe") {
            calldatacopy(vector, calldatasize(), shl(5, length))
        }
    }

    /// @notice The word at `index`.
    function load(uint256 vector, uint256 index) internal pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := mload(add(vector, shl(5, index)))
        }
    }

    /// @notice Sets the word at `index`.
    function store(uint256 vector, uint256 index, uint256 value) internal pure {
        assembly ("memory-safe") {
            mstore(add(vector, shl(5, index)), value)
        }
    }

    /// @notice Adds to the word at `index`.
    function add(uint256 vector, uint256 index, uint256 value) internal pure {
        assembly ("memory-safe") {
            let word := add(vector, shl(5, index))
            mstore(word, addmod(mload(word), value, R))
        }
    }

    /// @notice `Σ_{i < length} value_i`.
    function sum(uint256 vector, uint256 length) internal pure returns (uint256 total) {
        assembly ("memory-safe") {
            for { let end := add(vector, shl(5, length)) } lt(vector, end) { vector := add(vector, 0x20) } {
                total := addmod(total, mload(vector), R)
            }
        }
    }

    /// @notice `Σ_{i < length} left_i·right_i`, of right words that are `step` bytes apart.
    function dot(uint256 left, uint256 right, uint256 step, uint256 length) internal pure returns (uint256 total) {
        assembly ("memory-safe") {
            let end := add(left, shl(5, length))
            // Four products add up below 2^256. Four at a time, then the rest.
            for { let most := sub(end, and(shl(5, length), 0x60)) } lt(left, most) { left := add(left, 0x80) } {
                total := add(total, mulmod(mload(left), mload(right), R))
                right := add(right, step)
                total := add(total, mulmod(mload(add(left, 0x20)), mload(right), R))
                right := add(right, step)
                total := add(total, mulmod(mload(add(left, 0x40)), mload(right), R))
                right := add(right, step)
                total := mod(add(total, mulmod(mload(add(left, 0x60)), mload(right), R)), R)
                right := add(right, step)
            }
            for {} lt(left, end) { left := add(left, 0x20) } {
                total := addmod(total, mulmod(mload(left), mload(right), R), R)
                right := add(right, step)
            }
        }
    }

    /// @notice `Σ_{i < length} value_i·x^i`.
    function evaluate(uint256 vector, uint256 length, uint256 x) internal pure returns (uint256 value) {
        assembly ("memory-safe") {
            let word := add(vector, shl(5, length))
            // Sums stay below 2·R: four words at a time, then the rest.
            for { let least := add(vector, and(shl(5, length), 0x60)) } gt(word, least) {} {
                word := sub(word, 0x80)
                value := add(mulmod(value, x, R), mload(add(word, 0x60)))
                value := add(mulmod(value, x, R), mload(add(word, 0x40)))
                value := add(mulmod(value, x, R), mload(add(word, 0x20)))
                value := add(mulmod(value, x, R), mload(word))
            }
            for {} gt(word, vector) {} {
                word := sub(word, 0x20)
                value := add(mulmod(value, x, R), mload(word))
            }
            value := mod(value, R)
        }
    }

    /// @notice Sets the word at every `k < count` to `Σ_{i < length} value_{k + i}·x^i`.
    function evaluateEach(uint256 vector, uint256 count, uint256 length, uint256 x) internal pure {
        assembly ("memory-safe") {
            let last := shl(5, sub(length, 1))
            // A sum takes only words from its own on, which are not overwritten yet.
            for { let end := add(vector, shl(5, count)) } lt(vector, end) { vector := add(vector, 0x20) } {
                let word := add(vector, last)
                let value := mload(word)
                for {} gt(word, vector) {} {
                    word := sub(word, 0x20)
                    value := addmod(mulmod(value, x, R), mload(word), R)
                }
                mstore(vector, value)
            }
        }
    }

    /// @notice `Σ_{i < count} first·ratio^i`.
    function geometric(uint256 first, uint256 ratio, uint256 count) internal pure returns (uint256 total) {
        assembly ("memory-safe") {
            // Horner's rule: 1, 1 + ratio, 1 + ratio·(1 + ratio), …
            for { let quads := shr(2, count) } quads { quads := sub(quads, 1) } {
                total := add(mulmod(total, ratio, R), 1)
                total := add(mulmod(total, ratio, R), 1)
                total := add(mulmod(total, ratio, R), 1)
                total := add(mulmod(total, ratio, R), 1)
            }
            for { count := and(count, 3) } count { count := sub(count, 1) } {
                total := add(mulmod(total, ratio, R), 1)
            }
            total := mulmod(total, first, R)
        }
    }
}
