// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {Bn254, R} from "./Bn254.sol";
import {Vectors} from "./Vectors.sol";

/// @notice A weight for every index of one axis: either `eq` of some coordinates of a point, or a list. One word, whose
/// fields are, from the least significant bit on: 8 bits that are 1 for `eq`, 8 with the number of coordinates, 32 with
/// the length of the axis, and a pointer. It points to the first weight of a list, or to the coordinate for the least
/// significant bit of an index: in memory, a point goes from its last coordinate to its first.
type Axis is uint256;

using Axes for Axis global;

/// @title Weights along one axis
/// @notice Counterpart of `AxisVector` in `crates/commitment/src/claim.rs`.
/// @dev A list costs gas per weight and an `eq` per bit, so a list is made only where a step needs one.
library Axes {
    /// @dev The fields, without the pointer, of an `eq` along an axis of length one.
    uint256 internal constant SINGLE = 0x10001;

    /// @notice A list of `count` weights that begins at `vector`.
    function listed(uint256 vector, uint256 count) internal pure returns (Axis) {
        return Axis.wrap((vector << 48) | (count << 16));
    }

    /// @notice `eq` of the coordinates from `point` on. `shape` has the other fields of the axis.
    function eq(uint256 point, uint256 shape) internal pure returns (Axis) {
        return Axis.wrap((point << 48) | shape);
    }

    function isEq(Axis axis) internal pure returns (bool) {
        return Axis.unwrap(axis) & 0xff == 1;
    }

    /// @notice The number of coordinates of an `eq`.
    function bits(Axis axis) internal pure returns (uint256) {
        return (Axis.unwrap(axis) >> 8) & 0xff;
    }

    /// @notice The number of weights.
    function length(Axis axis) internal pure returns (uint256) {
        return (Axis.unwrap(axis) >> 16) & 0xffffffff;
    }

    /// @notice The pointer to the first coordinate, or to the first weight.
    function pointer(Axis axis) internal pure returns (uint256) {
        return Axis.unwrap(axis) >> 48;
    }

    /// @notice The axis at `index` of a list of axes.
    function nth(uint256 axes, uint256 index) internal pure returns (Axis) {
        return Axis.wrap(Vectors.load(axes, index));
    }

    /// @notice Sets the axis at `index` of a list of axes.
    function put(uint256 axes, uint256 index, Axis axis) internal pure {
        Vectors.store(axes, index, Axis.unwrap(axis));
    }

    /// @notice A list of the same four axes.
    function copy(uint256 axes) internal pure returns (uint256 list) {
        list = Vectors.allocate(4);
        assembly ("memory-safe") {
            mcopy(list, axes, 0x80)
        }
    }

    /// @notice An `eq` without the last `count` bits of its indices. Its length must be a multiple of `2^count`.
    function above(Axis axis, uint256 count) internal pure returns (Axis) {
        unchecked {
            uint256 shape = ((axis.length() >> count) << 16) | ((axis.bits() - count) << 8) | 1;
            return eq(axis.pointer() + 32 * count, shape);
        }
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
            // From the least significant bit on, each bit doubles the list: the first half is for a zero in the bit, the
            // second for a one. The first bit alone, the others two words at a time.
            if count {
                let on := mload(point)
                mstore(table, addmod(1, sub(R, on), R))
                mstore(add(table, 0x20), on)
                let last := add(point, shl(5, count))
                point := add(point, 0x20)
                for { let size := 0x40 } lt(point, last) { point := add(point, 0x20) } {
                    on := mload(point)
                    let off := sub(add(R, 1), on)
                    let low := table
                    for { let end := add(table, size) } lt(low, end) { low := add(low, 0x40) } {
                        let high := add(low, size)
                        let whole := mload(low)
                        mstore(low, mulmod(whole, off, R))
                        mstore(high, mulmod(whole, on, R))
                        whole := mload(add(low, 0x20))
                        mstore(add(low, 0x20), mulmod(whole, off, R))
                        mstore(add(high, 0x20), mulmod(whole, on, R))
                    }
                    size := shl(1, size)
                }
            }
        }
    }

    /// @notice `Σ_k weight_k`.
    function sum(Axis axis) internal pure returns (uint256 total) {
        uint256 len = axis.length();
        uint256 point = axis.pointer();
        if (!axis.isEq()) return Vectors.sum(point, len);
        uint256 count = axis.bits();
        // All weights of an `eq` add up to one.
        if (len >> count == 1) return 1;
        assembly ("memory-safe") {
            for { let end := add(point, shl(5, count)) } lt(point, end) { point := add(point, 0x20) } {
                let on := mload(point)
                // A set bit adds all that have a zero there.
                switch and(len, 1)
                case 0 { total := mulmod(sub(add(R, 1), on), total, R) }
                default { total := addmod(mulmod(on, total, R), sub(add(R, 1), on), R) }
                len := shr(1, len)
            }
        }
    }

    /// @notice `Σ_k weight_k·x^k`.
    function evaluate(Axis axis, uint256 x) internal pure returns (uint256) {
        if (!axis.isEq()) return Vectors.evaluate(axis.pointer(), axis.length(), x);
        return eqAt(axis.pointer(), axis.bits(), axis.length(), x);
    }

    /// @notice `Σ_{k < len} eq(point, k)·x^k`, for `len ≤ 2^count`, in time `count`.
    function eqAt(uint256 point, uint256 count, uint256 len, uint256 x) internal pure returns (uint256 part) {
        assembly ("memory-safe") {
            let end := add(point, shl(5, count))
            // From the least significant bit on, `whole` is the sum over all values of the bits so far, `part` the sum
            // over those below `len` modulo the bits' range. While that is zero, only the first counts.
            let whole := 1
            for {} lt(and(len, 1), lt(point, end)) { point := add(point, 0x20) } {
                let on := mload(point)
                // 1 − u + u·x, below 2^256.
                whole := mulmod(whole, add(sub(add(R, 1), on), mulmod(on, x, R)), R)
                x := mulmod(x, x, R)
                len := shr(1, len)
            }
            // If `len` is the whole range, the loop took every bit.
            if eq(point, end) { part := whole }
            for {} lt(point, end) { point := add(point, 0x20) } {
                let on := mload(point)
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

    /// @notice `Σ_k left_k·right_k`, for axes of the same length.
    function dot(Axis left, Axis right) internal pure returns (uint256) {
        uint256 len = left.length();
        if (left.isEq() && right.isEq() && len >> left.bits() == 1) {
            uint256 count = left.bits();
            return Vectors.load(eqOfPoints(left.pointer(), right.pointer(), count), count);
        }
        return Vectors.dot(left.values(), right.values(), 0x20, len);
    }

    /// @notice The products `left_k·right_k`, for axes of the same length.
    function times(Axis left, Axis right) internal pure returns (uint256 products) {
        unchecked {
            uint256 len = left.length();
            uint256 l = left.values();
            uint256 r = right.values();
            products = Vectors.allocate(len);
            for (uint256 k = 0; k < len; ++k) {
                Vectors.store(products, k, Bn254.mul(Vectors.load(l, k), Vectors.load(r, k)));
            }
        }
    }

    /// @notice For every `k ≤ count`, `Π_i (1 − u_i − v_i + 2·u_i·v_i)` over the first `k` coordinates in memory.
    function eqOfPoints(uint256 u, uint256 v, uint256 count) internal pure returns (uint256 products) {
        products = Vectors.allocate(count + 1);
        assembly ("memory-safe") {
            let product := 1
            mstore(products, product)
            let to := products
            for { let end := add(u, shl(5, count)) } lt(u, end) { u := add(u, 0x20) } {
                let left := mload(u)
                let right := mload(v)
                // Below 5·R, and so below 2^256.
                let bit := add(sub(add(R, 1), left), add(sub(R, right), shl(1, mulmod(left, right, R))))
                product := mulmod(product, bit, R)
                to := add(to, 0x20)
                mstore(to, product)
                v := add(v, 0x20)
            }
        }
    }
}
