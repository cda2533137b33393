// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {Bn254} from "./Bn254.sol";
import {Labels} from "./Labels.sol";
import {Transcript} from "./Transcript.sol";

/// @title Sumcheck: reduces a claimed sum over the hypercube to one evaluation
/// @notice Twin of `crates/sumcheck`, with its step numbers.
/// @dev Does not check the sum: the caller settles the evaluation claim that is returned, by an opening.
library Sumcheck {
    using Transcript for Transcript.Tape;

    uint256 internal constant DEGREE = 4;
    uint256 private constant R = Bn254.R;

    /// @notice Reduces the claim that a polynomial of degree 4 in each of `numVars` variables sums to zero.
    /// @return point A coordinate for each variable, the most significant first.
    /// @return value What the polynomial and its mask must add up to there.
    function reduceZero(Transcript.Tape memory tape, uint256 numVars)
        internal
        pure
        returns (uint256[] memory point, uint256 value)
    {
        point = new uint256[](numVars);
        for (uint256 i = 0; i < numVars; ++i) {
            // 1. The round polynomial, less what the running sum says of it.
            uint256[] memory c = tape.readScalars(Labels.SUMCHECK_ROUND, DEGREE);
            // 2. Bind the variable.
            uint256 r = tape.draw(Labels.SUMCHECK_BIND);
            // 3. The running sum. If a scalar is not below R, the proof is refused in the end.
            value = evaluate(c[0] % R, c[1] % R, c[2] % R, c[3] % R, value, r);
            point[i] = r;
        }
    }

    /// @dev `h(r)` for the `h` of these coefficients, the linear one left out, with `h(0) + h(1) = sum`.
    function evaluate(uint256 c0, uint256 c2, uint256 c3, uint256 c4, uint256 sum, uint256 r)
        private
        pure
        returns (uint256 value)
    {
        unchecked {
            // Five terms below R add up below 2^256.
            uint256 others = 2 * c0 + c2 + c3 + c4;
            uint256 c1 = addmod(sum, R - others % R, R);
            value = addmod(mulmod(c4, r, R), c3, R);
            value = addmod(mulmod(value, r, R), c2, R);
            value = addmod(mulmod(value, r, R), c1, R);
            value = addmod(mulmod(value, r, R), c0, R);
        }
    }
}
