// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {R} from "./Bn254.sol";
import {Labels} from "./Labels.sol";
import {Transcript} from "./Transcript.sol";
import {Vectors} from "./Vectors.sol";

/// @title Sumcheck: reduces a claimed sum over the hypercube to one evaluation
/// @notice Counterpart of `crates/sumcheck`, with its step numbers.
/// @dev WARNING: Does not check the sum. The caller must prove the evaluation claim that is returned, by an opening.
library Sumcheck {
    using Transcript for Transcript.Tape;

    uint256 internal constant DEGREE = 4;

    /// @notice Reduces the claim that a polynomial of degree 4 in each of `numVars` variables sums to zero.
    /// @return point A coordinate for each variable, in memory from the last to the first.
    /// @return value The sum of the polynomial and its mask at that point; meaningless if a scalar was not below `R`.
    function reduceZero(Transcript.Tape memory tape, uint256 numVars)
        internal
        pure
        returns (uint256 point, uint256 value)
    {
        unchecked {
            point = Vectors.allocate(numVars);
            for (uint256 i = numVars; i > 0;) {
                // 1. The round polynomial, without the coefficient that follows from the running sum.
                uint256 round = tape.readScalars(Labels.SUMCHECK_ROUND, DEGREE);
                // 2. Bind the variable.
                uint256 r = tape.draw(Labels.SUMCHECK_BIND);
                // 3. The running sum.
                value = evaluate(round, value, r);
                Vectors.store(point, --i, r);
            }
        }
    }

    /// @dev `h(r)` for the `h` of the coefficients `c_0, c_2, c_3, c_4` from `round` on, with `h(0) + h(1) = sum`.
    function evaluate(uint256 round, uint256 sum, uint256 r) private pure returns (uint256 value) {
        assembly ("memory-safe") {
            let c0 := mload(round)
            let c2 := mload(add(round, 0x20))
            let c3 := mload(add(round, 0x40))
            value := mload(add(round, 0x60))
            // Five scalars add up below 2^256, and so do a product and two.
            let others := add(add(shl(1, c0), c2), add(c3, value))
            let c1 := add(sum, sub(R, mod(others, R)))
            value := add(mulmod(value, r, R), c3)
            value := add(mulmod(value, r, R), c2)
            value := add(mulmod(value, r, R), c1)
            value := addmod(mulmod(value, r, R), c0, R)
        }
    }
}
