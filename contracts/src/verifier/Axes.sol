// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {R} from "./Bn254.sol";
import {Vectors} from "./Vectors.sol";

/// @notice A weight for every index of one axis: `eq` of some coordinates of a point, or a list. One word: from the
/// least significant bit on, 8 bits that are 1 for `eq`, 8 bits with the number of coordinates, 32 with the
/// length of the axis, and the pointer to the first coordinate or weight.
type Axis is uint256;

using Axes for Axis global;

/// @title Weights along one axis
/// @notice Twin of `AxisWeights` in `crates/layers/src/array.rs`.
/// @dev What is listed costs gas per weight, what is `eq` per bit, so lists are made only where a step asks for one.
library Axes {
    /// @notice Any weights.
    function listed(uint256 vector, uint256 count) internal pure returns (Axis) {
        return Axis.wrap((vector << 48) | (count << 16));
    }

    /// @notice `eq` of `count` coordinates from `point` on, for indices below `len ≤ 2^count`.
    function eq(uint256 point, uint256 count, uint256 len) internal pure returns (Axis) {
        return Axis.wrap((point << 48) | (len << 16) | (count << 8) | 1);
    }

    /// @notice One at `index`, zero elsewhere.
    function unit(uint256 index, uint256 count) internal pure returns (Axis) {
        uint256 vector = Vectors.zeros(count);
        Vectors.store(vector, index, 1);
        return listed(vector, count);
    }

    function isEq(Axis axis) internal pure returns (bool) {
        return Axis.unwrap(axis) & 0xff == 1;
    }

    /// @notice Coordinates of an `eq`.
    function bits(Axis axis) internal pure returns (uint256) {
        return (Axis.unwrap(axis) >> 8) & 0xff;
    }

    /// @notice How many weights there are.
    function length(Axis axis) internal pure returns (uint256) {
        return (Axis.unwrap(axis) >> 16) & 0xffffffff;
    }

    /// @notice The first coordinate, or weight.
    function pointer(Axis axis) internal pure returns (uint256) {
        return Axis.unwrap(axis) >> 48;
    }

    /// @notice The weights, one by one.
    function values(Axis axis) internal pure returns (uint256) {
        return axis.isEq() ? eqTable(axis.pointer(), axis.bits()) : axis.pointer();
    }

    /// @notice `eq(point, k)` for all `k < 2^count`.
    function eqTable(uint256 point, uint256 count) internal pure returns (uint256 table) {
        table = Vectors.allocate(1 << count);
        assembly ("memory-safe") {
            mstore(table, 1)
            let size := 0x20
            for { let end := add(point, shl(5, count)) } lt(point, end) { point := add(point, 0x20) } {
                let u := mload(point)
                // From the end, so that nothing is overwritten before it is read.
                for { let k := size } k {} {
                    k := sub(k, 0x20)
                    let whole := mload(add(table, k))
                    let high := mulmod(whole, u, R)
                    let to := add(table, shl(1, k))
                    mstore(to, addmod(whole, sub(R, high), R))
                    mstore(add(to, 0x20), high)
                }
                size := shl(1, size)
            }
        }
    }

    /// @notice `Σ_k weight_k`.
    function sum(Axis axis) internal pure returns (uint256 total) {
        uint256 len = axis.length();
        uint256 first = axis.pointer();
        if (!axis.isEq()) return Vectors.sum(first, len);
        // Of a whole `eq`, one.
        if (len >> axis.bits() == 1) return 1;
        uint256 count = axis.bits();
        assembly ("memory-safe") {
            for { let coordinate := add(first, shl(5, count)) } gt(coordinate, first) {} {
                coordinate := sub(coordinate, 0x20)
                let u := mload(coordinate)
                // A set bit adds all that have a zero there.
                switch and(len, 1)
                case 0 { total := mulmod(sub(add(R, 1), u), total, R) }
                default { total := addmod(mulmod(u, total, R), sub(add(R, 1), u), R) }
                len := shr(1, len)
            }
        }
    }

    /// @notice `Σ_k weight_k·x^k`, and the same of `y`.
    function evaluate(Axis axis, uint256 x, uint256 y) internal pure returns (uint256, uint256) {
        uint256 first = axis.pointer();
        uint256 len = axis.length();
        if (!axis.isEq()) return (Vectors.evaluate(first, len, x), Vectors.evaluate(first, len, y));
        return eqAt(first, axis.bits(), len, x, y);
    }

    /// @notice `Σ_{k < len} eq(point, k)·x^k`, for `len ≤ 2^count`, in time `count`, and the same of `y`.
    function eqAt(uint256 point, uint256 count, uint256 len, uint256 x, uint256 y)
        internal
        pure
        returns (uint256, uint256)
    {
        if (len >> count == 1) return (wholeAt(point, count, x), wholeAt(point, count, y));
        return (partAt(point, count, len, x), partAt(point, count, len, y));
    }

    /// @dev `Π_j ((1 − u_j) + u_j·x^(2^j))`, the least significant bit first.
    function wholeAt(uint256 point, uint256 count, uint256 x) private pure returns (uint256 whole) {
        assembly ("memory-safe") {
            whole := 1
            for { let coordinate := add(point, shl(5, count)) } gt(coordinate, point) {} {
                coordinate := sub(coordinate, 0x20)
                let u := mload(coordinate)
                // 1 − u + u·x, below 2^256.
                whole := mulmod(whole, add(sub(add(R, 1), u), mulmod(u, x, R)), R)
                x := mulmod(x, x, R)
            }
        }
    }

    /// @dev From the least significant bit on, `whole` is the sum over all values of the bits so far, `part` the sum
    /// over those below `len` modulo the bits' range.
    function partAt(uint256 point, uint256 count, uint256 len, uint256 x) private pure returns (uint256 part) {
        assembly ("memory-safe") {
            let whole := 1
            for { let coordinate := add(point, shl(5, count)) } gt(coordinate, point) {} {
                coordinate := sub(coordinate, 0x20)
                let on := mload(coordinate)
                let off := sub(add(R, 1), on)
                on := mulmod(on, x, R)
                switch and(len, 1)
                case 0 { part := mulmod(off, part, R) }
                default { part := addmod(mulmod(off, whole, R), mulmod(on, part, R), R) }
                whole := mulmod(whole, add(off, on), R)
                x := mulmod(x, x, R)
                len := shr(1, len)
            }
        }
    }

    /// @notice `Σ_k left_k·right_k`, of axes of one length.
    function dot(Axis left, Axis right) internal pure returns (uint256) {
        uint256 len = left.length();
        if (left.isEq() && right.isEq() && len >> left.bits() == 1) {
            return eqOfPoints(left.pointer(), right.pointer(), left.bits());
        }
        return Vectors.dot(left.values(), right.values(), len);
    }

    /// @notice The products `left_k·right_k`, of axes of one length.
    function times(Axis left, Axis right) internal pure returns (uint256 products) {
        unchecked {
            uint256 len = left.length();
            uint256 l = left.values();
            uint256 r = right.values();
            products = Vectors.allocate(len);
            for (uint256 k = 0; k < len; ++k) {
                Vectors.store(products, k, mulmod(Vectors.load(l, k), Vectors.load(r, k), R));
            }
        }
    }

    /// @notice `Π_i (1 − u_i − v_i + 2·u_i·v_i)`, over `count` coordinates.
    function eqOfPoints(uint256 u, uint256 v, uint256 count) internal pure returns (uint256 product) {
        assembly ("memory-safe") {
            product := 1
            for { let end := add(u, shl(5, count)) } lt(u, end) { u := add(u, 0x20) } {
                let left := mload(u)
                let right := mload(v)
                let both := mulmod(left, right, R)
                // Below 5·R, and so below 2^256.
                let bit := add(add(sub(add(R, 1), left), sub(R, right)), shl(1, both))
                product := mulmod(product, bit, R)
                v := add(v, 0x20)
            }
        }
    }
}
