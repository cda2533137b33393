// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {R} from "../../src/verifier/Bn254.sol";
import {Rules} from "../../src/verifier/Rules.sol";
import {Test} from "../Test.sol";
import {Libraries} from "./Libraries.sol";

/// @notice A program of rules that no gadget has, against the rules. A test of `crates/evm` compiles the same program.
contract RulesTest is Test {
    /// @dev The values that the program reads: `α`, `β`, `λ`, and a row of four columns and one helper.
    struct Given {
        uint256 alpha;
        uint256 beta;
        uint256 lambda;
        uint256[5] row;
    }

    /// @dev Columns `a, b, c, d` and the helper `h` of a lookup of `(a, d)` in table 1. Zero on every row: `a·(b + 7)·c`.
    /// Inputs: `d`, with the constant 5, and `d − c`, with 9. Output: `b + 7`.
    bytes private constant PROGRAM =
        hex"00030005000000020002001c001d0011001800000000000000000000000000000007000d0009000c00110006000e001200060002000f000c00080014000600000007001400010010001600150005001000060008000e000f00000019000f00000000001a00170000001b00130000000b000a0000000000000000000000000000";

    /// @dev Tables of the key, and cells up to the last step's.
    uint256 private constant TABLES = 2;
    uint256 private constant CELLS = 4 + TABLES + 6 + 5 + 15;

    Libraries private libraries = new Libraries();

    function constants() private pure returns (uint256[] memory list) {
        list = new uint256[](6);
        (list[1], list[2], list[3], list[4], list[5]) = (1, R - 1, 7, 5, 9);
    }

    function scalar(uint256 word) private pure returns (uint256) {
        return word % 5 == 0 ? R - 1 : word % R;
    }

    function reduced(Given memory given) private pure returns (Given memory) {
        (given.alpha, given.beta, given.lambda) = (scalar(given.alpha), scalar(given.beta), scalar(given.lambda));
        for (uint256 i = 0; i < 5; ++i) {
            given.row[i] = scalar(given.row[i]);
        }
        return given;
    }

    function evaluated(bool dirty, Given memory given, uint256 cells) private view returns (uint256[6] memory) {
        uint256[] memory row = new uint256[](5);
        for (uint256 i = 0; i < 5; ++i) {
            row[i] = given.row[i];
        }
        uint256[3] memory challenges = [given.alpha, given.beta, given.lambda];
        return libraries.evaluateRules(dirty, PROGRAM, constants(), TABLES, cells, challenges, row);
    }

    function power(uint256 lambda, uint256 exponent) private pure returns (uint256 result) {
        result = 1;
        for (; exponent > 0; --exponent) {
            result = mulmod(result, lambda, R);
        }
    }

    function testFuzz_evaluateRunsAProgramOfTheKey(bool dirty, Given memory given) external view {
        given = reduced(given);
        uint256[6] memory found = evaluated(dirty, given, CELLS);
        (uint256 a, uint256 b, uint256 c, uint256 d) = (given.row[0], given.row[1], given.row[2], given.row[3]);
        (uint256 h, uint256 lambda) = (given.row[4], given.lambda);
        uint256 shifted = addmod(b, 7, R);
        uint256 zero = mulmod(mulmod(a, shifted, R), c, R);
        uint256 query = addmod(a, mulmod(given.beta, d, R), R);
        uint256 lookup = addmod(mulmod(h, addmod(given.alpha, query, R), R), R - query, R);
        uint256 second = addmod(d, R - c, R);
        // λ^0 and λ^1 belong to the sums over lookups in the two tables.
        uint256 sum = mulmod(power(lambda, 2), zero, R);
        sum = addmod(sum, mulmod(power(lambda, 3), lookup, R), R);
        sum = addmod(sum, mulmod(power(lambda, 4), d, R), R);
        vm.assertEq(found[0], addmod(sum, mulmod(power(lambda, 5), second, R), R));
        vm.assertEq(found[1], mulmod(lambda, h, R));
        uint256 constant5 = mulmod(power(lambda, 4), 5, R);
        vm.assertEq(found[2], addmod(constant5, mulmod(power(lambda, 5), 9, R), R));
        vm.assertEq(found[3], shifted);
        vm.assertEq(found[4], power(lambda, 4));
        vm.assertEq(found[5], power(lambda, 6));
    }

    function testFuzz_evaluateNeverWritesBehindItsCells(uint256 cells) external {
        cells = bound(cells, 0, CELLS - 1);
        Given memory given;
        vm.expectRevert(Rules.MalformedProgram.selector);
        evaluated(false, given, cells);
    }
}
