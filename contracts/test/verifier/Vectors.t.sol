// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {R} from "../../src/verifier/Bn254.sol";
import {Test} from "../Test.sol";
import {Libraries} from "./Libraries.sol";

/// @notice Sums over lists against their definition.
contract VectorsTest is Test {
    Libraries private libraries = new Libraries();

    /// @dev Up to 16 scalars, some of them the largest.
    function listOf(uint256 seed, uint256 length) private pure returns (uint256[] memory list) {
        list = new uint256[](length);
        for (uint256 i = 0; i < length; ++i) {
            uint256 word = uint256(keccak256(abi.encode(seed, i)));
            list[i] = word % 4 == 0 ? R - 1 : word % R;
        }
    }

    /// @dev `Σ_{i < length} value_{from + i}·x^i`.
    function evaluated(uint256[] memory values, uint256 from, uint256 length, uint256 x)
        private
        pure
        returns (uint256 value)
    {
        uint256 power = 1;
        for (uint256 i = 0; i < length; ++i) {
            value = addmod(value, mulmod(values[from + i], power, R), R);
            power = mulmod(power, x, R);
        }
    }

    function testFuzz_sumAndEvaluateAreAsDefined(uint256 seed, uint256 length, uint256 x) public view {
        uint256[] memory list = listOf(seed, length % 17);
        x = x % 5 == 0 ? R - 1 : x % R;
        (uint256 sum, uint256 atX) = libraries.ofVector(list, x);
        vm.assertEq(sum, evaluated(list, 0, list.length, 1));
        vm.assertEq(atX, evaluated(list, 0, list.length, x));
    }

    function testFuzz_dotTakesRightWordsAStepApart(uint256 seed, uint256 length, uint256 step) public view {
        (length, step) = (length % 17, step % 4);
        uint256[] memory left = listOf(seed, length);
        uint256[] memory right = listOf(seed ^ 1, length * step + 1);
        uint256 expected = 0;
        for (uint256 i = 0; i < length; ++i) {
            expected = addmod(expected, mulmod(left[i], right[i * step], R), R);
        }
        vm.assertEq(libraries.dotWithStep(left, right, step), expected);
    }

    function testFuzz_evaluateEachSetsFirstWordsOnly(uint256 seed, uint256 count, uint256 length, uint256 x)
        public
        view
    {
        (count, length, x) = (count % 9, bound(length, 1, 6), x % R);
        uint256[] memory list = listOf(seed, count + length - 1);
        uint256[] memory found = libraries.evaluateEach(list, count, length, x);
        for (uint256 k = 0; k < list.length; ++k) {
            vm.assertEq(found[k], k < count ? evaluated(list, k, length, x) : list[k]);
        }
    }

    function testFuzz_geometricIsTheSumOfPowers(uint256 first, uint256 ratio, uint256 count) public view {
        uint256[] memory ones = new uint256[](count % 19);
        for (uint256 i = 0; i < ones.length; ++i) {
            ones[i] = 1;
        }
        (first, ratio) = (first % R, ratio % R);
        uint256 expected = mulmod(first, evaluated(ones, 0, ones.length, ratio), R);
        vm.assertEq(libraries.geometric(first, ratio, ones.length), expected);
    }
}
