// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {R} from "../../src/verifier/Bn254.sol";
import {Test} from "../Test.sol";
import {Libraries} from "./Libraries.sol";

/// @notice The library's arithmetic against plain formulas and the precompiles, with clean memory and with dirty.
contract Bn254Test is Test {
    uint256 private constant P = 21888242871839275222246405745257275088696311157297823662689037894645226208583;

    Libraries private libraries = new Libraries();

    function test_dirtyMemoryIsDirty() public view {
        for (uint256 i = 0; i < 256; ++i) {
            vm.assertEq(libraries.freeWord(false, i), 0);
            vm.assertTrue(libraries.freeWord(true, i) != 0);
        }
    }

    function testFuzz_aNumberTimesItsInverseIsOne(bool dirty, uint256 a) public view {
        a = bound(a, 1, R - 1);
        uint256 inverse = libraries.inverse(dirty, a);
        vm.assertLt(inverse, R);
        vm.assertEq(mulmod(a, inverse, R), 1);
    }

    function test_inverseOfZeroIsZero() public view {
        vm.assertEq(libraries.inverse(false, 0), 0);
        vm.assertEq(libraries.inverse(true, 0), 0);
    }

    function testFuzz_negAndSubUndoAddition(uint256 a, uint256 b) public view {
        (a, b) = (bound(a, 0, R - 1), bound(b, 0, R - 1));
        uint256 negated = libraries.neg(a);
        uint256 difference = libraries.sub(a, b);
        vm.assertLt(negated, R);
        vm.assertLt(difference, R);
        vm.assertEq(addmod(a, negated, R), 0);
        vm.assertEq(addmod(difference, b, R), a);
    }

    function test_negAndSubAreReducedAtTheEnds() public view {
        vm.assertEq(libraries.neg(0), 0);
        vm.assertEq(libraries.neg(1), R - 1);
        vm.assertEq(libraries.neg(R - 1), 1);
        vm.assertEq(libraries.sub(0, 0), 0);
        vm.assertEq(libraries.sub(0, R - 1), 1);
        vm.assertEq(libraries.sub(R - 1, R - 1), 0);
    }

    /// @dev The precompile that adds points accepts points on the curve, and zeros for infinity.
    function isOnCurve(uint256 x, uint256 y) private view returns (bool valid) {
        (valid,) = address(6).staticcall{gas: 1000}(abi.encode(x, y, 0, 0));
        valid = valid && (x != 0 || y != 0);
    }

    function multiple(uint256 factor) private view returns (uint256 x, uint256 y) {
        (bool done, bytes memory point) = address(7).staticcall(abi.encode(1, 2, factor));
        assert(done);
        return abi.decode(point, (uint256, uint256));
    }

    function encoded(uint256 factor) private view returns (bytes memory) {
        (uint256 x, uint256 y) = multiple(factor);
        return abi.encode(x, y);
    }

    /// @dev A point on the curve, or one with a coordinate changed.
    function changed(uint256 factor, uint256 change) private view returns (uint256 x, uint256 y) {
        (x, y) = multiple(bound(factor, 1, R - 1));
        change %= 16;
        if (change == 0) x += P;
        if (change == 1) y += P;
        if (change == 2) (x, y) = (0, 0);
        if (change == 3) (x, y) = (y, x);
        if (change == 4) x ^= 1 << (factor % 256);
        if (change == 5) y ^= 1 << (factor % 256);
        if (change == 6) y = P - y;
        if (change == 7) (x, y) = (P, P);
        if (change == 8) x = factor;
    }

    function testFuzz_areOnCurveAgreesWithThePrecompile(
        bool dirty,
        uint256[4] calldata factors,
        uint256[4] calldata changes
    ) public view {
        bytes memory points;
        bool valid = true;
        for (uint256 i = 0; i < 4; ++i) {
            vm.assertEq(libraries.areOnCurve(dirty, points), valid);
            (uint256 x, uint256 y) = changed(factors[i], changes[i]);
            points = bytes.concat(points, abi.encode(x, y));
            valid = valid && isOnCurve(x, y);
        }
        vm.assertEq(libraries.areOnCurve(dirty, points), valid);
    }

    /// @dev `Σ coefficient·(factor·G) − minus·G` is `(Σ coefficient·factor − minus)·G`.
    function testFuzz_combineSumsMultiplesLessOnePoint(
        bool dirty,
        uint256 minus,
        uint256 count,
        uint256[3] calldata factors,
        uint256[3] calldata coefficients
    ) public view {
        minus = bound(minus, 1, R - 1);
        bytes memory points;
        uint256[] memory list = new uint256[](count % 4);
        uint256 sum = R - minus;
        for (uint256 i = 0; i < list.length; ++i) {
            points = bytes.concat(points, encoded(factors[i]));
            list[i] = coefficients[i] % R;
            sum = addmod(sum, mulmod(factors[i], list[i], R), R);
        }
        (uint256 x, uint256 y) = libraries.combine(dirty, points, list, encoded(minus));
        vm.assertEq(abi.encode(x, y), encoded(sum));
    }

    /// @dev Sums that meet infinity, or a point and itself.
    function test_combinePassesInfinityAndEqualPoints() public view {
        uint256[] memory one = new uint256[](1);
        uint256[5] memory coefficients = [0, 1, 2, R - 1, R - 2];
        for (uint256 i = 0; i < coefficients.length; ++i) {
            one[0] = coefficients[i];
            (uint256 x, uint256 y) = libraries.combine(true, encoded(1), one, encoded(1));
            vm.assertEq(abi.encode(x, y), encoded(addmod(coefficients[i], R - 1, R)));
        }
    }

    /// @dev With `τ = 1` the pairings agree on equal points.
    function testFuzz_pairingsAgreeOnEqualPointsOnly(bool dirty, uint256 factor, uint256 other, bool same) public view {
        uint256[4] memory generator = [
            0x198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2,
            0x1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed,
            0x090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975b,
            0x12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daa
        ];
        factor = bound(factor, 1, R - 1);
        other = same ? factor : other % R;
        (uint256 x, uint256 y) = multiple(other);
        vm.assertEq(libraries.pairingsAgree(dirty, x, y, encoded(factor), generator), other == factor);
    }
}
