// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {Bn254} from "./Bn254.sol";

/// @title A weight for every index of one axis
/// @notice Twin of `AxisWeights` in `crates/layers/src/array.rs`.
/// @dev Weights are `eq(point, bits of k)` for `k < len`, or listed. What is listed costs gas per weight, what is `eq`
/// per bit, so lists are made only where a step asks for one.
library Axes {
    uint256 private constant R = Bn254.R;

    /// @param isEq Whether the weights are `eq` of a point.
    /// @param len Length of the axis.
    /// @param weights The weights; or a point, of which `bits` coordinates from `first` on are this axis'.
    /// @param first See `weights`.
    /// @param bits See `weights`; at least the logarithm of `len`.
    struct Axis {
        bool isEq;
        uint256 len;
        uint256[] weights;
        uint256 first;
        uint256 bits;
    }

    /// @notice Any weights.
    function listed(uint256[] memory weights) internal pure returns (Axis memory axis) {
        axis.len = weights.length;
        axis.weights = weights;
    }

    /// @notice `eq` of `bits` coordinates of a point, from `first` on.
    function eq(uint256[] memory point, uint256 first, uint256 bits, uint256 len)
        internal
        pure
        returns (Axis memory axis)
    {
        axis.isEq = true;
        axis.len = len;
        axis.weights = point;
        axis.first = first;
        axis.bits = bits;
    }

    /// @notice One at `index`, zero elsewhere.
    function unit(uint256 index, uint256 len) internal pure returns (Axis memory) {
        uint256[] memory weights = new uint256[](len);
        weights[index] = 1;
        return listed(weights);
    }

    /// @notice The weights, one by one; there may be more entries than `axis.len`, which mean nothing.
    function values(Axis memory axis) internal pure returns (uint256[] memory) {
        return axis.isEq ? eqTable(axis.weights, axis.first, axis.bits) : axis.weights;
    }

    /// @notice `eq(point, k)` for all `k < 2^bits`.
    function eqTable(uint256[] memory point, uint256 first, uint256 bits)
        internal
        pure
        returns (uint256[] memory table)
    {
        unchecked {
            table = new uint256[](1 << bits);
            table[0] = 1;
            uint256 size = 1;
            for (uint256 i = first; i < first + bits; ++i) {
                uint256 u = point[i];
                // From the end, so that nothing is overwritten before it is read.
                for (uint256 k = size; k > 0;) {
                    --k;
                    uint256 whole = table[k];
                    uint256 high = mulmod(whole, u, R);
                    table[2 * k + 1] = high;
                    table[2 * k] = addmod(whole, R - high, R);
                }
                size *= 2;
            }
        }
    }

    /// @notice `Σ_k weight_k`.
    function sum(Axis memory axis) internal pure returns (uint256) {
        return evaluate(axis, 1);
    }

    /// @notice `Σ_k weight_k·x^k`.
    function evaluate(Axis memory axis, uint256 x) internal pure returns (uint256 value) {
        if (axis.isEq) return eqAt(axis.weights, axis.first, axis.bits, axis.len, x);
        unchecked {
            for (uint256 k = axis.len; k > 0;) {
                --k;
                value = addmod(mulmod(value, x, R), axis.weights[k], R);
            }
        }
    }

    /// @notice `Σ_{k < len} eq(point, k)·x^k`, for `len ≤ 2^bits`, in time `bits`.
    /// @dev From the least significant bit on, `whole` is the sum over all values of the bits so far, `part` the sum
    /// over those below `len` modulo the bits' range.
    function eqAt(uint256[] memory point, uint256 first, uint256 bits, uint256 len, uint256 x)
        internal
        pure
        returns (uint256)
    {
        unchecked {
            uint256 whole = 1;
            uint256 part = 0;
            for (uint256 i = 0; i < bits; ++i) {
                uint256 u = point[first + bits - 1 - i];
                uint256 off = addmod(1, R - u, R);
                uint256 on = mulmod(u, x, R);
                part =
                    (len >> i) & 1 == 1 ? addmod(mulmod(off, whole, R), mulmod(on, part, R), R) : mulmod(off, part, R);
                whole = mulmod(whole, addmod(off, on, R), R);
                x = mulmod(x, x, R);
            }
            return len >> bits == 0 ? part : whole;
        }
    }

    /// @notice `Σ_k left_k·right_k`, of axes of one length.
    function dot(Axis memory left, Axis memory right) internal pure returns (uint256 product) {
        unchecked {
            uint256 len = left.len;
            if (left.isEq && right.isEq && len >> left.bits == 1) {
                product = 1;
                for (uint256 i = 0; i < left.bits; ++i) {
                    product = mulmod(product, eqBit(left.weights[left.first + i], right.weights[right.first + i]), R);
                }
                return product;
            }
            uint256[] memory l = values(left);
            uint256[] memory r = values(right);
            for (uint256 k = 0; k < len; ++k) {
                product = addmod(product, mulmod(l[k], r[k], R), R);
            }
        }
    }

    /// @notice `1 − u − v + 2·u·v`.
    function eqBit(uint256 u, uint256 v) internal pure returns (uint256) {
        unchecked {
            uint256 both = mulmod(u, v, R);
            return addmod(addmod(1, 2 * both, R), (R - u) + (R - v), R);
        }
    }
}
