// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {Bn254, R} from "./Bn254.sol";
import {ContractKey} from "./ContractKey.sol";
import {Program, Table} from "./KeyWords.sol";
import {Lookups} from "./Lookups.sol";
import {Vectors} from "./Vectors.sol";

/// @title The rules of a table's rows, at the point where the sumcheck ends
/// @notice Counterpart of `Rules` in `crates/layers`. No gadget has code here: the key has a program for every kind of row,
/// which `crates/evm/src/key/program.rs` compiles from the gadget's rules.
/// @dev A program computes in a list of cells, each a scalar:
///
/// | cells | |
/// |---|---|
/// | 0 … 3 | `λ`, `α`, `β`, and the row's own number |
/// | then | for every table, the power of `λ` of the sum over lookups in it |
/// | then | the key's constants |
/// | from `firstColumn` on | the columns' values that the program reads |
/// | behind them | the results of the steps, in their order |
///
/// A step has the numbers of three cells, `a`, `b` and `c`, and computes `a·b + c`.
///
/// WARNING: The cells that a step reads are not checked: a malformed program can read any word within 2 MB of the list. It
/// cannot write behind the list, and its length is bounded. Programs are part of the key, and a reader of the
/// key compares them with the rest of it: see `ContractKey`.
library Rules {
    using ContractKey for bytes;

    /// @notice A program would write behind the list of cells.
    error MalformedProgram();

    /// @dev Numbers of the first cells.
    uint256 private constant LAMBDA = 0;
    uint256 private constant ALPHA = 1;
    uint256 private constant BETA = 2;
    uint256 private constant OWN_NUMBER = 3;
    uint256 private constant SUMS = 4;

    /// @dev A cell's number of 16 bits, times 32.
    uint256 private constant CELL = 0x1fffe0;

    /// @notice The values that go from table to table, and the results of the current one beside its sum.
    /// @param cells The list of cells: see `Vectors`.
    /// @param end The first word behind the list.
    /// @param firstColumn The cell with a row's first column: a pointer.
    /// @param ofBytes The power of `λ` of the sum over lookups in the table of bytes, which is the last table.
    /// @param power The power of `λ` of the next rule.
    /// @param first The power of the table's first input.
    /// @param constants `Σ power·constant` over the table's inputs.
    /// @param output The output of a row of the table.
    struct State {
        uint256 cells;
        uint256 end;
        uint256 firstColumn;
        uint256 ofBytes;
        uint256 power;
        uint256 first;
        uint256 constants;
        uint256 output;
    }

    /// @notice Sets the cells that do not depend on a table, and gives each table's lookups a power of `λ`.
    function start(
        State memory state,
        bytes memory key,
        ContractKey.Header memory h,
        uint256 alpha,
        uint256 beta,
        uint256 lambda
    ) internal pure {
        unchecked {
            uint256 cells = Vectors.allocate(h.cells);
            (state.cells, state.end) = (cells, cells + 32 * h.cells);
            Vectors.store(cells, LAMBDA, lambda);
            Vectors.store(cells, ALPHA, alpha);
            Vectors.store(cells, BETA, beta);
            uint256 power = 1;
            uint256 cell = cells + 32 * SUMS;
            for (uint256 i = 0; i < h.tables; ++i) {
                Vectors.store(cell, 0, power);
                state.ofBytes = power;
                power = Bn254.mul(power, lambda);
                cell += 32;
            }
            state.power = power;
            state.firstColumn = key.copyConstants(h.constants, cell);
        }
    }

    /// @notice Evaluates one table's rules: returns their sum, and sets the fields of `state` from `power` on.
    /// @param row The pointer to the value of the table's first column.
    /// @param point The point where the sumcheck ends; its first `bits` coordinates in memory are the table's: see `Axis`.
    /// @return local `Σ power·rule` over all rules that are zero on every row, and `Σ power·input`.
    /// @return free The helpers' share of the sums over lookups.
    function evaluate(State memory state, bytes memory key, Table t, uint256 row, uint256 point, uint256 bits)
        internal
        pure
        returns (uint256 local, uint256 free)
    {
        unchecked {
            uint256 cells = state.cells;
            uint256 lambda = Vectors.load(cells, LAMBDA);
            uint256 power = state.power;
            uint256 cursor = t.programAt();
            Program program = key.program(cursor);
            if (program.isOfBytes()) {
                (local, free, power) = Lookups.ofBytes(row, t.columns(), power, lambda, Vectors.load(cells, ALPHA));
                free = Bn254.mul(state.ofBytes, free);
            }
            if (program.readsOwnNumber()) Vectors.store(cells, OWN_NUMBER, Lookups.ownNumber(point, bits));
            run(state, key, program, cursor, row);
            local = Bn254.add(local, Bn254.mul(power, Vectors.load(cells, program.local())));
            free = Bn254.add(free, Vectors.load(cells, program.free()));
            power = raise(power, lambda, program.rules());
            state.first = power;
            state.constants = Bn254.mul(power, Vectors.load(cells, program.constants()));
            state.output = Vectors.load(cells, program.output());
            state.power = raise(power, lambda, program.inputs());
        }
    }

    /// @dev `power·λ^count`
    function raise(uint256 power, uint256 lambda, uint256 count) private pure returns (uint256 raised) {
        assembly ("memory-safe") {
            raised := power
            for {} count { count := sub(count, 1) } { raised := mulmod(raised, lambda, R) }
        }
    }

    /// @dev Copies the row's values to their cells and runs the steps, five to a word of the key.
    function run(State memory state, bytes memory key, Program program, uint256 cursor, uint256 row) private pure {
        unchecked {
            uint256 cells = state.cells;
            uint256 to = state.firstColumn;
            uint256 length = 32 * program.columns();
            uint256 words = program.words();
            if (to + length + 160 * words > state.end) revert MalformedProgram();
            assembly ("memory-safe") {
                mcopy(to, row, length)
                to := add(to, length)
                let word := add(add(key, 0x40), cursor)
                for { let last := add(word, shl(5, words)) } lt(word, last) { word := add(word, 0x20) } {
                    let w := mload(word)
                    let a := mload(add(cells, and(shr(235, w), CELL)))
                    let b := mload(add(cells, and(shr(219, w), CELL)))
                    mstore(to, addmod(mulmod(a, b, R), mload(add(cells, and(shr(203, w), CELL))), R))
                    a := mload(add(cells, and(shr(187, w), CELL)))
                    b := mload(add(cells, and(shr(171, w), CELL)))
                    mstore(add(to, 0x20), addmod(mulmod(a, b, R), mload(add(cells, and(shr(155, w), CELL))), R))
                    a := mload(add(cells, and(shr(139, w), CELL)))
                    b := mload(add(cells, and(shr(123, w), CELL)))
                    mstore(add(to, 0x40), addmod(mulmod(a, b, R), mload(add(cells, and(shr(107, w), CELL))), R))
                    a := mload(add(cells, and(shr(91, w), CELL)))
                    b := mload(add(cells, and(shr(75, w), CELL)))
                    mstore(add(to, 0x60), addmod(mulmod(a, b, R), mload(add(cells, and(shr(59, w), CELL))), R))
                    a := mload(add(cells, and(shr(43, w), CELL)))
                    b := mload(add(cells, and(shr(27, w), CELL)))
                    mstore(add(to, 0x80), addmod(mulmod(a, b, R), mload(add(cells, and(shr(11, w), CELL))), R))
                    to := add(to, 0xa0)
                }
            }
        }
    }
}
