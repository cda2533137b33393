// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {Axes, Axis} from "../../src/verifier/Axes.sol";
import {Bn254} from "../../src/verifier/Bn254.sol";
import {ContractKey} from "../../src/verifier/ContractKey.sol";
import {Table} from "../../src/verifier/KeyWords.sol";
import {Rules} from "../../src/verifier/Rules.sol";
import {Transcript} from "../../src/verifier/Transcript.sol";
import {Vectors} from "../../src/verifier/Vectors.sol";

/// @title The functions of the verifier's libraries as external functions
/// @dev `dirty` says whether memory that nobody has allocated has bits set, which must not matter.
contract Libraries {
    using Transcript for Transcript.Tape;

    /// @dev Sets bits in the scratch space and behind the free memory pointer.
    modifier memoryIs(bool dirty) {
        if (dirty) {
            assembly ("memory-safe") {
                mstore(0, not(0))
                mstore(0x20, not(0))
                let free := mload(0x40)
                for { let i := 0 } lt(i, 0x2000) { i := add(i, 0x20) } { mstore(add(free, i), not(i)) }
            }
        }
        _;
    }

    /// @notice A word that nobody has allocated.
    function freeWord(bool dirty, uint256 index) external pure memoryIs(dirty) returns (uint256 word) {
        return Vectors.load(Vectors.allocate(index + 1), index);
    }

    // Bn254.

    function inverse(bool dirty, uint256 a) external view memoryIs(dirty) returns (uint256) {
        return Bn254.inverse(a);
    }

    function neg(uint256 a) external pure returns (uint256) {
        return Bn254.neg(a);
    }

    function sub(uint256 a, uint256 b) external pure returns (uint256) {
        return Bn254.sub(a, b);
    }

    function areOnCurve(bool dirty, bytes calldata points) external pure memoryIs(dirty) returns (bool) {
        return Bn254.areOnCurve(offsetOf(points), points.length / 64);
    }

    function combine(bool dirty, bytes memory points, uint256[] memory coefficients, bytes calldata minus)
        external
        view
        memoryIs(dirty)
        returns (uint256 x, uint256 y)
    {
        uint256 offset;
        assembly ("memory-safe") {
            offset := add(points, 0x20)
        }
        return Bn254.combine(offset, vector(coefficients), coefficients.length, offsetOf(minus));
    }

    function pairingsAgree(bool dirty, uint256 x, uint256 y, bytes calldata witness, uint256[4] memory tau)
        external
        view
        memoryIs(dirty)
        returns (bool)
    {
        uint256 offset;
        assembly ("memory-safe") {
            offset := tau
        }
        return Bn254.pairingsAgree(x, y, offsetOf(witness), offset);
    }

    // Transcript.

    /// @notice Reads points and scalars, draws a challenge, and returns it with the scalars and the tape's flags.
    function transcript(bool dirty, bytes32 statement, uint256 points, uint256 scalars, bytes calldata proof)
        external
        pure
        memoryIs(dirty)
        returns (uint256 challenge, uint256[] memory read, bool badPoint, bool badScalar)
    {
        Transcript.Tape memory tape;
        tape.open(statement, offsetOf(proof));
        tape.readPoints("points", points);
        uint256 first = tape.readScalars("scalars", scalars);
        challenge = tape.draw("challenge");
        read = new uint256[](scalars);
        for (uint256 i = 0; i < scalars; ++i) {
            read[i] = Vectors.load(first, i);
        }
        (badPoint, badScalar) = (tape.badPoint, tape.badScalar);
    }

    // Axes.

    /// @notice The weights of an `eq` axis, their sum, and the polynomial with these coefficients at `x`.
    function eqAxis(bool dirty, uint256[] memory point, uint256 len, uint256 x)
        external
        pure
        memoryIs(dirty)
        returns (uint256[] memory weights, uint256 sum, uint256 atX)
    {
        return seen(eqOf(point, len), x);
    }

    /// @notice The same for a list.
    function listedAxis(bool dirty, uint256[] memory list, uint256 x)
        external
        pure
        memoryIs(dirty)
        returns (uint256[] memory weights, uint256 sum, uint256 atX)
    {
        return seen(Axes.listed(vector(list), list.length), x);
    }

    /// @notice `Σ_k left_k·right_k` for two `eq` axes.
    function dot(bool dirty, uint256[] memory left, uint256[] memory right, uint256 len)
        external
        pure
        memoryIs(dirty)
        returns (uint256)
    {
        return eqOf(left, len).dot(eqOf(right, len));
    }

    // Rules.

    /// @notice The results of a program for a row: the rules' sum, helpers' sum, the inputs' constants, the output, the power of
    /// the first input, and the power of the next rule.
    /// @param program The program's words.
    /// @param cells The number of cells that the key announces.
    /// @param challenges `α`, `β` and `λ`.
    function evaluateRules(
        bool dirty,
        bytes memory program,
        uint256[] memory constants,
        uint256 tables,
        uint256 cells,
        uint256[3] memory challenges,
        uint256[] memory row
    ) external pure memoryIs(dirty) returns (uint256[6] memory results) {
        bytes memory key = abi.encodePacked(new bytes(224), constants, program);
        ContractKey.Header memory h;
        (h.tables, h.constants, h.cells) = (tables, constants.length, cells);
        Table table = Table.wrap((224 + 32 * constants.length) << 8);
        Rules.State memory state;
        Rules.start(state, key, h, challenges[0], challenges[1], challenges[2]);
        (results[0], results[1]) = Rules.evaluate(state, key, table, vector(row), 0, 0);
        (results[2], results[3], results[4], results[5]) = (state.constants, state.output, state.first, state.power);
    }

    // Vectors.

    /// @notice The sum of a list, and the polynomial with these coefficients at `x`.
    function ofVector(uint256[] memory list, uint256 x) external pure returns (uint256 sum, uint256 atX) {
        (sum, atX) = (Vectors.sum(vector(list), list.length), Vectors.evaluate(vector(list), list.length, x));
    }

    /// @notice `Σ_i left_i·right_{step·i}`.
    function dotWithStep(uint256[] memory left, uint256[] memory right, uint256 step) external pure returns (uint256) {
        return Vectors.dot(vector(left), vector(right), 32 * step, left.length);
    }

    /// @notice The list with sums instead of its first `count` words.
    function evaluateEach(uint256[] memory list, uint256 count, uint256 length, uint256 x)
        external
        pure
        returns (uint256[] memory)
    {
        Vectors.evaluateEach(vector(list), count, length, x);
        return list;
    }

    function geometric(uint256 first, uint256 ratio, uint256 count) external pure returns (uint256) {
        return Vectors.geometric(first, ratio, count);
    }

    /// @dev A point is in memory from its last coordinate to its first.
    function eqOf(uint256[] memory point, uint256 len) private pure returns (Axis) {
        uint256[] memory reversed = new uint256[](point.length);
        for (uint256 i = 0; i < point.length; ++i) {
            reversed[i] = point[point.length - 1 - i];
        }
        return Axes.eq(vector(reversed), (len << 16) | (point.length << 8) | 1);
    }

    function seen(Axis axis, uint256 x) private pure returns (uint256[] memory weights, uint256 sum, uint256 atX) {
        (sum, atX) = (axis.sum(), axis.evaluate(x));
        uint256 first = axis.values();
        weights = new uint256[](axis.length());
        for (uint256 i = 0; i < weights.length; ++i) {
            weights[i] = Vectors.load(first, i);
        }
    }

    function offsetOf(bytes calldata bytes_) private pure returns (uint256 offset) {
        assembly ("memory-safe") {
            offset := bytes_.offset
        }
    }

    /// @dev See `Vectors`.
    function vector(uint256[] memory list) private pure returns (uint256 first) {
        assembly ("memory-safe") {
            first := add(list, 0x20)
        }
    }
}
