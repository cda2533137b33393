// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {R} from "../../src/verifier/Bn254.sol";
import {Opening} from "../../src/verifier/Opening.sol";
import {Test} from "../Test.sol";

/// @notice Challenges of an opening that coincide, as no prover can arrange.
contract OpeningTest is Test {
    function inverse(uint256 a) private view returns (uint256) {
        (bool done, bytes memory result) = address(5).staticcall(abi.encode(32, 32, 32, a, R - 2, R));
        assert(done);
        return abi.decode(result, (uint256));
    }

    function started(uint256 z, uint256 x) private view returns (bool valid, Opening.Batch memory batch) {
        Opening.Messages memory messages;
        (messages.z, messages.x) = (z, x);
        valid = Opening.start(messages, 3, batch);
    }

    function testFuzz_takesDistinctChallenges(uint256 z, uint256 x) public view {
        (z, x) = (bound(z, 2, R - 2), bound(x, 0, R - 1));
        vm.assume(x != z && mulmod(x, z, R) != 1);
        (bool valid, Opening.Batch memory batch) = started(z, x);
        vm.assertTrue(valid);
        vm.assertEq(batch.inverse, inverse(z));
        vm.assertEq(batch.overZ, inverse(addmod(x, R - z, R)));
        vm.assertEq(batch.overInverse, inverse(addmod(x, R - inverse(z), R)));
    }

    function testFuzz_refusesChallengesThatCoincide(uint256 z, uint256 x) public view {
        (z, x) = (bound(z, 2, R - 2), bound(x, 0, R - 1));
        uint256[2][5] memory pairs = [[0, x], [1, x], [R - 1, x], [z, z], [z, inverse(z)]];
        for (uint256 i = 0; i < pairs.length; ++i) {
            (bool valid,) = started(pairs[i][0], pairs[i][1]);
            vm.assertFalse(valid);
        }
    }
}
