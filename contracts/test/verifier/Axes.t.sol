// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {R} from "../../src/verifier/Bn254.sol";
import {Test} from "../Test.sol";
import {Libraries} from "./Libraries.sol";

/// @notice Axis weights against their definition, with clean memory and with dirty.
contract AxesTest is Test {
    uint256 private constant MOST_BITS = 5;

    Libraries private libraries = new Libraries();

    /// @dev `eq(point, k)`; the first coordinate belongs to the most significant bit.
    function weight(uint256[] memory point, uint256 k) private pure returns (uint256 product) {
        product = 1;
        for (uint256 i = 0; i < point.length; ++i) {
            bool isSet = (k >> (point.length - 1 - i)) & 1 == 1;
            product = mulmod(product, isSet ? point[i] : addmod(1, R - point[i], R), R);
        }
    }

    /// @dev `bits` coordinates, as challenges are: below 2^253.
    function pointOf(uint256 seed, uint256 bits) private pure returns (uint256[] memory point) {
        point = new uint256[](bits);
        for (uint256 i = 0; i < bits; ++i) {
            point[i] = uint256(keccak256(abi.encode(seed, i))) >> 3;
            // Some at the ends.
            if (point[i] % 8 < 2) point[i] %= 8;
        }
    }

    function testFuzz_eqIsItsListedWeights(bool dirty, uint256 seed, uint256 bits, uint256 len, uint256 x) public view {
        bits = bound(bits, 0, MOST_BITS);
        len = bound(len, 1, 1 << bits);
        x = x % R;
        uint256[] memory point = pointOf(seed, bits);
        (uint256[] memory weights, uint256 sum, uint256 atX) = libraries.eqAxis(dirty, point, len, x);
        uint256 total = 0;
        vm.assertEq(weights.length, len);
        for (uint256 k = 0; k < len; ++k) {
            vm.assertEq(weights[k], weight(point, k));
            total = addmod(total, weights[k], R);
        }
        vm.assertEq(sum, total);
        (, uint256 listedSum, uint256 listedX) = libraries.listedAxis(dirty, weights, x);
        vm.assertEq(listedSum, total);
        vm.assertEq(listedX, evaluated(weights, x));
        vm.assertEq(atX, listedX);
    }

    /// @dev `Σ_k weight_k·x^k`.
    function evaluated(uint256[] memory weights, uint256 x) private pure returns (uint256 value) {
        uint256 power = 1;
        for (uint256 k = 0; k < weights.length; ++k) {
            value = addmod(value, mulmod(weights[k], power, R), R);
            power = mulmod(power, x, R);
        }
    }

    function testFuzz_dotIsOverTheWeights(bool dirty, uint256 seed, uint256 other, uint256 bits, uint256 len)
        public
        view
    {
        bits = bound(bits, 0, MOST_BITS);
        len = bound(len, bits == 0 ? 1 : (1 << (bits - 1)) + 1, 1 << bits);
        (uint256[] memory left, uint256[] memory right) = (pointOf(seed, bits), pointOf(other, bits));
        uint256 expected = 0;
        for (uint256 k = 0; k < len; ++k) {
            expected = addmod(expected, mulmod(weight(left, k), weight(right, k), R), R);
        }
        vm.assertEq(libraries.dot(dirty, left, right, len), expected);
    }
}
