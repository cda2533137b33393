// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {R} from "../../src/verifier/Bn254.sol";
import {Test} from "../Test.sol";
import {Libraries} from "./Libraries.sol";

/// @notice The library's state against the formula of the book, with clean memory and with dirty.
contract TranscriptTest is Test {
    Libraries private libraries = new Libraries();

    /// @dev `state ← Keccak-256(state ‖ label ‖ count ‖ words)`.
    function absorbed(bytes32 state, bytes32 label, bytes memory words) private pure returns (bytes32) {
        return keccak256(abi.encodePacked(state, label, words.length / 32, words));
    }

    function testFuzz_readsAbsorbsAndDraws(
        bool dirty,
        bytes32 statement,
        uint256 points,
        uint256[] memory scalars,
        bytes calldata rest
    ) public view {
        points = points % 5;
        bytes memory ofPoints;
        for (uint256 i = 0; i < points; ++i) {
            ofPoints = bytes.concat(ofPoints, abi.encode(1, 2));
        }
        bool badScalar = false;
        for (uint256 i = 0; i < scalars.length; ++i) {
            // Mostly scalars, some of them the largest.
            if (scalars[i] % 8 == 0) scalars[i] = R - 1;
            else if (scalars[i] % 64 != 1) scalars[i] %= R;
            badScalar = badScalar || scalars[i] >= R;
        }
        bytes memory ofScalars = abi.encodePacked(scalars);
        bytes32 state = absorbed(0, keccak256("zklens/v1"), abi.encode(statement));
        state = absorbed(state, "points", ofPoints);
        state = absorbed(state, "scalars", ofScalars);
        state = absorbed(state, "challenge", "");

        (uint256 challenge, uint256[] memory read, bool isBadPoint, bool isBadScalar) =
            libraries.transcript(dirty, statement, points, scalars.length, bytes.concat(ofPoints, ofScalars, rest));
        vm.assertEq(challenge, uint256(state) >> 3);
        vm.assertEq(abi.encode(read), abi.encode(scalars));
        vm.assertFalse(isBadPoint);
        vm.assertEq(isBadScalar, badScalar);
    }

    /// @dev One fault among good points and scalars is remembered, wherever it is.
    function testFuzz_remembersFaults(bool dirty, uint256 index) public view {
        uint256[] memory words = new uint256[](12);
        for (uint256 i = 0; i < 6; i += 2) {
            (words[i], words[i + 1]) = (1, 2);
        }
        index %= words.length;
        words[index] = index < 6 ? 3 : R;
        (,, bool badPoint, bool badScalar) = libraries.transcript(dirty, 0, 3, 6, abi.encodePacked(words));
        vm.assertEq(badPoint, index < 6);
        vm.assertEq(badScalar, index >= 6);
    }
}
